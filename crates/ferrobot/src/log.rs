//! The master's log, `twistd.log`, in the form that Buildbot's tools read; the terminal sees it too.

use std::io::IsTerminal;

use anyhow::Context;
use ferrobot_worker::twistdlog::TwistdLayer;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

use crate::basedir::Settings;

/// Names what is logged, in the syntax of `tracing_subscriber::EnvFilter`.
const FILTER_VARIABLE: &str = "FERROBOT_LOG";

/// Sends what the program says to `twistd.log`, and to the terminal when it runs in the foreground.
pub(crate) fn to_file(settings: &Settings, is_daemon: bool) -> anyhow::Result<()> {
    let path = settings.basedir.join("twistd.log");
    let file =
        TwistdLayer::open(&path, settings.rotation).with_context(|| format!("open the log `{}`", path.display()))?;
    let filter = || EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new("info"));
    let to_terminal = !is_daemon && std::io::stderr().is_terminal();
    let terminal =
        to_terminal.then(|| fmt::layer().with_writer(std::io::stderr).with_target(false).with_filter(filter()));
    tracing_subscriber::registry().with(file.with_filter(filter())).with(terminal).try_init().context("start the log")
}

/// Sends what a verb says on the way to standard error.
pub(crate) fn to_terminal() {
    let filter = EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new("warn,ferrobot=debug"));
    let is_terminal = std::io::stderr().is_terminal();
    fmt().with_writer(std::io::stderr).with_ansi(is_terminal).with_target(false).with_env_filter(filter).init();
}
