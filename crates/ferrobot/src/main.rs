//! The program: Buildbot's verbs, the worker's verbs, and the demo.
//!
//! Called as `buildbot` or `buildbot-worker` (a symbolic link) it takes those programs' verbs and options; as
//! `ferrobot` it takes the master's verbs directly and the worker's under `ferrobot worker`. `cli` describes the
//! command line, `command/` holds one file per verb, `serve` wires a running master together.

mod basedir;
mod cli;
mod command;
mod kinds;
mod log;
mod serve;

use std::process::ExitCode;

fn main() -> ExitCode {
    let words: Vec<std::ffi::OsString> = std::env::args_os().collect();
    match cli::parse(&words) {
        Ok(words) => command::run(words),
        Err(answer) => answer.show(),
    }
}
