//! `SetProperty`: one property, its value rendered.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;
use serde_json::Value as Json;

use crate::kind::StepClass;
use crate::rendered::{fault, text};
use crate::repr::repr;

/// Sets a property of the build.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.master", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct SetProperty {
    /// Name of the property.
    #[config(positional, renderable, required)]
    property: Value,
    /// Its value.
    #[config(positional, renderable, required)]
    value: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(description = "Setting", description_done = "Set"))]
    common: StepCommon,
}

impl StepClass for SetProperty {
    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(self)
    }
}

#[async_trait]
impl Step for SetProperty {
    fn common(&self) -> &StepCommon {
        &self.common
    }

    fn default_name(&self) -> String {
        "SetProperty".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let name = text("property", &context.render(&self.property).await?)?;
        let value = property_value(&name, &context.render(&self.value).await?)?;
        let source = context.step_name().to_owned();
        context.set_property(&name, value, &source).await?;
        Ok(Results::Success)
    }
}

/// A rendered value as a property holds it.
pub(crate) fn property_value(name: &str, value: &Value) -> Result<Json, StepError> {
    value.to_json().ok_or_else(|| fault(format!("property '{name}' cannot hold {}: it is not JSON", repr(value))))
}
