//! Reads the arguments of the configuration's objects, and entries of its dictionaries.

use std::sync::Arc;

use ferrobot_model::Properties;

use crate::{Callable, Errors, Object, Place, Value};

const NONE: &Value = &Value::None;

/// An entry of a dictionary, `None` when it is missing.
pub(super) fn entry<'a>(dictionary: &'a Value, key: &str) -> &'a Value {
    dictionary.get(key).unwrap_or(NONE)
}

/// An argument of an object, `None` when it was not given.
pub(super) fn argument<'a>(object: &'a Object, name: &str) -> &'a Value {
    object.args.get(name).unwrap_or(NONE)
}

/// Text, or nothing; anything else is a fault.
pub(super) fn text(value: &Value, what: &str, place: &Place, errors: &mut Errors) -> Option<String> {
    match value {
        Value::None => None,
        Value::Str(text) => Some(text.clone()),
        _ => {
            errors.error(place, format!("{what} must be a string"));
            None
        }
    }
}

/// A whole number, or nothing; anything else is a fault.
pub(super) fn integer(value: &Value, what: &str, place: &Place, errors: &mut Errors) -> Option<i64> {
    match value {
        Value::None => None,
        Value::Int(number) => Some(*number),
        Value::Bool(truth) => Some(i64::from(*truth)),
        _ => {
            errors.error(place, format!("{what} must be an integer"));
            None
        }
    }
}

/// A number of seconds, or nothing; anything else is a fault.
pub(super) fn seconds(value: &Value, what: &str, place: &Place, errors: &mut Errors) -> Option<f64> {
    match value {
        Value::None => None,
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => {
            errors.error(place, format!("{what} must be a number"));
            None
        }
    }
}

/// A list of text (also one text, where that is meant as a list of one); anything else is a fault.
pub(super) fn texts(value: &Value, what: &str, place: &Place, errors: &mut Errors) -> Vec<String> {
    let items = match value {
        Value::None => return Vec::new(),
        Value::Str(text) => return vec![text.clone()],
        Value::List(items) | Value::Tuple(items) => items,
        _ => {
            errors.error(place, format!("{what} must be a list of strings"));
            return Vec::new();
        }
    };
    let mut read = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Value::Str(text) => read.push(text.clone()),
            other => errors.error(place, format!("{what} must be a list of strings: {}", shown(other))),
        }
    }
    read
}

/// A function, or nothing; anything else is a fault.
pub(super) fn callable(value: &Value, what: &str, place: &Place, errors: &mut Errors) -> Option<Arc<Callable>> {
    match value {
        Value::None => None,
        Value::Callable(function) => Some(Arc::clone(function)),
        _ => {
            errors.error(place, format!("{what} must be a callable"));
            None
        }
    }
}

/// A dictionary of properties with their source; anything else is a fault.
pub(super) fn properties(value: &Value, source: &str, what: &str, place: &Place, errors: &mut Errors) -> Properties {
    let mut properties = Properties::new();
    let entries = match value {
        Value::None => return properties,
        Value::Dict(entries) => entries,
        _ => {
            errors.error(place, format!("{what} must be a dictionary"));
            return properties;
        }
    };
    for (name, value) in entries {
        match (name, value.to_json()) {
            (Value::Str(name), Some(value)) => properties.set(name, value, source),
            (Value::Str(name), None) => {
                errors.error(place, format!("{what}: the value of property '{name}' cannot be stored as JSON"));
            }
            (other, _) => errors.error(place, format!("{what}: {} is not the name of a property", shown(other))),
        }
    }
    properties
}

/// The elements of a list or tuple; anything else is a fault with this text.
pub(super) fn list<'a>(value: &'a Value, fault: &str, errors: &mut Errors) -> &'a [Value] {
    match value {
        Value::None => &[],
        Value::List(items) | Value::Tuple(items) => items,
        _ => {
            errors.error(&Place::default(), fault);
            &[]
        }
    }
}

/// A value in a message.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("'{text}'"),
        Value::Object(object) => format!("a {}", class_name(object)),
        other => match other.to_json() {
            Some(json) => json.to_string(),
            None => format!("a {}", other.type_name()),
        },
    }
}

/// The last part of an object's class.
pub(super) fn class_name(object: &Object) -> &str {
    object.class.rsplit('.').next().unwrap_or_default()
}
