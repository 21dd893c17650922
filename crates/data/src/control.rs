//! Control actions: what a user asks of the running master (inventory C2-14). The engine carries them out.

use async_trait::async_trait;
use ferrobot_model::{BuildId, BuildRequestId, BuilderId, SchedulerId, WorkerId};
use serde_json::{Map, Value};

/// What to do with a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerAction {
    /// Finish the builds, then shut the worker down.
    Stop,
    /// Shut the worker down now.
    Kill,
    /// Start no more builds.
    Pause,
    /// Start builds again.
    Unpause,
}

/// One request.
#[derive(Debug, Clone, PartialEq)]
pub enum Control {
    /// Force a build. `params` as in the JSON-RPC call, `owner` included.
    Force { scheduler: String, params: Map<String, Value> },
    /// Stop a running build.
    StopBuild { build: BuildId, reason: String, results: Option<i64> },
    /// Build the same again.
    Rebuild { build: BuildId },
    /// Cancel a request, running or not.
    CancelRequest { request: BuildRequestId, reason: String },
    /// Change the priority of a waiting request.
    SetPriority { request: BuildRequestId, priority: i64 },
    /// Enable or disable a scheduler.
    EnableScheduler { scheduler: SchedulerId, enabled: bool },
    /// Do something with a worker.
    Worker { worker: WorkerId, action: WorkerAction, reason: String },
}

/// Why a control action was refused.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// The parameters are wrong: JSON-RPC code -32602; a map from field to text, or one text.
    #[error("invalid parameters: {0}")]
    Invalid(Value),
    /// Nothing of that name or id.
    #[error("{0}")]
    NotFound(String),
    /// It could not be done.
    #[error("{0}")]
    Failed(String),
}

/// Carries out control actions; the engine.
#[async_trait]
pub trait Controller: Send + Sync {
    /// Carries out one action; the value is the JSON-RPC result.
    async fn control(&self, action: Control) -> Result<Value, ControlError>;

    /// The REST resources of the force schedulers, optionally only those that serve one builder.
    fn force_schedulers(&self, builder: Option<BuilderId>) -> Vec<Value>;
}
