//! `CopyDirectory`: copies a directory on the worker.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{CommandOptions, Step, StepCommon, StepContext, StepError};
use ferrobot_model::{Command, Results};

use crate::kind::StepClass;
use crate::rendered::{seconds, text};

/// Copies a directory.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.worker", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct CopyDirectory {
    /// What to copy, relative to the builder's directory.
    #[config(positional, renderable, required)]
    src: Value,
    /// Where to, relative to the builder's directory.
    #[config(positional, renderable, required)]
    dest: Value,
    /// Give up after so many seconds without output.
    #[config(positional, renderable, default = 120)]
    timeout: Value,
    /// Give up after so many seconds.
    #[config(positional, renderable)]
    max_time: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true, description = "Copying", description_done = "Copied"))]
    common: StepCommon,
}

impl StepClass for CopyDirectory {
    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(Copy { config: self, done: None })
    }
}

struct Copy {
    config: CopyDirectory,
    done: Option<String>,
}

#[async_trait]
impl Step for Copy {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "CopyDirectory".to_owned()
    }

    fn worker_commands(&self) -> &'static [&'static str] {
        &["cpdir"]
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let from = text("src", &context.render(&self.config.src).await?)?;
        let to = text("dest", &context.render(&self.config.dest).await?)?;
        let command = Command::CopyDirectory {
            from: from.clone(),
            to: to.clone(),
            timeout: seconds("timeout", &context.render(&self.config.timeout).await?)?,
            max_time: seconds("maxTime", &context.render(&self.config.max_time).await?)?,
            log_environ: true,
        };
        let outcome = context.run_command(command, CommandOptions::default()).await?;
        let (done, results) = if outcome.did_fail() {
            (format!("Copying {from} to {to} failed."), Results::Failure)
        } else {
            (format!("Copied {from} to {to}"), Results::Success)
        };
        self.done = Some(done);
        Ok(results)
    }

    fn description_done(&self) -> Option<String> {
        self.done.clone()
    }
}
