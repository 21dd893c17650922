//! Everything that must hold before a change lands.

use crate::{fuzz, generate, process, suite, tidy};

pub(crate) fn run() -> anyhow::Result<()> {
    step("format", || cargo(&["fmt", "--all", "--check"]))?;
    step("tidy", tidy::run)?;
    step("clippy", clippy)?;
    step("generated files", || generate::run(true))?;
    step("fuzz", || fuzz::run(&fuzz::BRIEFLY))?;
    step("suites", || suite::run(&suite::Arguments::default()))
}

/// All workspaces of the repository.
fn clippy() -> anyhow::Result<()> {
    for workspace in [
        &["--workspace"][..],
        &["--manifest-path", "fuzz/Cargo.toml", "--no-default-features"],
        &["--manifest-path", "bench/swarm/Cargo.toml"],
    ] {
        let strict = ["--all-targets", "--quiet", "--", "-D", "warnings"];
        cargo(&[&["clippy"], workspace, &strict].concat())?;
    }
    Ok(())
}

fn step(name: &str, step: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    println!("\n==== {name}");
    step()
}

fn cargo(arguments: &[&str]) -> anyhow::Result<()> {
    process::run(process::cargo().args(arguments))
}
