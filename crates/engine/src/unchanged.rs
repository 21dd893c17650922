//! Whether an object of a new configuration means the same as the one that runs: then it is left alone. Pure.
//!
//! Handles and places differ between generations and do not count. An object that leads into the configuration's Python is
//! taken for changed: its functions belong to the host of their generation, which ends.

use ferrobot_config::{Named, Object, Value};

/// Whether a running object can go on.
pub(crate) fn is_unchanged(running: &Named, wanted: &Named) -> bool {
    running.name == wanted.name && same_object(&running.object, &wanted.object)
}

fn same_object(a: &Object, b: &Object) -> bool {
    let calls_python = |object: &Object| {
        object.user_class.is_some() || !object.overrides.is_empty() || object.class == "buildbot.interfaces.IRenderable"
    };
    a.class == b.class
        && !calls_python(a)
        && !calls_python(b)
        && a.args.len() == b.args.len()
        && a.args.iter().all(|(name, value)| b.args.get(name).is_some_and(|other| same(value, other)))
        && a.extra.len() == b.extra.len()
        && a.extra.iter().zip(&b.extra).all(|((a, left), (b, right))| a == b && same(left, right))
}

fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        (Value::Dict(a), Value::Dict(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((key, value), (other, right))| same(key, other) && same(value, right))
        }
        (Value::Object(a), Value::Object(b)) => same_object(a, b),
        (Value::Callable(_), _) | (Value::Opaque(_), _) => false,
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ferrobot_config::{Callable, Place};

    use super::*;

    fn named(handle: u64, args: Vec<(&str, Value)>) -> Named {
        let place = Place { file: "master.cfg".to_owned(), line: u32::try_from(handle).unwrap() };
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Named { name: "x".to_owned(), object: Arc::new(Object { handle, args, place, ..Object::default() }) }
    }

    #[test]
    fn only_what_it_says_counts() {
        let nested = |handle| Value::Object(named(handle, vec![("branch", "main".into())]).object);
        let function = |handle| Value::Callable(Arc::new(Callable { handle, ..Callable::default() }));
        let cases = [
            (named(1, vec![("a", nested(2))]), named(9, vec![("a", nested(8))]), true),
            (named(1, vec![("a", Value::Int(1))]), named(1, vec![("a", Value::Int(2))]), false),
            (named(1, vec![("a", Value::Int(1))]), named(1, vec![]), false),
            (named(1, vec![("a", function(3))]), named(1, vec![("a", function(3))]), false),
        ];
        for (running, wanted, expected) in cases {
            assert_eq!(is_unchanged(&running, &wanted), expected, "{running:?}");
        }
    }
}
