//! Filters of the templates: results, times, durations.

use ferrobot_model::Results;
use minijinja::{Environment, Value};

/// Makes the filters known.
pub(crate) fn register(templates: &mut Environment<'static>) {
    templates.add_filter("result_name", |value: Value| result_name(&value));
    templates.add_filter("age", |time: Value, now: f64| age(&time, now));
    templates.add_filter("duration", |end: Value, start: Value| duration(&end, &start));
    templates.add_filter("datetime", |time: Value| number(&time).map(datetime).unwrap_or_default());
    templates.add_filter("short_revision", |text: Value| short_revision(&text));
    templates.add_filter("as_text", |value: Value| as_text(&value));
}

fn number(value: &Value) -> Option<f64> {
    f64::try_from(value.clone()).ok()
}

/// The name of a result code, `running` for none.
fn result_name(value: &Value) -> &'static str {
    i64::try_from(value.clone()).ok().and_then(Results::from_code).map_or("running", Results::name)
}

/// How long ago a time is: `3 minutes ago`.
fn age(time: &Value, now: f64) -> String {
    match number(time) {
        Some(time) => format!("{} ago", span((now - time).max(0.0))),
        None => String::new(),
    }
}

/// The time between two times: `1 min 20 s`.
fn duration(end: &Value, start: &Value) -> String {
    match (number(end), number(start)) {
        (Some(end), Some(start)) => span((end - start).max(0.0)),
        _ => String::new(),
    }
}

/// A span of time in its two largest units.
fn span(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    match seconds {
        0..=59 => format!("{seconds} s"),
        60..=3599 => format!("{} min {} s", seconds / 60, seconds % 60),
        3600..=86399 => format!("{} h {} min", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{} d {} h", seconds / 86400, seconds % 86400 / 3600),
    }
}

/// `2026-11-24 22:14:02` in UTC; nothing for a time that no calendar has.
pub(crate) fn datetime(time: f64) -> String {
    let time = chrono::DateTime::from_timestamp(time.floor() as i64, 0);
    time.map(|time| time.format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// Long hexadecimal revisions are cut to ten digits.
fn short_revision(value: &Value) -> String {
    match value.as_str() {
        Some(text) if text.len() >= 20 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => text[..10].to_owned(),
        Some(text) => text.to_owned(),
        None => String::new(),
    }
}

/// A property's value: text as it is, all else as JSON.
fn as_text(value: &Value) -> String {
    match value.as_str() {
        Some(text) => text.to_owned(),
        None => serde_json::to_string(value).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_told_in_two_units() {
        let cases = [(0.4, "0 s"), (59.4, "59 s"), (61.0, "1 min 1 s"), (3600.0, "1 h 0 min"), (90061.0, "1 d 1 h")];
        for (seconds, expected) in cases {
            assert_eq!(span(seconds), expected);
        }
    }

    #[test]
    fn dates_are_civil() {
        let cases = [
            (0.0, "1970-01-01 00:00:00"),
            (951_782_400.0, "2000-02-29 00:00:00"),
            (1_795_558_442.9, "2026-11-24 22:14:02"),
            (-1.0, "1969-12-31 23:59:59"),
        ];
        for (time, expected) in cases {
            assert_eq!(datetime(time), expected);
        }
    }

    #[test]
    fn only_hashes_are_cut() {
        let cases = [
            ("0123456789abcdef0123456789abcdef01234567", "0123456789"),
            ("release-2026-11-24-final", "release-2026-11-24-final"),
            ("r123", "r123"),
        ];
        for (revision, expected) in cases {
            assert_eq!(short_revision(&Value::from(revision)), expected);
        }
        assert_eq!(short_revision(&Value::from(())), "");
    }
}
