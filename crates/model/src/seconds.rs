//! Spans of time from numbers of seconds that people write: `-1`, `inf` and `nan` are such numbers, too.

use std::time::Duration;

/// What stands for "for ever": clocks can be set ahead by it without leaving their range.
pub const LONGEST: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// A number that is no span of time.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("must be a number of seconds, 0 or more, not {0}")]
pub struct NotSeconds(f64);

/// The span of so many seconds. Infinity, like everything beyond [`LONGEST`], is that.
pub fn span_of(seconds: f64) -> Result<Duration, NotSeconds> {
    if seconds.is_nan() || seconds < 0.0 {
        return Err(NotSeconds(seconds));
    }
    Ok(Duration::from_secs_f64(seconds.min(LONGEST.as_secs_f64())))
}

/// How long to wait for a moment that is so many seconds ahead: for one that has passed, not at all.
#[must_use]
pub fn wait_of(seconds: f64) -> Duration {
    span_of(seconds).unwrap_or(Duration::ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_an_answer() {
        let cases = [
            (0.0, Ok(Duration::ZERO)),
            (-0.0, Ok(Duration::ZERO)),
            (1.5, Ok(Duration::from_millis(1500))),
            (1e18, Ok(LONGEST)),
            (f64::MAX, Ok(LONGEST)),
            (f64::INFINITY, Ok(LONGEST)),
            (-1.0, Err("must be a number of seconds, 0 or more, not -1")),
            (f64::NEG_INFINITY, Err("must be a number of seconds, 0 or more, not -inf")),
            (f64::NAN, Err("must be a number of seconds, 0 or more, not NaN")),
        ];
        for (number, expected) in cases {
            let found = span_of(number).map_err(|error| error.to_string());
            assert_eq!(found, expected.map_err(str::to_owned), "{number}");
            assert_eq!(wait_of(number), expected.unwrap_or_default(), "{number}");
        }
        assert!(std::time::Instant::now().checked_add(LONGEST).is_some());
    }
}
