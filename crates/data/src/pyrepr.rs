//! Values as Python's `repr` writes them: Buildbot's error texts contain them.

use std::fmt::Write as _;

use serde_json::Value;

use crate::{Layout, python_json};

/// `repr` of a text.
#[must_use]
pub fn python_repr_text(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for character in text.chars() {
        match character {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            same if same == quote => {
                out.push('\\');
                out.push(quote);
            }
            '\0'..='\x1f' | '\x7f'..='\u{a0}' | '\u{ad}' => {
                let _infallible = write!(out, "\\x{:02x}", u32::from(character));
            }
            printable => out.push(printable),
        }
    }
    out.push(quote);
    out
}

/// `repr` of bytes.
#[must_use]
pub fn python_repr_bytes(bytes: &[u8]) -> String {
    let quote = if bytes.contains(&b'\'') && !bytes.contains(&b'"') { '"' } else { '\'' };
    let mut out = format!("b{quote}");
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            b' '..=b'~' if char::from(*byte) == quote => out.extend(['\\', quote]),
            b' '..=b'~' => out.push(char::from(*byte)),
            other => {
                let _infallible = write!(out, "\\x{other:02x}");
            }
        }
    }
    out.push(quote);
    out
}

/// `repr` of what Python's `json.loads` makes of a value.
#[must_use]
pub fn python_repr(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Number(_) => python_json(value, Layout::Spaced),
        Value::String(text) => python_repr_text(text),
        Value::Array(items) => format!("[{}]", items.iter().map(python_repr).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => {
            let entry = |(key, value): (&String, &Value)| format!("{}: {}", python_repr_text(key), python_repr(value));
            format!("{{{}}}", map.iter().map(entry).collect::<Vec<_>>().join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn texts_are_quoted_as_python_quotes_them() {
        let cases = [
            ("plain", "'plain'"),
            ("it's", "\"it's\""),
            ("it's\"x", "'it\\'s\"x'"),
            ("a\\b\n\u{20ac}", "'a\\\\b\\n\u{20ac}'"),
            ("\u{1}\u{7f}\u{fc}", "'\\x01\\x7f\u{fc}'"),
        ];
        for (text, expected) in cases {
            assert_eq!(python_repr_text(text), expected);
        }
    }

    #[test]
    fn bytes_are_quoted_as_python_quotes_them() {
        let cases: [(&[u8], &str); 3] =
            [(b"plain", "b'plain'"), (b"it's", "b\"it's\""), (b"a\\\n\x01\xfc~\x7f", "b'a\\\\\\n\\x01\\xfc~\\x7f'")];
        for (bytes, expected) in cases {
            assert_eq!(python_repr_bytes(bytes), expected);
        }
    }

    #[test]
    fn values_are_written_as_python_writes_them() {
        let value = json!([null, true, 1, 1.5, "x", {"a": []}]);
        assert_eq!(python_repr(&value), "[None, True, 1, 1.5, 'x', {'a': []}]");
    }
}
