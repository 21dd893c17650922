//! `reconfig`: tells the master to read its configuration again, and watches how that goes.

use std::process::ExitCode;
use std::time::Duration;

use nix::sys::signal::{Signal, kill};

use super::start::{Follow, Outcome, Watch, say};
use crate::basedir;
use crate::cli::Reconfig;

/// How long a reconfiguration may stay silent.
const PROGRESS_TIMEOUT: Duration = Duration::from_secs(20);

pub(super) fn run(options: &Reconfig) -> anyhow::Result<ExitCode> {
    let settings = basedir::read(&options.basedir)?;
    let pid = basedir::running(&settings.basedir)
        .ok_or_else(|| anyhow::anyhow!("no master runs in `{}`: start it first", settings.basedir.display()))?;
    let follow = Follow::from_end(&settings.basedir.join("twistd.log"));
    if !options.quiet {
        say(&format!("sending SIGHUP to process {pid}"));
    }
    kill(pid, Signal::SIGHUP)?;
    if options.quiet {
        return Ok(ExitCode::SUCCESS);
    }
    let timeout = options.progress_timeout.unwrap_or(PROGRESS_TIMEOUT);
    let watch = Watch { started_with: "beginning configuration update", timeout, shows: true };
    let outcome = follow.until_decided(&watch, || !basedir::is_alive(pid));
    say(match outcome {
        Outcome::Reconfigured | Outcome::Running => "Reconfiguration appears to have completed successfully",
        Outcome::ReconfigFailed | Outcome::Failed => {
            "Reconfiguration failed. Please inspect the master.cfg file for errors, correct\nthem, then try 'buildbot reconfig' again."
        }
        Outcome::TimedOut => "The master did not say how the reconfiguration went. Please look into 'twistd.log'.",
    });
    let good = matches!(outcome, Outcome::Reconfigured | Outcome::Running);
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
