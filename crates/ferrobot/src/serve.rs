//! A running master: configuration, state, engine, ports, pages, signals, wired together.
//!
//! `load` makes a configuration from a file, `ports` holds what listens, `local` the workers of this process, `site` is the web server, `running` the master
//! between its start and its end.

pub(crate) mod load;
mod local;
mod ports;
mod questions;
mod running;
mod site;
mod users;

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use tracing::{error, info};

use crate::basedir::{self, Settings};
use crate::cli::BUILDBOT_VERSION;
use crate::command::is_daemon;
use crate::log;

/// Runs a master until it is told to end.
pub(crate) fn run(settings: &Settings) -> anyhow::Result<ExitCode> {
    if is_daemon() {
        nix::unistd::setsid().context("leave the terminal's session")?;
    }
    if let Some(mask) = settings.umask {
        nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(mask));
    }
    std::env::set_current_dir(&settings.basedir)
        .with_context(|| format!("enter the directory `{}`", settings.basedir.display()))?;
    let _pid_file = PidFile::claim(&settings.basedir)?;
    log::to_file(settings, is_daemon())?;
    if is_daemon() {
        // Whoever started us stops listening when we are up.
        let nowhere = std::fs::File::create("/dev/null").context("open `/dev/null`")?;
        nix::unistd::dup2_stderr(nowhere).context("close standard error")?;
    }
    info!("Log opened.");
    info!("Starting BuildMaster -- buildbot.version: {BUILDBOT_VERSION} (Ferrobot {})", env!("CARGO_PKG_VERSION"));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("start the runtime")?;
    let outcome = runtime.block_on(running::run(settings));
    // Tasks that are left belong to nobody any more; commands of local workers end with theirs, and take all that they have started along.
    runtime.shutdown_timeout(SHUTDOWN_MAX);
    let code = match &outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error!("while starting BuildMaster: {error:#}");
            info!("BuildMaster startup failed");
            ExitCode::FAILURE
        }
    };
    info!("Server Shut Down.");
    if !is_daemon() {
        outcome?;
    }
    Ok(code)
}

/// Killing what a command has started takes milliseconds, unless the machine is overloaded.
const SHUTDOWN_MAX: Duration = Duration::from_secs(6);

/// `twistd.pid`, removed when the master ends.
struct PidFile(std::path::PathBuf);

impl PidFile {
    fn claim(basedir: &Path) -> anyhow::Result<PidFile> {
        let own = nix::unistd::getpid();
        if let Some(other) = basedir::running(basedir).filter(|&other| other != own) {
            bail!("a master runs in `{}` already, as process {other}; stop it first", basedir.display());
        }
        let file = basedir::pid_file(basedir);
        std::fs::write(&file, own.to_string()).with_context(|| format!("write `{}`", file.display()))?;
        Ok(PidFile(file))
    }
}

impl Drop for PidFile {
    fn drop(&mut self) {
        let _gone_already = std::fs::remove_file(&self.0);
    }
}
