//! Tests of the config host's Python package, with the interpreter of the machine.

use super::{Counts, Outcome};
use crate::process::{command, is_installed, root};

pub(super) fn run() -> anyhow::Result<Outcome> {
    if !is_installed("python3") {
        return Ok(Outcome::Skipped("`python3` is not installed".to_owned()));
    }
    let mut test = command("python3");
    test.args(["-m", "unittest", "discover", "--start-directory", "python/tests", "--top-level-directory", "python"]);
    test.env("PYTHONPATH", root().join("python")).env("PYTHONDONTWRITEBYTECODE", "1");
    let output = test.output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    println!("{said}");
    let counts = read(&said).ok_or_else(|| anyhow::anyhow!("unittest printed no result"))?;
    if !output.status.success() && counts.failed == 0 {
        anyhow::bail!("unittest failed: {}", output.status);
    }
    Ok(Outcome::Ran(counts))
}

/// Reads `Ran 12 tests in 0.1s` and `FAILED (failures=1, errors=2, skipped=3)`.
fn read(said: &str) -> Option<Counts> {
    let ran: u64 = said.lines().find_map(|line| line.strip_prefix("Ran ")?.split(' ').next()?.parse().ok())?;
    let verdict = said.lines().rev().find(|line| line.starts_with("OK") || line.starts_with("FAILED"))?;
    let number = |word: &str| -> u64 {
        verdict
            .split(['(', ')', ',', ' '])
            .find_map(|part| part.strip_prefix(word)?.strip_prefix('=')?.parse().ok())
            .unwrap_or(0)
    };
    let (failed, skipped) = (number("failures") + number("errors"), number("skipped"));
    Some(Counts { passed: ran.saturating_sub(failed + skipped), failed, skipped })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_of_unittest_are_read() {
        let cases = [
            ("Ran 12 tests in 0.1s\n\nOK", Counts { passed: 12, failed: 0, skipped: 0 }),
            ("Ran 12 tests in 0.1s\n\nOK (skipped=2)", Counts { passed: 10, failed: 0, skipped: 2 }),
            (
                "Ran 9 tests in 0.1s\n\nFAILED (failures=1, errors=2, skipped=3)",
                Counts { passed: 3, failed: 3, skipped: 3 },
            ),
        ];
        for (said, expected) in cases {
            assert_eq!(read(said), Some(expected), "{said}");
        }
    }
}
