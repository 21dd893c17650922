//! When a polling source looks again.

use std::time::Duration;

use ferrobot_config::{Errors, Place};
use ferrobot_model::wait_of;

/// The rhythm of a source.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Polling {
    /// Seconds from one look to the next.
    pub(crate) interval: f64,
    /// Whether the first look is at once.
    pub(crate) at_launch: bool,
    /// Fewest seconds to add, by chance.
    pub(crate) random_min: f64,
    /// Most seconds to add.
    pub(crate) random_max: f64,
}

impl Polling {
    /// Tells the faults.
    pub(crate) fn check(self, place: &Place, errors: &mut Errors) {
        let Polling { interval, random_min, random_max, .. } = self;
        if interval.is_nan() || interval < 0.0 {
            errors.error(place, format!("interval must be >= 0: {interval}"));
        }
        if random_min.is_nan() || random_min < 0.0 {
            errors.error(place, format!("min random delay must be >= 0: {random_min}"));
        }
        if random_max.is_nan() || random_max < 0.0 {
            errors.error(place, format!("max random delay must be >= 0: {random_max}"));
        }
        if random_min > random_max {
            errors.error(place, format!("min random delay must be <= {random_max}: {random_min}"));
        }
        if random_max >= interval {
            errors.error(place, format!("max random delay must be < {interval}: {random_max}"));
        }
    }

    /// How long to wait before the first look. `chance` is between 0 and 1.
    pub(crate) fn first(self, chance: f64) -> Duration {
        if self.at_launch { wait_of(self.random(chance)) } else { self.next(Duration::ZERO, chance) }
    }

    /// How long to wait when the source has run for so long: looks keep to the rhythm however long each takes.
    pub(crate) fn next(self, running: Duration, chance: f64) -> Duration {
        wait_of(self.interval - running.as_secs_f64() % self.interval + self.random(chance))
    }

    /// Whole seconds, as Buildbot draws them.
    fn random(self, chance: f64) -> f64 {
        let choices = self.random_max - self.random_min + 1.0;
        (self.random_min + (chance * choices).floor()).min(self.random_max)
    }
}

/// A number between 0 and 1.
pub(crate) fn chance() -> f64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0) as f64 / u64::MAX as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const USUAL: Polling = Polling { interval: 600.0, at_launch: false, random_min: 0.0, random_max: 0.0 };

    #[test]
    fn looks_keep_to_the_rhythm() {
        let seconds = Duration::from_secs;
        assert_eq!(USUAL.first(0.5), seconds(600));
        assert_eq!(Polling { at_launch: true, ..USUAL }.first(0.5), Duration::ZERO);
        assert_eq!(USUAL.next(seconds(601), 0.0), seconds(599));
        assert_eq!(USUAL.next(seconds(1800), 0.0), seconds(600));
        assert_eq!(Polling { interval: f64::INFINITY, ..USUAL }.next(seconds(1800), 0.0), ferrobot_model::LONGEST);
        let random = Polling { at_launch: true, random_min: 5.0, random_max: 9.0, ..USUAL };
        assert_eq!((random.first(0.0), random.first(0.99), random.first(1.0)), (seconds(5), seconds(9), seconds(9)));
        assert_eq!(random.next(seconds(10), 0.3), seconds(596));
    }

    #[test]
    fn faults() {
        let told = |polling: Polling| {
            let mut errors = Errors::default();
            polling.check(&Place::default(), &mut errors);
            errors.errors.into_iter().map(|error| error.message).collect::<Vec<_>>()
        };
        assert_eq!(told(USUAL), [""; 0]);
        assert_eq!(told(Polling { interval: -1.0, ..USUAL })[0], "interval must be >= 0: -1");
        assert_eq!(told(Polling { interval: f64::NAN, ..USUAL }), ["interval must be >= 0: NaN"]);
        assert_eq!(told(Polling { interval: f64::INFINITY, ..USUAL }), [""; 0]);
        assert_eq!(told(Polling { random_max: 600.0, ..USUAL }), ["max random delay must be < 600: 600"]);
        assert_eq!(told(Polling { random_min: 2.0, random_max: 1.0, ..USUAL }), ["min random delay must be <= 1: 2"]);
        assert_eq!(told(Polling { random_min: -1.0, ..USUAL }), ["min random delay must be >= 0: -1"]);
    }

    proptest! {
        #[test]
        fn a_wait_is_positive_and_not_longer_than_asked(
            interval in 1.0..1e5, running in 0.0..1e9, min in 0.0..100.0, more in 0.0..100.0, chance in 0.0..=1.0,
        ) {
            let polling = Polling { interval, at_launch: false, random_min: min, random_max: min + more };
            let wait = polling.next(Duration::from_secs_f64(running), chance).as_secs_f64();
            prop_assert!(wait > 0.0 && wait <= interval + min + more + 1e-6);
        }
    }
}
