//! JSON in columns: written as Buildbot writes it, so that rows of both programs are equal.

use serde_json::Value;

use crate::{Layout, python_json};

/// The text of a value.
#[must_use]
pub(crate) fn to_text(value: &Value) -> String {
    python_json(value, Layout::Spaced)
}

/// Reads a stored property: `[value, source]`.
pub(crate) fn sourced(text: &str) -> Result<(Value, String), String> {
    serde_json::from_str(text).map_err(|error| format!("`{text}` is no [value, source]: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_what_python_writes() {
        let cases = [
            (serde_json::json!(["v", "Change"]), r#"["v", "Change"]"#),
            (serde_json::json!({"a": 1, "b": [true, null, 1.5]}), r#"{"a": 1, "b": [true, null, 1.5]}"#),
            (serde_json::json!("ü\n\"\\😀\u{7f}\u{1}"), "\"\\u00fc\\n\\\"\\\\\\ud83d\\ude00\\u007f\\u0001\""),
            (serde_json::json!([1e16, 0.00001, 1.0]), "[1e+16, 1e-05, 1.0]"),
            (serde_json::json!([]), "[]"),
            (serde_json::json!({}), "{}"),
        ];
        for (value, expected) in cases {
            assert_eq!(to_text(&value), expected);
            assert_eq!(serde_json::from_str::<Value>(expected).unwrap(), value);
        }
    }
}
