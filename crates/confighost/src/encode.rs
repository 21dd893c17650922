//! What the master writes: values of a call to MessagePack.

use ferrobot_config::Value;
use rmpv::Value as Packed;
use serde_json::Value as Json;

/// A value as the host reads it. What is the host's own goes as a reference.
pub(crate) fn value(value: &Value) -> Packed {
    match value {
        Value::None => Packed::Nil,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Float(value) => (*value).into(),
        Value::Str(text) => text.as_str().into(),
        Value::Bytes(bytes) => bytes.as_slice().into(),
        Value::List(items) => list(items),
        Value::Tuple(items) => form("$tuple", list(items)),
        Value::Dict(entries) => dict(entries),
        Value::Object(object) if object.class == "$proxy" => form(
            "$proxy",
            Packed::Map(object.args.iter().map(|(name, item)| (name.as_str().into(), self::value(item))).collect()),
        ),
        Value::Object(object) => form("$ref", object.handle.into()),
        Value::Callable(callable) | Value::Opaque(callable) => form("$ref", callable.handle.into()),
    }
}

fn list(items: &[Value]) -> Packed {
    Packed::Array(items.iter().map(value).collect())
}

fn dict(entries: &[(Value, Value)]) -> Packed {
    let text = |key: &Value| key.as_str().map(str::to_owned);
    let lone_dollar = matches!(entries, [(key, _)] if key.as_str().is_some_and(|key| key.starts_with('$')));
    if !lone_dollar && entries.iter().all(|(key, _)| text(key).is_some()) {
        return Packed::Map(entries.iter().map(|(key, item)| (value(key), value(item))).collect());
    }
    form(
        "$dict",
        Packed::Array(entries.iter().map(|(key, item)| Packed::Array(vec![value(key), value(item)])).collect()),
    )
}

fn form(name: &str, content: Packed) -> Packed {
    map([(name, content)])
}

/// A map with these entries.
pub(crate) fn map<const N: usize>(entries: [(&str, Packed); N]) -> Packed {
    Packed::Map(entries.into_iter().map(|(name, content)| (name.into(), content)).collect())
}

/// Plain data, such as the context of a call.
pub(crate) fn json(data: &Json) -> Packed {
    match data {
        Json::Null => Packed::Nil,
        Json::Bool(value) => (*value).into(),
        Json::Number(number) => number
            .as_i64()
            .map(Packed::from)
            .or_else(|| number.as_u64().map(Packed::from))
            .unwrap_or_else(|| number.as_f64().unwrap_or(f64::NAN).into()),
        Json::String(text) => text.as_str().into(),
        Json::Array(items) => Packed::Array(items.iter().map(json).collect()),
        Json::Object(entries) => {
            Packed::Map(entries.iter().map(|(name, item)| (name.as_str().into(), json(item))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use ferrobot_config::{Callable, Object};

    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let dict = Value::Dict(vec![("a".into(), Value::Int(1)), ("b".into(), Value::Float(0.5))]);
        let values = [
            Value::None,
            Value::Int(i64::MIN),
            Value::Bytes(vec![1, 2]),
            Value::Tuple(vec!["x".into(), dict.clone()]),
            Value::Dict(vec![(Value::Int(1), "x".into())]),
            Value::Dict(vec![("$tuple".into(), Value::List(vec![]))]),
            dict,
        ];
        for written in values {
            let packed = value(&written);
            assert_eq!(crate::decode::Decoder::default().document(&packed.as_ref()), written);
        }
    }

    #[test]
    fn the_hosts_own_goes_by_its_handle() {
        let callable = Arc::new(Callable { handle: 7, ..Callable::default() });
        let object = Arc::new(Object { handle: 8, ..Object::default() });
        let proxy = Object {
            class: "$proxy".to_owned(),
            args: [("kind".to_owned(), "build".into())].into(),
            ..Object::default()
        };
        let cases = [
            (Value::Callable(Arc::clone(&callable)), r#"{"$ref": 7}"#),
            (Value::Opaque(callable), r#"{"$ref": 7}"#),
            (Value::Object(object), r#"{"$ref": 8}"#),
            (Value::Object(Arc::new(proxy)), r#"{"$proxy": {"kind": "build"}}"#),
        ];
        for (written, expected) in cases {
            assert_eq!(value(&written).to_string(), expected);
        }
    }

    #[test]
    fn plain_data() {
        let data = serde_json::json!({"a": [1, -2, 1.5, null, true, "x", u64::MAX]});
        assert_eq!(json(&data).to_string(), r#"{"a": [1, -2, 1.5, nil, true, "x", 18446744073709551615]}"#);
    }
}
