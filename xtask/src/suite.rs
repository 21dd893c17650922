//! `cargo xtask test`: runs every suite and ends with one line per suite.
//!
//! A suite that cannot run here says SKIPPED and why; under `CI=true` that is a failure.

mod browser;
pub(crate) mod compat;
mod python;
mod rust;

use anyhow::bail;

#[derive(clap::Args, Default)]
pub(crate) struct Arguments {
    /// Only these suites; all when none is named.
    suites: Vec<String>,
}

/// How a suite ended.
pub(crate) enum Outcome {
    /// It ran.
    Ran(Counts),
    /// It could not run; why.
    Skipped(String),
}

/// How many tests of a suite ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

struct Suite {
    name: &'static str,
    about: &'static str,
    run: fn() -> anyhow::Result<Outcome>,
}

const SUITES: &[Suite] = &[
    Suite { name: "rust", about: "unit and integration tests of the crates", run: rust::run },
    Suite { name: "python", about: "the config host's package", run: python::run },
    Suite { name: "difftest", about: "the same scenarios on Buildbot 4.3.0 and on Ferrobot", run: compat::difftest },
    Suite {
        name: "roundtrip",
        about: "a master directory through Buildbot, Ferrobot, Buildbot",
        run: compat::roundtrip,
    },
    Suite { name: "bad-input", about: "bad input of every kind, and what becomes of it", run: compat::bad_input },
    Suite { name: "browser", about: "the pages in headless Chromium", run: browser::run },
];

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    for name in &arguments.suites {
        if !SUITES.iter().any(|suite| suite.name == name) {
            let known: Vec<&str> = SUITES.iter().map(|suite| suite.name).collect();
            bail!("there is no suite `{name}`; there are {}", known.join(", "));
        }
    }
    let wanted = |suite: &&Suite| arguments.suites.is_empty() || arguments.suites.iter().any(|name| name == suite.name);
    let mut lines = Vec::new();
    let mut total = Counts::default();
    for suite in SUITES.iter().filter(wanted) {
        println!("\n==== suite {}: {}", suite.name, suite.about);
        let (line, counts) = judge(suite.name, (suite.run)());
        total += counts;
        lines.push(line);
    }
    println!();
    for line in lines {
        println!("{line}");
    }
    println!("\n{} passed, {} failed, {} skipped", total.passed, total.failed, total.skipped);
    if total.failed > 0 {
        bail!("{} tests failed", total.failed);
    }
    Ok(())
}

fn judge(name: &str, outcome: anyhow::Result<Outcome>) -> (String, Counts) {
    let failed = Counts { failed: 1, ..Counts::default() };
    match outcome {
        Ok(Outcome::Ran(counts)) if counts.failed > 0 => {
            (format!("{name}: FAILED, {} of {}", counts.failed, counts.failed + counts.passed), counts)
        }
        Ok(Outcome::Ran(counts)) if counts.passed == 0 => (format!("{name}: FAILED, no test ran"), failed),
        Ok(Outcome::Ran(counts)) => (format!("{name}: ok, {} passed", counts.passed), counts),
        Ok(Outcome::Skipped(why)) if in_ci() => (format!("{name}: FAILED, cannot be skipped here: {why}"), failed),
        Ok(Outcome::Skipped(why)) => (format!("{name}: SKIPPED, {why}"), Counts { skipped: 1, ..Counts::default() }),
        Err(error) => (format!("{name}: FAILED, {error:#}"), failed),
    }
}

pub(super) fn in_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true")
}

/// Reads a closing line `N passed, N failed[, N skipped]`.
pub(crate) fn closing_line(line: &str) -> Option<Counts> {
    let mut counts = Counts::default();
    let mut parts = 0;
    for part in line.trim().split(", ") {
        let (number, word) = part.split_once(' ')?;
        let number: u64 = number.parse().ok()?;
        match word {
            "passed" => counts.passed = number,
            "failed" => counts.failed = number,
            "skipped" => counts.skipped = number,
            _ => return None,
        }
        parts += 1;
    }
    (parts >= 2).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closing_lines_are_told_from_other_lines() {
        let cases = [
            ("3 passed, 1 failed", Some(Counts { passed: 3, failed: 1, skipped: 0 })),
            ("3 passed, 0 failed, 2 skipped", Some(Counts { passed: 3, failed: 0, skipped: 2 })),
            ("3 passed", None),
            ("all passed, none failed", None),
            ("test result: ok", None),
        ];
        for (line, expected) in cases {
            assert_eq!(closing_line(line), expected, "{line}");
        }
    }

    #[test]
    fn a_suite_that_ran_nothing_has_failed() {
        let (line, counts) = judge("x", Ok(Outcome::Ran(Counts::default())));
        assert_eq!(line, "x: FAILED, no test ran");
        assert_eq!(counts.failed, 1);
    }
}
