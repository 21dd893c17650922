//! `ferrobot generate NAME`: prints a file of the project that is made from its own definitions.

use std::process::ExitCode;

use crate::cli::Generate;
use crate::kinds;

#[expect(clippy::print_stdout, reason = "the file is the output")]
pub(super) fn run(options: &Generate) -> anyhow::Result<ExitCode> {
    match options.name.as_str() {
        "python-schema" => print!("{}", ferrobot_config::python_schema(&kinds::schemas())),
        other => anyhow::bail!("there is no generated file `{other}`; there is python-schema"),
    }
    Ok(ExitCode::SUCCESS)
}
