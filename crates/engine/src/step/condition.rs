//! `doStepIf` and `hideStepIf`: a truth value, a renderable, or a function of the step.

use ferrobot_config::Value;
use ferrobot_model::Results;

use super::{StepContext, StepError};
use crate::build::callable_of;

impl StepContext {
    /// Whether the step runs at all.
    pub(crate) async fn should_run(&mut self) -> Result<bool, StepError> {
        let condition = self.common.do_step_if.clone();
        self.holds(&condition, |context| vec![context.proxy(None)]).await
    }

    /// Whether the finished step is hidden.
    pub(crate) async fn should_hide(&mut self, results: Results) -> Result<bool, StepError> {
        let condition = self.common.hide_step_if.clone();
        self.holds(&condition, |context| vec![Value::Int(results.code()), context.proxy(Some(results))]).await
    }

    async fn holds(
        &mut self,
        condition: &Value,
        args: impl FnOnce(&StepContext) -> Vec<Value> + Send,
    ) -> Result<bool, StepError> {
        if let Value::Bool(holds) = condition {
            return Ok(*holds);
        }
        let value = match callable_of(condition) {
            Some(function) => {
                let args = args(self);
                self.call(function, args).await?
            }
            None => self.render(condition).await?,
        };
        Ok(value.is_truthy())
    }
}
