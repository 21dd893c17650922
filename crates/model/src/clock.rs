//! Time is passed in, so that decisions can be tested and replayed.

use std::time::{SystemTime, UNIX_EPOCH};

/// Seconds since the Unix epoch, with fraction. The database keeps whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Timestamp(pub f64);

impl Timestamp {
    /// Whole seconds, rounded down: what the database's integer columns hold.
    #[must_use]
    pub fn seconds(self) -> i64 {
        self.0.floor() as i64
    }
}

/// A source of the current time.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The current time.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(since_epoch.as_secs_f64())
    }
}
