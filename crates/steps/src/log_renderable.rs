//! `LogRenderable`: shows in a log what something is rendered to.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;

use crate::kind::StepClass;
use crate::pretty::pretty;

/// Logs a renderable.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.master", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct LogRenderable {
    /// What to show.
    #[config(positional, renderable, required)]
    content: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(description = "Logging", description_done = "Logged"))]
    common: StepCommon,
}

impl StepClass for LogRenderable {
    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(self)
    }
}

#[async_trait]
impl Step for LogRenderable {
    fn common(&self) -> &StepCommon {
        &self.common
    }

    fn default_name(&self) -> String {
        "LogRenderable".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let content = context.render(&self.content).await?;
        context.add_complete_log("Output", &pretty(&content)).await?;
        Ok(Results::Success)
    }
}
