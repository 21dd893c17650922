//! One definition for each configuration class: a Rust struct with `#[derive(ConfigClass)]`.
//!
//! ```text
//! /// Runs a command on the worker.
//! #[derive(Debug, Clone, ConfigClass)]
//! #[config(module = "buildbot.steps.shell", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
//! pub struct ShellCommand {
//!     /// The parameters that all steps have.  (`defaults(…)`: this kind's own defaults of inherited parameters)
//!     #[config(flatten, defaults(halt_on_failure = true))]
//!     pub common: StepCommon,
//!     /// What to run.                          (positional: fields take positional arguments in their order)
//!     #[config(positional, renderable, required)]
//!     pub command: Value,
//!     /// Seconds without output …
//!     #[config(default = 1200)]     (a literal; without it an `Option` or `Value` is `None`, all else is required)
//!     pub timeout: Option<f64>,
//!     #[config(name = "usePTY", default = false)]
//!     pub use_pty: bool,
//! }
//! ```
//! `#[config(check = function)]` names a `fn(&Self, &Object, &mut Errors)` that tells what the types do not.
//! `renderable` fields have type [`Value`] (kept raw, rendered when their turn comes).
//! The derive writes `schema()` (for the Python class, the stub, the manual) and `from_object()` (typed, with
//! all errors collected).

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::Arc;
use std::time::Duration;

use ferrobot_model::span_of;

use crate::{Callable, Errors, Object, Place, Value};

/// What the derive knows about one parameter.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldSchema {
    /// Python's name of the parameter.
    pub name: &'static str,
    /// Its doc comment.
    pub doc: &'static str,
    /// Its type, as a Python annotation.
    pub annotation: &'static str,
    /// Its default as a Python literal; `None` means required.
    pub default: Option<&'static str>,
    /// Whether a renderable may stand here.
    pub renderable: bool,
    /// Whether it may be given by position.
    pub positional: bool,
}

/// What the derive knows about a class.
#[derive(Debug, Clone, PartialEq)]
pub struct ClassSchema {
    /// Python module, for example `buildbot.steps.shell`.
    pub module: &'static str,
    /// Class name.
    pub name: &'static str,
    /// Dotted path of the base class.
    pub base: Option<&'static str>,
    /// Its doc comment.
    pub doc: &'static str,
    /// Whether it takes any other keyword, too, as plain attributes of the instance (`#[config(open)]`).
    pub open: bool,
    /// The parameters, those of flattened structs included.
    pub fields: Vec<FieldSchema>,
}

/// A class that a user can name in `master.cfg`.
pub trait ConfigClass: Sized {
    /// Its dotted path.
    const PATH: &'static str;

    /// The description of the class, without any instance.
    fn schema() -> ClassSchema;

    /// Python's name of the parameter that this field of the struct holds.
    fn parameter_name(field: &str) -> Option<&'static str>;

    /// Reads an instance; faults go to `errors`, and `None` means that there was at least one.
    fn from_object(object: &Object, errors: &mut Errors) -> Option<Self>;
}

/// A type that a parameter can have.
pub trait FromValue: Sized {
    /// As a Python annotation, for messages and stubs.
    const ANNOTATION: &'static str;

    /// Converts; the error says what was expected.
    fn from_value(value: &Value) -> Result<Self, String>;
}

impl FromValue for Value {
    const ANNOTATION: &'static str = "Any";

    fn from_value(value: &Value) -> Result<Value, String> {
        Ok(value.clone())
    }
}

impl FromValue for bool {
    const ANNOTATION: &'static str = "bool";

    fn from_value(value: &Value) -> Result<bool, String> {
        match value {
            Value::Bool(value) => Ok(*value),
            Value::Int(value) => Ok(*value != 0),
            Value::None => Ok(false),
            other => Err(format!("must be a bool, not {}", other.type_name())),
        }
    }
}

impl FromValue for i64 {
    const ANNOTATION: &'static str = "int";

    fn from_value(value: &Value) -> Result<i64, String> {
        match value {
            Value::Int(value) => Ok(*value),
            Value::Bool(value) => Ok(i64::from(*value)),
            other => Err(format!("must be an int, not {}", other.type_name())),
        }
    }
}

impl FromValue for f64 {
    const ANNOTATION: &'static str = "float";

    fn from_value(value: &Value) -> Result<f64, String> {
        match value {
            Value::Float(value) => Ok(*value),
            Value::Int(value) => Ok(*value as f64),
            other => Err(format!("must be a number, not {}", other.type_name())),
        }
    }
}

impl FromValue for String {
    const ANNOTATION: &'static str = "str";

    fn from_value(value: &Value) -> Result<String, String> {
        match value {
            Value::Str(text) => Ok(text.clone()),
            Value::Bytes(bytes) => String::from_utf8(bytes.clone()).map_err(|_| "must be valid UTF-8".to_owned()),
            other => Err(format!("must be a str, not {}", other.type_name())),
        }
    }
}

impl<T: FromValue> FromValue for Option<T> {
    const ANNOTATION: &'static str = T::ANNOTATION;

    fn from_value(value: &Value) -> Result<Option<T>, String> {
        match value {
            Value::None => Ok(None),
            other => T::from_value(other).map(Some),
        }
    }
}

impl<T: FromValue> FromValue for Vec<T> {
    const ANNOTATION: &'static str = "list";

    fn from_value(value: &Value) -> Result<Vec<T>, String> {
        match value {
            Value::List(items) | Value::Tuple(items) => items.iter().map(T::from_value).collect(),
            other => Err(format!("must be a list, not {}", other.type_name())),
        }
    }
}

impl<T: FromValue> FromValue for BTreeMap<String, T> {
    const ANNOTATION: &'static str = "dict";

    fn from_value(value: &Value) -> Result<BTreeMap<String, T>, String> {
        let Value::Dict(entries) = value else { return Err(format!("must be a dict, not {}", value.type_name())) };
        entries
            .iter()
            .map(|(key, value)| {
                let name = key.as_str().ok_or_else(|| format!("must have text keys, not {}", key.type_name()))?;
                let value = T::from_value(value).map_err(|fault| format!("['{name}'] {fault}"))?;
                Ok((name.to_owned(), value))
            })
            .collect()
    }
}

impl FromValue for Arc<Callable> {
    const ANNOTATION: &'static str = "Callable";

    fn from_value(value: &Value) -> Result<Arc<Callable>, String> {
        match value {
            Value::Callable(function) => Ok(Arc::clone(function)),
            other => Err(format!("must be a callable, not {}", other.type_name())),
        }
    }
}

impl FromValue for u64 {
    const ANNOTATION: &'static str = "int";

    fn from_value(value: &Value) -> Result<u64, String> {
        let number = i64::from_value(value)?;
        u64::try_from(number).map_err(|_| format!("must not be negative, but it is {number}"))
    }
}

impl FromValue for NonZeroU64 {
    const ANNOTATION: &'static str = "int";

    fn from_value(value: &Value) -> Result<NonZeroU64, String> {
        let number = i64::from_value(value)?;
        let positive = u64::try_from(number).ok().and_then(NonZeroU64::new);
        positive.ok_or_else(|| format!("must be greater than 0, but it is {number}"))
    }
}

/// A `datetime.timedelta`, or a number of seconds.
impl FromValue for Duration {
    const ANNOTATION: &'static str = "float | datetime.timedelta";

    fn from_value(value: &Value) -> Result<Duration, String> {
        let seconds = match value {
            Value::Object(object) if object.class == "datetime.timedelta" => object.args.get("seconds"),
            other => Some(other),
        };
        let told = || format!("must be a datetime.timedelta or a number of seconds, not {}", value.type_name());
        let seconds = seconds.and_then(|seconds| f64::from_value(seconds).ok()).ok_or_else(told)?;
        span_of(seconds).map_err(|error| error.to_string())
    }
}

impl FromValue for Arc<Object> {
    const ANNOTATION: &'static str = "object";

    fn from_value(value: &Value) -> Result<Arc<Object>, String> {
        value.as_object().cloned().ok_or_else(|| format!("must be an object, not {}", value.type_name()))
    }
}

/// Used by the derive: reads one parameter.
#[doc(hidden)]
pub fn read_field<T: FromValue>(
    object: &Object,
    name: &'static str,
    default: impl FnOnce() -> Option<T>,
    errors: &mut Errors,
) -> Option<T> {
    let class = object.class.rsplit('.').next().unwrap_or("object");
    match object.args.get(name) {
        Some(value) => match T::from_value(value) {
            Ok(value) => Some(value),
            Err(expected) => {
                errors.error(&object.place, format!("{class}: parameter '{name}' {expected}"));
                None
            }
        },
        None => match default() {
            Some(value) => Some(value),
            None => {
                missing(class, name, &object.place, errors);
                None
            }
        },
    }
}

fn missing(class: &str, field: &str, place: &Place, errors: &mut Errors) {
    errors.error(place, format!("{class}: parameter '{field}' is required"));
}

#[cfg(test)]
mod tests {
    use ferrobot_config_derive::ConfigClass;

    use super::*;

    /// What all have.
    #[derive(Debug, ConfigClass)]
    #[config(module = "buildbot.base", name = "Base", rename_all = "camelCase")]
    struct Common {
        /// Stops the build.
        #[config(default = false)]
        halt_on_failure: bool,
        #[config(renderable)]
        description: Value,
        #[config(name = "logENV", default = true)]
        log_environment: bool,
    }

    /// Runs something.
    #[derive(Debug, ConfigClass)]
    #[config(
        module = "buildbot.steps",
        base = "buildbot.base.Base",
        rename_all = "camelCase",
        check = Run::has_time
    )]
    struct Run {
        #[config(flatten, defaults(halt_on_failure = true, log_environment = false))]
        common: Common,
        #[config(positional, renderable, required)]
        command: Value,
        #[config(default = 1200)]
        timeout: Option<f64>,
        max_lines: Option<i64>,
        #[config(name = "usePTY", default = false)]
        use_pty: bool,
    }

    impl Run {
        fn has_time(&self, object: &Object, errors: &mut Errors) {
            if self.timeout == Some(0.0) {
                errors.error(&object.place, "Run: no time is too short");
            }
        }
    }

    fn object(args: &[(&str, Value)]) -> Object {
        Object {
            class: "buildbot.steps.Run".to_owned(),
            args: args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            ..Object::default()
        }
    }

    #[test]
    fn the_schema_is_what_python_shows() {
        let schema = Run::schema();
        assert_eq!((schema.module, schema.name, schema.base), ("buildbot.steps", "Run", Some("buildbot.base.Base")));
        let shown: Vec<(&str, Option<&str>)> = schema.fields.iter().map(|field| (field.name, field.default)).collect();
        let expected = [
            ("haltOnFailure", Some("True")),
            ("description", Some("None")),
            ("logENV", Some("False")),
            ("command", None),
            ("timeout", Some("1200")),
            ("maxLines", Some("None")),
            ("usePTY", Some("False")),
        ];
        assert_eq!(shown, expected);
        assert_eq!(schema.doc, "Runs something.");
    }

    #[test]
    fn defaults_of_the_kind_give_way_to_arguments() {
        let mut errors = Errors::default();
        let plain = Run::from_object(&object(&[("command", "ls".into())]), &mut errors).unwrap();
        assert!(plain.common.halt_on_failure && !plain.common.log_environment);
        assert_eq!((plain.timeout, plain.max_lines, plain.use_pty), (Some(1200.0), None, false));
        assert_eq!(plain.common.description, Value::None);
        let arguments = [
            ("command", "ls".into()),
            ("haltOnFailure", Value::Bool(false)),
            ("logENV", Value::Bool(true)),
            ("timeout", Value::None),
            ("usePTY", Value::Bool(true)),
        ];
        let given = Run::from_object(&object(&arguments), &mut errors).unwrap();
        assert!(!given.common.halt_on_failure && given.common.log_environment);
        assert_eq!((given.timeout, given.use_pty), (None, true));
        assert_eq!(given.command, "ls".into());
        assert_eq!(errors, Errors::default());
    }

    #[test]
    fn all_faults_of_an_object_are_told_at_once() {
        let mut errors = Errors::default();
        assert!(Run::from_object(&object(&[("timeout", "soon".into())]), &mut errors).is_none());
        let told: Vec<&str> = errors.errors.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(
            told,
            ["Run: parameter 'command' is required", "Run: parameter 'timeout' must be a number, not str"]
        );
    }

    #[test]
    fn the_class_s_own_check_is_asked() {
        let mut errors = Errors::default();
        let arguments = [("command", "ls".into()), ("timeout", Value::Int(0))];
        assert!(Run::from_object(&object(&arguments), &mut errors).is_none());
        assert_eq!(errors.errors[0].message, "Run: no time is too short");
    }

    #[test]
    fn types_say_what_they_want() {
        let timedelta = |seconds: f64| {
            let args = [("seconds".to_owned(), Value::Float(seconds))].into();
            Value::Object(Arc::new(Object { class: "datetime.timedelta".to_owned(), args, ..Object::default() }))
        };
        assert_eq!(Duration::from_value(&timedelta(1.5)), Ok(Duration::from_millis(1500)));
        assert_eq!(Duration::from_value(&Value::Int(2)), Ok(Duration::from_secs(2)));
        assert_eq!(
            Duration::from_value(&timedelta(-1.0)),
            Err("must be a number of seconds, 0 or more, not -1".to_owned())
        );
        let told = "must be a datetime.timedelta or a number of seconds, not str";
        assert_eq!(Duration::from_value(&"x".into()), Err(told.to_owned()));
        assert_eq!(u64::from_value(&Value::Int(-1)), Err("must not be negative, but it is -1".to_owned()));
        let dict = |key: Value, value: Value| Value::Dict(vec![(key, value)]);
        let read = BTreeMap::<String, u64>::from_value(&dict("a".into(), Value::Int(1)));
        assert_eq!(read, Ok(BTreeMap::from([("a".to_owned(), 1)])));
        let told = BTreeMap::<String, u64>::from_value(&dict("a".into(), "x".into()));
        assert_eq!(told, Err("['a'] must be an int, not str".to_owned()));
        let told = BTreeMap::<String, u64>::from_value(&dict(Value::Int(1), Value::Int(1)));
        assert_eq!(told, Err("must have text keys, not int".to_owned()));
        for wrong in [0, -16384] {
            let told = format!("must be greater than 0, but it is {wrong}");
            assert_eq!(NonZeroU64::from_value(&Value::Int(wrong)), Err(told));
        }
        assert_eq!(Arc::<Callable>::from_value(&"x".into()), Err("must be a callable, not str".to_owned()));
    }
}
