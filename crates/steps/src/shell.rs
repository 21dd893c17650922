//! `ShellCommand` and `Configure`: one command, and its exit status is the result.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;

use crate::kind::{Faults, StepClass};
use crate::shell_parameters::{ShellParameters, Told, let_command_speak};

/// Runs a command on the worker.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.shell", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct ShellCommand {
    /// The parameters that all steps have.
    #[config(flatten)]
    common: StepCommon,
    /// The parameters of steps that run a command.
    #[config(flatten)]
    shell: ShellParameters,
}

/// Runs `./configure`, or another command that makes the sources ready to be built.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.shell", base = "buildbot.steps.shell.ShellCommand", rename_all = "camelCase")]
pub(crate) struct Configure {
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true, description = "configuring", description_done = "configure"))]
    common: StepCommon,
    /// The parameters of steps that run a command.
    #[config(flatten)]
    shell: ShellParameters,
}

const CONFIGURE_COMMAND: &[&str] = &["./configure"];

impl StepClass for ShellCommand {
    fn check(&self, faults: &mut Faults<'_>) {
        if matches!(self.shell.command, Value::None) {
            faults.add("ShellCommand's `command' argument is not specified");
        }
        self.shell.check(faults);
    }

    fn into_step(mut self, _object: &Object) -> Box<dyn Step> {
        let_command_speak(&mut self.common);
        Box::new(Shell { common: self.common, shell: self.shell, name: "shell", default: &[], told: Told::default() })
    }
}

impl StepClass for Configure {
    fn check(&self, faults: &mut Faults<'_>) {
        self.shell.check(faults);
    }

    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        let told = Told::default();
        Box::new(Shell { common: self.common, shell: self.shell, name: "configure", default: CONFIGURE_COMMAND, told })
    }
}

/// The step of either class.
struct Shell {
    common: StepCommon,
    shell: ShellParameters,
    name: &'static str,
    default: &'static [&'static str],
    told: Told,
}

#[async_trait]
impl Step for Shell {
    fn common(&self) -> &StepCommon {
        &self.common
    }

    fn default_name(&self) -> String {
        self.name.to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let prepared = self.shell.prepare_own(context, self.default, &mut self.told).await?;
        let (outcome, results) = prepared.run(context).await?;
        self.told.note(&outcome);
        Ok(results)
    }

    fn description_done(&self) -> Option<String> {
        self.told.done(&self.common, &self.shell.command_or(self.default))
    }

    fn ending(&self, results: Results) -> Option<String> {
        Some(self.told.ending(results))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::{read, told};

    #[test]
    fn a_command_is_needed() {
        assert_eq!(told::<ShellCommand>(&[]), ["ShellCommand's `command' argument is not specified"]);
        assert_eq!(told::<ShellCommand>(&[("command", "ls".into())]), Vec::<String>::new());
        assert_eq!(told::<Configure>(&[]), Vec::<String>::new());
        assert_eq!(
            told::<ShellCommand>(&[("command", "ls".into()), ("timeout", "x".into())]),
            ["ShellCommand argument timeout must be an instance of int or float or None"]
        );
    }

    #[test]
    fn steps_that_never_ran_show_the_command_as_it_is_written() {
        let step = read::<ShellCommand>(&[("command", "echo one two".into())]).into_step(&Object::default());
        assert_eq!(step.description_done().as_deref(), Some("'echo one ...'"));
        assert_eq!(step.ending(Results::Skipped).as_deref(), Some(" (skipped)"));
        let step = read::<Configure>(&[]).into_step(&Object::default());
        assert!(step.common().halt_on_failure);
        assert_eq!(step.common().description_done, "configure".into());
        assert_eq!(step.description_done(), None);
    }

    #[test]
    fn descriptions_of_running_steps_end_with_them() {
        let step = read::<ShellCommand>(&[
            ("command", "ls".into()),
            ("description", "listing".into()),
            ("descriptionSuffix", "here".into()),
        ])
        .into_step(&Object::default());
        assert_eq!(step.description_done().as_deref(), Some("'ls'"));
        assert_eq!(step.common().description, Value::List(vec!["listing".into(), "here".into()]));
        assert_eq!(step.common().description_suffix, Value::None);
    }
}
