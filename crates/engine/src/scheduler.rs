//! What a kind of scheduler implements, and the verbs that it has.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_config::{Callable, Object, Value};
use ferrobot_data::{AddedBuildset, Change, ControlError, Data, DataError, SourceStamp};
use ferrobot_model::{BuildId, BuilderId, BuildsetId, Properties, Results, SchedulerId};
use serde_json::{Map, Value as Json};
use tokio::sync::oneshot;

use crate::HostError;

/// A Trigger step's request.
#[derive(Debug, Clone, Default)]
pub struct TriggerRequest {
    /// What to build; empty: what the scheduler's `codebases` say.
    pub sourcestamps: Vec<SourceStamp>,
    /// Properties to set, over the scheduler's own.
    pub properties: Properties,
    /// Whether the step waits.
    pub waited_for: bool,
    /// The triggering build.
    pub parent_build: Option<BuildId>,
    /// `Triggered from`.
    pub parent_relationship: Option<String>,
    /// Priority; `None`: the scheduler's.
    pub priority: Option<i64>,
    /// Reason; `None`: the scheduler's.
    pub reason: Option<String>,
}

/// A fired triggerable scheduler.
#[derive(Debug)]
pub struct Triggered {
    /// The new buildset and its requests.
    pub buildset: AddedBuildset,
    /// Tells the result when the buildset is complete.
    pub completed: oneshot::Receiver<Results>,
}

/// A user's request to force a build.
#[derive(Debug)]
pub struct ForceRequest {
    /// As in the JSON-RPC call, `owner` included.
    pub params: Map<String, Json>,
    /// The JSON-RPC result, or why not.
    pub reply: oneshot::Sender<Result<Json, ControlError>>,
}

/// What wakes a scheduler.
#[derive(Debug)]
pub enum SchedulerInput {
    /// A new change (only while the scheduler is enabled).
    Change(Arc<Change>),
    /// A Trigger step fires it.
    Trigger(TriggerRequest, oneshot::Sender<Result<AddedBuildset, String>>),
    /// A user forces a build.
    Force(ForceRequest),
    /// Some buildset is complete.
    BuildsetComplete(BuildsetId, Results),
    /// The scheduler was enabled or disabled by a user.
    Enabled(bool),
}

/// A buildset that a scheduler wants.
#[derive(Debug, Clone, Default)]
pub struct SchedulerBuildset {
    /// What to build. For each of the scheduler's codebases that is missing the engine adds its defaults.
    pub sourcestamps: Vec<SourceStamp>,
    /// Reason.
    pub reason: String,
    /// Besides the scheduler's own, which they win over.
    pub properties: Properties,
    /// `None`: all of the scheduler's builders.
    pub builders: Option<Vec<BuilderId>>,
    /// `None`: the scheduler's own.
    pub priority: Option<i64>,
    /// External id.
    pub external_idstring: Option<String>,
    /// See [`TriggerRequest`].
    pub waited_for: bool,
    /// See [`TriggerRequest`].
    pub parent_build: Option<BuildId>,
    /// See [`TriggerRequest`].
    pub parent_relationship: Option<String>,
}

/// A kind of scheduler. Runs as one task; ends when `context.next` says `None`.
#[async_trait]
pub trait Scheduler: Send {
    /// Runs until the master stops or the configuration drops it.
    async fn run(self: Box<Self>, context: SchedulerContext);

    /// Names of its builders (already rendered where they are plain), for checks and the force dialog.
    fn builder_names(&self) -> Vec<String>;

    /// For force schedulers: the REST resource.
    fn force_resource(&self) -> Option<Json> {
        None
    }
}

/// The verbs of a scheduler.
pub struct SchedulerContext {
    // The engine's author adds the private fields.
    _private: (),
}

#[expect(unused_variables, clippy::unused_async, reason = "bodies follow")]
impl SchedulerContext {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        unimplemented!()
    }
    /// Its row.
    #[must_use]
    pub fn id(&self) -> SchedulerId {
        unimplemented!()
    }
    /// The object in the configuration (arguments that all schedulers have are read from here by the engine).
    #[must_use]
    pub fn object(&self) -> &Arc<Object> {
        unimplemented!()
    }
    /// The state.
    #[must_use]
    pub fn data(&self) -> &Data {
        unimplemented!()
    }
    /// Whether a user has it enabled now.
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        unimplemented!()
    }
    /// The next input; `None` when the scheduler has to end. With `timeout`, `Some(None)` says that the time is over.
    pub async fn next(&mut self, timeout: Option<Duration>) -> Option<Option<SchedulerInput>> {
        unimplemented!()
    }
    /// Rows of builders by name.
    pub fn builder_ids(&self, names: &[String]) -> Result<Vec<BuilderId>, String> {
        unimplemented!()
    }
    /// The rendered names of the scheduler's builders.
    pub async fn builder_names(&self) -> Result<Vec<String>, HostError> {
        unimplemented!()
    }
    /// Adds a buildset with everything that all schedulers do: property `scheduler`, the scheduler's properties (rendered),
    /// codebases' defaults, priority. Durable.
    pub async fn add_buildset(&self, buildset: SchedulerBuildset) -> Result<AddedBuildset, DataError> {
        unimplemented!()
    }
    /// Waits for the end of a buildset.
    pub fn buildset_completed(&self, buildset: BuildsetId) -> oneshot::Receiver<Results> {
        unimplemented!()
    }
    /// Calls a function of the configuration.
    pub async fn call(&self, callable: &Callable, args: Vec<Value>) -> Result<Value, HostError> {
        unimplemented!()
    }
    /// A change as an argument for `call`.
    #[must_use]
    pub fn change_proxy(&self, change: &Change) -> Value {
        unimplemented!()
    }
    /// A stored value (class name as in Buildbot: the last part of the object's class).
    pub async fn get_state(&self, name: &str) -> Result<Option<Json>, DataError> {
        unimplemented!()
    }
    /// Stores a value.
    pub async fn set_state(&self, name: &str, value: Json) -> Result<(), DataError> {
        unimplemented!()
    }
}
