//! What a kind of scheduler implements, and the verbs that it has.

mod context;
mod service;
mod turn;

pub use context::SchedulerContext;
pub(crate) use service::Schedulers;
pub(crate) use turn::Delivery;

use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_data::{AddedBuildset, Change, ControlError, SourceStamp};
use ferrobot_model::{BuildId, BuilderId, BuildsetId, Properties, Results};
use serde_json::{Map, Value as Json};
use tokio::sync::oneshot;

use crate::TryRequest;

/// A Trigger step's request.
#[derive(Debug, Clone, Default)]
pub struct TriggerRequest {
    /// What to build; empty: what the scheduler's `codebases` say.
    pub sourcestamps: Vec<SourceStamp>,
    /// Properties to set; the scheduler's own win.
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
    /// A Trigger step fires it. Buildset 0 without requests: it will build later, and the step does not wait.
    Trigger(TriggerRequest, oneshot::Sender<Result<AddedBuildset, String>>),
    /// A user forces a build.
    Force(ForceRequest),
    /// Somebody brings what he wants to try.
    Try(TryRequest),
    /// Some buildset is complete.
    BuildsetComplete(BuildsetId, Results),
    /// The scheduler was enabled or disabled by a user.
    Enabled(bool),
}

/// A buildset that a scheduler wants.
#[derive(Debug, Clone, Default)]
pub struct SchedulerBuildset {
    /// What to build, complete.
    pub sourcestamps: Vec<SourceStamp>,
    /// Reason.
    pub reason: String,
    /// Besides the scheduler's own, which win.
    pub properties: Properties,
    /// `None`: all of the scheduler's builders.
    pub builders: Option<Vec<BuilderId>>,
    /// `None`: 0. A kind that has a `priority` decides itself.
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

    /// Whether a Trigger step may fire it.
    fn is_triggerable(&self) -> bool {
        false
    }

    /// For force schedulers: the REST resource.
    fn force_resource(&self) -> Option<Json> {
        None
    }
}
