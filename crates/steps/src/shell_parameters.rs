//! The parameters of steps that run a command (Buildbot's `ShellMixin`): read, rendered, run, and put into words.

use ferrobot_config::{ConfigClass, Value};
use ferrobot_engine::{CommandOptions, CommandOutcome, LogHandle, StepCommon, StepContext, StepError};
use ferrobot_model::{Command, CommandLine, LogFile, Results, ShellCommand};

use crate::decode_rc::DecodeRc;
use crate::kind::Faults;
use crate::rendered::{fault, optional_text, seconds, text, whole};
use crate::repr::repr;
use crate::words::{command_line, shortened};

/// Where a command's output goes when nothing else is said.
pub(crate) const STDIO: &str = "stdio";

/// Parameters of steps that run a command on the worker.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.process.buildstep", name = "ShellMixin", rename_all = "camelCase")]
pub(crate) struct ShellParameters {
    /// What to run: a list of words, or text for the shell.
    #[config(renderable)]
    pub(crate) command: Value,
    /// Added to the environment; a list is joined with the path separator, `None` removes.
    #[config(renderable)]
    pub(crate) env: Value,
    /// Take standard output.
    #[config(renderable, name = "want_stdout", default = true)]
    pub(crate) want_stdout: Value,
    /// Take standard error.
    #[config(renderable, name = "want_stderr", default = true)]
    pub(crate) want_stderr: Value,
    /// Run on a pseudo terminal.
    #[config(renderable, name = "usePTY", default = false)]
    pub(crate) use_pty: Value,
    /// Files on the worker that become logs: name to file, or to `{'filename': …, 'follow': …}`.
    #[config(renderable)]
    pub(crate) logfiles: Value,
    /// Add the log of a file only when there is something in it.
    #[config(renderable, default = false)]
    pub(crate) lazylogfiles: Value,
    /// Kill after so many seconds without output.
    #[config(renderable, default = 1200)]
    pub(crate) timeout: Value,
    /// Kill after so many seconds.
    #[config(renderable)]
    pub(crate) max_time: Value,
    /// Kill after so many lines of output.
    #[config(renderable, name = "max_lines")]
    pub(crate) max_lines: Value,
    /// Show the environment in the log.
    #[config(renderable, default = true)]
    pub(crate) log_environ: Value,
    /// The signal that stops the command.
    #[config(renderable, default = "KILL")]
    pub(crate) interrupt_signal: Value,
    /// Send SIGTERM first, and `interruptSignal` so many seconds later.
    #[config(renderable)]
    pub(crate) sigterm_time: Value,
    /// Written to the command's standard input.
    #[config(renderable)]
    pub(crate) initial_stdin: Value,
    /// Exit status to result; `None` is `{0: SUCCESS}`.
    #[config(renderable, name = "decodeRC")]
    pub(crate) decode_rc: Value,
}

/// When such a step is done, its command speaks for it, unless there is a `descriptionDone`: the description of the running step does
/// not go on, and no suffix follows.
pub(crate) fn let_command_speak(common: &mut StepCommon) {
    if common.description_done.is_truthy() {
        return;
    }
    let suffix = std::mem::take(&mut common.description_suffix);
    if common.description.is_truthy() && suffix.is_truthy() {
        let description = std::mem::take(&mut common.description);
        common.description = Value::List(vec![description, suffix]);
    }
    common.description_done = Value::None;
}

/// A command that is ready to run.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub(crate) command: ShellCommand,
    pub(crate) decode: DecodeRc,
    pub(crate) lazy_logs: bool,
}

/// What a command left behind that the step's text tells.
#[derive(Debug, Clone, Default)]
pub(crate) struct Told {
    /// The command in a few words; known once it is rendered.
    words: Option<String>,
    failure_reason: Option<String>,
}

impl Told {
    /// Remembers how the command ended.
    pub(crate) fn note(&mut self, outcome: &CommandOutcome) {
        if let Some(reason) = &outcome.failure_reason {
            self.failure_reason = Some(reason.clone());
        }
    }

    /// Remembers the command.
    pub(crate) fn note_command(&mut self, command: &Value) {
        self.words = shortened(command);
    }

    /// The command in a few words, or as far as it is known.
    pub(crate) fn words(&self, unrendered: &Value) -> Option<String> {
        self.words.clone().or_else(|| shortened(unrendered))
    }

    /// What stands in the place of `descriptionDone`, where there is none.
    pub(crate) fn done(&self, common: &StepCommon, unrendered: &Value) -> Option<String> {
        if common.description_done.is_truthy() { None } else { self.words(unrendered) }
    }

    /// What follows the text of the finished step.
    pub(crate) fn ending(&self, results: Results) -> String {
        let mut ending = match results {
            Results::Success => String::new(),
            other => format!(" ({other})"),
        };
        match self.failure_reason.as_deref() {
            Some("timeout" | "timeout_without_output") => ending.push_str(" (timed out)"),
            Some("max_lines_failure") => ending.push_str(" (max lines)"),
            _ => {}
        }
        ending
    }
}

impl ShellParameters {
    /// Tells of parameters whose type is wrong already.
    pub(crate) fn check(&self, faults: &mut Faults<'_>) {
        let class = faults.class;
        let numbers = [("timeout", &self.timeout), ("maxTime", &self.max_time), ("sigtermTime", &self.sigterm_time)];
        for (name, value) in numbers {
            if is_plain(value) && !matches!(value, Value::None | Value::Int(_) | Value::Float(_)) {
                faults.add(format!("{class} argument {name} must be an instance of int or float or None"));
            }
        }
    }

    /// The command, or the kind's own when none is given.
    pub(crate) fn command_or(&self, default: &[&str]) -> Value {
        match &self.command {
            Value::None if !default.is_empty() => Value::List(default.iter().map(|word| Value::from(*word)).collect()),
            given => given.clone(),
        }
    }

    /// Renders everything for `command`, which is rendered already.
    pub(crate) async fn prepare(&self, context: &mut StepContext, command: &Value) -> Result<Prepared, StepError> {
        let line = command_line(command).map_err(fault)?;
        if is_empty(&line) {
            return Err(fault("ShellCommand: the command is empty after rendering"));
        }
        let mut shell = ShellCommand::new(context.workdir().await?, line);
        shell.env = context.environment(&self.env).await?;
        shell.want_stdout = context.render(&self.want_stdout).await?.is_truthy();
        shell.want_stderr = context.render(&self.want_stderr).await?.is_truthy();
        shell.use_pty = context.render(&self.use_pty).await?.is_truthy();
        shell.logfiles = log_files(&context.render(&self.logfiles).await?)?;
        shell.timeout = seconds("timeout", &context.render(&self.timeout).await?)?;
        shell.max_time = seconds("maxTime", &context.render(&self.max_time).await?)?;
        shell.max_lines = whole("max_lines", &context.render(&self.max_lines).await?)?;
        shell.log_environ = context.render(&self.log_environ).await?.is_truthy();
        shell.interrupt_signal = optional_text("interruptSignal", &context.render(&self.interrupt_signal).await?)?;
        shell.sigterm_time = seconds("sigtermTime", &context.render(&self.sigterm_time).await?)?;
        shell.initial_stdin = optional_text("initialStdin", &context.render(&self.initial_stdin).await?)?;
        let decode = DecodeRc::read(&context.render(&self.decode_rc).await?).map_err(fault)?;
        let lazy_logs = context.render(&self.lazylogfiles).await?.is_truthy();
        Ok(Prepared { command: shell, decode, lazy_logs })
    }

    /// Renders everything, the command included, which `told` remembers.
    pub(crate) async fn prepare_own(
        &self,
        context: &mut StepContext,
        default: &[&str],
        told: &mut Told,
    ) -> Result<Prepared, StepError> {
        let command = context.render(&self.command_or(default)).await?;
        told.note_command(&command);
        self.prepare(context, &command).await
    }
}

impl Prepared {
    /// Runs the command with a new log `stdio`.
    pub(crate) async fn run(self, context: &mut StepContext) -> Result<(CommandOutcome, Results), StepError> {
        let stdio = context.add_log(STDIO, 's').await?;
        self.run_with(context, stdio, CommandOptions::default()).await
    }

    /// Runs the command with a log that is there already; `options` are what is beyond logs.
    pub(crate) async fn run_with(
        self,
        context: &mut StepContext,
        stdio: LogHandle,
        options: CommandOptions<'_>,
    ) -> Result<(CommandOutcome, Results), StepError> {
        let options = CommandOptions { stdio: Some(stdio), lazy_logs: self.lazy_logs, ..options };
        let outcome = context.run_command(Command::Shell(self.command), options).await?;
        let results = self.decode.result(outcome.rc);
        Ok((outcome, results))
    }
}

fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Object(_) | Value::Callable(_))
}

fn is_empty(line: &CommandLine) -> bool {
    match line {
        CommandLine::Shell(_) => false,
        CommandLine::Words(words) => words.is_empty(),
    }
}

/// Reads `logfiles`.
fn log_files(value: &Value) -> Result<Vec<(String, LogFile)>, StepError> {
    let entries = match value {
        Value::None => return Ok(Vec::new()),
        Value::Dict(entries) => entries,
        other => return Err(fault(format!("'logfiles' must be a dict, but it is {}", repr(other)))),
    };
    entries
        .iter()
        .map(|(name, file)| {
            let name = text("logfiles", name)?;
            let file = match file {
                Value::Dict(_) => LogFile {
                    filename: text("logfiles", file.get("filename").unwrap_or(&Value::None))?,
                    follow: file.get("follow").is_some_and(Value::is_truthy),
                },
                plain => LogFile { filename: text("logfiles", plain)?, follow: false },
            };
            Ok((name, file))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn log_files_are_names_or_dicts() {
        let file = |filename: &str, follow| LogFile { filename: filename.to_owned(), follow };
        let followed = Value::Dict(vec![("filename".into(), "two.log".into()), ("follow".into(), Value::Bool(true))]);
        let value = Value::Dict(vec![("one".into(), "one.log".into()), ("two".into(), followed)]);
        let expected = vec![("one".to_owned(), file("one.log", false)), ("two".to_owned(), file("two.log", true))];
        assert_eq!(log_files(&value).unwrap(), expected);
        assert!(log_files(&"x".into()).is_err());
    }

    #[test]
    fn the_ending_tells_the_limit_that_was_reached() {
        let told = |reason: Option<&str>| Told { words: None, failure_reason: reason.map(str::to_owned) };
        let cases = [
            (None, Results::Success, ""),
            (None, Results::Warnings, " (warnings)"),
            (Some("timeout"), Results::Failure, " (failure) (timed out)"),
            (Some("timeout_without_output"), Results::Failure, " (failure) (timed out)"),
            (Some("max_lines_failure"), Results::Failure, " (failure) (max lines)"),
            (Some("timeout"), Results::Success, " (timed out)"),
        ];
        for (reason, results, expected) in cases {
            assert_eq!(told(reason).ending(results), expected);
        }
    }
}
