//! Python's `%` formatting of text, as far as configurations use it.

use ferrobot_config::Value;

use super::{invalid, python_repr, python_text};
use crate::HostError;

/// One piece of a format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// As it is.
    Text(String),
    /// `%(key)05d`; without a key it takes the next value.
    Field(Field),
}

/// A conversion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) key: Option<String>,
    left: bool,
    zero: bool,
    plus: bool,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

/// A result is so long at most.
const WIDTH_MAX: usize = 4096;

/// Splits a format; parentheses in a key nest.
pub(super) fn parse(format: &str) -> Result<Vec<Piece>, HostError> {
    let mut pieces = Vec::new();
    let mut text = String::new();
    let mut rest = format;
    while let Some(at) = rest.find('%') {
        text.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(after) = rest.strip_prefix('%') {
            text.push('%');
            rest = after;
            continue;
        }
        let (field, after) = field(rest).ok_or_else(|| invalid(format!("incomplete format in '{format}'")))?;
        if !text.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut text)));
        }
        pieces.push(Piece::Field(field));
        rest = after;
    }
    text.push_str(rest);
    if !text.is_empty() {
        pieces.push(Piece::Text(text));
    }
    Ok(pieces)
}

/// Reads a conversion after its `%`.
fn field(text: &str) -> Option<(Field, &str)> {
    let (key, mut rest) = match text.strip_prefix('(') {
        Some(inner) => {
            let end = closing(inner)?;
            (Some(inner[..end].to_owned()), &inner[end + 1..])
        }
        None => (None, text),
    };
    let mut field = Field { key, left: false, zero: false, plus: false, width: 0, precision: None, conversion: 's' };
    while let Some(flag) = rest.chars().next().filter(|flag| "-0+ #".contains(*flag)) {
        match flag {
            '-' => field.left = true,
            '0' => field.zero = true,
            '+' => field.plus = true,
            _ => {}
        }
        rest = &rest[1..];
    }
    (field.width, rest) = digits(rest);
    if let Some(after) = rest.strip_prefix('.') {
        let (precision, after) = digits(after);
        field.precision = Some(precision);
        rest = after;
    }
    field.conversion = rest.chars().next().filter(|conversion| "diouxXeEfFgGcrs".contains(*conversion))?;
    Some((field, &rest[1..]))
}

/// Where the parenthesis that is open closes.
fn closing(text: &str) -> Option<usize> {
    let mut open = 1;
    for (at, character) in text.char_indices() {
        match character {
            '(' => open += 1,
            ')' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return Some(at);
        }
    }
    None
}

fn digits(text: &str) -> (usize, &str) {
    let end = text.find(|character: char| !character.is_ascii_digit()).unwrap_or(text.len());
    (text[..end].parse::<usize>().unwrap_or(0).min(WIDTH_MAX), &text[end..])
}

impl Field {
    /// The value as this conversion shows it.
    pub(super) fn show(&self, value: &Value) -> Result<String, HostError> {
        let wrong = || invalid(format!("%{} format: a number is required, not {}", self.conversion, value.type_name()));
        let (is_number, text) = match self.conversion {
            's' => (false, cut(python_text(value), self.precision)),
            'r' => (false, cut(python_repr(value), self.precision)),
            'd' | 'i' | 'u' => (true, whole(value).ok_or_else(wrong)?.to_string()),
            'o' => (true, format!("{:o}", whole(value).ok_or_else(wrong)?)),
            'x' => (true, format!("{:x}", whole(value).ok_or_else(wrong)?)),
            'X' => (true, format!("{:X}", whole(value).ok_or_else(wrong)?)),
            'f' | 'F' => (true, format!("{:.*}", self.precision.unwrap_or(6), real(value).ok_or_else(wrong)?)),
            'c' => (false, python_text(value)),
            _ => (true, real(value).ok_or_else(wrong)?.to_string()),
        };
        let text = if is_number && self.plus && !text.starts_with('-') { format!("+{text}") } else { text };
        Ok(self.pad(text, is_number))
    }

    fn pad(&self, text: String, is_number: bool) -> String {
        let length = text.chars().count();
        let missing = self.width.saturating_sub(length);
        if missing == 0 {
            text
        } else if self.left {
            text + &" ".repeat(missing)
        } else if self.zero && is_number {
            let (sign, digits) = text.split_at(usize::from(text.starts_with(['-', '+'])));
            format!("{sign}{}{digits}", "0".repeat(missing))
        } else {
            " ".repeat(missing) + &text
        }
    }
}

fn cut(text: String, precision: Option<usize>) -> String {
    match precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text,
    }
}

fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(truth) => Some(i64::from(*truth)),
        Value::Int(number) => Some(*number),
        Value::Float(number) => Some(number.trunc() as i64),
        _ => None,
    }
}

fn real(value: &Value) -> Option<f64> {
    match value {
        Value::Int(number) => Some(*number as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

/// `format % values`.
pub(super) fn format_positional(format: &str, values: &[Value]) -> Result<String, HostError> {
    let mut values = values.iter();
    let mut text = String::new();
    for piece in parse(format)? {
        match piece {
            Piece::Text(plain) => text.push_str(&plain),
            Piece::Field(field) => {
                let value = values.next().ok_or_else(|| invalid("not enough arguments for format string"))?;
                text.push_str(&field.show(value)?);
            }
        }
    }
    if values.next().is_some() {
        return Err(invalid("not all arguments converted during string formatting"));
    }
    Ok(text)
}
