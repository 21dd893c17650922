//! Values as Python's `str`, `repr` and `ascii` show them.

use std::fmt::Write as _;

use ferrobot_config::Value;

/// The text that Python's `str` makes of a value.
pub(super) fn python_text(value: &Value) -> String {
    match value {
        Value::Str(text) => text.clone(),
        other => python_repr(other),
    }
}

/// The text that Python's `repr` makes of a value.
pub(super) fn python_repr(value: &Value) -> String {
    let all = |items: &[Value]| items.iter().map(python_repr).collect::<Vec<_>>().join(", ");
    match value {
        Value::None => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) if number.is_nan() => "nan".to_owned(),
        Value::Float(number) if number.is_infinite() => if *number < 0.0 { "-inf" } else { "inf" }.to_owned(),
        Value::Float(_) => value.to_json().map(|json| ferrobot_data::python_repr(&json)).unwrap_or_default(),
        Value::Str(text) => ferrobot_data::python_repr_text(text),
        Value::Bytes(bytes) => ferrobot_data::python_repr_bytes(bytes),
        Value::List(items) => format!("[{}]", all(items)),
        Value::Tuple(items) if items.len() == 1 => format!("({},)", python_repr(&items[0])),
        Value::Tuple(items) => format!("({})", all(items)),
        Value::Dict(entries) => {
            let entry = |(key, value): &(Value, Value)| format!("{}: {}", python_repr(key), python_repr(value));
            format!("{{{}}}", entries.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
        Value::Object(object) => format!("<{} object>", super::short(object)),
        Value::Callable(thing) | Value::Opaque(thing) => thing.name.clone(),
    }
}

/// The text that Python's `ascii` makes of a value.
pub(super) fn python_ascii(value: &Value) -> String {
    let mut text = String::new();
    for character in python_repr(value).chars() {
        let code = u32::from(character);
        let _ = match code {
            0..=0x7f => write!(text, "{character}"),
            0x80..=0xff => write!(text, "\\x{code:02x}"),
            0x100..=0xffff => write!(text, "\\u{code:04x}"),
            _ => write!(text, "\\U{code:08x}"),
        };
    }
    text
}
