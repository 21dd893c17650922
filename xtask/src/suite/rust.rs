//! Unit and integration tests of all crates.

use anyhow::Context;

use super::{Counts, Outcome, in_ci};
use crate::machine;
use crate::process::{cargo, run_seen};

pub(super) fn run() -> anyhow::Result<Outcome> {
    let mut test = cargo();
    test.args(["test", "--workspace", "--quiet", "--no-fail-fast"]);
    // Suites inside the crates that talk to the real Buildbot find it by these.
    let peers = machine::reference().and_then(|bin| Ok((bin, std::env::join_paths(machine::older_workers()?)?)));
    match peers {
        Ok((bin, older)) => {
            test.env("FERROBOT_REFERENCE", bin).env("FERROBOT_OLDER_WORKERS", older);
        }
        Err(error) if in_ci() => return Err(error),
        Err(error) => println!("tests against the real Buildbot are left out: {error:#}"),
    }
    let mut counts = Counts::default();
    let mut binaries = 0;
    let succeeded = run_seen(&mut test, |line| {
        if let Some(found) = result_line(line) {
            counts += found;
            binaries += 1;
        }
    })?;
    if !succeeded && counts.failed == 0 {
        anyhow::bail!("cargo test failed before its tests ran");
    }
    (binaries > 0).then_some(Outcome::Ran(counts)).context("cargo test ran nothing")
}

/// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn result_line(line: &str) -> Option<Counts> {
    let rest = line.trim().strip_prefix("test result: ")?;
    let number = |word: &str| {
        let before = rest.split(word).next()?.trim_end();
        before.rsplit(' ').next()?.parse().ok()
    };
    Some(Counts { passed: number(" passed")?, failed: number(" failed")?, skipped: number(" ignored")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_s_result_lines_are_read() {
        let line = "test result: ok. 12 passed; 3 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s";
        assert_eq!(result_line(line), Some(Counts { passed: 12, failed: 3, skipped: 1 }));
        assert_eq!(result_line("running 3 tests"), None);
    }
}
