//! Generated files: written by the `ferrobot` program from its own definitions.

use std::path::PathBuf;

use anyhow::{Context, bail};

use crate::process::{cargo, root, run_quietly};

/// File in the project, and what `ferrobot generate` calls it.
const FILES: &[(&str, &str)] = &[("python/buildbot/_schema.py", "python-schema")];

pub(crate) fn run(check: bool) -> anyhow::Result<()> {
    let mut stale = Vec::new();
    for (path, name) in FILES {
        let arguments = ["run", "--quiet", "--package", "ferrobot", "--bin", "ferrobot", "--", "generate", name];
        let text = run_quietly(cargo().args(arguments)).with_context(|| format!("generate {path}"))?;
        let file: PathBuf = root().join(path);
        let current = std::fs::read_to_string(&file).is_ok_and(|current| current == text);
        if current {
            println!("{path} is current");
        } else if check {
            stale.push(*path);
        } else {
            std::fs::write(&file, text).with_context(|| format!("write {path}"))?;
            println!("{path} is written");
        }
    }
    if !stale.is_empty() {
        bail!("stale: {}; run `cargo xtask gen` and commit", stale.join(", "));
    }
    Ok(())
}
