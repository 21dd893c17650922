//! Everything that must hold before a change lands.

use crate::{fuzz, generate, process, suite, tidy};

pub(crate) fn run() -> anyhow::Result<()> {
    step("format", || cargo(&["fmt", "--all", "--check"]))?;
    step("tidy", tidy::run)?;
    step("clippy", || cargo(&["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"]))?;
    step("generated files", || generate::run(true))?;
    step("fuzz", || fuzz::run(&fuzz::BRIEFLY))?;
    step("suites", || suite::run(&suite::Arguments::default()))
}

fn step(name: &str, step: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
    println!("\n==== {name}");
    step()
}

fn cargo(arguments: &[&str]) -> anyhow::Result<()> {
    process::run(process::cargo().args(arguments))
}
