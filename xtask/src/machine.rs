//! What the tasks need on this machine: found, or installed into the user's cache folder.
//!
//! Python packages go into virtual environments there, Node packages into `ui/node_modules`; programs of the
//! distribution are installed with `apt-get` where that is possible (root on Debian).

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

use crate::process::{command, is_installed, root, run_quietly};

/// The real Buildbot that suites and benchmarks compare with.
const REFERENCE_PACKAGES: &[&str] = &[
    "buildbot==4.3.0",
    "buildbot-worker==4.3.0",
    "buildbot-www==4.3.0",
    "buildbot-waterfall-view==4.3.0",
    "buildbot-console-view==4.3.0",
    "buildbot-grid-view==4.3.0",
    "treq",
    "txrequests",
    "requests",
    "unidiff",
    "lz4",
    "zstandard",
    "brotli",
];

/// The user's cache folder for this project.
pub(crate) fn cache() -> PathBuf {
    let base = std::env::var_os("XDG_CACHE_HOME").map_or_else(
        || PathBuf::from(std::env::var_os("HOME").unwrap_or_else(|| "/tmp".into())).join(".cache"),
        PathBuf::from,
    );
    base.join("ferrobot")
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// The `bin` folder of a virtual environment with the real Buildbot, made when it is missing.
pub(crate) fn reference() -> anyhow::Result<PathBuf> {
    virtual_environment("reference-4.3.0", REFERENCE_PACKAGES).context("install the real Buildbot")
}

/// The `bin` folders of virtual environments with workers of earlier versions, made when they are missing.
pub(crate) fn older_workers() -> anyhow::Result<Vec<PathBuf>> {
    let install = |version: &str| {
        virtual_environment(&format!("worker-{version}"), &[&format!("buildbot-worker=={version}")])
            .with_context(|| format!("install the stock worker {version}"))
    };
    ["3.11.9", "2.10.5"].map(install).into_iter().collect()
}

/// The `bin` folder of a virtual environment with these packages.
pub(crate) fn virtual_environment(name: &str, packages: &[&str]) -> anyhow::Result<PathBuf> {
    let folder = cache().join(name);
    let done = folder.join("complete");
    let bin = folder.join("bin");
    if done.exists() {
        return Ok(bin);
    }
    if !is_installed("python3") {
        bail!("`python3` is not installed");
    }
    std::fs::create_dir_all(cache())?;
    println!("installing {} into {}", packages.join(" "), folder.display());
    run_quietly(command("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    run_quietly(command(bin.join("pip")).args(["install", "--quiet", "--disable-pip-version-check"]).args(packages))?;
    std::fs::write(done, "")?;
    Ok(bin)
}

/// The Chromium that the page tests drive.
pub(crate) fn chromium() -> anyhow::Result<PathBuf> {
    const PLACES: &[&str] = &["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let found = || PLACES.iter().map(PathBuf::from).find(|place| place.exists());
    if found().is_none() {
        install_packages(&["chromium", "fonts-dejavu-core"])?;
    }
    found().context("no Chromium in /usr/bin")
}

/// Installs the distribution's packages.
pub(crate) fn install_packages(packages: &[&str]) -> anyhow::Result<()> {
    if !is_installed("apt-get") || !is_root() {
        bail!("install {} first (only root on Debian can have it done)", packages.join(" "));
    }
    println!("installing {}", packages.join(" "));
    run_quietly(command("apt-get").args(["update", "-q"]))?;
    let install = ["install", "-y", "-q", "--no-install-recommends"];
    run_quietly(command("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(install).args(packages)).map(drop)
}

/// Installs the Node packages of a folder, unless those that its `package-lock.json` names are there.
pub(crate) fn node_packages(folder: &Path) -> anyhow::Result<()> {
    if !is_installed("npm") {
        bail!("`npm` is not installed");
    }
    let lock = std::fs::read(folder.join("package-lock.json")).context("read package-lock.json")?;
    let stamp = folder.join("node_modules/.installed-lock");
    if std::fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    run_quietly(command("npm").current_dir(folder).args(["ci", "--no-audit", "--no-fund"]))?;
    std::fs::write(stamp, lock)?;
    Ok(())
}

fn is_root() -> bool {
    run_quietly(command("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}
