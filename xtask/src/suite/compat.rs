//! Suites against the stock Python peers (`compat/`).

use std::path::PathBuf;
use std::process::Command;

use anyhow::Context;

use super::{Counts, Outcome, closing_line};
use crate::demo::build_pages;
use crate::machine;
use crate::process::{cargo, command, root, run, run_seen};

/// Scenarios in which Ferrobot must equal Buildbot, for every kind of worker.
const EQUAL: &[&str] = &[
    "steps_results",
    "render_properties",
    "git_modes",
    "change_schedulers",
    "log_encodings",
    "transfers",
    "worker_lifecycle",
    "worker_rules",
];
/// Scenarios for which the kind of worker does not matter.
const ANY_WORKER: &[&str] = &[
    "checkconfig_errors",
    "force_params",
    "git_poller",
    "locks",
    "queue_control",
    "trigger_timed",
    "try_jobs",
    "worker_missing",
];

/// Whether a scenario is one of those that are run.
pub(crate) fn runs(scenario: &str) -> bool {
    EQUAL.iter().chain(ANY_WORKER).any(|known| *known == scenario)
}

/// Runs the scenarios of `compat/difftest` against their recorded references.
pub(super) fn difftest() -> anyhow::Result<Outcome> {
    let reference = match machine::reference() {
        Ok(reference) => reference,
        Err(error) => return Ok(Outcome::Skipped(format!("{error:#}"))),
    };
    let candidate = build()?;
    let mut counts = Counts::default();
    for (worker, scenarios) in
        [("stock-msgpack", EQUAL), ("stock-pb", EQUAL), ("candidate", EQUAL), ("stock-msgpack", ANY_WORKER)]
    {
        println!("-- workers: {worker}");
        let mut scenario_run = command("python3");
        scenario_run.arg(root().join("compat/difftest/difftest.py")).arg("run");
        scenario_run.arg("--candidate").arg(&candidate).args(["--worker", worker, "-j", "2"]);
        scenario_run.arg("--worker-cmd").arg(reference.join("buildbot-worker"));
        if worker == "candidate" {
            let own = format!("{} worker", candidate.display());
            scenario_run.args(["--candidate-worker", &own]);
        }
        scenario_run.args(scenarios).env("DT_SLOW", "4").env("PYTHONDONTWRITEBYTECODE", "1");
        counts += scenarios_of(&mut scenario_run, scenarios.len())?;
    }
    Ok(Outcome::Ran(counts))
}

/// One test per scenario: its line says how many fields differ.
fn scenarios_of(scenario_run: &mut Command, expected: usize) -> anyhow::Result<Counts> {
    let mut counts = Counts::default();
    run_seen(scenario_run, |line| {
        if let Some((name, differences)) = scenario_line(line)
            && name != "total"
        {
            if differences == 0 { counts.passed += 1 } else { counts.failed += 1 }
        }
    })?;
    let seen = usize::try_from(counts.passed + counts.failed)?;
    if seen < expected {
        counts.failed += u64::try_from(expected - seen)?;
    }
    Ok(counts)
}

/// Reads `steps_results: 2180 equal, 2 different, 0 tolerated`.
fn scenario_line(line: &str) -> Option<(&str, u64)> {
    let (name, rest) = line.split_once(": ")?;
    let mut parts = rest.split(", ");
    parts.next()?.strip_suffix(" equal")?;
    let different = parts.next()?.strip_suffix(" different")?.parse().ok()?;
    Some((name.trim(), different))
}

/// A master directory through Buildbot, Ferrobot and Buildbot again.
pub(super) fn roundtrip() -> anyhow::Result<Outcome> {
    script("roundtrip.py", &[])
}

/// Broken configurations, rude peers, full ports, damaged databases, crashes.
pub(super) fn bad_input() -> anyhow::Result<Outcome> {
    let smtp = match machine::virtual_environment("smtp-1.4.6", &["aiosmtpd==1.4.6"]) {
        Ok(bin) => bin.join("python").display().to_string(),
        Err(error) => return Ok(Outcome::Skipped(format!("install a mail server: {error:#}"))),
    };
    script("bad_input.py", &["--smtp", &smtp])
}

/// Runs a script of `compat/` that takes the stock programs and ours, and ends with a line of counts.
fn script(name: &str, more: &[&str]) -> anyhow::Result<Outcome> {
    let reference = match machine::reference() {
        Ok(reference) => reference,
        Err(error) => return Ok(Outcome::Skipped(format!("{error:#}"))),
    };
    let candidate = build()?;
    let mut script = command("python3");
    script.arg(root().join("compat").join(name)).env("PYTHONDONTWRITEBYTECODE", "1");
    script.arg("--reference").arg(reference).arg("--candidate").arg(candidate).args(more);
    let mut counts = None;
    run_seen(&mut script, |line| counts = closing_line(line).or(counts))?;
    counts.map(Outcome::Ran).with_context(|| format!("compat/{name} printed no result"))
}

/// The program under test, with the scripts of its pages where they can be built.
pub(super) fn build() -> anyhow::Result<PathBuf> {
    if let Err(error) = build_pages() {
        println!("the pages come without their scripts: {error:#}");
    }
    run(cargo().args(["build", "--quiet", "--release", "--package", "ferrobot"]))?;
    Ok(machine::target().join("release/ferrobot"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_scenarios_are_read() {
        let line = "steps_results: 2180 equal, 2 different, 0 tolerated";
        assert_eq!(scenario_line(line), Some(("steps_results", 2)));
        assert_eq!(scenario_line("  /builds/flow#1/steps/02 two/state_string"), None);
        assert_eq!(scenario_line("error: it, broke"), None);
    }
}
