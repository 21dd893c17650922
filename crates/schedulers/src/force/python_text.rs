//! JSON values as Python shows them, where that text reaches the user, and numbers as Python reads them.

use ferrobot_data::{python_repr, python_repr_text};
use serde_json::Value as Json;

/// `str(value)`.
pub(super) fn str(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => python_repr(other),
    }
}

/// `int(value)`; the error is Python's.
pub(super) fn int(value: &Json) -> Result<i64, String> {
    match value {
        Json::Bool(value) => Ok(i64::from(*value)),
        Json::Number(number) => number
            .as_i64()
            .or_else(|| number.as_f64().filter(|float| float.abs() < 9e18).map(|float| float as i64))
            .ok_or_else(|| format!("{number} is too large")),
        Json::String(text) => {
            let invalid = || format!("invalid literal for int() with base 10: {}", python_repr_text(text));
            let trimmed = text.trim();
            let digits = trimmed.strip_prefix(['+', '-']).unwrap_or(trimmed);
            let good =
                digits.split('_').all(|part| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit()));
            if !good {
                return Err(invalid());
            }
            trimmed.replace('_', "").parse().map_err(|_| format!("{trimmed} is too large"))
        }
        other => Err(format!(
            "int() argument must be a string, a bytes-like object or a real number, not '{}'",
            type_name(other)
        )),
    }
}

fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "NoneType",
        Json::Bool(_) => "bool",
        Json::Number(number) if number.is_f64() => "float",
        Json::Number(_) => "int",
        Json::String(_) => "str",
        Json::Array(_) => "list",
        Json::Object(_) => "dict",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn shows_values_as_python_does() {
        assert_eq!(str(&json!(["a", 1, {"k": false}])), "['a', 1, {'k': False}]");
        assert_eq!(str(&json!("plain")), "plain");
    }

    #[test]
    fn reads_numbers_as_python_does() {
        let good = [
            (json!("77"), 77),
            (json!(" -5\n"), -5),
            (json!("+1_000"), 1000),
            (json!(3.9), 3),
            (json!(true), 1),
            (json!("007"), 7),
        ];
        for (value, expected) in good {
            assert_eq!(int(&value), Ok(expected));
        }
        for text in ["", "x", "1.5", "1__0", "_1", "1_", "0x10", "+-1", "١"] {
            assert_eq!(int(&json!(text)), Err(format!("invalid literal for int() with base 10: '{text}'")));
        }
        assert!(int(&json!("99999999999999999999")).unwrap_err().ends_with("is too large"));
        assert!(int(&json!(null)).unwrap_err().ends_with("not 'NoneType'"));
    }
}
