//! `Assert`: succeeds exactly when a renderable is true.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;

use crate::kind::StepClass;
use crate::repr::repr;

/// Fails when something is not so.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.master", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct Assert {
    /// What has to be true.
    #[config(positional, renderable, required)]
    check: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(description = "Checking.."))]
    common: StepCommon,
}

impl StepClass for Assert {
    fn into_step(mut self, _object: &Object) -> Box<dyn Step> {
        // Buildbot gives the text when the step is made, whatever the configuration says.
        self.common.description_done = Value::Str(format!("checked {}", repr(&self.check)));
        Box::new(self)
    }
}

#[async_trait]
impl Step for Assert {
    fn common(&self) -> &StepCommon {
        &self.common
    }

    fn default_name(&self) -> String {
        "Assert".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let holds = context.render(&self.check).await?.is_truthy();
        Ok(if holds { Results::Success } else { Results::Failure })
    }
}
