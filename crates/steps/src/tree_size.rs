//! `TreeSize`: how much room the working directory takes.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object};
use ferrobot_engine::{CommandOptions, Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;

use crate::kind::{Faults, StepClass};
use crate::shell_parameters::{STDIO, ShellParameters, Told};

/// Measures the size of the working directory.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.shell", base = "buildbot.steps.shell.ShellCommand", rename_all = "camelCase")]
pub(crate) struct TreeSize {
    /// The parameters that all steps have.
    #[config(flatten, defaults(description = "measuring tree size"))]
    common: StepCommon,
    /// The parameters of steps that run a command.
    #[config(flatten)]
    shell: ShellParameters,
}

const COMMAND: &[&str] = &["du", "-s", "-k", "."];

impl StepClass for TreeSize {
    fn check(&self, faults: &mut Faults<'_>) {
        self.shell.check(faults);
    }

    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(Measure { config: self, told: Told::default(), done: None })
    }
}

struct Measure {
    config: TreeSize,
    told: Told,
    done: Option<String>,
}

#[async_trait]
impl Step for Measure {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "treesize".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let prepared = self.config.shell.prepare_own(context, COMMAND, &mut self.told).await?;
        let stdio = context.add_log(STDIO, 's').await?;
        let options = CommandOptions { collect_stdout: true, ..CommandOptions::default() };
        let (outcome, results) = prepared.run_with(context, stdio, options).await?;
        self.told.note(&outcome);
        match kib(&outcome.stdout) {
            Some(kib) => {
                context.set_property("tree-size-KiB", kib.into(), "treesize").await?;
                self.done = Some(format!("treesize {kib} KiB"));
            }
            None => self.done = Some("treesize unknown".to_owned()),
        }
        Ok(results)
    }

    fn description_done(&self) -> Option<String> {
        self.done.clone()
    }

    fn ending(&self, results: Results) -> Option<String> {
        Some(self.told.ending(results))
    }
}

/// The number that the output of `du` begins with.
fn kib(output: &str) -> Option<i64> {
    let digits = output.find(|character: char| !character.is_ascii_digit()).unwrap_or(output.len());
    output[..digits].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_output_begins_with_the_size() {
        assert_eq!(kib("1234\t.\n"), Some(1234));
        assert_eq!(kib("du: cannot read\n"), None);
        assert_eq!(kib(""), None);
    }
}
