//! Control actions: what a user asks of the running master. The engine carries them out.

use std::collections::HashMap;

use async_trait::async_trait;
use ferrobot_model::{BuildId, BuildRequestId, BuilderId, SchedulerId, Timestamp, WorkerId};
use serde_json::{Map, Value};

use crate::resource::endpoint::{Arguments, Endpoint};
use crate::resource::{builds, field, workers};
use crate::{Data, RestError, rest};

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

/// What keeps a worker from taking builds.
#[derive(Debug, Clone, PartialEq)]
pub enum Hindrance {
    /// It is not connected; since when, and whether it ever was since the master started.
    Missing { since: Timestamp, was_here: bool },
    /// It finishes its builds and goes.
    Leaving,
    /// Somebody paused it; the worker's row has the reason.
    Paused,
    /// Its builds ended with exceptions: it is left alone for a while.
    Quarantined { until: Timestamp },
    /// It runs as many builds as it may.
    Full { max_builds: usize },
    /// A lock that each of its builds holds is held by others.
    Locked { name: String },
    /// Nothing that keeps it from building, but worth a look: another process tried to connect under its name.
    TwinRefused { at: Timestamp },
}

/// Carries out control actions; the engine.
#[async_trait]
pub trait Controller: Send + Sync {
    /// Carries out one action; the value is the JSON-RPC result.
    async fn control(&self, action: Control) -> Result<Value, ControlError>;

    /// The REST resources of the force schedulers, optionally only those that serve one builder.
    fn force_schedulers(&self, builder: Option<BuilderId>) -> Vec<Value>;

    /// What keeps each configured worker from taking builds now.
    fn hindrances(&self) -> HashMap<WorkerId, Vec<Hindrance>>;
}

impl Data {
    /// Which control action a POST to `path` with `method` and `params` means. `None` is a call that Buildbot accepts
    /// without doing anything.
    pub async fn resolve_control(
        &self,
        path: &[String],
        method: &str,
        params: &Map<String, Value>,
    ) -> Result<Option<Control>, RestError> {
        let (endpoint, arguments) = rest::find(path)?;
        let reason = params.get("reason").and_then(Value::as_str).unwrap_or("no reason").to_owned();
        let control = match (endpoint, method) {
            (Endpoint::Build, "stop") => {
                let results = params.get("results").and_then(Value::as_i64);
                Control::StopBuild { build: self.build_of(arguments).await?, reason, results }
            }
            (Endpoint::Build, "rebuild") => Control::Rebuild { build: self.build_of(arguments).await? },
            (Endpoint::BuildRequest, "cancel") => {
                Control::CancelRequest { request: BuildRequestId(number(&arguments, "buildrequestid")), reason }
            }
            (Endpoint::BuildRequest, "set_priority") => {
                let request = BuildRequestId(number(&arguments, "buildrequestid"));
                Control::SetPriority { request, priority: integer_parameter(params, "priority")? }
            }
            (Endpoint::Scheduler, "enable") => {
                let scheduler = SchedulerId(number(&arguments, "schedulerid"));
                Control::EnableScheduler { scheduler, enabled: integer_parameter(params, "enabled")? != 0 }
            }
            (Endpoint::ForceScheduler, "force") => {
                let scheduler = arguments.text("schedulername").unwrap_or_default().to_owned();
                Control::Force { scheduler, params: params.clone() }
            }
            (Endpoint::Scheduler | Endpoint::ForceScheduler, _) => return Ok(None),
            (Endpoint::Worker, _) => {
                let action = WorkerAction::from_name(method).ok_or_else(|| unsupported(method))?;
                Control::Worker { worker: self.worker_of(arguments).await?, action, reason }
            }
            _ => return Err(unsupported(method)),
        };
        Ok(Some(control))
    }

    async fn build_of(&self, path: Arguments) -> Result<BuildId, RestError> {
        let build = self.query(move |conn| builds::id_of(conn, &path)).await?;
        build.ok_or_else(|| RestError::NotFound("no such build".into()))
    }

    async fn worker_of(&self, path: Arguments) -> Result<WorkerId, RestError> {
        let worker = self.query(move |conn| workers::id_of(conn, &path)).await?;
        worker.ok_or_else(|| RestError::NotFound("no such worker".into()))
    }
}

impl WorkerAction {
    fn from_name(name: &str) -> Option<WorkerAction> {
        Some(match name {
            "stop" => WorkerAction::Stop,
            "kill" => WorkerAction::Kill,
            "pause" => WorkerAction::Pause,
            "unpause" => WorkerAction::Unpause,
            _ => return None,
        })
    }
}

fn unsupported(method: &str) -> RestError {
    RestError::NoSuchAction(format!("action: {method} is not supported"))
}

fn number(path: &Arguments, name: &str) -> i64 {
    path.integer(name).unwrap_or(-1)
}

/// A number, a truth value or a text that is a number.
fn integer_parameter(params: &Map<String, Value>, name: &str) -> Result<i64, RestError> {
    let value = params.get(name).ok_or_else(|| RestError::BadRequest(format!("missing parameter '{name}'")))?;
    let number = match value {
        Value::Bool(truth) => Some(i64::from(*truth)),
        Value::Number(number) => number.as_i64(),
        Value::String(text) => field::integer(text),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    number.ok_or_else(|| RestError::BadRequest(format!("parameter '{name}' is not a number")))
}
