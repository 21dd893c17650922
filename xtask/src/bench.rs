//! `cargo xtask bench`: the workloads of `bench/` on Buildbot and on Ferrobot, alternating in one run, as ratios.

use std::path::{Path, PathBuf};

use crate::machine;
use crate::process::{self, cargo, command, root, run_quietly};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which workloads; see `bench/README.md`.
    workloads: Vec<String>,
    /// How often each side runs, alternating.
    #[arg(long, default_value_t = 1)]
    rounds: u32,
    /// Smaller sizes: minutes instead of an hour.
    #[arg(long)]
    quick: bool,
    /// Measure Ferrobot alone.
    #[arg(long)]
    only_ferrobot: bool,
    /// Where results are appended, one JSON object a line.
    #[arg(long)]
    out: Option<PathBuf>,
}

/// Workloads when none is named.
const DEFAULT: &[&str] = &[
    "dispatch",
    "logs",
    "logs_many",
    "latency",
    "rest",
    "fleet",
    "fleet_pb",
    "flood",
    "startup",
    "machine_local",
    "machine_workers",
];

/// Sizes for `--quick`.
const QUICK: &[&str] = &[
    "--builders",
    "20",
    "--builds",
    "100",
    "--log-mb",
    "10",
    "--rest-builds",
    "2000",
    "--rest-seconds",
    "2",
    "--fleet-workers",
    "200",
    "--idle-seconds",
    "5",
    "--flood-seconds",
    "5",
    "--samples",
    "20",
    "--startup-builders",
    "200",
    "--startup-workers",
    "50",
    "--machine-builds",
    "60",
];

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let reference = if arguments.only_ferrobot { None } else { Some(machine::reference()?) };
    run_cargo(&["build", "--release", "--package", "ferrobot"])?;
    let swarm = root().join("bench/swarm/Cargo.toml");
    run_cargo(&["build", "--release", "--manifest-path", &swarm.display().to_string()])?;
    let out = match &arguments.out {
        Some(out) => std::path::absolute(out)?,
        None => machine::cache().join(format!("bench-{}.jsonl", commit())),
    };
    let ours = machine::target().join("release/ferrobot");
    for round in 1..=arguments.rounds {
        for workload in names(arguments) {
            println!("\n==== {workload}, round {round} of {}", arguments.rounds);
            if let Some(reference) = &reference {
                measure(arguments, "buildbot-4.3.0", workload, &reference.join("buildbot"), &out)?;
            }
            measure(arguments, "ferrobot", workload, &ours, &out)?;
        }
    }
    if reference.is_none() {
        return Ok(());
    }
    process::run(command("python3").arg(root().join("bench/compare.py")).arg(&out).args(["buildbot-4.3.0", "ferrobot"]))
}

fn names(arguments: &Arguments) -> Vec<&str> {
    if arguments.workloads.is_empty() {
        DEFAULT.to_vec()
    } else {
        arguments.workloads.iter().map(String::as_str).collect()
    }
}

fn measure(arguments: &Arguments, label: &str, workload: &str, master: &Path, out: &Path) -> anyhow::Result<()> {
    let mut bench = command("python3");
    bench.arg(root().join("bench/bench.py")).arg("--buildbot").arg(master);
    bench.args(["--label", label, "--repeat", "1", "--out"]).arg(out);
    bench.arg("--tools").arg(machine::target().join("release"));
    bench.arg("--work-dir").arg(machine::cache().join("bench-work"));
    if label == "ferrobot" {
        bench.arg("--worker").arg(master).args([
            "--worker-verbs",
            "worker",
            "--worker-protocol",
            "msgpack_experimental_v7",
        ]);
    } else {
        bench.arg("--worker").arg(master.with_file_name("buildbot-worker"));
    }
    if arguments.quick {
        bench.args(QUICK);
    }
    process::run(bench.arg(workload))
}

/// The commit that is measured.
fn commit() -> String {
    run_quietly(command("git").args(["rev-parse", "--short", "HEAD"]))
        .map_or_else(|_| "unknown".to_owned(), |id| id.trim().to_owned())
}

fn run_cargo(arguments: &[&str]) -> anyhow::Result<()> {
    process::run(cargo().args(arguments))
}
