//! `Dependent`: builds what another scheduler's buildset has built well.
//!
//! Which buildsets it waits for is stored, so one that completes while the master is away counts, too.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Errors, Object, Value};
use ferrobot_data::{DataError, Subscription};
use ferrobot_engine::{Scheduler, SchedulerBuildset, SchedulerContext, SchedulerInput};
use ferrobot_model::{BuildsetId, Event, Results};
use serde_json::Value as Json;
use tracing::error;

use crate::arguments::{SchedulerArguments, check_builder_names, plain_names, refuse_overrides};
use crate::buildset::{Buildsets, logged};

/// Name of the stored value, as Buildbot stores it.
const STATE: &str = "upstream_bsids";

/// Builds after another scheduler's builds were successful.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.dependent",
    base = "buildbot.schedulers.base.ReconfigurableBaseScheduler",
    rename_all = "camelCase"
)]
pub(crate) struct Dependent {
    /// Unique name.
    #[config(positional)]
    #[expect(dead_code, reason = "the engine knows it")]
    name: String,
    /// The scheduler to follow.
    #[config(positional, required)]
    upstream: Value,
    /// Names of the builders to build on.
    #[config(positional, renderable, required)]
    builder_names: Value,
    #[config(flatten)]
    scheduler: SchedulerArguments,
}

/// Makes one.
pub(crate) fn make(object: &Object, errors: &mut Errors) -> Option<Box<dyn Scheduler>> {
    let before = errors.errors.len();
    let Dependent { upstream, builder_names, scheduler, .. } = Dependent::from_object(object, errors)?;
    refuse_overrides(object, errors);
    check_builder_names(&builder_names, &object.place, errors);
    let made = Follows {
        upstream: upstream_name(&upstream).unwrap_or_else(|| {
            errors.error(&object.place, "upstream must be another Scheduler instance");
            String::new()
        }),
        builder_names: plain_names(&builder_names),
        buildsets: Buildsets::read(&scheduler, &object.place, errors),
    };
    (errors.errors.len() == before).then(|| Box::new(made) as Box<dyn Scheduler>)
}

fn upstream_name(upstream: &Value) -> Option<String> {
    let object = upstream.as_object().filter(|object| object.class.starts_with("buildbot.schedulers."))?;
    object.args.get("name").and_then(Value::as_str).map(str::to_owned)
}

struct Follows {
    upstream: String,
    builder_names: Vec<String>,
    buildsets: Buildsets,
}

#[async_trait]
impl Scheduler for Follows {
    async fn run(self: Box<Self>, context: SchedulerContext) {
        let new = context.data().events().subscribe(&["buildsets", "*", "new"]);
        Running { follows: *self, context, new, waiting: Vec::new() }.run().await;
    }

    fn builder_names(&self) -> Vec<String> {
        self.builder_names.clone()
    }
}

struct Running {
    follows: Follows,
    context: SchedulerContext,
    new: Subscription,
    /// Buildsets of the upstream scheduler that were not complete when we looked last.
    waiting: Vec<BuildsetId>,
}

impl Running {
    async fn run(mut self) {
        let mut enabled = self.context.is_enabled();
        if enabled {
            self.activate().await;
        }
        loop {
            // New buildsets first: one may be complete at once, and must be known by then.
            tokio::select! {
                biased;
                event = self.new.next() => match event {
                    Some(event) if enabled => self.buildset_added(&event).await,
                    Some(_) => {}
                    None => return,
                },
                input = self.context.next(None) => match input {
                    None => return,
                    Some(None | Some(SchedulerInput::Change(_))) => {}
                    Some(Some(SchedulerInput::BuildsetComplete(id, results))) => {
                        if enabled && self.waiting.contains(&id) {
                            self.complete(id, results).await;
                        }
                    }
                    Some(Some(SchedulerInput::Enabled(now))) => {
                        enabled = now;
                        if enabled {
                            self.activate().await;
                        }
                    }
                    Some(Some(SchedulerInput::Trigger(_, reply))) => {
                        let _gone = reply.send(Err(format!("scheduler '{}' cannot be triggered", self.context.name())));
                    }
                    Some(Some(SchedulerInput::Force(request))) => crate::force::refuse(request, self.context.name()),
                    Some(Some(SchedulerInput::Try(request))) => crate::trysched::refuse(request, self.context.name()),
                },
            }
        }
    }

    /// Takes up the stored buildsets; some may be complete by now.
    async fn activate(&mut self) {
        let result = self.take_up().await;
        self.tell(result, "take up the buildsets that it waits for");
    }

    async fn take_up(&mut self) -> Result<(), DataError> {
        let state = self.context.data().get_state(self.context.name(), self.state_class(), STATE).await?;
        self.waiting = waiting_from_state(state.as_ref());
        for id in self.waiting.clone() {
            match self.context.data().buildset(id).await? {
                None => self.forget(id).await,
                Some(buildset) => {
                    if let (true, Some(results)) = (buildset.complete, buildset.results) {
                        self.complete(id, results).await;
                    }
                }
            }
        }
        Ok(())
    }

    async fn buildset_added(&mut self, event: &Event) {
        let Some(id) = upstream_buildset(&event.body, &self.follows.upstream) else { return };
        if !self.waiting.contains(&id) {
            self.waiting.push(id);
            self.store().await;
        }
    }

    async fn complete(&mut self, id: BuildsetId, results: Results) {
        if matches!(results, Results::Success | Results::Warnings) {
            match self.context.data().buildset(id).await {
                Ok(Some(upstream)) => {
                    let buildset = SchedulerBuildset {
                        sourcestamps: upstream.sourcestamps,
                        reason: "downstream".to_owned(),
                        priority: Some(self.follows.buildsets.priority_of(&[], &self.context).await),
                        ..SchedulerBuildset::default()
                    };
                    logged(self.context.add_buildset(buildset).await, &self.context);
                }
                Ok(None) => {}
                Err(error) => self.tell(Err(error), &format!("read buildset {id}")),
            }
        }
        self.forget(id).await;
    }

    async fn forget(&mut self, id: BuildsetId) {
        self.waiting.retain(|waiting| *waiting != id);
        self.store().await;
    }

    async fn store(&self) {
        let ids: Vec<i64> = self.waiting.iter().map(|id| id.0).collect();
        let (name, class) = (self.context.name(), self.state_class());
        let stored = self.context.data().set_state(name, class, STATE, Json::from(ids)).await;
        self.tell(stored, "store the buildsets that it waits for");
    }

    /// Buildbot keeps this value, unlike those of other schedulers, under the whole path of the class.
    fn state_class(&self) -> &str {
        let object = self.context.object();
        object.user_class.as_deref().unwrap_or(&object.class)
    }

    fn tell(&self, result: Result<(), DataError>, what: &str) {
        if let Err(error) = result {
            let name = self.context.name();
            error!(scheduler.name = name, "scheduler '{name}' could not {what}: {error}");
        }
    }
}

fn waiting_from_state(state: Option<&Json>) -> Vec<BuildsetId> {
    let ids = state.and_then(Json::as_array).into_iter().flatten();
    ids.filter_map(Json::as_i64).map(BuildsetId).collect()
}

/// The buildset that an event tells of, if the upstream scheduler added it.
fn upstream_buildset(body: &Json, upstream: &str) -> Option<BuildsetId> {
    if body.get("scheduler").and_then(Json::as_str) != Some(upstream) {
        return None;
    }
    body.get("bsid").and_then(Json::as_i64).map(BuildsetId)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;

    fn scheduler(class: &str) -> Value {
        Value::Object(Arc::new(Object {
            class: class.to_owned(),
            args: [("name".to_owned(), "up".into())].into(),
            ..Object::default()
        }))
    }

    #[test]
    fn upstream_is_a_scheduler() {
        assert_eq!(upstream_name(&scheduler("buildbot.schedulers.timed.Nightly")).as_deref(), Some("up"));
        for wrong in [Value::from("up"), Value::None, scheduler("buildbot.steps.shell.ShellCommand")] {
            let args = [("name", "d".into()), ("upstream", wrong), ("builderNames", Value::List(vec![]))];
            let object = Object {
                args: args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
                ..Object::default()
            };
            let mut errors = Errors::default();
            assert!(make(&object, &mut errors).is_none());
            assert_eq!(errors.errors[0].message, "upstream must be another Scheduler instance");
        }
    }

    #[test]
    fn only_buildsets_of_the_upstream_scheduler_count() {
        let body = json!({"bsid": 5, "scheduler": "up"});
        assert_eq!(upstream_buildset(&body, "up"), Some(BuildsetId(5)));
        assert_eq!(upstream_buildset(&body, "other"), None);
        assert_eq!(upstream_buildset(&json!({"bsid": 5}), "up"), None);
    }

    #[test]
    fn reads_what_buildbot_stored() {
        assert_eq!(waiting_from_state(Some(&json!([3, 9]))), [BuildsetId(3), BuildsetId(9)]);
        assert_eq!(waiting_from_state(Some(&Json::Null)), []);
        assert_eq!(waiting_from_state(None), []);
    }
}
