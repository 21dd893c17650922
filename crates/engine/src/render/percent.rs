//! Python's `%` formatting of values.

use ferrobot_config::{FormatField, FormatPiece, FormatSize, Value, parse_format};

use super::number;
use super::text::{python_ascii, python_repr, python_text};
use super::{raised, type_error, value_error};
use crate::HostError;

/// A width or precision that a value gives is so large at most.
const WIDTH_MAX: i64 = ferrobot_config::FORMAT_WIDTH_MAX as i64;

/// `format % values`.
pub(super) fn format_positional(format: &str, values: &[Value]) -> Result<String, HostError> {
    let mut values = values.iter();
    let mut text = String::new();
    for piece in parse_format(format).map_err(value_error)? {
        match piece {
            FormatPiece::Text(plain) => text.push_str(&plain),
            FormatPiece::Field(field) if field.key.is_some() => return Err(type_error("format requires a mapping")),
            FormatPiece::Field(mut field) => {
                take_sizes(&mut field, &mut values)?;
                text.push_str(&show(&field, next(&mut values)?)?);
            }
        }
    }
    if values.next().is_some() {
        return Err(type_error("not all arguments converted during string formatting"));
    }
    Ok(text)
}

fn next<'a>(values: &mut impl Iterator<Item = &'a Value>) -> Result<&'a Value, HostError> {
    values.next().ok_or_else(|| type_error("not enough arguments for format string"))
}

/// `*` takes the next value.
fn take_sizes<'a>(field: &mut FormatField, values: &mut impl Iterator<Item = &'a Value>) -> Result<(), HostError> {
    let mut take = || match next(values)? {
        Value::Int(size) => Ok(*size),
        _ => Err(type_error("* wants int")),
    };
    if field.width == FormatSize::Next {
        let width = take()?;
        field.left |= width < 0;
        field.width = FormatSize::Fixed(size(width.saturating_abs()));
    }
    if field.precision == Some(FormatSize::Next) {
        field.precision = Some(FormatSize::Fixed(size(take()?.max(0))));
    }
    Ok(())
}

fn size(number: i64) -> usize {
    usize::try_from(number.min(WIDTH_MAX)).unwrap_or(0)
}

fn fixed(size: FormatSize) -> usize {
    match size {
        FormatSize::Fixed(size) => size,
        FormatSize::Next => 0,
    }
}

/// A value as a conversion shows it.
pub(super) fn show(field: &FormatField, value: &Value) -> Result<String, HostError> {
    let precision = field.precision.map(fixed);
    let body = match field.conversion {
        's' => return Ok(pad(field, "", cut(python_text(value), precision), false)),
        'r' => return Ok(pad(field, "", cut(python_repr(value), precision), false)),
        'a' => return Ok(pad(field, "", cut(python_ascii(value), precision), false)),
        'c' => return Ok(pad(field, "", character(value)?, false)),
        'd' | 'i' | 'u' => number::digits(&whole(field.conversion, value)?, precision),
        'o' | 'x' | 'X' => number::digits(&based(field, value)?, precision),
        _ => float(field, value, precision)?,
    };
    let (negative, digits) = match body.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, body.as_str()),
    };
    let sign = match (negative, field.plus, field.space) {
        (true, _, _) => "-",
        (false, true, _) => "+",
        (false, false, true) => " ",
        (false, false, false) => "",
    };
    let base = match (field.alternate, field.conversion) {
        (true, 'x') => "0x",
        (true, 'X') => "0X",
        (true, 'o') => "0o",
        _ => "",
    };
    Ok(pad(field, &format!("{sign}{base}"), digits.to_owned(), true))
}

fn pad(field: &FormatField, prefix: &str, body: String, is_number: bool) -> String {
    let length = prefix.len() + body.chars().count();
    let missing = fixed(field.width).saturating_sub(length);
    if field.left {
        format!("{prefix}{body}{}", " ".repeat(missing))
    } else if field.zero && is_number {
        format!("{prefix}{}{body}", "0".repeat(missing))
    } else {
        format!("{}{prefix}{body}", " ".repeat(missing))
    }
}

fn cut(text: String, precision: Option<usize>) -> String {
    match precision {
        Some(precision) => text.chars().take(precision).collect(),
        None => text,
    }
}

fn character(value: &Value) -> Result<String, HostError> {
    match value {
        Value::Int(code) => u32::try_from(*code)
            .ok()
            .and_then(char::from_u32)
            .map(String::from)
            .ok_or_else(|| raised("OverflowError", "%c arg not in range(0x110000)")),
        Value::Str(text) if text.chars().count() == 1 => Ok(text.clone()),
        _ => Err(type_error("%c requires int or char")),
    }
}

/// The digits of a whole number; fractions are cut off.
fn whole(conversion: char, value: &Value) -> Result<String, HostError> {
    match value {
        Value::Bool(truth) => Ok(i64::from(*truth).to_string()),
        Value::Int(number) => Ok(number.to_string()),
        Value::Float(number) if number.is_nan() => Err(value_error("cannot convert float NaN to integer")),
        Value::Float(number) if number.is_infinite() => {
            Err(raised("OverflowError", "cannot convert float infinity to integer"))
        }
        // Without `+ 0.0` the fraction of a small negative number would leave its sign behind.
        Value::Float(number) => Ok(format!("{:.0}", number.trunc() + 0.0)),
        other => Err(type_error(format!("%{conversion} format: a real number is required, not {}", other.type_name()))),
    }
}

fn based(field: &FormatField, value: &Value) -> Result<String, HostError> {
    let number = match value {
        Value::Bool(truth) => i64::from(*truth),
        Value::Int(number) => *number,
        other => {
            let conversion = field.conversion;
            let given = other.type_name();
            return Err(type_error(format!("%{conversion} format: an integer is required, not {given}")));
        }
    };
    let sign = if number < 0 { "-" } else { "" };
    let size = number.unsigned_abs();
    Ok(match field.conversion {
        'o' => format!("{sign}{size:o}"),
        'x' => format!("{sign}{size:x}"),
        _ => format!("{sign}{size:X}"),
    })
}

fn float(field: &FormatField, value: &Value, precision: Option<usize>) -> Result<String, HostError> {
    let number = match value {
        Value::Bool(truth) => f64::from(u8::from(*truth)),
        Value::Int(number) => *number as f64,
        Value::Float(number) => *number,
        other => return Err(type_error(format!("must be real number, not {}", other.type_name()))),
    };
    let precision = precision.unwrap_or(6);
    let text = match field.conversion.to_ascii_lowercase() {
        'f' => number::fixed(number, precision, field.alternate),
        'e' => number::exponential(number, precision, field.alternate),
        _ => number::general(number, precision, field.alternate),
    };
    Ok(if field.conversion.is_ascii_uppercase() { text.to_ascii_uppercase() } else { text })
}
