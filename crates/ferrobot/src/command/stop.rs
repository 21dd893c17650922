//! `stop` and `restart`.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::bail;
use nix::sys::signal::{Signal, kill};

use super::start::{self, say};
use crate::basedir::{self, Settings};
use crate::cli::{Restart, Stop};
use crate::serve;

/// How long a master may take to end: its builds are stopped and its database is written.
const END_TIMEOUT: Duration = Duration::from_secs(60);
/// How long a restarted master may take to be up.
const START_TIMEOUT: Duration = Duration::from_secs(10);

pub(super) fn run(options: &Stop) -> anyhow::Result<ExitCode> {
    let settings = basedir::read(&options.basedir)?;
    let how = How { clean: options.clean, quiet: options.quiet, wait: !options.no_wait };
    Ok(if stop(&settings, &how)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub(super) fn restart(options: &Restart) -> anyhow::Result<ExitCode> {
    let settings = basedir::read(&options.basedir)?;
    let how = How { clean: options.clean, quiet: options.quiet, wait: true };
    if !stop(&settings, &how)? {
        return Ok(ExitCode::FAILURE);
    }
    if !options.quiet {
        say("now restarting buildbot process..");
    }
    if options.nodaemon {
        return serve::run(&settings);
    }
    let timeout = options.start_timeout.unwrap_or(START_TIMEOUT);
    start::start_daemon(&settings, options.quiet, timeout)
}

struct How {
    clean: bool,
    quiet: bool,
    wait: bool,
}

/// Whether no master runs any more.
fn stop(settings: &Settings, how: &How) -> anyhow::Result<bool> {
    let tell = |text: String| {
        if !how.quiet {
            say(&text);
        }
    };
    let Some(pid) = basedir::running(&settings.basedir) else {
        tell("buildmaster not running".to_owned());
        if basedir::read_pid(&settings.basedir).is_some() {
            // A master that was killed has left it.
            let _gone_already = std::fs::remove_file(basedir::pid_file(&settings.basedir));
        }
        return Ok(true);
    };
    let signal = if how.clean { Signal::SIGUSR1 } else { Signal::SIGTERM };
    // One that has ended since is what was asked for.
    if let Err(error) = kill(pid, signal)
        && basedir::is_alive(pid)
    {
        bail!("cannot send {signal} to the master, process {pid}: {error}");
    }
    if !how.wait {
        tell(format!("sent {signal} to process {pid}"));
        return Ok(true);
    }
    // A clean stop waits for builds, however long they take.
    let deadline = (!how.clean).then(|| Instant::now() + END_TIMEOUT);
    while basedir::is_alive(pid) {
        if deadline.is_some_and(|deadline| Instant::now() > deadline) {
            tell("never saw process go away".to_owned());
            return Ok(false);
        }
        start::wait();
    }
    tell(format!("buildbot process {pid} is dead"));
    Ok(true)
}
