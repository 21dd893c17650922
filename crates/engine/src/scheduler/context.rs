//! The verbs of a scheduler.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ferrobot_config::{Callable, Object, Validation, Value};
use ferrobot_data::{AddedBuildset, Change, Data, DataError, NewBuildset, SourceStamp};
use ferrobot_model::{BuilderId, Properties, SchedulerId};
use serde_json::Value as Json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::turn::Turn;
use super::{SchedulerBuildset, SchedulerInput};
use crate::build::change_json;
use crate::engine::Engine;
use crate::generation::CurrentGeneration;
use crate::{Generation, HostCall, HostError, proxy};

/// The verbs of a scheduler.
pub struct SchedulerContext {
    pub(crate) engine: Arc<Engine>,
    pub(crate) generation: CurrentGeneration,
    pub(crate) name: String,
    pub(crate) id: SchedulerId,
    pub(crate) object: Arc<Object>,
    pub(crate) enabled: Arc<AtomicBool>,
    pub(crate) inputs: mpsc::Receiver<(SchedulerInput, Option<Turn>)>,
    /// Of the input that is being handled.
    pub(crate) turn: Option<Turn>,
    pub(crate) end: CancellationToken,
}

impl Engine {
    /// The rendered names of a scheduler's builders.
    pub(crate) async fn builder_names_of(
        &self,
        generation: &Generation,
        scheduler: &Object,
    ) -> Result<Vec<String>, HostError> {
        let Some(value) = scheduler.args.get("builderNames") else { return Ok(Vec::new()) };
        let rendered = self.render_plain(generation, value).await?;
        Ok(rendered.as_list().unwrap_or_default().iter().filter_map(Value::as_str).map(str::to_owned).collect())
    }
}

impl SchedulerContext {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
    /// Its row.
    #[must_use]
    pub fn id(&self) -> SchedulerId {
        self.id
    }
    /// The object in the configuration (arguments that all schedulers have are read from here by the engine).
    #[must_use]
    pub fn object(&self) -> &Arc<Object> {
        &self.object
    }
    /// Directory of the master.
    #[must_use]
    pub fn basedir(&self) -> &Path {
        &self.engine.basedir
    }
    /// The state.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.engine.data
    }
    /// Whether a user has it enabled now.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.enabled.load(Ordering::Relaxed)
    }
    /// The next input; `None` when the scheduler has to end. With `timeout`, `Some(None)` says that the time is over.
    pub async fn next(&mut self, timeout: Option<Duration>) -> Option<Option<SchedulerInput>> {
        let time_is_over = async {
            match timeout {
                Some(timeout) => tokio::time::sleep(timeout).await,
                None => std::future::pending().await,
            }
        };
        self.turn = None;
        tokio::select! {
            biased;
            () = self.end.cancelled() => None,
            input = self.inputs.recv() => {
                let (input, turn) = input?;
                self.turn = turn;
                if let Some(turn) = &mut self.turn {
                    turn.take();
                }
                Some(Some(input))
            }
            () = time_is_over => Some(None),
        }
    }
    /// Rows of builders by name.
    pub fn builder_ids(&self, names: &[String]) -> Result<Vec<BuilderId>, String> {
        let setup = self.engine.setup();
        let id_of = |name: &String| {
            let id = setup.builder_ids.get(name).copied();
            id.ok_or_else(|| format!("scheduler '{}' names the unknown builder '{name}'", self.name))
        };
        names.iter().map(id_of).collect()
    }
    /// The rendered names of the scheduler's builders.
    pub async fn builder_names(&self) -> Result<Vec<String>, HostError> {
        self.engine.builder_names_of(&self.generation.get(), &self.object).await
    }
    /// What names and values in forms may look like.
    #[must_use]
    pub fn validation(&self) -> Validation {
        self.generation.get().config.validation.clone()
    }
    /// Adds a buildset with everything that all schedulers do: property `scheduler`, the scheduler's properties (rendered),
    /// those of the changes. Durable.
    pub async fn add_buildset(&self, buildset: SchedulerBuildset) -> Result<AddedBuildset, DataError> {
        let builders = match buildset.builders {
            Some(builders) => builders,
            None => self.own_builders().await,
        };
        // As in Buildbot, who comes later wins.
        let mut properties = buildset.properties;
        properties.update(&self.own_properties().await);
        properties.set("scheduler", self.name.as_str(), "Scheduler");
        self.add_properties_of_changes(&buildset.sourcestamps, &mut properties).await?;
        let new = NewBuildset {
            external_idstring: buildset.external_idstring,
            reason: buildset.reason,
            sourcestamps: buildset.sourcestamps,
            properties,
            builders,
            waited_for: buildset.waited_for,
            parent_build: buildset.parent_build,
            parent_relationship: buildset.parent_relationship,
            rebuilt_build: None,
            priority: buildset.priority.unwrap_or_default(),
            scheduler: self.name.clone(),
        };
        if let Some(turn) = &self.turn {
            turn.wait().await;
        }
        self.engine.add_buildset(new).await
    }
    /// Calls a function of the configuration.
    pub async fn call(&self, callable: &Callable, args: Vec<Value>) -> Result<Value, HostError> {
        self.generation.get().call(HostCall::new(callable.handle, args)).await
    }
    /// Calls a method that the user's subclass of one of our classes has.
    pub async fn call_method(&self, object: &Object, method: &str, args: Vec<Value>) -> Result<Value, HostError> {
        let call = HostCall { method: Some(method.to_owned()), ..HostCall::new(object.handle, args) };
        self.generation.get().call(call).await
    }

    async fn add_properties_of_changes(
        &self,
        sourcestamps: &[SourceStamp],
        properties: &mut Properties,
    ) -> Result<(), DataError> {
        for stamp in sourcestamps.iter().filter_map(|stamp| stamp.id) {
            for change in self.engine.data.changes_of_sourcestamp(stamp).await? {
                for (name, value) in change.properties {
                    properties.set(name, value, "Change");
                }
            }
        }
        Ok(())
    }

    /// A change as an argument for `call`.
    #[must_use]
    pub fn change_proxy(&self, change: &Change) -> Value {
        proxy("change", change_json(change))
    }
    /// A stored value (class name as in Buildbot: the last part of the class that the user wrote).
    pub async fn get_state(&self, name: &str) -> Result<Option<Json>, DataError> {
        self.engine.data.get_state(&self.name, self.class(), name).await
    }
    /// Stores a value.
    pub async fn set_state(&self, name: &str, value: Json) -> Result<(), DataError> {
        self.engine.data.set_state(&self.name, self.class(), name, value).await
    }

    fn class(&self) -> &str {
        let dotted = self.object.user_class.as_ref().unwrap_or(&self.object.class);
        dotted.rsplit('.').next().unwrap_or_default()
    }

    async fn own_builders(&self) -> Vec<BuilderId> {
        let names = match self.builder_names().await {
            Ok(names) => names,
            Err(error) => {
                warn!(scheduler.name = self.name, "scheduler `{}`: no builders: {error}", self.name);
                return Vec::new();
            }
        };
        let setup = self.engine.setup();
        let id_of = |name: &String| {
            let id = setup.builder_ids.get(name).copied();
            if id.is_none() {
                warn!(scheduler.name = self.name, "scheduler `{}` names the unknown builder `{name}`", self.name);
            }
            id
        };
        names.iter().filter_map(id_of).collect()
    }

    async fn own_properties(&self) -> Properties {
        let mut properties = Properties::new();
        // A force scheduler has a form there.
        let configured = self.object.args.get("properties").filter(|value| !matches!(value, Value::List(_)));
        let Some(configured) = configured else { return properties };
        let entries = match self.engine.render_plain(&self.generation.get(), configured).await {
            Ok(Value::Dict(entries)) => entries,
            Ok(_) => Vec::new(),
            Err(error) => {
                warn!(scheduler.name = self.name, "scheduler `{}` has no properties: {error}", self.name);
                Vec::new()
            }
        };
        for (name, value) in entries {
            let Some(name) = name.as_str() else { continue };
            match value.to_json() {
                Some(value) => properties.set(name, value, "Scheduler"),
                None => {
                    warn!(scheduler.name = self.name, "scheduler `{}`: property `{name}` is not JSON", self.name);
                }
            }
        }
        properties
    }
}
