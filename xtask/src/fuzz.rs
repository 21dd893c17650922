//! `cargo xtask fuzz`: changes recorded bytes of stock peers at random and feeds them to the protocols, on stable Rust.
//!
//! What must hold stands in `fuzz/src/lib.rs`; where there is a nightly, `cargo fuzz` runs the same functions with instruments.

use crate::process::{self, cargo};

#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Which protocols; all of them when none is named.
    protocols: Vec<String>,
    /// How long each is fuzzed.
    #[arg(long, default_value_t = 60)]
    seconds: u32,
}

/// Enough to notice when a protocol is broken, or the fuzzing itself.
pub(crate) const BRIEFLY: Arguments = Arguments { protocols: Vec::new(), seconds: 2 };

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let mut fuzz = cargo();
    fuzz.args(["run", "--quiet", "--release", "--manifest-path", "fuzz/Cargo.toml", "--no-default-features"]);
    fuzz.args(["--bin", "stable", "--", "--seconds", &arguments.seconds.to_string()]).args(&arguments.protocols);
    process::run(&mut fuzz)
}
