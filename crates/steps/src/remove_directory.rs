//! `RemoveDirectory`: removes a directory on the worker, with all that is in it.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{CommandOptions, Step, StepCommon, StepContext, StepError};
use ferrobot_model::{Command, Results};

use crate::kind::StepClass;
use crate::rendered::text;

/// Removes a directory.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.worker", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct RemoveDirectory {
    /// The directory, relative to the builder's.
    #[config(positional, renderable, required)]
    dir: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true, description = "Deleting", description_done = "Deleted"))]
    common: StepCommon,
}

impl StepClass for RemoveDirectory {
    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(Remove { config: self, failed: false })
    }
}

struct Remove {
    config: RemoveDirectory,
    failed: bool,
}

#[async_trait]
impl Step for Remove {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "RemoveDirectory".to_owned()
    }

    fn worker_commands(&self) -> &'static [&'static str] {
        &["rmdir"]
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let directory = text("dir", &context.render(&self.config.dir).await?)?;
        let paths = vec![directory];
        let command = Command::RemoveDirectory { paths, timeout: None, max_time: None, log_environ: true };
        let outcome = context.run_command(command, CommandOptions::default()).await?;
        self.failed = outcome.did_fail();
        Ok(if self.failed { Results::Failure } else { Results::Success })
    }

    fn description_done(&self) -> Option<String> {
        self.failed.then(|| "Delete failed.".to_owned())
    }
}
