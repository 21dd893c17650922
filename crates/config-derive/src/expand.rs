//! Generates the implementation of `ConfigClass`.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{Data, DeriveInput, Field, Fields, Ident, Type};

use crate::attribute::{FieldAttributes, Literal, class_attributes, doc_of, field_attributes};

impl ToTokens for Literal {
    /// The literal as a `ferrobot_config::Value`.
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let value = match self {
            Literal::Bool(value) => quote!(::ferrobot_config::Value::Bool(#value)),
            Literal::Int(value) => quote!(::ferrobot_config::Value::Int(#value)),
            Literal::Float(value) => quote!(::ferrobot_config::Value::Float(#value)),
            Literal::Str(value) => quote!(::ferrobot_config::Value::Str(::std::string::String::from(#value))),
            Literal::EmptyList => quote!(::ferrobot_config::Value::List(::std::vec::Vec::new())),
            Literal::EmptyDict => quote!(::ferrobot_config::Value::Dict(::std::vec::Vec::new())),
            Literal::Tuple(items) => quote!(::ferrobot_config::Value::Tuple(::std::vec![#(#items),*])),
        };
        tokens.extend(value);
    }
}

struct Parameter<'a> {
    ident: &'a Ident,
    ty: &'a Type,
    attributes: FieldAttributes,
    python_name: String,
    doc: String,
}

pub(crate) fn expand(input: &DeriveInput) -> syn::Result<TokenStream> {
    let class = class_attributes(&input.attrs)?;
    let fields = named_fields(input)?;
    let parameters = fields.iter().map(|field| parameter(field, class.camel_case)).collect::<syn::Result<Vec<_>>>()?;
    let ident = &input.ident;
    let module =
        class.module.as_ref().ok_or_else(|| syn::Error::new_spanned(ident, "#[config(module = …)] is missing"))?;
    let name = class.name.as_ref().map_or_else(|| ident.to_string(), syn::LitStr::value);
    let path = format!("{}.{name}", module.value());
    let base = class
        .base
        .as_ref()
        .map_or_else(|| quote!(::std::option::Option::None), |base| quote!(::std::option::Option::Some(#base)));
    let doc = doc_of(&input.attrs);
    let open = class.open;
    let check = class.check.as_ref().map(|check| quote!(#check(&made, object, errors);));

    let schemas = parameters.iter().map(field_schema);
    let reads = parameters.iter().map(read);
    let names = parameters.iter().filter(|parameter| !parameter.attributes.flatten).map(|parameter| {
        let (field, name) = (field_name(parameter.ident), &parameter.python_name);
        quote!(#field => ::std::option::Option::Some(#name),)
    });
    let idents: Vec<&Ident> = parameters.iter().map(|parameter| parameter.ident).collect();
    let (impl_generics, type_generics, where_clause) = input.generics.split_for_impl();
    Ok(quote! {
        #[automatically_derived]
        impl #impl_generics ::ferrobot_config::ConfigClass for #ident #type_generics #where_clause {
            const PATH: &'static str = #path;

            fn schema() -> ::ferrobot_config::ClassSchema {
                let mut fields: ::std::vec::Vec<::ferrobot_config::FieldSchema> = ::std::vec::Vec::new();
                #(#schemas)*
                ::ferrobot_config::ClassSchema { module: #module, name: #name, base: #base, doc: #doc, open: #open, fields }
            }

            fn parameter_name(field: &str) -> ::std::option::Option<&'static str> {
                match field {
                    #(#names)*
                    _ => ::std::option::Option::None,
                }
            }

            fn from_object(
                object: &::ferrobot_config::Object,
                errors: &mut ::ferrobot_config::Errors,
            ) -> ::std::option::Option<Self> {
                let before = errors.errors.len();
                // Every parameter is read before any is missed, so that all faults are told at once.
                #(#reads)*
                let made = Self { #(#idents: #idents?),* };
                #check
                // Flattened parts may have told faults although they could be read.
                (errors.errors.len() == before).then_some(made)
            }
        }
    })
}

fn named_fields(input: &DeriveInput) -> syn::Result<Vec<&Field>> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Named(fields) => Ok(fields.named.iter().collect()),
            Fields::Unit => Ok(Vec::new()),
            Fields::Unnamed(_) => Err(syn::Error::new_spanned(&input.ident, "the fields must have names")),
        },
        _ => Err(syn::Error::new_spanned(&input.ident, "only a struct describes a configuration class")),
    }
}

fn parameter(field: &Field, camel: bool) -> syn::Result<Parameter<'_>> {
    let ident = field.ident.as_ref().ok_or_else(|| syn::Error::new_spanned(field, "the field must have a name"))?;
    let attributes = field_attributes(&field.attrs)?;
    let python_name = match &attributes.name {
        Some(name) => name.value(),
        None => python_name(ident, camel),
    };
    Ok(Parameter { ident, ty: &field.ty, attributes, python_name, doc: doc_of(&field.attrs) })
}

fn field_name(ident: &Ident) -> String {
    ident.to_string().trim_start_matches("r#").to_owned()
}

fn python_name(ident: &Ident, camel: bool) -> String {
    let text = field_name(ident);
    if !camel {
        return text;
    }
    let mut words = text.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (head, tail) = word.split_at(word.len().min(1));
        name + &head.to_ascii_uppercase() + tail
    })
}

/// Whether the parameter may be left out although it has no default of its own.
fn is_optional(ty: &Type) -> bool {
    match ty {
        Type::Path(path) => {
            path.path.segments.last().is_some_and(|last| last.ident == "Option" || last.ident == "Value")
        }
        _ => false,
    }
}

fn field_schema(parameter: &Parameter<'_>) -> TokenStream {
    let Parameter { ty, attributes, python_name: name, doc, .. } = parameter;
    if attributes.flatten {
        let replacements = attributes.defaults.iter().map(|(field, default)| {
            let (field, text) = (field_name(field), default.python());
            quote! {
                let name = <#ty as ::ferrobot_config::ConfigClass>::parameter_name(#field);
                if let ::std::option::Option::Some(field) = inherited.iter_mut().find(|field| Some(field.name) == name) {
                    field.default = ::std::option::Option::Some(#text);
                }
            }
        });
        let mutable = mutable(attributes);
        return quote! {
            fields.extend({
                let #mutable = <#ty as ::ferrobot_config::ConfigClass>::schema().fields;
                #(#replacements)*
                inherited
            });
        };
    }
    let default = match (&attributes.default, attributes.required) {
        (Some(literal), _) => {
            let text = literal.python();
            quote!(::std::option::Option::Some(#text))
        }
        (None, false) if is_optional(ty) => quote!(::std::option::Option::Some("None")),
        (None, _) => quote!(::std::option::Option::None),
    };
    let (renderable, positional) = (attributes.renderable, attributes.positional);
    quote! {
        fields.push(::ferrobot_config::FieldSchema {
            name: #name,
            doc: #doc,
            annotation: <#ty as ::ferrobot_config::FromValue>::ANNOTATION,
            default: #default,
            renderable: #renderable,
            positional: #positional,
        });
    }
}

fn read(parameter: &Parameter<'_>) -> TokenStream {
    let Parameter { ident, ty, attributes, python_name: name, .. } = parameter;
    if attributes.flatten {
        let replacements = attributes.defaults.iter().map(|(field, default)| {
            let name = field_name(field);
            quote! {
                let name = <#ty as ::ferrobot_config::ConfigClass>::parameter_name(#name);
                if !name.is_some_and(|name| object.args.contains_key(name)) && let ::std::result::Result::Ok(value) = ::ferrobot_config::FromValue::from_value(&#default) {
                    inherited.#field = value;
                }
            }
        });
        let mutable = mutable(attributes);
        return quote! {
            let #ident = <#ty as ::ferrobot_config::ConfigClass>::from_object(object, errors).map(|#mutable| {
                #(#replacements)*
                inherited
            });
        };
    }
    let default = match (&attributes.default, attributes.required) {
        (Some(literal), _) => quote!(<#ty as ::ferrobot_config::FromValue>::from_value(&#literal).ok()),
        (None, false) if is_optional(ty) => {
            quote!(<#ty as ::ferrobot_config::FromValue>::from_value(&::ferrobot_config::Value::None).ok())
        }
        (None, _) => quote!(::std::option::Option::None),
    };
    quote! {
        let #ident: ::std::option::Option<#ty> = ::ferrobot_config::read_field(object, #name, || #default, errors);
    }
}

fn mutable(attributes: &FieldAttributes) -> TokenStream {
    if attributes.defaults.is_empty() { quote!(inherited) } else { quote!(mut inherited) }
}
