//! One definition for each configuration class: a Rust struct with `#[derive(ConfigClass)]`.
//!
//! ```ignore
//! /// Runs a command on the worker.
//! #[derive(Debug, Clone, ConfigClass)]
//! #[config(module = "buildbot.steps.shell", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
//! pub struct ShellCommand {
//!     /// The parameters that all steps have.
//!     #[config(flatten)]
//!     pub common: StepCommon,
//!     /// What to run.                          (positional: fields take positional arguments in their order)
//!     #[config(positional, renderable)]
//!     pub command: Value,
//!     /// Seconds without output …
//!     #[config(default = 1200, renderable)]     (Python default; without it and not Option: required)
//!     pub timeout: Option<f64>,
//!     #[config(name = "usePTY", default = false)]
//!     pub use_pty: bool,
//! }
//! ```
//! `renderable` fields have type [`Value`] (kept raw, rendered when their turn comes).
//! The derive writes `schema()` (for the Python class, the stub, the manual) and `from_object()` (typed, with
//! all errors collected).

use std::sync::Arc;

use crate::{Errors, Object, Place, Value};

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
    /// The parameters, those of flattened structs included.
    pub fields: Vec<FieldSchema>,
}

/// A class that a user can name in `master.cfg`.
pub trait ConfigClass: Sized {
    /// The description of the class, without any instance.
    fn schema() -> ClassSchema;

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
    field: &FieldSchema,
    default: impl FnOnce() -> Option<T>,
    errors: &mut Errors,
) -> Option<T> {
    let class = object.class.rsplit('.').next().unwrap_or("object");
    match object.args.get(field.name) {
        Some(value) => match T::from_value(value) {
            Ok(value) => Some(value),
            Err(expected) => {
                errors.error(&object.place, format!("{class}: parameter '{}' {expected}", field.name));
                None
            }
        },
        None => match default() {
            Some(value) => Some(value),
            None => {
                missing(class, field.name, &object.place, errors);
                None
            }
        },
    }
}

fn missing(class: &str, field: &str, place: &Place, errors: &mut Errors) {
    errors.error(place, format!("{class}: parameter '{field}' is required"));
}
