//! JSON as Python writes it, byte for byte: clients, stored columns and event streams have seen nothing else for years.

use std::fmt::Write as _;

use serde_json::{Number, Value};

/// How the text is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Layout {
    /// `{"a": 1, "b": 2}`
    Spaced,
    /// `{"a":1,"b":2}`
    Compact,
    /// Two blanks per level, and a blank before each line's end.
    Indented,
}

/// Writes `value` in ASCII, keys in their own order.
#[must_use]
pub fn python_json(value: &Value, layout: Layout) -> String {
    let mut writer = Writer { out: String::new(), layout, sorted: false };
    writer.value(value, 0);
    writer.out
}

/// Writes `value` in ASCII, keys sorted.
#[must_use]
pub fn python_json_sorted(value: &Value, layout: Layout) -> String {
    let mut writer = Writer { out: String::new(), layout, sorted: true };
    writer.value(value, 0);
    writer.out
}

/// The same for a value that stands `depth` levels deep in a document.
#[must_use]
pub fn python_json_nested(value: &Value, layout: Layout, depth: usize) -> String {
    let mut writer = Writer { out: String::new(), layout, sorted: true };
    writer.value(value, depth);
    writer.out
}

/// Appends the inside of a JSON string, without the quotes.
pub fn escape_into(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(character),
            other => {
                let mut units = [0_u16; 2];
                for unit in other.encode_utf16(&mut units) {
                    let _infallible = write!(out, "\\u{unit:04x}");
                }
            }
        }
    }
}

struct Writer {
    out: String,
    layout: Layout,
    sorted: bool,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(truth) => self.out.push_str(if *truth { "true" } else { "false" }),
            Value::Number(number) => self.number(number),
            Value::String(text) => self.string(text),
            Value::Array(items) => self.array(items, depth),
            Value::Object(map) => {
                let mut entries: Vec<(&String, &Value)> = map.iter().collect();
                if self.sorted {
                    entries.sort_by_key(|(key, _)| *key);
                }
                self.object(&entries, depth);
            }
        }
    }

    fn array(&mut self, items: &[Value], depth: usize) {
        self.out.push('[');
        for (position, item) in items.iter().enumerate() {
            self.before_item(position, depth + 1);
            self.value(item, depth + 1);
        }
        self.end(items.is_empty(), depth);
        self.out.push(']');
    }

    fn object(&mut self, entries: &[(&String, &Value)], depth: usize) {
        self.out.push('{');
        for (position, (key, value)) in entries.iter().enumerate() {
            self.before_item(position, depth + 1);
            self.string(key);
            self.out.push_str(if self.layout == Layout::Compact { ":" } else { ": " });
            self.value(value, depth + 1);
        }
        self.end(entries.is_empty(), depth);
        self.out.push('}');
    }

    fn before_item(&mut self, position: usize, depth: usize) {
        if position > 0 {
            self.out.push_str(if self.layout == Layout::Compact { "," } else { ", " });
        }
        if self.layout == Layout::Indented {
            self.line(depth);
        }
    }

    fn end(&mut self, empty: bool, depth: usize) {
        if self.layout == Layout::Indented && !empty {
            self.line(depth);
        }
    }

    fn line(&mut self, depth: usize) {
        self.out.push('\n');
        for _ in 0..depth {
            self.out.push_str("  ");
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        escape_into(&mut self.out, text);
        self.out.push('"');
    }

    fn number(&mut self, number: &Number) {
        let _infallible = match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), ..) => write!(self.out, "{whole}"),
            (None, Some(whole), _) => write!(self.out, "{whole}"),
            (None, None, Some(float)) => self.out.write_str(&python_float(float)),
            (None, None, None) => write!(self.out, "{number}"),
        };
    }
}

/// The shortest text that reads back as the same number, with an exponent where Python uses one.
fn python_float(number: f64) -> String {
    let scientific = format!("{number:e}");
    let Some((digits, exponent)) = scientific.split_once('e') else { return scientific };
    let exponent: i32 = exponent.parse().unwrap_or(0);
    if (-4..16).contains(&exponent) {
        let plain = format!("{number}");
        return if plain.contains('.') { plain } else { format!("{plain}.0") };
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{digits}e{sign}{:02}", exponent.abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn layouts_are_pythons() {
        let value = json!({"b": [1, {"k": []}], "a": {}, "\u{fc}": "\u{1f600}\n\"\u{7f}"});
        let cases = [
            (Layout::Spaced, r#"{"a": {}, "b": [1, {"k": []}], "\u00fc": "\ud83d\ude00\n\"\u007f"}"#),
            (Layout::Compact, r#"{"a":{},"b":[1,{"k":[]}],"\u00fc":"\ud83d\ude00\n\"\u007f"}"#),
        ];
        for (layout, expected) in cases {
            assert_eq!(python_json_sorted(&value, layout), expected);
        }
        let indented = python_json_sorted(&json!({"b": [1, 2], "a": {}}), Layout::Indented);
        assert_eq!(indented, "{\n  \"a\": {}, \n  \"b\": [\n    1, \n    2\n  ]\n}");
        assert_eq!(python_json(&json!({"b": 1, "a": 2}), Layout::Spaced), r#"{"b": 1, "a": 2}"#);
    }

    #[test]
    fn numbers_are_pythons() {
        let cases = [
            (2.5, "2.5"),
            (1.0, "1.0"),
            (1e15, "1000000000000000.0"),
            (1e16, "1e+16"),
            (1.5e300, "1.5e+300"),
            (0.0001, "0.0001"),
            (0.00001, "1e-05"),
            (-0.1, "-0.1"),
            (0.0, "0.0"),
        ];
        for (number, expected) in cases {
            assert_eq!(python_json(&json!(number), Layout::Spaced), expected);
        }
        assert_eq!(
            python_json(&json!([i64::MIN, u64::MAX]), Layout::Compact),
            "[-9223372036854775808,18446744073709551615]"
        );
    }
}
