//! Reads the arguments of the configuration's objects, and entries of its dictionaries.

use std::sync::Arc;

use crate::{Callable, Errors, Object, Place, Source, Value};

const NONE: &Value = &Value::None;

/// Where a fault is: looked for only when there is one.
#[derive(Debug, Clone, Copy)]
pub(super) enum At<'a> {
    /// At a key of the configuration, or at a key in the dictionary of a key.
    Key(Source<'a>, &'a [&'a str]),
    /// Where an object was constructed.
    Object(&'a Place),
}

impl At<'_> {
    pub(super) fn error(self, errors: &mut Errors, message: impl Into<String>) {
        errors.error(&self.place(), message);
    }

    pub(super) fn warning(self, errors: &mut Errors, message: impl Into<String>) {
        errors.warning(&self.place(), message);
    }

    fn place(self) -> Place {
        match self {
            At::Key(source, keys) => source.place(keys),
            At::Object(place) => place.clone(),
        }
    }
}

/// An entry of a dictionary, `None` when it is missing.
pub(super) fn entry<'a>(dictionary: &'a Value, key: &str) -> &'a Value {
    dictionary.get(key).unwrap_or(NONE)
}

/// An argument of an object, `None` when it was not given.
pub(super) fn argument<'a>(object: &'a Object, name: &str) -> &'a Value {
    object.args.get(name).unwrap_or(NONE)
}

/// Text, or nothing; anything else is a fault.
pub(super) fn text(value: &Value, what: &str, at: At<'_>, errors: &mut Errors) -> Option<String> {
    match value {
        Value::None => None,
        Value::Str(text) => Some(text.clone()),
        _ => {
            at.error(errors, format!("{what} must be a string"));
            None
        }
    }
}

/// A whole number, or nothing; anything else is a fault.
pub(super) fn integer(value: &Value, what: &str, at: At<'_>, errors: &mut Errors) -> Option<i64> {
    match value {
        Value::None => None,
        Value::Int(number) => Some(*number),
        Value::Bool(truth) => Some(i64::from(*truth)),
        _ => {
            at.error(errors, format!("{what} must be an int"));
            None
        }
    }
}

/// A list of text (also one text, where that is meant as a list of one); anything else is a fault.
pub(super) fn texts(value: &Value, what: &str, at: At<'_>, errors: &mut Errors) -> Vec<String> {
    let items = match value {
        Value::None => return Vec::new(),
        Value::Str(text) => return vec![text.clone()],
        Value::List(items) | Value::Tuple(items) => items,
        _ => {
            at.error(errors, format!("{what} must be a list of strings"));
            return Vec::new();
        }
    };
    let mut read = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Value::Str(text) => read.push(text.clone()),
            other => at.error(errors, format!("{what} must be a list of strings: {}", shown(other))),
        }
    }
    read
}

/// A function, or nothing; anything else is a fault.
pub(super) fn callable(value: &Value, what: &str, at: At<'_>, errors: &mut Errors) -> Option<Arc<Callable>> {
    match value {
        Value::None => None,
        Value::Callable(function) => Some(Arc::clone(function)),
        _ => {
            at.error(errors, format!("{what} must be a callable"));
            None
        }
    }
}

/// The elements of a list or tuple; anything else is a fault with this text.
pub(super) fn list<'a>(value: &'a Value, fault: &str, at: At<'_>, errors: &mut Errors) -> &'a [Value] {
    match value {
        Value::None => &[],
        Value::List(items) | Value::Tuple(items) => items,
        _ => {
            at.error(errors, fault);
            &[]
        }
    }
}

/// A value in a message.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Str(text) => format!("'{text}'"),
        Value::Object(object) => format!("a {}", class_name(object)),
        Value::Callable(thing) | Value::Opaque(thing) => thing.name.clone(),
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

/// The class for a message: the user's own with what it is made of, or the built-in one.
pub(super) fn class_shown(object: &Object) -> String {
    let class = class_name(object);
    match object.user_class.as_deref().map(|user| user.rsplit('.').next().unwrap_or(user)) {
        Some(user) => format!("{user} (a {class})"),
        None => class.to_owned(),
    }
}
