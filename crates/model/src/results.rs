//! Results of steps and builds, and how a step's result changes its build's (inventory G1).

use serde::{Deserialize, Serialize};

/// Buildbot's result codes; the numbers are stored and shown by the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "i64", try_from = "i64")]
pub enum Results {
    /// 0
    Success,
    /// 1
    Warnings,
    /// 2
    Failure,
    /// 3
    Skipped,
    /// 4
    Exception,
    /// 5
    Retry,
    /// 6
    Cancelled,
}

impl Results {
    /// All, in order of their numbers.
    pub const ALL: [Results; 7] = [
        Results::Success,
        Results::Warnings,
        Results::Failure,
        Results::Skipped,
        Results::Exception,
        Results::Retry,
        Results::Cancelled,
    ];

    /// Buildbot's number for this result.
    #[must_use]
    pub fn code(self) -> i64 {
        self as i64
    }

    /// The result with this number.
    #[must_use]
    pub fn from_code(code: i64) -> Option<Results> {
        usize::try_from(code).ok().and_then(|index| Self::ALL.get(index).copied())
    }

    /// Lower-case name as Buildbot prints it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Results::Success => "success",
            Results::Warnings => "warnings",
            Results::Failure => "failure",
            Results::Skipped => "skipped",
            Results::Exception => "exception",
            Results::Retry => "retry",
            Results::Cancelled => "cancelled",
        }
    }

    /// The worse of two: cancelled > retry > exception > failure > warnings > success > skipped.
    #[must_use]
    pub fn worst(self, other: Results) -> Results {
        if other.badness() > self.badness() { other } else { self }
    }

    fn badness(self) -> u8 {
        match self {
            Results::Skipped => 0,
            Results::Success => 1,
            Results::Warnings => 2,
            Results::Failure => 3,
            Results::Exception => 4,
            Results::Retry => 5,
            Results::Cancelled => 6,
        }
    }
}

impl From<Results> for i64 {
    fn from(results: Results) -> i64 {
        results.code()
    }
}

impl TryFrom<i64> for Results {
    type Error = String;

    fn try_from(code: i64) -> Result<Results, String> {
        Results::from_code(code).ok_or_else(|| format!("{code} is not a result code"))
    }
}

impl std::fmt::Display for Results {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// The flags that every step has (manual: "Parameters Common to all Steps").
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepFlags {
    /// `haltOnFailure`
    pub halt_on_failure: bool,
    /// `flunkOnWarnings`
    pub flunk_on_warnings: bool,
    /// `flunkOnFailure`
    pub flunk_on_failure: bool,
    /// `warnOnWarnings`
    pub warn_on_warnings: bool,
    /// `warnOnFailure`
    pub warn_on_failure: bool,
    /// `alwaysRun`
    pub always_run: bool,
}

/// What one finished step means for its build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verdict {
    /// What the build's result so far is combined with (by [`Results::worst`]).
    pub results: Results,
    /// From here on only steps with `alwaysRun` run.
    pub terminate: bool,
}

impl StepFlags {
    /// Judges a finished step.
    #[must_use]
    pub fn judge(&self, results: Results) -> Verdict {
        match results {
            Results::Success | Results::Skipped => Verdict { results, terminate: false },
            Results::Warnings => {
                let possible = if self.flunk_on_warnings {
                    Results::Failure
                } else if self.warn_on_warnings {
                    Results::Warnings
                } else {
                    Results::Success
                };
                Verdict { results: possible, terminate: false }
            }
            Results::Failure => {
                let possible = if self.flunk_on_failure {
                    Results::Failure
                } else if self.warn_on_failure {
                    Results::Warnings
                } else {
                    Results::Success
                };
                Verdict { results: possible, terminate: self.halt_on_failure }
            }
            Results::Exception | Results::Retry | Results::Cancelled => Verdict { results, terminate: true },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_results_win_in_both_orders() {
        let order = [3, 0, 1, 2, 4, 5, 6].map(|code| Results::from_code(code).unwrap());
        for (i, better) in order.iter().enumerate() {
            for worse in &order[i..] {
                assert_eq!(better.worst(*worse), *worse);
                assert_eq!(worse.worst(*better), *worse);
            }
        }
    }

    #[test]
    fn flags_decide_what_a_failure_means() {
        let quiet = StepFlags {
            halt_on_failure: false,
            flunk_on_warnings: false,
            flunk_on_failure: false,
            warn_on_warnings: false,
            warn_on_failure: false,
            always_run: false,
        };
        let cases = [
            (quiet, Results::Failure, Results::Success, false),
            (StepFlags { warn_on_failure: true, ..quiet }, Results::Failure, Results::Warnings, false),
            (
                StepFlags { flunk_on_failure: true, warn_on_failure: true, ..quiet },
                Results::Failure,
                Results::Failure,
                false,
            ),
            (StepFlags { halt_on_failure: true, ..quiet }, Results::Failure, Results::Success, true),
            (
                StepFlags { flunk_on_warnings: true, warn_on_warnings: true, ..quiet },
                Results::Warnings,
                Results::Failure,
                false,
            ),
            (quiet, Results::Warnings, Results::Success, false),
            (quiet, Results::Exception, Results::Exception, true),
            (quiet, Results::Cancelled, Results::Cancelled, true),
            (quiet, Results::Skipped, Results::Skipped, false),
        ];
        for (flags, results, expected, terminate) in cases {
            assert_eq!(flags.judge(results), Verdict { results: expected, terminate }, "{flags:?} {results}");
        }
    }
}
