//! `ferrobot worker …` and `buildbot-worker …`: the worker's own command line.

use std::ffi::OsString;
use std::process::ExitCode;

pub(super) fn run(words: &[OsString]) -> anyhow::Result<ExitCode> {
    Ok(ferrobot_worker::command::run(words))
}
