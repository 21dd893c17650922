//! `ShellSequence`: several commands in one step, each with its own log and its own flags.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_config::{ClassSchema, ConfigClass, Errors, Object, Value};
use ferrobot_engine::{CommandOptions, LogHandle, Step, StepCommon, StepContext, StepError};
use ferrobot_model::{Command, Results, StepFlags};

use crate::kind::{Faults, StepClass};
use crate::rendered::{fault, optional_text};
use crate::repr::repr;
use crate::shell_parameters::{ShellParameters, Told, let_command_speak};

/// Runs several commands, one after the other.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.steps.shellsequence",
    base = "buildbot.process.buildstep.BuildStep",
    rename_all = "camelCase"
)]
pub(crate) struct ShellSequence {
    /// The commands: a list of `ShellArg`.
    #[config(positional, renderable)]
    commands: Value,
    /// The parameters of steps that run a command.
    #[config(flatten)]
    shell: ShellParameters,
    /// The parameters that all steps have.
    #[config(flatten)]
    common: StepCommon,
}

/// One command of a `ShellSequence`.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.steps.shellsequence",
    base = "buildbot.process.results.ResultComputingConfigMixin",
    rename_all = "camelCase"
)]
struct ShellArg {
    /// What to run: a list of words, or text for the shell.
    #[config(positional, renderable)]
    command: Value,
    /// Name of its log; without one its output is not kept.
    #[config(positional, renderable)]
    logname: Value,
    /// A failure ends the step.
    #[config(default = false)]
    halt_on_failure: bool,
    /// Warnings make the step fail.
    #[config(default = false)]
    flunk_on_warnings: bool,
    /// A failure makes the step fail.
    #[config(default = true)]
    flunk_on_failure: bool,
    /// Warnings make the step end with warnings.
    #[config(default = false)]
    warn_on_warnings: bool,
    /// A failure makes the step end with warnings.
    #[config(default = false)]
    warn_on_failure: bool,
}

/// The class of the commands, for the Python package and the manual.
pub(crate) fn shell_arg_schema() -> ClassSchema {
    ShellArg::schema()
}

impl StepClass for ShellSequence {
    fn check(&self, faults: &mut Faults<'_>) {
        if !matches!(self.shell.command, Value::None) {
            faults.add("invalid ShellSequence argument command");
        }
        for object in self.commands.as_list().unwrap_or_default().iter().filter_map(Value::as_object) {
            if object.class == ShellArg::PATH && !object.args.get("command").is_some_and(|given| *given != Value::None)
            {
                faults.add("the 'command' parameter of ShellArg must not be None");
            }
        }
        self.shell.check(faults);
    }

    fn into_step(mut self, _object: &Object) -> Box<dyn Step> {
        let_command_speak(&mut self.common);
        Box::new(Sequence { config: self, told: Told::default() })
    }
}

struct Sequence {
    config: ShellSequence,
    told: Told,
}

/// A command that is ready to run.
struct Planned {
    command: Value,
    logname: Option<String>,
    flags: StepFlags,
}

#[async_trait]
impl Step for Sequence {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "generic".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let plan = self.plan(context).await?;
        let mut logs = HashMap::new();
        let mut overall = Results::Success;
        for planned in plan.iter().filter(|planned| planned.command.is_truthy()) {
            let results = self.run_one(context, planned, &mut logs).await?;
            if context.interrupted().is_some() {
                // What comes next must not speak for the step.
                return Ok(Results::Cancelled);
            }
            let verdict = planned.flags.judge(results);
            overall = overall.worst(verdict.results);
            if verdict.terminate {
                break;
            }
        }
        Ok(overall)
    }

    fn description_done(&self) -> Option<String> {
        self.told.done(&self.config.common, &Value::None)
    }

    fn ending(&self, results: Results) -> Option<String> {
        Some(self.told.ending(results))
    }
}

impl Sequence {
    async fn plan(&self, context: &mut StepContext) -> Result<Vec<Planned>, StepError> {
        let commands = match context.render(&self.config.commands).await? {
            Value::None => return Err(fault("After rendering, ShellSequence `commands` is None")),
            commands => commands,
        };
        let no_list =
            || fault("After rendering, ShellSequence `commands` list contains something that is not a ShellArg");
        let mut plan = Vec::new();
        for command in commands.as_list().ok_or_else(no_list)? {
            let object = command.as_object().filter(|object| object.class == ShellArg::PATH).ok_or_else(no_list)?;
            plan.push(plan_one(context, object).await?);
        }
        Ok(plan)
    }

    async fn run_one(
        &mut self,
        context: &mut StepContext,
        planned: &Planned,
        logs: &mut HashMap<String, LogHandle>,
    ) -> Result<Results, StepError> {
        self.told.note_command(&planned.command);
        let prepared = self.config.shell.prepare(context, &planned.command).await?;
        let log = match &planned.logname {
            None => None,
            Some(name) => match logs.get(name) {
                Some(log) => Some(log.clone()),
                None => {
                    let log = context.add_log(name, 's').await?;
                    logs.insert(name.clone(), log.clone());
                    Some(log)
                }
            },
        };
        let options = CommandOptions { stdio: log, lazy_logs: prepared.lazy_logs, ..CommandOptions::default() };
        let outcome = context.run_command(Command::Shell(prepared.command), options).await?;
        self.told.note(&outcome);
        Ok(prepared.decode.result(outcome.rc))
    }
}

async fn plan_one(context: &mut StepContext, object: &Arc<Object>) -> Result<Planned, StepError> {
    let mut errors = Errors::default();
    let Some(arg) = ShellArg::from_object(object, &mut errors) else {
        let told: Vec<String> = errors.errors.iter().map(ToString::to_string).collect();
        return Err(fault(told.join("\n")));
    };
    let command = context.render(&arg.command).await?;
    if let Err(problem) = check_command(&command) {
        return Err(fault(format!(
            "After rendering, ShellSequence `commands` is invalid: {} {problem}",
            repr(&command)
        )));
    }
    let logname = optional_text("logname", &context.render(&arg.logname).await?)?;
    let flags = StepFlags {
        halt_on_failure: arg.halt_on_failure,
        flunk_on_warnings: arg.flunk_on_warnings,
        flunk_on_failure: arg.flunk_on_failure,
        warn_on_warnings: arg.warn_on_warnings,
        warn_on_failure: arg.warn_on_failure,
        always_run: false,
    };
    Ok(Planned { command, logname, flags })
}

/// Unlike other steps, this one takes nothing but texts.
fn check_command(command: &Value) -> Result<(), &'static str> {
    fn is_text(value: &Value) -> bool {
        match value {
            Value::Str(_) | Value::Bytes(_) => true,
            Value::List(items) | Value::Tuple(items) => items.iter().all(is_text),
            _ => false,
        }
    }
    match command {
        Value::Str(_) | Value::Bytes(_) | Value::List(_) | Value::Tuple(_) if is_text(command) => Ok(()),
        Value::List(_) | Value::Tuple(_) => Err("must only have strings in it"),
        _ => Err("is an invalid command, it must be a string or a list"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::{object, told};

    #[test]
    fn commands_are_given_as_shell_args() {
        let of = |args: &[(&str, Value)]| Value::List(vec![Value::Object(Arc::new(object(ShellArg::PATH, args)))]);
        assert_eq!(told::<ShellSequence>(&[("commands", of(&[("command", "ls".into())]))]), Vec::<String>::new());
        assert_eq!(
            told::<ShellSequence>(&[("commands", of(&[]))]),
            ["the 'command' parameter of ShellArg must not be None"]
        );
        assert_eq!(told::<ShellSequence>(&[("command", "x".into())]), ["invalid ShellSequence argument command"]);
    }

    #[test]
    fn commands_are_texts() {
        assert_eq!(check_command(&"ls".into()), Ok(()));
        assert_eq!(check_command(&Value::List(vec!["ls".into(), Value::Tuple(vec!["x".into()])])), Ok(()));
        assert_eq!(check_command(&Value::List(vec!["a".into(), Value::Int(3)])), Err("must only have strings in it"));
        assert!(check_command(&Value::Int(3)).is_err());
    }
}
