//! Checks the structure of the house: who may depend on whom, what every crate must have, what no file may hold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::parity;
use crate::process::{command, root, run_quietly};

/// Crates of this workspace that a crate may depend on (not counting tests). ARCHITECTURE.md gives the reasons.
const ALLOWED: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("wire", &["model"]),
    ("transport", &["model"]),
    ("config-derive", &[]),
    ("config", &["model", "config-derive"]),
    ("storage", &["model"]),
    ("data", &["model", "storage"]),
    ("engine", &["model", "config", "data"]),
    ("changes", &["model", "config", "data", "engine"]),
    ("schedulers", &["model", "config", "data", "engine"]),
    ("steps", &["model", "config", "data", "engine"]),
    ("reporters", &["model", "config", "data", "engine"]),
    ("gateway", &["model", "wire", "transport", "engine", "worker"]),
    ("confighost", &["config", "engine"]),
    ("api", &["model", "data"]),
    ("web", &["model", "data"]),
    ("worker", &["model", "wire", "transport"]),
    ("testkit", &["model", "config", "data", "engine"]),
    (
        "ferrobot",
        &[
            "model",
            "config",
            "data",
            "engine",
            "changes",
            "schedulers",
            "steps",
            "reporters",
            "gateway",
            "confighost",
            "api",
            "web",
            "wire",
            "transport",
            "worker",
        ],
    ),
];

/// Names that say nothing.
const VAGUE_MODULES: &[&str] = &["util.rs", "utils.rs", "helpers.rs", "common.rs", "misc.rs", "types.rs", "mod.rs"];

pub(crate) fn run() -> anyhow::Result<()> {
    let mut faults = Vec::new();
    dependencies(&mut faults)?;
    files(&mut faults)?;
    parity::check(&mut faults)?;
    if faults.is_empty() {
        println!("tidy: the house is in order");
        return Ok(());
    }
    for fault in &faults {
        println!("tidy: {fault}");
    }
    bail!("{} faults", faults.len())
}

fn dependencies(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    let architecture = std::fs::read_to_string(root().join("ARCHITECTURE.md")).context("read ARCHITECTURE.md")?;
    for entry in std::fs::read_dir(root().join("crates"))? {
        let folder = entry?.path();
        let manifest = folder.join("Cargo.toml");
        if !manifest.exists() {
            continue;
        }
        let name = folder.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        if !architecture.contains(&format!("`{name}`")) {
            faults.push(format!("crate `{name}` has no paragraph in ARCHITECTURE.md"));
        }
        let Some(allowed) = allowed.get(name.as_str()) else {
            faults.push(format!("crate `{name}` is not in the table of allowed dependencies (xtask/src/tidy.rs)"));
            continue;
        };
        for dependency in own_dependencies(&std::fs::read_to_string(&manifest)?) {
            if !allowed.contains(&dependency.as_str()) {
                faults.push(format!("crate `{name}` may not depend on `{dependency}`"));
            }
        }
    }
    Ok(())
}

/// Names of this workspace's crates in `[dependencies]`, without their prefix.
fn own_dependencies(manifest: &str) -> Vec<String> {
    let mut section = "";
    let mut found = Vec::new();
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if section == "[dependencies]"
            && let Some(rest) = line.strip_prefix("ferrobot-")
        {
            found.push(rest.split(['.', ' ', '=']).next().unwrap_or_default().to_owned());
        }
    }
    found
}

fn files(faults: &mut Vec<String>) -> anyhow::Result<()> {
    let listed = run_quietly(command("git").args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    for path in listed.lines().map(PathBuf::from) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if VAGUE_MODULES.contains(&name) {
            faults.push(format!("{}: the name says nothing of what is in it", path.display()));
        }
        if name.ends_with(".rs") {
            rust_file(&path, faults)?;
        }
    }
    Ok(())
}

fn rust_file(path: &Path, faults: &mut Vec<String>) -> anyhow::Result<()> {
    let Ok(text) = std::fs::read_to_string(root().join(path)) else { return Ok(()) };
    let is_ours = path.starts_with("crates") || path.starts_with("xtask");
    // `tests.rs` belongs to the file that it stands below.
    if is_ours && !text.starts_with("//!") && !path.ends_with("tests.rs") {
        faults.push(format!("{}: begins without a comment that says why it exists", path.display()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_workspace_s_own_dependencies_count() {
        let manifest = "[package]\nname = \"ferrobot-x\"\n[dependencies]\nferrobot-model.workspace = true\nserde = \"1\"\n\
                        ferrobot-data = { workspace = true }\n[dev-dependencies]\nferrobot-testkit.workspace = true\n";
        assert_eq!(own_dependencies(manifest), ["model", "data"]);
    }
}
