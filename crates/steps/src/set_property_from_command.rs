//! `SetPropertyFromCommand`: what a command prints becomes a property, or several by a function of the configuration.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_data::python_repr;
use ferrobot_engine::{CommandOptions, CommandOutcome, Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;
use serde_json::Value as Json;

use crate::kind::{Faults, StepClass};
use crate::rendered::{fault, text};
use crate::repr::repr;
use crate::set_property::property_value;
use crate::shell_parameters::{STDIO, ShellParameters, Told, let_command_speak};

/// Source of the properties.
const SOURCE: &str = "SetPropertyFromCommand Step";

/// Runs a command and sets properties from what it prints.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.shell", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct SetPropertyFromCommand {
    /// Name of the property that standard output becomes.
    #[config(positional, renderable)]
    property: Value,
    /// A function of (exit status, standard output, standard error) that returns a dict of properties.
    #[config(positional, name = "extract_fn")]
    extract_fn: Value,
    /// Remove white space around the value of `property`.
    #[config(positional, default = true)]
    strip: bool,
    /// Use standard output.
    #[config(positional, name = "includeStdout", default = true)]
    include_stdout: bool,
    /// Hand standard error to `extract_fn`.
    #[config(positional, name = "includeStderr", default = false)]
    include_stderr: bool,
    /// The parameters of steps that run a command.
    #[config(flatten)]
    shell: ShellParameters,
    /// The parameters that all steps have.
    #[config(flatten)]
    common: StepCommon,
}

impl StepClass for SetPropertyFromCommand {
    fn check(&self, faults: &mut Faults<'_>) {
        if self.property.is_truthy() == self.extract_fn.is_truthy() {
            faults.add("Exactly one of property and extract_fn must be set");
        }
        if matches!(self.shell.command, Value::None) {
            faults.add("SetPropertyFromCommand's `command' argument is not specified");
        }
        self.shell.check(faults);
    }

    fn into_step(mut self, _object: &Object) -> Box<dyn Step> {
        let_command_speak(&mut self.common);
        Box::new(SetFromCommand { config: self, told: Told::default(), set: Vec::new() })
    }
}

struct SetFromCommand {
    config: SetPropertyFromCommand,
    told: Told,
    /// Names of the properties that were set.
    set: Vec<String>,
}

#[async_trait]
impl Step for SetFromCommand {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "setproperty".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let prepared = self.config.shell.prepare_own(context, &[], &mut self.told).await?;
        let property = context.render(&self.config.property).await?;
        let stdio = context.add_log(STDIO, 's').await?;
        let options = CommandOptions {
            collect_stdout: self.config.include_stdout,
            collect_stderr: self.config.include_stderr,
            ..CommandOptions::default()
        };
        let (outcome, results) = prepared.run_with(context, stdio, options).await?;
        self.told.note(&outcome);
        if property.is_truthy() {
            if results == Results::Failure || outcome.interrupted {
                return Ok(Results::Failure);
            }
            let value = if self.config.strip { outcome.stdout.trim() } else { &outcome.stdout };
            self.set(context, vec![(text("property", &property)?, value.into())]).await?;
            return Ok(Results::Success);
        }
        let changes = self.extract(context, &outcome).await?;
        self.set(context, changes).await?;
        Ok(results)
    }

    fn description_done(&self) -> Option<String> {
        told(&self.set).or_else(|| self.told.done(&self.config.common, &self.config.shell.command))
    }

    fn ending(&self, results: Results) -> Option<String> {
        Some(self.told.ending(results))
    }
}

impl SetFromCommand {
    /// Asks the configuration's function what the output means.
    async fn extract(
        &self,
        context: &mut StepContext,
        outcome: &CommandOutcome,
    ) -> Result<Vec<(String, Json)>, StepError> {
        let Value::Callable(function) = &self.config.extract_fn else {
            return Err(fault("'extract_fn' must be a function"));
        };
        let rc = outcome.rc.map_or(Value::None, Value::Int);
        let args = vec![rc, outcome.stdout.as_str().into(), outcome.stderr.as_str().into()];
        match context.call(function, args).await? {
            Value::Dict(entries) => entries
                .iter()
                .map(|(name, value)| {
                    let name = text("extract_fn", name)?;
                    let value = property_value(&name, value)?;
                    Ok((name, value))
                })
                .collect(),
            other => Err(fault(format!("'extract_fn' must return a dict, but it returned {}", repr(&other)))),
        }
    }

    /// Sets properties, and logs them.
    async fn set(&mut self, context: &mut StepContext, mut changes: Vec<(String, Json)>) -> Result<(), StepError> {
        changes.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut log = String::new();
        for (name, value) in changes {
            log.push_str(&format!("{name}: {}\n", python_repr(&value)));
            context.set_property(&name, value, SOURCE).await?;
            self.set.push(name);
        }
        context.add_complete_log("property changes", &log).await
    }
}

/// What the step says of the properties that it set.
fn told(set: &[String]) -> Option<String> {
    match set {
        [] => None,
        [name] => Some(format!("property '{name}' set")),
        several => Some(format!("{} properties set", several.len())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::told as told_of;

    #[test]
    fn one_way_to_get_properties_is_needed() {
        let expected = ["Exactly one of property and extract_fn must be set"];
        let function = Value::Callable(std::sync::Arc::default());
        assert_eq!(told_of::<SetPropertyFromCommand>(&[("command", "x".into())]), expected);
        let both = [("command", "x".into()), ("property", "p".into()), ("extract_fn", function)];
        assert_eq!(told_of::<SetPropertyFromCommand>(&both), expected);
        let one = [("command", "x".into()), ("property", "p".into())];
        assert_eq!(told_of::<SetPropertyFromCommand>(&one), Vec::<String>::new());
    }

    #[test]
    fn the_text_counts_properties() {
        assert_eq!(told(&[]), None);
        assert_eq!(told(&["p".to_owned()]).as_deref(), Some("property 'p' set"));
        assert_eq!(told(&["p".to_owned(), "q".to_owned()]).as_deref(), Some("2 properties set"));
    }
}
