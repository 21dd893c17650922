//! JSON as Python's `json.dumps` writes it, so that rows of both programs are equal: `, ` and `: ` between values, and
//! nothing but ASCII.

use std::io::{self, Write};

use serde_json::Value;
use serde_json::ser::Formatter;

/// The text of a value.
#[must_use]
pub fn to_text(value: &Value) -> String {
    let mut text = Vec::with_capacity(64);
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, Pythonic);
    let written = serde::Serialize::serialize(value, &mut serializer);
    debug_assert!(written.is_ok(), "writing to memory cannot fail");
    String::from_utf8(text).unwrap_or_default()
}

/// Reads a stored property: `[value, source]`.
pub(crate) fn sourced(text: &str) -> Result<(Value, String), String> {
    serde_json::from_str(text).map_err(|error| format!("`{text}` is no [value, source]: {error}"))
}

struct Pythonic;

impl Formatter for Pythonic {
    fn begin_array_value<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { writer.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        if fragment.bytes().all(|byte| byte.is_ascii() && byte != 0x7f) {
            return writer.write_all(fragment.as_bytes());
        }
        let mut units = [0; 2];
        for character in fragment.chars() {
            if matches!(character, ' '..='~') {
                writer.write_all(&[character as u8])?;
            } else {
                for unit in character.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }
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
            (serde_json::json!([]), "[]"),
            (serde_json::json!({}), "{}"),
        ];
        for (value, expected) in cases {
            assert_eq!(to_text(&value), expected);
            assert_eq!(serde_json::from_str::<Value>(expected).unwrap(), value);
        }
    }
}
