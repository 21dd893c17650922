//! What users ask of the running master: force, stop, rebuild, cancel, priorities, schedulers, workers.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_config::{Callable, Value};
use ferrobot_data::{BuildRequest, Control, ControlError, Controller, DataError, Hindrance, NewBuildset, WorkerAction};
use ferrobot_model::{BuildId, BuildRequestId, BuilderId, Results, WorkerId};
use serde_json::{Map, Value as Json, json};
use tracing::warn;

use crate::build::{BuildHandle, Stop};
use crate::engine::Engine;
use crate::guard::lock;
use crate::{HostCall, proxy};

#[async_trait]
impl Controller for Engine {
    async fn control(&self, action: Control) -> Result<Json, ControlError> {
        match action {
            Control::Force { scheduler, params } => self.force(&scheduler, params).await,
            Control::StopBuild { build, reason, results } => {
                self.stop_build(build, reason, results);
                Ok(Json::Null)
            }
            Control::Rebuild { build } => self.rebuild(build).await,
            Control::CancelRequest { request, reason } => {
                self.cancel_request(request, &reason).await.map_err(failed)?;
                Ok(Json::Null)
            }
            Control::SetPriority { request, priority } => {
                self.set_priority(request, priority).await.map_err(failed)?;
                Ok(Json::Null)
            }
            Control::EnableScheduler { scheduler, enabled } => {
                self.enable_scheduler(scheduler, enabled).await.map_err(failed)?;
                Ok(Json::Null)
            }
            Control::Worker { worker, action, reason } => {
                self.control_worker(worker, action, &reason).await?;
                Ok(Json::Null)
            }
        }
    }

    fn force_schedulers(&self, builder: Option<BuilderId>) -> Vec<Json> {
        let setup = self.setup();
        match builder {
            None => self.schedulers.force_resources(None),
            Some(id) => setup
                .builder(id)
                .map(|builder| self.schedulers.force_resources(Some(&builder.config.name)))
                .unwrap_or_default(),
        }
    }

    fn hindrances(&self) -> HashMap<WorkerId, Vec<Hindrance>> {
        self.hindrances_of_workers()
    }
}

fn failed(error: DataError) -> ControlError {
    ControlError::Failed(error.to_string())
}

impl Engine {
    /// Stops a build that runs; any other is left as it is.
    fn stop_build(&self, build: BuildId, reason: String, results: Option<i64>) {
        let results = results.and_then(Results::from_code).unwrap_or(Results::Cancelled);
        if let Some(handle) = self.builds.get(build) {
            handle.stop(Stop::Asked { reason, results });
        }
    }

    /// Cancels a request: out of the line, or by stopping its build; a finished one is left as it is.
    pub(crate) async fn cancel_request(&self, request: BuildRequestId, reason: &str) -> Result<(), DataError> {
        let stop = |handle: Arc<BuildHandle>| {
            handle.stop(Stop::Asked { reason: reason.to_owned(), results: Results::Cancelled });
        };
        if let Some(handle) = self.builds.of_request(request) {
            stop(handle);
            return Ok(());
        }
        if self.end_waiting(request, Results::Cancelled).await? {
            return Ok(());
        }
        // It may have started in between, or be of a builder that no longer exists.
        if let Some(handle) = self.builds.of_request(request) {
            stop(handle);
            return Ok(());
        }
        let waits = self.data.request(request).await?.is_some_and(|row| !row.complete && row.claimed_by.is_none());
        if waits {
            self.end_unclaimed(request, Results::Cancelled).await?;
        }
        Ok(())
    }

    async fn set_priority(&self, request: BuildRequestId, priority: i64) -> Result<(), DataError> {
        self.data.set_request_priority(request, priority).await?;
        let builder = {
            let mut queue = lock(&self.queue);
            queue.set_priority(request, priority);
            queue.get(request).map(|waiting| waiting.request.builder)
        };
        self.wake.builders(builder);
        Ok(())
    }

    /// Builds the same again.
    async fn rebuild(&self, build: BuildId) -> Result<Json, ControlError> {
        let gone = || ControlError::Failed(format!("there is no build {build} to build again"));
        let row = self.data.build(build).await.map_err(failed)?.ok_or_else(gone)?;
        let request = self.data.request(row.request).await.map_err(failed)?.ok_or_else(gone)?;
        let buildset = self.data.buildset(request.buildset).await.map_err(failed)?.ok_or_else(gone)?;
        let added = self
            .add_buildset(NewBuildset {
                external_idstring: buildset.external_idstring,
                reason: "rebuild".to_owned(),
                sourcestamps: buildset.sourcestamps,
                properties: buildset.properties,
                builders: vec![row.builder],
                waited_for: false,
                parent_build: buildset.parent_build,
                parent_relationship: buildset.parent_relationship,
                rebuilt_build: Some(build),
                priority: request.priority,
                scheduler: "rebuild".to_owned(),
            })
            .await
            .map_err(failed)?;
        let requests: Map<String, Json> =
            added.requests.iter().map(|(builder, request)| (builder.to_string(), json!(request))).collect();
        Ok(json!([added.id, requests]))
    }

    async fn control_worker(&self, worker: WorkerId, action: WorkerAction, reason: &str) -> Result<(), ControlError> {
        if !self.workers.desks().contains_key(&worker) {
            return Err(ControlError::NotFound(format!("no worker {worker} is configured")));
        }
        match action {
            WorkerAction::Pause => self.pause_worker(worker, true, Some(reason)).await.map_err(failed),
            WorkerAction::Unpause => self.pause_worker(worker, false, None).await.map_err(failed),
            WorkerAction::Stop => self.stop_worker_gracefully(worker, reason).await.map_err(failed),
            WorkerAction::Kill => {
                self.stop_worker_now(worker, reason);
                Ok(())
            }
        }
    }

    async fn pause_worker(&self, id: WorkerId, paused: bool, reason: Option<&str>) -> Result<(), DataError> {
        self.data.set_worker_paused(id, paused, reason).await?;
        let builders = {
            let mut desks = self.workers.desks();
            desks.get_mut(&id).map(|desk| {
                desk.paused = paused;
                desk.setup.builders.clone()
            })
        };
        if !paused {
            self.end_quarantine(id, None);
        }
        self.wake.builders(builders.unwrap_or_default());
        Ok(())
    }

    /// Asks the configuration's function whether `newer` makes `older` superfluous; only a plain `True` says yes.
    pub(crate) async fn ask_collapse(&self, function: &Callable, newer: &BuildRequest, older: &BuildRequest) -> bool {
        let setup = self.setup();
        let name = setup.builder(newer.builder).map(|builder| builder.config.name.clone()).unwrap_or_default();
        let row = |request: &BuildRequest| {
            Value::from_json(&json!({
                "buildrequestid": request.id,
                "buildsetid": request.buildset,
                "builderid": request.builder,
                "buildername": name,
                "priority": request.priority,
                "submitted_at": request.submitted_at,
                "waited_for": request.waited_for,
                "complete": request.complete,
            }))
        };
        let builder = proxy("builder", json!({"name": name, "builderid": newer.builder}));
        let args = vec![proxy("master", json!({})), builder, row(newer), row(older)];
        match setup.generation.call(HostCall::new(function.handle, args)).await {
            Ok(answer) => answer == Value::Bool(true),
            Err(error) => {
                warn!(builder.name = name, "the `collapseRequests` function of `{name}` failed: {error}");
                false
            }
        }
    }
}
