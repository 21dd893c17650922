//! `start`: runs a master, in the foreground or as a daemon whose log is watched until it is up.

mod follow;

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::time::Duration;

use anyhow::Context;

pub(super) use follow::{Follow, Outcome, Watch, wait};

use crate::basedir::{self, Settings};
use crate::cli::Start;
use crate::serve;

/// How long a start may take until its user is told that it is not known how it went.
const START_TIMEOUT: Duration = Duration::from_secs(10);
/// Tells the started process that it is the daemon.
const DAEMON: &str = "FERROBOT_DAEMON";

pub(super) fn run(options: &Start) -> anyhow::Result<ExitCode> {
    let settings = basedir::read(&options.basedir)?;
    if options.nodaemon {
        return serve::run(&settings);
    }
    let timeout = options.start_timeout.unwrap_or(START_TIMEOUT);
    start_daemon(&settings, options.quiet, timeout)
}

/// Starts the master as a daemon and watches its log.
pub(super) fn start_daemon(settings: &Settings, quiet: bool, timeout: Duration) -> anyhow::Result<ExitCode> {
    if let Some(pid) = basedir::running(&settings.basedir) {
        anyhow::bail!("a master runs in `{}` already, as process {pid}", settings.basedir.display());
    }
    let log = settings.basedir.join("twistd.log");
    let follow = Follow::from_end(&log);
    let mut child = spawn(&settings.basedir)?;
    if quiet {
        return Ok(ExitCode::SUCCESS);
    }
    say("Following twistd.log until startup finished..");
    let watch = Watch { started_with: "Starting BuildMaster", timeout, shows: false };
    let outcome = follow.until_decided(&watch, || !matches!(child.try_wait(), Ok(None)));
    if outcome == Outcome::Failed
        && let Some(stderr) = child.stderr.take()
    {
        // What it said before it had a log.
        let said = std::io::read_to_string(stderr).unwrap_or_default();
        if !said.trim().is_empty() {
            say(said.trim_end());
        }
    }
    say(match outcome {
        Outcome::Running => "The buildmaster appears to have (re)started correctly.",
        Outcome::Failed | Outcome::Reconfigured | Outcome::ReconfigFailed => {
            "The buildmaster startup failed. Please see 'twistd.log' for possible reason."
        }
        Outcome::TimedOut => {
            "The buildmaster did not say within the time allowed that it is up. Look into 'twistd.log' for\na line that says 'BuildMaster is running' to verify correct startup."
        }
    });
    Ok(if outcome == Outcome::Running { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A process without our terminal; it makes a session of its own.
fn spawn(basedir: &Path) -> anyhow::Result<std::process::Child> {
    let program = std::env::current_exe().context("find this program")?;
    let mut command = Command::new(program);
    command.arg("start").arg("--nodaemon").arg(basedir).env(DAEMON, "1");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.spawn().context("start the master")
}

/// Whether this process is the daemon that `start` made.
pub(crate) fn is_daemon() -> bool {
    std::env::var_os(DAEMON).is_some()
}

#[expect(clippy::print_stdout, reason = "tells the user")]
pub(super) fn say(text: &str) {
    println!("{text}");
}
