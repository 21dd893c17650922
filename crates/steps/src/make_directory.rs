//! `MakeDirectory`: makes a directory on the worker, with its parents.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{CommandOptions, Step, StepCommon, StepContext, StepError};
use ferrobot_model::{Command, Results};

use crate::kind::StepClass;
use crate::rendered::text;

/// Makes a directory.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.worker", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct MakeDirectory {
    /// The directory, relative to the builder's.
    #[config(positional, renderable, required)]
    dir: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true, description = "Creating", description_done = "Created"))]
    common: StepCommon,
}

impl StepClass for MakeDirectory {
    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(Make { config: self, failed: false })
    }
}

struct Make {
    config: MakeDirectory,
    failed: bool,
}

#[async_trait]
impl Step for Make {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "MakeDirectory".to_owned()
    }

    fn worker_commands(&self) -> &'static [&'static str] {
        &["mkdir"]
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let directory = text("dir", &context.render(&self.config.dir).await?)?;
        let command = Command::MakeDirectory { paths: vec![directory] };
        let outcome = context.run_command(command, CommandOptions::default()).await?;
        self.failed = outcome.did_fail();
        Ok(if self.failed { Results::Failure } else { Results::Success })
    }

    fn description_done(&self) -> Option<String> {
        self.failed.then(|| "Create failed.".to_owned())
    }
}
