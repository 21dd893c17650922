//! `SetProperties`: several properties at once, from a dict.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;

use crate::kind::StepClass;
use crate::rendered::{fault, text};
use crate::repr::repr;
use crate::set_property::property_value;

/// Sets properties of the build.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.master", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct SetProperties {
    /// Names and values, or what is rendered to that.
    #[config(positional, renderable)]
    properties: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(description = "Setting Properties..", description_done = "Properties Set"))]
    common: StepCommon,
}

impl StepClass for SetProperties {
    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(self)
    }
}

#[async_trait]
impl Step for SetProperties {
    fn common(&self) -> &StepCommon {
        &self.common
    }

    fn default_name(&self) -> String {
        "SetProperties".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let source = context.step_name().to_owned();
        let entries = match context.render(&self.properties).await? {
            Value::None => Vec::new(),
            Value::Dict(entries) => entries,
            other => return Err(fault(format!("'properties' must be a dict, but it is {}", repr(&other)))),
        };
        for (name, value) in entries {
            let name = text("properties", &name)?;
            let value = property_value(&name, &value)?;
            context.set_property(&name, value, &source).await?;
        }
        Ok(Results::Success)
    }
}
