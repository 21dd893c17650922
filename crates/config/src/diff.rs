//! What a reconfiguration changes: a running object compared with the one that is wanted. Pure.
//!
//! Handles and places differ between generations and do not count. An object that leads into the configuration's Python is
//! taken for changed: its functions belong to the host of their generation, which ends.

use crate::{Named, Object, Value};

/// Whether a running object can go on under a new configuration.
#[must_use]
pub fn is_unchanged(running: &Named, wanted: &Named) -> bool {
    running.name == wanted.name && is_same_object(&running.object, &wanted.object)
}

fn is_same_object(a: &Object, b: &Object) -> bool {
    let calls_python = |object: &Object| {
        object.user_class.is_some() || !object.overrides.is_empty() || object.class == "buildbot.interfaces.IRenderable"
    };
    a.class == b.class
        && !calls_python(a)
        && !calls_python(b)
        && a.args.len() == b.args.len()
        && a.args.iter().all(|(name, value)| b.args.get(name).is_some_and(|other| is_same(value, other)))
        && a.extra.len() == b.extra.len()
        && a.extra.iter().zip(&b.extra).all(|((a, left), (b, right))| a == b && is_same(left, right))
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Dict(a), Value::Dict(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((key, value), (other, right))| is_same(key, other) && is_same(value, right))
        }
        (Value::Object(a), Value::Object(b)) => is_same_object(a, b),
        (Value::Callable(_), _) | (Value::Opaque(_), _) => false,
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{Callable, Place};

    fn object(handle: u64, args: Vec<(&str, Value)>) -> Arc<Object> {
        let place = Place { file: "master.cfg".to_owned(), line: u32::try_from(handle).unwrap() };
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Arc::new(Object { handle, args, place, ..Object::default() })
    }

    fn named(name: &str, object: Arc<Object>) -> Named {
        Named { name: name.to_owned(), object }
    }

    #[test]
    fn only_what_an_object_says_counts() {
        let nested = |handle| Value::Object(object(handle, vec![("branch", "main".into())]));
        let function = |handle| Value::Callable(Arc::new(Callable { handle, ..Callable::default() }));
        let cases = [
            (object(1, vec![("a", nested(2))]), object(9, vec![("a", nested(8))]), true),
            (object(1, vec![("a", Value::Int(1))]), object(1, vec![("a", Value::Int(2))]), false),
            (object(1, vec![("a", Value::Int(1))]), object(1, vec![]), false),
            (object(1, vec![("a", function(3))]), object(1, vec![("a", function(3))]), false),
        ];
        for (running, wanted, expected) in cases {
            assert_eq!(is_unchanged(&named("x", running.clone()), &named("x", wanted)), expected, "{running:?}");
        }
    }
}
