//! A digest of what objects of a configuration say, for comparing them over restarts. Pure.
//!
//! Handles differ between generations and do not count, nor does the place of an object. A function counts by its name and
//! place: what it does is not seen.

use sha1::{Digest, Sha1};

use crate::{Callable, Object, Value};

/// The digest of these objects, in hexadecimal.
pub fn digest<'a>(objects: impl IntoIterator<Item = &'a Object>) -> String {
    let mut sha = Sha1::new();
    for object in objects {
        add_object(&mut sha, object);
    }
    hex::encode(sha.finalize())
}

fn add_object(sha: &mut Sha1, object: &Object) {
    let Object { class, user_class, handle: _, args, extra, overrides, place: _ } = object;
    add_text(sha, 'O', class);
    add_text(sha, 'u', user_class.as_deref().unwrap_or_default());
    add_length(sha, 'a', args.len());
    for (name, value) in args {
        add_text(sha, 'n', name);
        add(sha, value);
    }
    add_length(sha, 'x', extra.len());
    for (name, value) in extra {
        add_text(sha, 'n', name);
        add(sha, value);
    }
    add_length(sha, 'o', overrides.len());
    for name in overrides {
        add_text(sha, 'n', name);
    }
}

fn add(sha: &mut Sha1, value: &Value) {
    match value {
        Value::None => sha.update(b"N"),
        Value::Bool(value) => sha.update([b'B', u8::from(*value)]),
        Value::Int(value) => add_bytes(sha, 'I', &value.to_be_bytes()),
        Value::Float(value) => add_bytes(sha, 'F', &value.to_bits().to_be_bytes()),
        Value::Str(text) => add_text(sha, 'S', text),
        Value::Bytes(bytes) => add_bytes(sha, 'Y', bytes),
        Value::List(items) | Value::Tuple(items) => {
            add_length(sha, if matches!(value, Value::List(_)) { 'L' } else { 'T' }, items.len());
            items.iter().for_each(|item| add(sha, item));
        }
        Value::Dict(entries) => {
            add_length(sha, 'D', entries.len());
            for (key, value) in entries {
                add(sha, key);
                add(sha, value);
            }
        }
        Value::Object(object) => add_object(sha, object),
        Value::Callable(callable) => add_callable(sha, 'C', callable),
        Value::Opaque(opaque) => add_callable(sha, 'P', opaque),
    }
}

fn add_callable(sha: &mut Sha1, kind: char, callable: &Callable) {
    let Callable { handle: _, name, place } = callable;
    add_text(sha, kind, name);
    add_text(sha, 'p', &place.to_string());
}

fn add_text(sha: &mut Sha1, kind: char, text: &str) {
    add_bytes(sha, kind, text.as_bytes());
}

fn add_bytes(sha: &mut Sha1, kind: char, bytes: &[u8]) {
    add_length(sha, kind, bytes.len());
    sha.update(bytes);
}

fn add_length(sha: &mut Sha1, kind: char, length: usize) {
    sha.update([kind as u8]);
    sha.update((length as u64).to_be_bytes());
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Place;

    fn step(handle: u64, line: u32, command: Value) -> Object {
        let place = Place { file: "master.cfg".to_owned(), line };
        let args = [("command".to_owned(), command)].into();
        Object { class: "S".to_owned(), handle, args, place, ..Object::default() }
    }

    fn function(line: u32) -> Value {
        let place = Place { file: "master.cfg".to_owned(), line };
        Value::Callable(Arc::new(Callable { handle: u64::from(line), name: "f".to_owned(), place }))
    }

    #[test]
    fn what_objects_say_is_told_apart_from_where_they_are() {
        let words = |words: &[&str]| Value::List(words.iter().map(|word| Value::from(*word)).collect());
        let one = digest([&step(1, 10, words(&["make", "all"]))]);
        let cases = [
            (step(2, 11, words(&["make", "all"])), true),
            (step(1, 10, words(&["make", "test"])), false),
            (step(1, 10, words(&["makeall"])), false),
            (step(1, 10, Value::Tuple(vec!["make".into(), "all".into()])), false),
            (step(1, 10, function(3)), false),
            (Object { class: "T".to_owned(), ..step(1, 10, words(&["make", "all"])) }, false),
        ];
        for (other, is_same) in cases {
            assert_eq!(digest([&other]) == one, is_same, "{other:?}");
        }
        assert_eq!(digest([&step(1, 1, function(3))]), digest([&step(2, 2, function(3))]));
        assert_ne!(digest([&step(1, 1, function(3))]), digest([&step(1, 1, function(4))]));
        assert_ne!(digest([&step(1, 1, Value::None), &step(1, 1, Value::None)]), digest([&step(1, 1, Value::None)]));
    }
}
