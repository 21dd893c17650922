//! One file per verb. Each prints what its user wants to know and returns the exit status.

mod checkconfig;
mod create_master;
mod demo;
mod generate;
mod reconfig;
mod sendchange;
mod start;
mod stop;
mod tryserver;
mod upgrade_master;
mod worker;

use std::process::ExitCode;

pub(crate) use start::is_daemon;

use crate::cli::{Verb, Words};
use crate::log;

/// Carries out a verb.
#[expect(clippy::print_stderr, reason = "errors go to the user")]
pub(crate) fn run(words: Words) -> ExitCode {
    let Words { verb, verbose } = words;
    // What runs a master or a worker has a log of its own.
    if verbose && !matches!(verb, Verb::Start(_) | Verb::Restart(_) | Verb::Worker(_)) {
        log::to_terminal();
    }
    let outcome = match verb {
        Verb::CreateMaster(options) => create_master::run(&options),
        Verb::UpgradeMaster(options) => upgrade_master::run(&options),
        Verb::Start(options) => start::run(&options),
        Verb::Stop(options) => stop::run(&options),
        Verb::Restart(options) => stop::restart(&options),
        Verb::Reconfig(options) => reconfig::run(&options),
        Verb::Checkconfig(options) => checkconfig::run(&options),
        Verb::Worker(words) => worker::run(&words),
        Verb::Demo(options) => demo::run(&options),
        Verb::Generate(options) => generate::run(&options),
        Verb::Sendchange(options) => sendchange::run(&options),
        Verb::Try(_) => not_here("try"),
        Verb::Tryserver(options) => tryserver::run(&options),
        Verb::User(_) => not_here("user"),
        Verb::Cleanupdb(_) => not_here("cleanupdb"),
        Verb::CopyDb(_) => not_here("copy-db"),
        Verb::Dataspec(_) => not_here("dataspec"),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

/// A verb of Buildbot's that this version does not have.
fn not_here(verb: &str) -> anyhow::Result<ExitCode> {
    anyhow::bail!("`{verb}` is not supported by this version of Ferrobot; use Buildbot's own `buildbot {verb}`")
}
