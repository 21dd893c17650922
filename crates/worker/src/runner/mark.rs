//! A number that every process bears which a command has started, whatever it does to get away.
//!
//! A process inherits its limits through `fork` and `exec`, and everybody may read them in `/proc`. The limit on file locks has had no
//! effect since Linux 2.4.25, so it is free to carry a number of ours. A double fork, a session of one's own, an empty
//! environment and closed descriptors lose nothing of it; it needs no privilege, and concerns no process but the command's own.

use std::hash::{BuildHasher, Hasher, RandomState};

use rustix::process::{Resource, Rlimit, getrlimit};

/// Smaller limits may be somebody's idea of a limit; and marks have to be too many to meet twice.
const MARK_MIN: u64 = 1 << 40;
/// Marks are below this where nobody has set a limit. The kernel takes numbers of 63 bits for "no limit".
const MARK_MAX: u64 = 1 << 62;
/// How the limit is called in `/proc/<pid>/limits`.
const LIMIT_NAME: &str = "Max file locks";

/// A command's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    soft: u64,
    hard: Option<u64>,
}

impl Mark {
    /// A number that no other command has. `None` where the limits of this process leave no room for one.
    pub(super) fn choose() -> Option<Mark> {
        let random = RandomState::new().build_hasher().finish();
        Mark::within(getrlimit(Resource::Locks), random)
    }

    /// A limit can only be lowered. What this process bears becomes the upper limit of its commands: when it runs within the command
    /// of another worker, that one still finds them all.
    fn within(own: Rlimit, random: u64) -> Option<Mark> {
        let hard = own.current.filter(|&current| current > MARK_MIN).or(own.maximum);
        let max = hard.unwrap_or(MARK_MAX);
        (max > MARK_MIN).then(|| Mark { soft: MARK_MIN + random % (max - MARK_MIN), hard })
    }

    /// What to set for a process that shall bear it.
    pub(super) fn limits(self) -> libc::rlimit {
        libc::rlimit { rlim_cur: self.soft, rlim_max: self.hard.unwrap_or(libc::RLIM_INFINITY) }
    }

    /// Whether a process bears it, by its `/proc/<pid>/limits`.
    pub(super) fn is_in(self, limits: &str) -> bool {
        let line = limits.lines().find_map(|line| line.strip_prefix(LIMIT_NAME)).unwrap_or_default();
        line.split_ascii_whitespace().any(|word| word.parse() == Ok(self.soft))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(current: Option<u64>, maximum: Option<u64>) -> Rlimit {
        Rlimit { current, maximum }
    }

    #[test]
    fn a_mark_fits_below_the_limits_of_its_parent() {
        let free = Mark::within(limits(None, None), 7).unwrap();
        assert_eq!(free, Mark { soft: MARK_MIN + 7, hard: None });
        let nested = Mark::within(limits(Some(MARK_MIN + 7), None), 3 + 7 * 5).unwrap();
        assert_eq!(nested, Mark { soft: MARK_MIN + 3, hard: Some(MARK_MIN + 7) });
        let raised = Mark::within(limits(Some(100), None), 7).unwrap();
        assert_eq!(raised, free);
        assert_eq!(Mark::within(limits(Some(100), Some(100)), 7), None);
        assert_ne!(Mark::choose(), Mark::choose());
    }

    #[test]
    fn a_mark_is_read_at_both_places() {
        let mark = Mark { soft: MARK_MIN + 7, hard: None };
        let text = |words: &str| {
            format!("Limit     Soft Limit\nMax address space 1 2 bytes\nMax file locks   {words} locks\n")
        };
        for (words, expected) in [
            (format!("{} unlimited", MARK_MIN + 7), true),
            (format!("{} {}", MARK_MIN + 1, MARK_MIN + 7), true),
            (format!("{} unlimited", MARK_MIN + 8), false),
            ("unlimited unlimited".to_owned(), false),
        ] {
            assert_eq!(mark.is_in(&text(&words)), expected, "{words}");
        }
        assert!(!mark.is_in(""));
    }
}
