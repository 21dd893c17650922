//! `MasterShellCommand`: runs a command on the master. `process` has the process, `decoder` makes text of what it prints.

mod decoder;
mod process;

use std::collections::BTreeMap;

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_data::python_repr_text;
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::{CommandLine, Results};

use crate::kind::{Faults, StepClass};
use crate::rendered::{fault, optional_text, seconds, text};
use crate::repr::repr;
use crate::shell_parameters::STDIO;
use crate::words::command_line;
use process::{Ended, Program, parse_signal};

/// Runs a command on the master.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.master", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct MasterShellCommand {
    /// What to run: a list of words, or text for the shell.
    #[config(positional, renderable, required)]
    command: Value,
    /// Added to the environment; `${NAME}` stands for the master's own variables.
    #[config(renderable)]
    env: Value,
    /// Run on a pseudo terminal.
    #[config(name = "usePTY", default = false)]
    use_pty: bool,
    /// The signal that stops the command.
    #[config(default = "KILL")]
    interrupt_signal: Value,
    /// Show the environment in the log.
    #[config(default = true)]
    log_environ: bool,
    /// Kill the command after so many seconds.
    #[config(name = "runtime_timeout", default = 3600)]
    runtime_timeout: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true, description = "Running", description_done = "Ran"))]
    common: StepCommon,
}

impl StepClass for MasterShellCommand {
    fn check(&self, faults: &mut Faults<'_>) {
        if let Err(problem) = parse_signal(&self.interrupt_signal) {
            faults.add(format!("MasterShellCommand: {problem}"));
        }
    }

    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(MasterShell { config: self, done: None })
    }
}

struct MasterShell {
    config: MasterShellCommand,
    /// How it ended, where it did not end well.
    done: Option<String>,
}

#[async_trait]
impl Step for MasterShell {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "MasterShellCommand".to_owned()
    }

    /// Its program ends with the master, and cannot be asked what it has done.
    fn survives_master(&self) -> bool {
        false
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let config = &self.config;
        let command = context.render(&config.command).await?;
        let line = command_line(&command).map_err(fault)?;
        let (shown, argv) = shown_and_argv(&line);
        let stdio = context.add_log(STDIO, 's').await?;
        let directory = context.basedir().to_owned();
        let shown_argv = Value::List(argv.iter().map(|word| Value::from(word.as_str())).collect());
        let header = format!(
            "{shown}\n\n** RUNNING ON BUILDMASTER **\n in dir {}\n argv: {}\n",
            directory.display(),
            repr(&shown_argv)
        );
        stdio.header(&header).await?;
        let own: BTreeMap<String, String> = std::env::vars().collect();
        let added = added_variables(&context.render(&config.env).await?, &own)?;
        if config.log_environ {
            let shown = if matches!(config.env, Value::None) { shown_own(&own) } else { shown_added(&added) };
            stdio.header(&format!(" env: {shown}\n")).await?;
        }
        let workdir = optional_text("workdir", &context.render(&config.common.workdir).await?)?;
        let program = Program {
            argv,
            directory: workdir.map_or_else(|| directory.clone(), |workdir| directory.join(workdir)),
            environment: added,
            pty: config.use_pty,
            runtime: seconds("runtime_timeout", &config.runtime_timeout)?,
            interrupt_signal: parse_signal(&config.interrupt_signal).map_err(fault)?,
        };
        let ended = program.run(context, &stdio).await?;
        Ok(match ended {
            Ended::Exited(0) => Results::Success,
            Ended::Exited(status) => {
                // Buildbot writes the signal here, which there is none of.
                stdio.header("exit status None\n").await?;
                self.done = Some(format!("failed ({status})"));
                Results::Failure
            }
            Ended::Killed(signal) => {
                stdio.header(&format!("signal {signal}\n")).await?;
                self.done = Some(format!("killed ({signal})"));
                Results::Failure
            }
        })
    }

    fn description_done(&self) -> Option<String> {
        self.done.clone()
    }
}

/// The command as the log shows it, and the words to execute.
fn shown_and_argv(line: &CommandLine) -> (String, Vec<String>) {
    match line {
        CommandLine::Shell(text) => (text.text.clone(), vec!["/bin/sh".to_owned(), "-c".to_owned(), text.text.clone()]),
        CommandLine::Words(words) => {
            let words: Vec<String> = words.iter().map(|word| word.text.clone()).collect();
            (words.join(" "), words)
        }
    }
}

/// The variables of `env`: `${NAME}` replaced, lists joined; `None` removes.
fn added_variables(env: &Value, own: &BTreeMap<String, String>) -> Result<Vec<(String, Option<String>)>, StepError> {
    let entries = match env {
        Value::None => return Ok(Vec::new()),
        Value::Dict(entries) => entries,
        other => return Err(fault(format!("'env' must be a dict, but it is {}", repr(other)))),
    };
    entries
        .iter()
        .map(|(name, value)| {
            let name = text("env", name)?;
            let wrong =
                || fault(format!("RuntimeError: 'env' values must be strings or lists; key '{name}' is incorrect"));
            let value = match value {
                Value::None => None,
                Value::Str(text) => Some(substitute(text, own)),
                Value::List(parts) | Value::Tuple(parts) => {
                    let parts = parts.iter().map(|part| part.as_str().ok_or_else(wrong));
                    Some(substitute(&parts.collect::<Result<Vec<_>, _>>()?.join(":"), own))
                }
                _ => return Err(wrong()),
            };
            Ok((name, value))
        })
        .collect()
}

/// Replaces `${NAME}` by the variable, or by nothing.
fn substitute(text: &str, own: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let name = &rest[start + 2..];
        let is_name = |character: char| character.is_ascii_alphanumeric() || character == '_';
        let end = name.find(|character| !is_name(character)).filter(|end| name[*end..].starts_with('}'));
        let Some(end) = end else {
            out.push_str(&rest[..start + 2]);
            rest = name;
            continue;
        };
        out.push_str(&rest[..start]);
        out.push_str(own.get(&name[..end]).map_or("", String::as_str));
        rest = &name[end + 1..];
    }
    out + rest
}

fn shown_own(own: &BTreeMap<String, String>) -> String {
    let entries = own.iter().map(|(name, value)| format!("{}: {}", python_repr_text(name), python_repr_text(value)));
    format!("environ({{{}}})", entries.collect::<Vec<_>>().join(", "))
}

fn shown_added(added: &[(String, Option<String>)]) -> String {
    let entries = added
        .iter()
        .filter_map(|(name, value)| Some(format!("{}: {}", python_repr_text(name), python_repr_text(value.as_ref()?))));
    format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::told;

    #[test]
    fn variables_refer_to_the_masters_own() {
        let own = BTreeMap::from([("HOME".to_owned(), "/home/me".to_owned())]);
        let cases = [
            ("${HOME}x${NOPE}y", "/home/mexy"),
            ("$HOME", "$HOME"),
            ("${HOME", "${HOME"),
            ("${a b}${HOME}", "${a b}/home/me"),
            ("ü${HOME}", "ü/home/me"),
        ];
        for (text, expected) in cases {
            assert_eq!(substitute(text, &own), expected);
        }
        let env = Value::Dict(vec![
            ("A".into(), "${HOME}".into()),
            ("B".into(), Value::List(vec!["x".into(), "y".into()])),
            ("C".into(), Value::None),
        ]);
        let added = added_variables(&env, &own).unwrap();
        assert_eq!(shown_added(&added), "{'A': '/home/me', 'B': 'x:y'}");
        assert_eq!(added[2], ("C".to_owned(), None));
        let wrong = added_variables(&Value::Dict(vec![("A".into(), Value::Int(3))]), &own).unwrap_err();
        assert_eq!(wrong.to_string(), "RuntimeError: 'env' values must be strings or lists; key 'A' is incorrect");
    }

    #[test]
    fn signals_have_names() {
        let with =
            |signal: &str| told::<MasterShellCommand>(&[("command", "x".into()), ("interruptSignal", signal.into())]);
        assert_eq!(with("TERM"), Vec::<String>::new());
        assert_eq!(with("LOUD").len(), 1);
    }
}
