//! Groups of parameters: plain ones, freely chosen properties, codebases, patches.

use ferrobot_config::{ConfigClass, Errors, Object, Value};

use super::classes::{AnyPropertyParameter, CodebaseParameter, NestedParameter, PatchParameter};
use super::parameter::{Kind, MODULE, Parameter, Role};
use crate::arguments::class_name;

/// Reads a group of any kind.
pub(super) fn read_nested(object: &Object, errors: &mut Errors) -> Option<Parameter> {
    match object.class.strip_prefix(MODULE)? {
        "AnyPropertyParameter" => {
            let AnyPropertyParameter { name, mut parameter, layout, columns } =
                AnyPropertyParameter::from_object(object, errors)?;
            parameter.label = Some(String::new());
            let fields = vec![Parameter::text("name", "Name:"), Parameter::text("value", "Value:")];
            Some(Parameter::new(&name, parameter, nested(layout, columns, fields, Role::AnyProperty)))
        }
        "CodebaseParameter" => read_codebase(object, errors),
        "PatchParameter" => read_patch(object, errors),
        _ => {
            let NestedParameter { name, fields, parameter, layout, columns } =
                NestedParameter::from_object(object, errors)?;
            let fields = read_fields(&fields, object, errors);
            Some(Parameter::new(&name, parameter, nested(layout, columns, fields, Role::Group)))
        }
    }
}

fn read_fields(fields: &[Value], object: &Object, errors: &mut Errors) -> Vec<Parameter> {
    let mut read = Vec::new();
    for field in fields {
        match field.as_object().filter(|field| Parameter::is_class(field)) {
            Some(field) => read.extend(Parameter::read(field, errors)),
            None => errors.error(&object.place, format!("{}: fields must be parameters", class_name(object))),
        }
    }
    read
}

fn read_codebase(object: &Object, errors: &mut Errors) -> Option<Parameter> {
    let arguments = CodebaseParameter::from_object(object, errors)?;
    let CodebaseParameter { codebase, name, mut parameter, layout, mut columns, patch, .. } = arguments;
    let mut fields = Vec::new();
    for field in ["branch", "project", "repository", "revision"] {
        match object.args.get(field) {
            None => fields.push(codebase_field(field)),
            // The sentinel that stands for the usual field.
            Some(Value::Opaque(_)) => fields.push(codebase_field(field)),
            Some(Value::None) => {}
            Some(Value::Str(fixed)) => {
                let text = Parameter::text(field, field);
                fields.push(Parameter { default: fixed.clone().into(), hide: true, kind: Kind::Fixed, ..text });
            }
            Some(other) => fields.extend(read_fields(std::slice::from_ref(other), object, errors)),
        }
    }
    if patch != Value::None {
        let patches = read_fields(std::slice::from_ref(&patch), object, errors);
        if patches.iter().any(|patch| patch.name != "patch") {
            errors.error(&object.place, "patch parameter of a codebase must be named 'patch'");
        }
        fields.extend(patches);
        columns = columns.or(Some(1));
    }
    let name = name.filter(|name| !name.is_empty()).unwrap_or_else(|| codebase.clone());
    if parameter.label.is_none() && !codebase.is_empty() {
        parameter.label = Some(format!("Codebase: {codebase}"));
    }
    Some(Parameter::new(&name, parameter, nested(layout, columns, fields, Role::Codebase(codebase))))
}

/// The usual field of a codebase.
pub(super) fn codebase_field(name: &str) -> Parameter {
    let mut label = name.to_owned() + ":";
    label[..1].make_ascii_uppercase();
    Parameter::text(name, &label)
}

fn read_patch(object: &Object, errors: &mut Errors) -> Option<Parameter> {
    let PatchParameter { name, parameter, body, level, author, comment, subdir, layout, columns } =
        PatchParameter::from_object(object, errors)?;
    let text = |name: &str| Parameter::text(name, name);
    let usual = [
        (body, Parameter { maxsize: Some(10_485_760), kind: Kind::File, ..text("body") }),
        (level, Parameter { default: 1.into(), kind: Kind::Int { size: 10 }, ..text("level") }),
        (author, text("author")),
        (comment, text("comment")),
        (subdir, Parameter { default: ".".into(), ..text("subdir") }),
    ];
    let mut fields = Vec::new();
    for (given, usual) in usual {
        match given {
            Value::None => fields.push(usual),
            other => fields.extend(read_fields(&[other], object, errors)),
        }
    }
    Some(Parameter::new(&name, parameter, nested(layout, columns, fields, Role::Patch)))
}

/// A group; without `columns` it has two from four visible fields on.
pub(super) fn nested(layout: String, columns: Option<i64>, fields: Vec<Parameter>, role: Role) -> Kind {
    let visible = fields.iter().filter(|field| !field.hide).count();
    let columns = columns.unwrap_or(if visible >= 4 { 2 } else { 1 });
    Kind::Nested { layout, columns, fields, role }
}
