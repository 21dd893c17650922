//! `SetPropertiesFromEnv`: variables of the worker's environment become properties.

use std::collections::BTreeMap;

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_data::python_repr_text;
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;

use crate::kind::StepClass;
use crate::rendered::texts;
use crate::worker_path::WorkerPaths;

/// Copies variables of the worker's environment into properties.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.worker", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct SetPropertiesFromEnv {
    /// Names of variables.
    #[config(positional, renderable, required)]
    variables: Value,
    /// Source of the properties.
    #[config(positional, default = "WorkerEnvironment")]
    source: String,
    /// The parameters that all steps have.
    #[config(flatten, defaults(description = "Setting", description_done = "Set"))]
    common: StepCommon,
}

impl StepClass for SetPropertiesFromEnv {
    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(self)
    }
}

#[async_trait]
impl Step for SetPropertiesFromEnv {
    fn common(&self) -> &StepCommon {
        &self.common
    }

    fn default_name(&self) -> String {
        "SetPropertiesFromEnv".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let wanted = texts("variables", &context.render(&self.variables).await?)?;
        let found = find(&context.worker_info().environ, &wanted, WorkerPaths::of(context));
        let mut log = String::new();
        for (name, value) in found {
            log.push_str(&format!("{name} = {}\n", python_repr_text(&value)));
            context.set_property(&name, value.into(), &self.source).await?;
        }
        context.add_complete_log("properties", &log).await?;
        Ok(Results::Success)
    }
}

/// The variables that are set. On Windows their names know no case.
fn find(environment: &BTreeMap<String, String>, wanted: &[String], system: WorkerPaths) -> Vec<(String, String)> {
    let value_of = |name: &String| match system {
        WorkerPaths::Posix => environment.get(name).cloned(),
        WorkerPaths::Windows => {
            environment.iter().find(|(set, _)| set.eq_ignore_ascii_case(name)).map(|(_, value)| value.clone())
        }
    };
    wanted.iter().filter_map(|name| Some((name.clone(), value_of(name)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_counts_where_the_system_says_so() {
        let environment = BTreeMap::from([("Path".to_owned(), "x".to_owned()), ("TZ".to_owned(), "UTC".to_owned())]);
        let wanted = ["TZ", "PATH", "NONE"].map(str::to_owned);
        let found = |system| find(&environment, &wanted, system).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        assert_eq!(found(WorkerPaths::Posix), ["TZ"]);
        assert_eq!(found(WorkerPaths::Windows), ["TZ", "PATH"]);
    }
}
