//! Reads `#[config(…)]` of structs and fields, and doc comments.

use syn::parse::ParseStream;
use syn::{Attribute, Expr, Ident, Lit, LitStr, Token, UnOp};

/// `#[config(…)]` of the struct.
#[derive(Default)]
pub(crate) struct ClassAttributes {
    pub(crate) module: Option<LitStr>,
    pub(crate) name: Option<LitStr>,
    pub(crate) base: Option<LitStr>,
    pub(crate) camel_case: bool,
    pub(crate) open: bool,
    /// A function that checks what the types do not say.
    pub(crate) check: Option<syn::Path>,
}

/// `#[config(…)]` of one field.
#[derive(Default)]
pub(crate) struct FieldAttributes {
    pub(crate) name: Option<LitStr>,
    pub(crate) default: Option<Literal>,
    pub(crate) required: bool,
    pub(crate) renderable: bool,
    pub(crate) positional: bool,
    pub(crate) flatten: bool,
    /// `defaults(field = literal, …)` of a flattened field.
    pub(crate) defaults: Vec<(Ident, Literal)>,
}

/// A default: the part of Python's literals that parameters have.
pub(crate) enum Literal {
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(String),
    EmptyList,
    EmptyDict,
    Tuple(Vec<Literal>),
}

impl Literal {
    /// As Python writes it.
    pub(crate) fn python(&self) -> String {
        match self {
            Literal::Bool(true) => "True".to_owned(),
            Literal::Bool(false) => "False".to_owned(),
            Literal::Int(value) => value.to_string(),
            Literal::Float(value) => format!("{value:?}"),
            Literal::Str(text) => format!("{text:?}"),
            Literal::EmptyList => "[]".to_owned(),
            Literal::EmptyDict => "{}".to_owned(),
            Literal::Tuple(items) if items.len() == 1 => format!("({},)", items[0].python()),
            Literal::Tuple(items) => {
                format!("({})", items.iter().map(Literal::python).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

pub(crate) fn class_attributes(attributes: &[Attribute]) -> syn::Result<ClassAttributes> {
    let mut read = ClassAttributes::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("config")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("module") {
                read.module = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("name") {
                read.name = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("base") {
                read.base = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("open") {
                read.open = true;
            } else if meta.path.is_ident("check") {
                read.check = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("rename_all") {
                let style: LitStr = meta.value()?.parse()?;
                if style.value() != "camelCase" {
                    return Err(syn::Error::new(style.span(), "only \"camelCase\" is known"));
                }
                read.camel_case = true;
            } else {
                return Err(meta.error("expected module, name, base, check, open or rename_all"));
            }
            Ok(())
        })?;
    }
    Ok(read)
}

pub(crate) fn field_attributes(attributes: &[Attribute]) -> syn::Result<FieldAttributes> {
    let mut read = FieldAttributes::default();
    for attribute in attributes.iter().filter(|attribute| attribute.path().is_ident("config")) {
        attribute.parse_nested_meta(|meta| {
            if meta.path.is_ident("name") {
                read.name = Some(meta.value()?.parse()?);
            } else if meta.path.is_ident("default") {
                read.default = Some(literal(meta.value()?)?);
            } else if meta.path.is_ident("required") {
                read.required = true;
            } else if meta.path.is_ident("renderable") {
                read.renderable = true;
            } else if meta.path.is_ident("positional") {
                read.positional = true;
            } else if meta.path.is_ident("flatten") {
                read.flatten = true;
            } else if meta.path.is_ident("defaults") {
                let content;
                syn::parenthesized!(content in meta.input);
                while !content.is_empty() {
                    let field: Ident = content.parse()?;
                    content.parse::<Token![=]>()?;
                    read.defaults.push((field, literal(&content)?));
                    if !content.is_empty() {
                        content.parse::<Token![,]>()?;
                    }
                }
            } else {
                return Err(
                    meta.error("expected name, default, required, renderable, positional, flatten or defaults(…)")
                );
            }
            Ok(())
        })?;
    }
    Ok(read)
}

fn literal(input: ParseStream<'_>) -> syn::Result<Literal> {
    literal_of(&input.parse()?)
}

fn literal_of(expression: &Expr) -> syn::Result<Literal> {
    let unknown =
        || syn::Error::new_spanned(expression, "expected a bool, a number, a string, a tuple of these, [] or {}");
    Ok(match expression {
        Expr::Lit(literal) => match &literal.lit {
            Lit::Bool(value) => Literal::Bool(value.value),
            Lit::Int(value) => Literal::Int(value.base10_parse()?),
            Lit::Float(value) => Literal::Float(value.base10_parse()?),
            Lit::Str(value) => Literal::Str(value.value()),
            _ => return Err(unknown()),
        },
        Expr::Unary(negated) if matches!(negated.op, UnOp::Neg(_)) => match &*negated.expr {
            Expr::Lit(syn::ExprLit { lit: Lit::Int(value), .. }) => Literal::Int(-value.base10_parse::<i64>()?),
            Expr::Lit(syn::ExprLit { lit: Lit::Float(value), .. }) => Literal::Float(-value.base10_parse::<f64>()?),
            _ => return Err(unknown()),
        },
        Expr::Tuple(items) => Literal::Tuple(items.elems.iter().map(literal_of).collect::<syn::Result<_>>()?),
        Expr::Array(items) if items.elems.is_empty() => Literal::EmptyList,
        Expr::Block(block) if block.block.stmts.is_empty() => Literal::EmptyDict,
        _ => return Err(unknown()),
    })
}

/// The text of the doc comments, a line each.
pub(crate) fn doc_of(attributes: &[Attribute]) -> String {
    let lines: Vec<String> = attributes
        .iter()
        .filter(|attribute| attribute.path().is_ident("doc"))
        .filter_map(|attribute| match &attribute.meta.require_name_value().ok()?.value {
            Expr::Lit(syn::ExprLit { lit: Lit::Str(text), .. }) => Some(text.value().trim().to_owned()),
            _ => None,
        })
        .collect();
    lines.join("\n").trim().to_owned()
}
