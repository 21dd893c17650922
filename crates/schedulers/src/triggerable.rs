//! `Triggerable`: builds what a Trigger step asks for.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Errors, Object, Value};
use ferrobot_data::AddedBuildset;
use ferrobot_engine::{Scheduler, SchedulerBuildset, SchedulerContext, SchedulerInput, TriggerRequest};
use ferrobot_model::Properties;
use serde_json::Value as Json;

use crate::arguments::{SchedulerArguments, check_builder_names, plain_names, refuse_overrides};
use crate::buildset::{Buildsets, with_defaults};

/// Builds what a Trigger step asks for.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.triggerable",
    base = "buildbot.schedulers.base.ReconfigurableBaseScheduler",
    rename_all = "camelCase"
)]
pub(crate) struct Triggerable {
    /// Unique name.
    #[config(positional)]
    #[expect(dead_code, reason = "the engine knows it")]
    name: String,
    /// Names of the builders to build on.
    #[config(positional, renderable, required)]
    builder_names: Value,
    /// Reason of the builds.
    #[config(positional)]
    reason: Option<String>,
    #[config(flatten)]
    scheduler: SchedulerArguments,
}

/// Makes one.
pub(crate) fn make(object: &Object, errors: &mut Errors) -> Option<Box<dyn Scheduler>> {
    let before = errors.errors.len();
    let Triggerable { builder_names, reason, scheduler, .. } = Triggerable::from_object(object, errors)?;
    refuse_overrides(object, errors);
    check_builder_names(&builder_names, &object.place, errors);
    let made = Triggers {
        builder_names: plain_names(&builder_names),
        reason,
        buildsets: Buildsets::read(&scheduler, &object.place, errors),
    };
    (errors.errors.len() == before).then(|| Box::new(made) as Box<dyn Scheduler>)
}

struct Triggers {
    builder_names: Vec<String>,
    reason: Option<String>,
    buildsets: Buildsets,
}

#[async_trait]
impl Scheduler for Triggers {
    fn is_triggerable(&self) -> bool {
        true
    }

    async fn run(self: Box<Self>, mut context: SchedulerContext) {
        while let Some(input) = context.next(None).await {
            match input {
                Some(SchedulerInput::Trigger(request, reply)) => {
                    let _gone = reply.send(self.trigger(request, &context).await);
                }
                Some(SchedulerInput::Force(request)) => crate::force::refuse(request, context.name()),
                Some(SchedulerInput::Try(request)) => crate::trysched::refuse(request, context.name()),
                None
                | Some(SchedulerInput::Change(_) | SchedulerInput::BuildsetComplete(..) | SchedulerInput::Enabled(_)) =>
                    {}
            }
        }
    }

    fn builder_names(&self) -> Vec<String> {
        self.builder_names.clone()
    }
}

impl Triggers {
    async fn trigger(&self, request: TriggerRequest, context: &SchedulerContext) -> Result<AddedBuildset, String> {
        let reason = reason(request.reason, &request.properties, self.reason.as_deref(), context.name());
        let priority = match request.priority {
            Some(priority) => priority,
            None => self.buildsets.priority_of(&[], context).await,
        };
        let buildset = SchedulerBuildset {
            sourcestamps: with_defaults(request.sourcestamps, &self.buildsets.codebases)?,
            reason,
            properties: request.properties,
            builders: None,
            priority: Some(priority),
            external_idstring: None,
            waited_for: request.waited_for,
            parent_build: request.parent_build,
            parent_relationship: request.parent_relationship,
        };
        context.add_buildset(buildset).await.map_err(|error| error.to_string())
    }
}

/// The step's reason; else the property `reason`, if the step sets properties; else the scheduler's.
fn reason(asked: Option<String>, properties: &Properties, own: Option<&str>, name: &str) -> String {
    // As in Buildbot, a step that sets any property takes the place of the scheduler's reason.
    let given = match asked {
        Some(asked) => Some(asked),
        None if properties.is_empty() => own.map(str::to_owned),
        None => match properties.get("reason") {
            Some(Json::String(reason)) => Some(reason.clone()),
            Some(Json::Null) | None => None,
            Some(other) => Some(other.to_string()),
        },
    };
    given.unwrap_or_else(|| format!("The Triggerable scheduler named '{name}' triggered this build"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_reason_comes_from() {
        let mut some = Properties::new();
        some.set("given", 1, "Trigger");
        let mut with_reason = Properties::new();
        with_reason.set("reason", "by property", "Trigger");
        let default = "The Triggerable scheduler named 't' triggered this build";
        let none = Properties::new();
        let cases = [
            (None, &none, None, default),
            (None, &none, Some("because"), "because"),
            (None, &some, Some("because"), default),
            (None, &with_reason, Some("because"), "by property"),
            (Some("asked"), &with_reason, Some("because"), "asked"),
        ];
        for (asked, properties, own, expected) in cases {
            assert_eq!(reason(asked.map(str::to_owned), properties, own, "t"), expected);
        }
    }
}
