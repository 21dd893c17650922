//! How long to wait before the next attempt to connect.

use std::time::Duration;

use ferrobot_model::wait_of;

const FIRST_S: f64 = 1.0;
const FACTOR: f64 = 1.5;
/// No wait is longer, even when the settings allow it: a fleet shall be back soon after its master.
const LONGEST: Duration = Duration::from_secs(60);

/// Counts attempts that failed in a row.
#[derive(Debug)]
pub(super) struct Backoff {
    longest: Duration,
    failures: u32,
    /// Attempts in a row that never got a connection.
    unreached: u32,
}

impl Backoff {
    pub(super) fn new(maxdelay: Duration) -> Backoff {
        Backoff { longest: maxdelay.clamp(Duration::from_secs(1), LONGEST), failures: 0, unreached: 0 }
    }

    /// There was a connection, which may have been refused soon after.
    pub(super) fn connected(&mut self) {
        self.unreached = 0;
    }

    /// The last connection was a good one.
    pub(super) fn succeeded(&mut self) {
        self.failures = 0;
        self.unreached = 0;
    }

    /// How many attempts in a row have failed, the one that has just ended included.
    pub(super) fn failures(&self) -> u32 {
        self.unreached + 1
    }

    /// The wait; `jitter` is from 0 to 1 and adds up to a second.
    pub(super) fn next(&mut self, jitter: f64) -> Duration {
        let exponent = i32::try_from(self.failures.min(64)).unwrap_or(64);
        self.failures += 1;
        self.unreached += 1;
        let seconds = (FIRST_S * FACTOR.powi(exponent)).min(self.longest.as_secs_f64());
        wait_of(seconds + jitter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_up_to_the_limit() {
        let mut backoff = Backoff::new(Duration::from_secs(300));
        let waits: Vec<f64> = (0..12).map(|_| backoff.next(0.0).as_secs_f64()).collect();
        assert_eq!(waits[..3], [1.0, 1.5, 2.25]);
        assert_eq!(waits[11], 60.0);
        backoff.succeeded();
        assert_eq!(backoff.next(0.5).as_secs_f64(), 1.5);
        assert_eq!(Backoff::new(Duration::from_secs(2)).longest, Duration::from_secs(2));
    }

    #[test]
    fn only_attempts_without_a_connection_count_as_retries() {
        let mut backoff = Backoff::new(Duration::from_secs(300));
        assert_eq!(backoff.failures(), 1);
        backoff.next(0.0);
        assert_eq!(backoff.failures(), 2);
        backoff.connected();
        assert_eq!(backoff.failures(), 1);
    }
}
