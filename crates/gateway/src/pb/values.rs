//! Values of Python as the rest of the master knows them.

use std::collections::BTreeMap;

use ferrobot_wire::pb::Value;

/// As JSON. What JSON does not know becomes nothing.
pub(super) fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::None | Value::Theirs(_) | Value::Ours(_) | Value::Instance(..) => serde_json::Value::Null,
        Value::Bool(flag) => (*flag).into(),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned().into(),
        Value::Text(text) => text.as_str().into(),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            items.iter().map(to_json).collect::<Vec<_>>().into()
        }
        Value::Dict(entries) => entries
            .iter()
            .filter_map(|(key, value)| Some((key.as_text()?.to_owned(), to_json(value))))
            .collect::<serde_json::Map<_, _>>()
            .into(),
    }
}

/// A dictionary of texts.
pub(super) fn text_map(value: &Value) -> BTreeMap<String, String> {
    let entries = value.as_dict().unwrap_or_default();
    entries.iter().filter_map(|(key, value)| Some((key.as_text()?.to_owned(), value.as_text()?.to_owned()))).collect()
}
