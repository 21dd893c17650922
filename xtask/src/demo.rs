//! `cargo xtask demo`: builds everything and runs `ferrobot demo`.

use anyhow::Context;

use crate::machine;
use crate::process::{cargo, command, root, run_quietly};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// What `ferrobot demo` gets: `--repo URL|PATH`, `--once`, …
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    // The pages work without what Node builds; they are only livelier with it.
    if let Err(error) = build_pages() {
        println!("the pages come without their scripts: {error:#}");
    }
    let build = ["build", "--release", "--package", "ferrobot"];
    crate::process::run(cargo().args(build)).context("build Ferrobot")?;
    let program = machine::target().join("release/ferrobot");
    crate::process::run(command(program).arg("demo").args(&arguments.options))
}

/// Bundles the scripts of the pages, which the binary embeds.
pub(crate) fn build_pages() -> anyhow::Result<()> {
    let ui = root().join("ui");
    machine::node_packages(&ui)?;
    run_quietly(command("npm").current_dir(&ui).args(["run", "--silent", "build"])).map(drop)
}
