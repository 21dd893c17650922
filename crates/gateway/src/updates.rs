//! Reads what a worker reports of a command: `[[key, value], …]` (inventory D3-04).

use ferrobot_model::{Stream, Update};
use ferrobot_wire::msgpack::{into_text, text_of};
use rmpv::Value;

/// Typed updates of one `update` message; what makes no sense is left out.
pub(crate) fn read_updates(args: Value) -> Vec<Update> {
    let Value::Array(pairs) = args else { return Vec::new() };
    pairs.into_iter().filter_map(|pair| if let Value::Array(pair) = pair { read_update(pair) } else { None }).collect()
}

fn read_update(pair: Vec<Value>) -> Option<Update> {
    let mut pair = pair.into_iter();
    let (key, value) = (pair.next()?, pair.next()?);
    Some(match key.as_str()? {
        "stdout" => Update::Output(Stream::Stdout, block(value)?),
        "stderr" => Update::Output(Stream::Stderr, block(value)?),
        "header" => Update::Output(Stream::Header, block(value)?),
        "log" => {
            let Value::Array(parts) = value else { return None };
            let mut parts = parts.into_iter();
            Update::Output(Stream::Log(into_text(parts.next()?)?), block(parts.next()?)?)
        }
        "rc" => Update::Rc(integer(&value)?),
        "elapsed" => Update::Elapsed(value.as_f64()?),
        "failure_reason" => Update::FailureReason(into_text(value)?),
        "stat" => Update::Stat(value.as_array()?.iter().map(|n| n.as_f64().unwrap_or(0.0)).collect()),
        "files" => Update::Files(value.as_array()?.iter().filter_map(text_of).collect()),
        other => Update::Other(other.to_owned(), to_json(&value, 0)),
    })
}

/// A block is `[text, [newline indexes], [times]]`, or bare text.
fn block(value: Value) -> Option<String> {
    match value {
        Value::Array(parts) => parts.into_iter().next().and_then(into_text),
        other => into_text(other),
    }
}

fn integer(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().map(|number| number as i64))
}

/// Deeper values than any worker sends are cut off.
const JSON_DEPTH_MAX: usize = 32;

pub(crate) fn to_json(value: &Value, depth: usize) -> serde_json::Value {
    if depth > JSON_DEPTH_MAX {
        return serde_json::Value::Null;
    }
    match value {
        Value::Nil | Value::Ext(..) => serde_json::Value::Null,
        Value::Boolean(value) => (*value).into(),
        Value::Integer(number) => {
            number.as_i64().map_or_else(|| number.as_u64().unwrap_or_default().into(), serde_json::Value::from)
        }
        Value::F32(number) => f64::from(*number).into(),
        Value::F64(number) => (*number).into(),
        Value::String(_) | Value::Binary(_) => text_of(value).unwrap_or_default().into(),
        Value::Array(items) => items.iter().map(|item| to_json(item, depth + 1)).collect::<Vec<_>>().into(),
        Value::Map(entries) => entries
            .iter()
            .filter_map(|(key, value)| Some((text_of(key)?, to_json(value, depth + 1))))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}
