//! Raw values of a configuration document, as the config host records them.
//!
//! A renderable is a [`Value::Object`] of a renderable class (`Interpolate`, `Property`, …) anywhere in a
//! value; a function is a [`Value::Callable`], a handle into the config host of the same generation.

use std::collections::BTreeMap;
use std::sync::Arc;

/// Where in the user's files something was constructed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Place {
    /// Path of the file; empty when unknown.
    pub file: String,
    /// Line, from 1; 0 when unknown.
    pub line: u32,
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.file.as_str(), self.line) {
            ("", _) => f.write_str("master.cfg"),
            (file, 0) => f.write_str(file),
            (file, line) => write!(f, "{file}:{line}"),
        }
    }
}

/// A value in the document.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Value {
    /// Python's `None`.
    #[default]
    None,
    /// `True` or `False`.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// A float.
    Float(f64),
    /// Text.
    Str(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list (also sets and other iterables).
    List(Vec<Value>),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A mapping, in insertion order.
    Dict(Vec<(Value, Value)>),
    /// An instance of one of the package's classes, or of a user's subclass of one.
    Object(Arc<Object>),
    /// Something callable: function, lambda, class, bound method.
    Callable(Arc<Callable>),
    /// Anything else; its handle can be passed back to the host, its text is its `repr`.
    Opaque(Arc<Callable>),
}

/// An instance of a configuration class.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Object {
    /// Dotted path of the nearest built-in class, for example `buildbot.steps.shell.ShellCommand`.
    pub class: String,
    /// Dotted path of the user's subclass, if it is one.
    pub user_class: Option<String>,
    /// The host's handle of the instance, for calls of overridden methods.
    pub handle: u64,
    /// Constructor arguments by parameter name; defaults are not filled in.
    pub args: BTreeMap<String, Value>,
    /// Arguments that no parameter takes (only where the class accepts any).
    pub extra: Vec<(String, Value)>,
    /// Names of methods and attributes that the user's subclass overrides.
    pub overrides: Vec<String>,
    /// Where it was constructed.
    pub place: Place,
}

/// A handle of something in the config host.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Callable {
    /// Names it in calls.
    pub handle: u64,
    /// Qualified name, or `repr`.
    pub name: String,
    /// Where it is defined.
    pub place: Place,
}

impl Value {
    /// The text, if this is text.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::Str(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if this is one.
    #[must_use]
    pub fn as_object(&self) -> Option<&Arc<Object>> {
        match self {
            Value::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The elements of a list or tuple.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) | Value::Tuple(items) => Some(items),
            _ => None,
        }
    }

    /// The entry of a mapping with a text key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        match self {
            Value::Dict(entries) => entries.iter().find(|(name, _)| name.as_str() == Some(key)).map(|(_, value)| value),
            _ => None,
        }
    }

    /// Python's name of the type, for messages.
    #[must_use]
    pub fn type_name(&self) -> &str {
        match self {
            Value::None => "NoneType",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "str",
            Value::Bytes(_) => "bytes",
            Value::List(_) => "list",
            Value::Tuple(_) => "tuple",
            Value::Dict(_) => "dict",
            Value::Object(object) => object.class.rsplit('.').next().unwrap_or("object"),
            Value::Callable(_) => "function",
            Value::Opaque(_) => "object",
        }
    }

    /// Whether Python would regard it as true.
    #[must_use]
    pub fn is_truthy(&self) -> bool {
        match self {
            Value::None => false,
            Value::Bool(value) => *value,
            Value::Int(value) => *value != 0,
            Value::Float(value) => *value != 0.0,
            Value::Str(value) => !value.is_empty(),
            Value::Bytes(value) => !value.is_empty(),
            Value::List(items) | Value::Tuple(items) => !items.is_empty(),
            Value::Dict(entries) => !entries.is_empty(),
            Value::Object(_) | Value::Callable(_) | Value::Opaque(_) => true,
        }
    }

    /// As JSON; objects and callables, which JSON cannot hold, give `None`.
    #[must_use]
    pub fn to_json(&self) -> Option<serde_json::Value> {
        Some(match self {
            Value::None => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Int(value) => (*value).into(),
            Value::Float(value) => (*value).into(),
            Value::Str(value) => value.clone().into(),
            Value::Bytes(value) => String::from_utf8_lossy(value).into_owned().into(),
            Value::List(items) | Value::Tuple(items) => {
                items.iter().map(Value::to_json).collect::<Option<Vec<_>>>()?.into()
            }
            Value::Dict(entries) => {
                let mut map = serde_json::Map::new();
                for (key, value) in entries {
                    let key = match key {
                        Value::Str(key) => key.clone(),
                        other => other.to_json()?.to_string(),
                    };
                    map.insert(key, value.to_json()?);
                }
                map.into()
            }
            Value::Object(_) | Value::Callable(_) | Value::Opaque(_) => return None,
        })
    }

    /// From JSON.
    #[must_use]
    pub fn from_json(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::None,
            serde_json::Value::Bool(value) => Value::Bool(*value),
            serde_json::Value::Number(number) => {
                number.as_i64().map_or_else(|| Value::Float(number.as_f64().unwrap_or(f64::NAN)), Value::Int)
            }
            serde_json::Value::String(text) => Value::Str(text.clone()),
            serde_json::Value::Array(items) => Value::List(items.iter().map(Value::from_json).collect()),
            serde_json::Value::Object(map) => {
                Value::Dict(map.iter().map(|(key, value)| (Value::Str(key.clone()), Value::from_json(value))).collect())
            }
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Str(text.to_owned())
    }
}
