//! The form: parameters with their full names, made from the objects of the configuration.

use std::borrow::Cow;
use std::sync::Arc;

use ferrobot_config::{ConfigClass, Errors, Object, Pattern, Value};
use serde_json::Value as Json;

use super::classes::{
    BaseParameter, BooleanParameter, ChoiceStringParameter, FileParameter, FixedParameter, InheritBuildParameter,
    IntParameter, ParameterArguments, StringParameter, TextParameter, UserNameParameter, WorkerChoiceParameter,
};
use super::group::{codebase_field, nested, read_nested};
use crate::arguments::class_name;

pub(super) const MODULE: &str = "buildbot.schedulers.forcesched.";

/// Names that the call to force a build has for itself.
const RESERVED: [&str; 3] = ["owner", "builderNames", "builderid"];
const COLUMNS_MAX: i64 = 4;

/// A parameter, or a group of them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Parameter {
    pub(super) name: String,
    /// Unique in the form; `None`: a group without a name.
    pub(super) full_name: Option<String>,
    pub(super) label: String,
    pub(super) tablabel: String,
    pub(super) regex: Option<Pattern>,
    pub(super) default: Json,
    pub(super) required: bool,
    pub(super) multiple: bool,
    pub(super) hide: bool,
    pub(super) maxsize: Option<i64>,
    pub(super) autopopulate: Json,
    pub(super) tooltip: String,
    pub(super) kind: Kind,
    /// The method of the user's subclass that reads what was filled in.
    pub(super) own: Option<Own>,
}

/// A user's own way to read a parameter.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Own {
    pub(super) method: Method,
    pub(super) object: Arc<Object>,
}

/// What it is called with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Method {
    /// `getFromKwargs`: everything that was filled in.
    All,
    /// `parse_from_args`: the parameter's values.
    Values,
    /// `parse_from_arg`: one value, for each of them.
    Value,
}

/// What a parameter is.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Fixed,
    Text { size: i64 },
    TextArea { size: i64, cols: i64, rows: i64 },
    Int { size: i64 },
    Bool,
    UserName { size: i64, need_email: bool },
    Choice { choices: Vec<Json>, strict: bool },
    Worker { choices: Vec<Json>, strict: bool },
    Inherit { choices: Vec<Json>, strict: bool },
    File,
    Nested { layout: String, columns: i64, fields: Vec<Parameter>, role: Role },
}

/// What a group is for.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Role {
    Group,
    AnyProperty,
    Codebase(String),
    Patch,
}

impl Parameter {
    /// Whether an object is a parameter.
    pub(super) fn is_class(object: &Object) -> bool {
        object.class.strip_prefix(MODULE).is_some_and(|name| name.ends_with("Parameter") || name == "ParameterGroup")
    }

    /// Reads a parameter. Faults go to `errors`.
    pub(super) fn read(object: &Object, errors: &mut Errors) -> Option<Parameter> {
        let before = errors.errors.len();
        let own = own_method(object, errors);
        let object = &*with_attributes(object);
        let mut read = match object.class.strip_prefix(MODULE)? {
            "FixedParameter" => FixedParameter::from_object(object, errors)
                .map(|FixedParameter { name, parameter }| Parameter::new(&name, parameter, Kind::Fixed)),
            "BaseParameter" => BaseParameter::from_object(object, errors)
                .map(|BaseParameter { name, parameter }| Parameter::new(&name, parameter, Kind::Text { size: 10 })),
            "StringParameter" => StringParameter::from_object(object, errors)
                .map(|StringParameter { name, parameter, size }| Parameter::new(&name, parameter, Kind::Text { size })),
            "TextParameter" => {
                TextParameter::from_object(object, errors).map(|TextParameter { name, parameter, size, cols, rows }| {
                    Parameter::new(&name, parameter, Kind::TextArea { size, cols, rows })
                })
            }
            "IntParameter" => IntParameter::from_object(object, errors)
                .map(|IntParameter { name, parameter, size }| Parameter::new(&name, parameter, Kind::Int { size })),
            "BooleanParameter" => BooleanParameter::from_object(object, errors)
                .map(|BooleanParameter { name, parameter }| Parameter::new(&name, parameter, Kind::Bool)),
            "UserNameParameter" => UserNameParameter::from_object(object, errors).map(
                |UserNameParameter { name, parameter, size, need_email }| {
                    Parameter::new(&name, parameter, Kind::UserName { size, need_email })
                },
            ),
            "FileParameter" => FileParameter::from_object(object, errors)
                .map(|FileParameter { name, parameter }| Parameter::new(&name, parameter, Kind::File)),
            name if name.contains("Choice") || name.contains("Inherit") => read_choice(object, errors),
            _ => read_nested(object, errors),
        }?;
        read.own = own;
        read.check(object, errors);
        (errors.errors.len() == before).then_some(read)
    }

    fn check(&self, object: &Object, errors: &mut Errors) {
        if RESERVED.contains(&self.name.as_str()) {
            let what = format!("{} cannot be used as a parameter name, because it is reserved", self.name);
            errors.error(&object.place, what);
        }
        if matches!(self.kind, Kind::Nested { columns, .. } if columns > COLUMNS_MAX) {
            errors.error(&object.place, "UI only support up to 4 columns in nested parameters");
        }
    }

    pub(super) fn new(name: &str, arguments: ParameterArguments, kind: Kind) -> Parameter {
        let label = arguments.label.unwrap_or_else(|| name.to_owned());
        Parameter {
            name: name.to_owned(),
            full_name: None,
            tablabel: arguments.tablabel.unwrap_or_else(|| label.clone()),
            label,
            regex: arguments.regex,
            default: arguments.default.to_json().unwrap_or_default(),
            required: arguments.required,
            multiple: arguments.multiple,
            hide: arguments.hide,
            maxsize: arguments.maxsize,
            autopopulate: arguments.autopopulate.to_json().unwrap_or_default(),
            tooltip: arguments.tooltip,
            kind,
            own: None,
        }
    }

    /// A line of text with nothing special about it.
    pub(super) fn text(name: &str, label: &str) -> Parameter {
        Parameter {
            name: name.to_owned(),
            full_name: None,
            label: label.to_owned(),
            tablabel: label.to_owned(),
            regex: None,
            default: "".into(),
            required: false,
            multiple: false,
            hide: false,
            maxsize: None,
            autopopulate: Json::Null,
            tooltip: String::new(),
            kind: Kind::Text { size: 10 },
            own: None,
        }
    }

    pub(super) fn username() -> Parameter {
        Parameter { kind: Kind::UserName { size: 30, need_email: true }, ..Parameter::text("username", "Your name:") }
    }

    pub(super) fn reason() -> Parameter {
        let text = Parameter::text("reason", "reason");
        Parameter { default: "force build".into(), kind: Kind::Text { size: 20 }, ..text }
    }

    pub(super) fn priority() -> Parameter {
        let text = Parameter::text("priority", "priority");
        Parameter { default: 0.into(), kind: Kind::Int { size: 10 }, ..text }
    }

    /// A group without a name.
    pub(super) fn group(fields: Vec<Parameter>) -> Parameter {
        let kind = nested("vertical".to_owned(), None, fields, Role::Group);
        Parameter { kind, ..Parameter::text("", "") }
    }

    /// The parameter of a codebase that is given by its name alone.
    pub(super) fn codebase(codebase: &str) -> Parameter {
        let fields = ["branch", "project", "repository", "revision"].map(codebase_field);
        let label = if codebase.is_empty() { String::new() } else { format!("Codebase: {codebase}") };
        let kind = nested("vertical".to_owned(), None, fields.into(), Role::Codebase(codebase.to_owned()));
        Parameter { kind, ..Parameter::text(codebase, &label) }
    }

    pub(super) fn codebase_name(&self) -> Option<&str> {
        match &self.kind {
            Kind::Nested { role: Role::Codebase(codebase), .. } => Some(codebase),
            _ => None,
        }
    }

    /// Gives it and its fields their full names.
    pub(super) fn settle(&mut self, parent: Option<&str>) {
        let own = Some(self.name.as_str()).filter(|name| !name.is_empty());
        self.full_name = match (parent.filter(|parent| !parent.is_empty()), own) {
            (Some(parent), Some(name)) => Some(format!("{parent}_{name}")),
            (parent, own) => own.or(parent).map(str::to_owned),
        };
        if let Kind::Nested { fields, .. } = &mut self.kind {
            for field in fields {
                field.settle(self.full_name.as_deref());
            }
        }
    }

    /// Visits each parameter that is no group.
    pub(super) fn each(&self, visit: &mut dyn FnMut(&Parameter)) {
        match &self.kind {
            Kind::Nested { fields, .. } => fields.iter().for_each(|field| field.each(visit)),
            _ => visit(self),
        }
    }
}

fn read_choice(object: &Object, errors: &mut Errors) -> Option<Parameter> {
    let json = |choices: Vec<Value>| choices.iter().map(|choice| choice.to_json().unwrap_or_default()).collect();
    match object.class.strip_prefix(MODULE)? {
        "WorkerChoiceParameter" => {
            let WorkerChoiceParameter { name, parameter, choices, strict } =
                WorkerChoiceParameter::from_object(object, errors)?;
            Some(Parameter::new(&name, parameter, Kind::Worker { choices: json(choices), strict }))
        }
        "InheritBuildParameter" => {
            let InheritBuildParameter { name, parameter, choices, strict, .. } =
                InheritBuildParameter::from_object(object, errors)?;
            Some(Parameter::new(&name, parameter, Kind::Inherit { choices: json(choices), strict }))
        }
        _ => {
            let ChoiceStringParameter { name, parameter, choices, strict } =
                ChoiceStringParameter::from_object(object, errors)?;
            Some(Parameter::new(&name, parameter, Kind::Choice { choices: json(choices), strict }))
        }
    }
}

/// The object with what was passed as a plain attribute among its arguments.
fn with_attributes(object: &Object) -> Cow<'_, Object> {
    if object.extra.is_empty() {
        return Cow::Borrowed(object);
    }
    let mut object = object.clone();
    for (name, value) in std::mem::take(&mut object.extra) {
        object.args.entry(name).or_insert(value);
    }
    Cow::Owned(object)
}

/// How a user's subclass reads the parameter. What else it replaces would be left out, and the form would take what it should
/// refuse; so that is a fault.
fn own_method(object: &Object, errors: &mut Errors) -> Option<Own> {
    const UNKNOWN: [&str; 6] =
        ["updateFromKwargs", "createSourcestamp", "getSpec", "collectChildProperties", "setParent", "fullName"];
    for method in object.overrides.iter().filter(|name| UNKNOWN.contains(&name.as_str())) {
        let class = class_name(object);
        errors.error(&object.place, format!("{class}: replacing {method} of a parameter is not supported yet"));
    }
    let replaces = |name: &str| object.overrides.iter().any(|other| other == name);
    let method = if replaces("getFromKwargs") {
        Method::All
    } else if replaces("parse_from_args") {
        Method::Values
    } else if replaces("parse_from_arg") {
        Method::Value
    } else {
        return None;
    };
    Some(Own { method, object: Arc::new(object.clone()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(class: &str, arguments: &[(&str, Value)]) -> Object {
        Object {
            class: format!("{MODULE}{class}"),
            args: arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            ..Object::default()
        }
    }

    fn told(object: &Object) -> Vec<String> {
        let mut errors = Errors::default();
        assert!(Parameter::read(object, &mut errors).is_none());
        errors.errors.into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn faults_of_parameters() {
        let patch = Value::Object(Arc::new(object("PatchParameter", &[("name", "diff".into())])));
        let cases = [
            (object("StringParameter", &[]), "StringParameter: parameter 'name' is required"),
            (
                object("StringParameter", &[("name", "owner".into())]),
                "owner cannot be used as a parameter name, because it is reserved",
            ),
            (
                object(
                    "NestedParameter",
                    &[("name", "n".into()), ("fields", Value::List(vec![])), ("columns", Value::Int(5))],
                ),
                "UI only support up to 4 columns in nested parameters",
            ),
            (
                object("CodebaseParameter", &[("codebase", "".into()), ("patch", patch)]),
                "patch parameter of a codebase must be named 'patch'",
            ),
            (
                object("NestedParameter", &[("name", "n".into()), ("fields", Value::List(vec!["x".into()]))]),
                "NestedParameter: fields must be parameters",
            ),
        ];
        for (object, expected) in cases {
            assert_eq!(told(&object), [expected]);
        }
    }

    #[test]
    fn attributes_of_other_kinds_do_no_harm() {
        let mut given = object("BooleanParameter", &[("name", "b".into())]);
        given.extra = vec![("default".to_owned(), Value::Bool(true)), ("size".to_owned(), Value::Int(3))];
        let read = Parameter::read(&given, &mut Errors::default()).unwrap();
        assert_eq!((read.default, read.kind), (true.into(), Kind::Bool));
    }

    #[test]
    fn methods_of_the_users_own() {
        let mut mine = object("StringParameter", &[("name", "x".into())]);
        mine.overrides = vec!["getSpec".to_owned()];
        let mut errors = Errors::default();
        assert_eq!(Parameter::read(&mine, &mut errors), None);
        assert_eq!(errors.errors[0].message, "StringParameter: replacing getSpec of a parameter is not supported yet");
        mine.overrides = vec!["parse_from_arg".to_owned(), "helper".to_owned()];
        let read = Parameter::read(&mine, &mut Errors::default()).unwrap();
        assert_eq!(read.own.map(|own| own.method), Some(Method::Value));
    }

    #[test]
    fn the_class_of_codebases() {
        assert!(Parameter::is_class(&Object {
            class: crate::force::classes::CodebaseParameter::PATH.to_owned(),
            ..Object::default()
        }));
        assert!(!Parameter::is_class(&object("ForceScheduler", &[])));
    }
}
