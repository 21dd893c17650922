//! `ferrobot worker …` and `buildbot-worker …`: the worker's own command line.

use std::ffi::OsString;
use std::process::ExitCode;

use ferrobot_worker::cli::{self, Invocation};

use crate::cli::WorkerWords;

pub(super) fn run(words: &WorkerWords) -> anyhow::Result<ExitCode> {
    let program = std::env::args_os().next().unwrap_or_else(|| "ferrobot".into());
    let mut prefix = vec![program.clone()];
    // Under its own name the program has other verbs, too.
    if !words.called_as_worker {
        prefix.push(OsString::from("worker"));
    }
    let invocation = Invocation { program: program.to_string_lossy().into_owned(), prefix };
    let mut args: Vec<String> = words.words.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    if args.first().is_some_and(|verb| verb == "create") {
        "create-worker".clone_into(&mut args[0]);
    }
    let code = cli::run(&invocation, &args, &mut std::io::stdout());
    Ok(u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
}
