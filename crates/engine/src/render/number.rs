//! Numbers as Python's `%` writes them.

/// A whole number with at least so many digits.
pub(super) fn digits(number: &str, precision: Option<usize>) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let missing = precision.unwrap_or(0).saturating_sub(digits.len());
    format!("{sign}{}{digits}", "0".repeat(missing))
}

/// `%f`
pub(super) fn fixed(number: f64, precision: usize, alternate: bool) -> String {
    if let Some(text) = special(number) {
        return text;
    }
    let point = if alternate && precision == 0 { "." } else { "" };
    format!("{number:.precision$}{point}")
}

/// `%e`: the exponent has a sign and at least two digits.
pub(super) fn exponential(number: f64, precision: usize, alternate: bool) -> String {
    if let Some(text) = special(number) {
        return text;
    }
    let (mantissa, exponent) = split(number, precision);
    let point = if alternate && precision == 0 { "." } else { "" };
    format!("{mantissa}{point}{}", exponent_text(exponent))
}

/// `%g`: `%e` for very large and very small numbers, else `%f`; zeros at the end are left out.
pub(super) fn general(number: f64, precision: usize, alternate: bool) -> String {
    if let Some(text) = special(number) {
        return text;
    }
    let precision = precision.max(1);
    let (mantissa, exponent) = split(number, precision - 1);
    let largest = i32::try_from(precision).unwrap_or(i32::MAX);
    if exponent < -4 || exponent >= largest {
        return format!("{}{}", shortened(mantissa, alternate), exponent_text(exponent));
    }
    let decimals = usize::try_from(largest - 1 - exponent).unwrap_or(0);
    shortened(fixed(number, decimals, alternate), alternate)
}

fn shortened(text: String, alternate: bool) -> String {
    if alternate || !text.contains('.') {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Mantissa and exponent.
fn split(number: f64, precision: usize) -> (String, i32) {
    let text = format!("{number:.precision$e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa.to_owned(), exponent.parse().unwrap_or(0)),
        None => (text, 0),
    }
}

fn exponent_text(exponent: i32) -> String {
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("e{sign}{:02}", exponent.unsigned_abs())
}

fn special(number: f64) -> Option<String> {
    if number.is_nan() {
        Some("nan".to_owned())
    } else if number.is_infinite() {
        Some(if number < 0.0 { "-inf" } else { "inf" }.to_owned())
    } else {
        None
    }
}
