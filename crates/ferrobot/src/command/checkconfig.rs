//! `checkconfig`: reads a configuration as a start would, and tells every fault at once.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ferrobot_config::{ConfigError, Errors};

use crate::basedir;
use crate::cli::Checkconfig;
use crate::serve::load;

#[expect(clippy::print_stdout, reason = "the answer")]
pub(super) fn run(options: &Checkconfig) -> anyhow::Result<ExitCode> {
    let (file, folder) = place(options.config.as_deref())?;
    let say = |text: String| {
        if !options.quiet {
            println!("{text}");
        }
    };
    match load::check(&file, &folder)? {
        load::Checked::Good { warnings, .. } => {
            for warning in &warnings {
                say(format!("warning: {warning}"));
            }
            say("Config file is good!".to_owned());
            Ok(ExitCode::SUCCESS)
        }
        load::Checked::Bad(errors) => {
            say(report(&errors));
            Ok(ExitCode::FAILURE)
        }
    }
}

/// All faults, each with its place.
fn report(errors: &Errors) -> String {
    let line = |error: &ConfigError| {
        let place = if error.place.line > 0 { format!(" ({})", error.place) } else { String::new() };
        format!("  {}{place}", error.message.replace('\n', "\n  "))
    };
    let lines: Vec<String> = errors.errors.iter().map(line).collect();
    format!("Configuration Errors:\n{}", lines.join("\n"))
}

/// The file to check and the directory that it belongs to.
fn place(named: Option<&Path>) -> anyhow::Result<(PathBuf, PathBuf)> {
    let named = std::path::absolute(named.unwrap_or(Path::new(".")))?;
    if named.is_dir() {
        let settings = basedir::read(&named)?;
        return Ok((named.join(settings.configfile), named));
    }
    let folder = named.parent().unwrap_or(Path::new("/")).to_path_buf();
    Ok((named, folder))
}
