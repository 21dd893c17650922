//! Renderables, as far as they can be checked before a build: their formats, and what must be a function.

use std::collections::HashSet;
use std::sync::Arc;

use crate::{Errors, Object, Template, Value};

/// Classes whose instances are rendered.
const RENDERABLES: &[&str] = &[
    "buildbot.interfaces.IRenderable",
    "buildbot.process.properties.FlattenList",
    "buildbot.process.properties.Interpolate",
    "buildbot.process.properties.Property",
    "buildbot.process.properties.Secret",
    "buildbot.process.properties.Transform",
    "buildbot.process.properties.WithProperties",
    "buildbot.process.properties._Operator",
    "buildbot.process.properties.renderer",
    "buildbot.reporters.utils.URLForBuild",
    "buildbot.util.git_credential.GitCredentialInputRenderer",
];

impl Object {
    /// Whether a rendering makes something else of it.
    #[must_use]
    pub fn is_renderable(&self) -> bool {
        RENDERABLES.contains(&self.class.as_str()) || self.overrides.iter().any(|name| name == "getRenderingFor")
    }
}

impl Value {
    /// Whether a rendering can make something else of it, or of anything in it.
    #[must_use]
    pub fn holds_renderable(&self) -> bool {
        match self {
            Value::Object(object) => object.is_renderable(),
            Value::List(items) | Value::Tuple(items) => items.iter().any(Value::holds_renderable),
            Value::Dict(entries) => {
                entries.iter().any(|(key, value)| key.holds_renderable() || value.holds_renderable())
            }
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Bytes(_) => false,
            Value::Callable(_) | Value::Opaque(_) => false,
        }
    }
}

/// Checks every renderable in a document, each once.
pub(crate) fn check(document: &Value, errors: &mut Errors) {
    Walk { seen: HashSet::new(), errors }.value(document);
}

struct Walk<'a> {
    seen: HashSet<*const Object>,
    errors: &'a mut Errors,
}

impl Walk<'_> {
    fn value(&mut self, value: &Value) {
        match value {
            Value::List(items) | Value::Tuple(items) => items.iter().for_each(|item| self.value(item)),
            Value::Dict(entries) => entries.iter().for_each(|(key, value)| {
                self.value(key);
                self.value(value);
            }),
            Value::Object(object) => self.object(object),
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Bytes(_) => {}
            Value::Callable(_) | Value::Opaque(_) => {}
        }
    }

    fn object(&mut self, object: &Arc<Object>) {
        if !self.seen.insert(Arc::as_ptr(object)) {
            return;
        }
        let fault = match object.class.as_str() {
            "buildbot.process.properties.Interpolate" => interpolate(object),
            "buildbot.process.properties.WithProperties" => with_properties(object),
            "buildbot.process.properties.Transform" => transform(object),
            _ => Ok(()),
        };
        if let Err(fault) = fault {
            self.errors.error(&object.place, fault);
        }
        object.args.values().for_each(|value| self.value(value));
        object.extra.iter().for_each(|(_, value)| self.value(value));
    }
}

fn given<'a>(object: &'a Object, name: &str) -> Option<&'a Value> {
    object.args.get(name).filter(|value| value.is_truthy())
}

fn interpolate(object: &Object) -> Result<(), String> {
    let format = match object.args.get("fmtstring") {
        Some(Value::Str(format)) => format,
        Some(Value::Bytes(_)) => return Ok(()),
        other => return Err(format!("Interpolate wants text, not {}", other.map_or("nothing", Value::type_name))),
    };
    match (given(object, "args"), given(object, "kwargs")) {
        (Some(_), Some(_)) => Err("Interpolate takes either positional or keyword substitutions, not both.".to_owned()),
        // Values decide whether the format fits.
        (Some(_), None) => crate::parse_format(format).map(drop).map_err(|fault| told(format, &fault)),
        _ => Template::parse(format).map(drop).map_err(|fault| told(format, &fault)),
    }
}

/// The words of Buildbot name what they are about; Python's do not.
fn told(format: &str, fault: &str) -> String {
    let names_it = fault.contains("Interpolat");
    if names_it { fault.to_owned() } else { format!("Interpolate('{format}'): {fault}") }
}

fn with_properties(object: &Object) -> Result<(), String> {
    let functions = given(object, "lambda_subs");
    if functions.is_some() && given(object, "args").is_some() {
        return Err("WithProperties takes either positional or keyword substitutions, not both.".to_owned());
    }
    if let Some(Value::Dict(entries)) = functions {
        for (name, value) in entries {
            if !matches!(value, Value::Callable(_)) {
                let name = name.as_str().unwrap_or_default();
                return Err(format!("Value for lambda substitution \"{name}\" must be callable."));
            }
        }
    }
    Ok(())
}

fn transform(object: &Object) -> Result<(), String> {
    match object.args.get("function") {
        Some(Value::Callable(_)) => Ok(()),
        Some(Value::Object(function)) if function.is_renderable() => Ok(()),
        _ => Err("function given to Transform neither callable nor renderable".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Callable, Place};

    fn object(class: &str, args: &[(&str, Value)]) -> Value {
        Value::Object(Arc::new(Object {
            class: format!("buildbot.process.properties.{class}"),
            args: args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            place: Place { file: "m.cfg".to_owned(), line: 4 },
            ..Object::default()
        }))
    }

    #[test]
    fn faults_of_renderables_are_told_with_their_place() {
        let interpolate = |format: &str| object("Interpolate", &[("fmtstring", format.into())]);
        let some = || Value::Tuple(vec![Value::Int(1)]);
        let named = |value: Value| Value::Dict(vec![("a".into(), value)]);
        let function = || Value::Callable(Arc::new(Callable::default()));
        let both = [("fmtstring", "%(kw:a)s".into()), ("args", some()), ("kwargs", named(Value::Int(1)))];
        let cases = [
            (interpolate("%(prop:a)s"), None),
            (interpolate("%(nope:x)s"), Some("invalid Interpolate selector 'nope'")),
            (interpolate("%(prop:a"), Some("Interpolate('%(prop:a'): incomplete format key")),
            (object("Interpolate", &[("fmtstring", Value::Int(5))]), Some("Interpolate wants text, not int")),
            (object("Interpolate", &[("fmtstring", Value::Bytes(vec![]))]), None),
            (
                object("Interpolate", &both),
                Some("Interpolate takes either positional or keyword substitutions, not both."),
            ),
            (object("Interpolate", &[("fmtstring", "%(x)d".into()), ("args", some())]), None),
            (
                object("Interpolate", &[("fmtstring", "%z".into()), ("args", some())]),
                Some("Interpolate('%z'): unsupported format character 'z' (0x7a) at index 1"),
            ),
            (object("WithProperties", &[("lambda_subs", named(function()))]), None),
            (
                object("WithProperties", &[("lambda_subs", named(Value::Int(5)))]),
                Some("Value for lambda substitution \"a\" must be callable."),
            ),
            (
                object("WithProperties", &[("args", some()), ("lambda_subs", named(function()))]),
                Some("WithProperties takes either positional or keyword substitutions, not both."),
            ),
            (object("Transform", &[("function", function())]), None),
            (object("Transform", &[("function", interpolate("x"))]), None),
            (
                object("Transform", &[("function", Value::Int(5))]),
                Some("function given to Transform neither callable nor renderable"),
            ),
        ];
        for (value, expected) in cases {
            // Wherever it is, and however often.
            let nested = Value::Dict(vec![("k".into(), Value::List(vec![value.clone(), value.clone()]))]);
            let mut errors = Errors::default();
            check(&object("Property", &[("default", nested)]), &mut errors);
            let told: Vec<String> = errors.errors.iter().map(ToString::to_string).collect();
            let expected: Vec<String> = expected.iter().map(|fault| format!("m.cfg:4: {fault}")).collect();
            assert_eq!(told, expected, "{value:?}");
        }
    }
}
