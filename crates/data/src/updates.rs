//! Typed updates (inventory C5). "Durable" means: answered when committed and synced. "Soon" means: answered when the
//! statement has run and its id is known; the commit follows within milliseconds, in order with everything else.

use ferrobot_model::{
    BuildId, BuildRequestId, BuilderId, BuildsetId, ChangeId, ChangeSourceId, LogId, ProjectId, Results, SchedulerId,
    StepId, Timestamp, WorkerId,
};
use ferrobot_storage::{Durability, masters};
use serde_json::Value;

use crate::{AddedBuildset, BuilderInfo, Claim, Data, DataError, NewBuildset, NewChange};

type Done = Result<(), DataError>;

#[expect(unused_variables, clippy::unused_async, reason = "bodies follow")]
impl Data {
    // -- configuration --
    /// Id of the builder of this name, made when new. Durable, as are all in this group.
    pub async fn find_builder_id(&self, name: &str) -> Result<BuilderId, DataError> {
        unimplemented!()
    }
    pub async fn update_builder_info(&self, builder: BuilderId, info: BuilderInfo) -> Done {
        unimplemented!()
    }
    /// The builders that this master has now; others are disconnected from it. (fast for 1,000 builders: one transaction)
    pub async fn update_builder_list(&self, builders: &[BuilderId]) -> Done {
        unimplemented!()
    }
    /// All builders of a configuration at once, in one transaction: returns the ids in order.
    pub async fn configure_builders(&self, builders: Vec<(String, BuilderInfo)>) -> Result<Vec<BuilderId>, DataError> {
        unimplemented!()
    }
    pub async fn find_project_id(&self, name: &str) -> Result<ProjectId, DataError> {
        unimplemented!()
    }
    pub async fn update_project_info(
        &self,
        project: ProjectId,
        slug: &str,
        description: Option<&str>,
        format: Option<&str>,
        html: Option<&str>,
    ) -> Done {
        unimplemented!()
    }
    /// Sets the description of a codebase of a project, made when new.
    pub async fn configure_codebase(&self, project: ProjectId, name: &str, slug: &str) -> Done {
        unimplemented!()
    }
    pub async fn find_worker_id(&self, name: &str) -> Result<WorkerId, DataError> {
        unimplemented!()
    }
    /// All workers of a configuration, each with the builders that it serves, in one transaction: ids in order. Others are deconfigured.
    pub async fn configure_workers(&self, workers: Vec<(String, Vec<BuilderId>)>) -> Result<Vec<WorkerId>, DataError> {
        unimplemented!()
    }
    pub async fn find_scheduler_id(&self, name: &str) -> Result<SchedulerId, DataError> {
        unimplemented!()
    }
    /// Claims (`true`) or releases the scheduler for this master.
    pub async fn set_scheduler_master(&self, scheduler: SchedulerId, active: bool) -> Done {
        unimplemented!()
    }
    pub async fn scheduler_enable(&self, scheduler: SchedulerId, enabled: bool) -> Done {
        unimplemented!()
    }
    pub async fn scheduler_enabled(&self, scheduler: SchedulerId) -> Result<bool, DataError> {
        unimplemented!()
    }
    pub async fn find_changesource_id(&self, name: &str) -> Result<ChangeSourceId, DataError> {
        unimplemented!()
    }
    pub async fn set_changesource_master(&self, source: ChangeSourceId, active: bool) -> Done {
        unimplemented!()
    }

    // -- masters --
    pub async fn master_active(&self) -> Done {
        let (master, now) = (self.master_id(), self.clock().now().seconds());
        let changed =
            self.storage().write(Durability::Durable, |tx| masters::set_active(tx, master, true, now)).await?;
        tracing::debug!(changed, "master {master} is active");
        Ok(())
    }
    pub async fn master_stopped(&self) -> Done {
        unimplemented!()
    }
    /// After a crash: builds of this master that never finished end with RETRY (open steps and logs too), their requests become unclaimed.
    pub async fn recover(&self) -> Result<Vec<BuildId>, DataError> {
        unimplemented!()
    }

    // -- workers --
    pub async fn worker_connected(&self, worker: WorkerId, info: Value) -> Done {
        unimplemented!()
    }
    pub async fn worker_disconnected(&self, worker: WorkerId) -> Done {
        unimplemented!()
    }
    pub async fn worker_missing(&self, worker: WorkerId, last_connection: Timestamp, notify: Vec<String>) -> Done {
        unimplemented!()
    }
    pub async fn set_worker_paused(&self, worker: WorkerId, paused: bool, reason: Option<&str>) -> Done {
        unimplemented!()
    }
    pub async fn set_worker_graceful(&self, worker: WorkerId, graceful: bool) -> Done {
        unimplemented!()
    }

    // -- changes, buildsets, requests --
    /// Durable. Publishes `changes/<id>/new`.
    pub async fn add_change(&self, change: NewChange) -> Result<ChangeId, DataError> {
        unimplemented!()
    }
    /// Durable. Publishes `buildsets/<id>/new` and, per request, `buildrequests/<id>/new` (also under builders/ and buildsets/).
    pub async fn add_buildset(&self, buildset: NewBuildset) -> Result<AddedBuildset, DataError> {
        unimplemented!()
    }
    /// Soon. Publishes `buildrequests/<id>/claimed`.
    pub async fn claim_requests(&self, requests: &[BuildRequestId]) -> Result<Claim, DataError> {
        unimplemented!()
    }
    pub async fn unclaim_requests(&self, requests: &[BuildRequestId]) -> Done {
        unimplemented!()
    }
    /// Durable; completes their buildsets too when these were the last ones (in the same transaction).
    pub async fn complete_requests(&self, requests: &[BuildRequestId], results: Results) -> Done {
        unimplemented!()
    }
    pub async fn set_request_priority(&self, request: BuildRequestId, priority: i64) -> Done {
        unimplemented!()
    }
    /// Completes a buildset that has no open requests.
    pub async fn maybe_complete_buildset(&self, buildset: BuildsetId) -> Done {
        unimplemented!()
    }

    // -- builds --
    /// Soon: id and number. State string `created`.
    pub async fn add_build(
        &self,
        builder: BuilderId,
        request: BuildRequestId,
        worker: WorkerId,
    ) -> Result<(BuildId, i64), DataError> {
        unimplemented!()
    }
    /// Publishes `builds/<id>/new` (also `builders/<id>/builds/<number>/new`, `workers/<id>/builds/…`).
    pub async fn new_build_event(&self, build: BuildId) -> Done {
        unimplemented!()
    }
    /// Soon. Publishes `builds/<id>/update`.
    pub async fn set_build_state_string(&self, build: BuildId, text: &str) -> Done {
        unimplemented!()
    }
    pub async fn add_build_locks_duration(&self, build: BuildId, seconds: i64) -> Done {
        unimplemented!()
    }
    /// Soon (several at once). Publishes `builds/<id>/properties/update`.
    pub async fn set_build_properties(&self, build: BuildId, properties: Vec<(String, Value, String)>) -> Done {
        unimplemented!()
    }
    pub async fn set_build_data(&self, build: BuildId, name: &str, value: Vec<u8>, source: &str) -> Done {
        unimplemented!()
    }
    /// Soon. Publishes `builds/<id>/finished`.
    pub async fn finish_build(&self, build: BuildId, results: Results, state_string: &str) -> Done {
        unimplemented!()
    }
    /// Durable: the build is finished, its requests complete, their buildsets too when due: one transaction.
    pub async fn finish_build_and_requests(
        &self,
        build: BuildId,
        results: Results,
        state_string: &str,
        requests: &[BuildRequestId],
    ) -> Done {
        unimplemented!()
    }

    // -- steps and logs --
    /// Soon: id, number, and the name made unique in the build. State string `pending`.
    pub async fn add_step(&self, build: BuildId, name: &str) -> Result<(StepId, i64, String), DataError> {
        unimplemented!()
    }
    /// Soon. `locks_acquired` also stamps `locks_acquired_at`.
    pub async fn start_step(&self, step: StepId, locks_acquired: bool) -> Done {
        unimplemented!()
    }
    pub async fn set_step_locks_acquired(&self, step: StepId) -> Done {
        unimplemented!()
    }
    pub async fn set_step_state_string(&self, step: StepId, text: &str) -> Done {
        unimplemented!()
    }
    pub async fn add_step_url(&self, step: StepId, name: &str, url: &str) -> Done {
        unimplemented!()
    }
    pub async fn finish_step(&self, step: StepId, results: Results, hidden: bool, state_string: &str) -> Done {
        unimplemented!()
    }
    /// Soon. Type: `s` stdio, `t` text, `h` HTML. The slug is made from the name, unique in the step.
    pub async fn add_log(&self, step: StepId, name: &str, kind: char) -> Result<LogId, DataError> {
        unimplemented!()
    }
    /// Appends whole lines (a block that ends with a newline; for type `s` each line already begins with its stream's letter
    /// `o`, `e` or `h`). Soon: returns when the block is queued; the queue is bounded, so this is the back-pressure.
    pub async fn append_log(&self, log: LogId, block: String) -> Done {
        unimplemented!()
    }
    /// Soon. Merges small chunks (at most 64 KiB or 1,000 lines), compresses, stamps the number of lines. Publishes `logs/<id>/finished`.
    pub async fn finish_log(&self, log: LogId) -> Done {
        unimplemented!()
    }

    // -- state of schedulers and change sources --
    /// A stored JSON value of an object (tables `objects`, `object_state`).
    pub async fn get_state(&self, object: &str, class: &str, name: &str) -> Result<Option<Value>, DataError> {
        unimplemented!()
    }
    pub async fn set_state(&self, object: &str, class: &str, name: &str, value: Value) -> Done {
        unimplemented!()
    }
    /// Change classifications of a scheduler: change → important.
    pub async fn classify_changes(&self, scheduler: SchedulerId, changes: Vec<(ChangeId, bool)>) -> Done {
        unimplemented!()
    }
    /// Those with an id below `less_than` (all when `None`) are forgotten.
    pub async fn flush_change_classifications(&self, scheduler: SchedulerId, less_than: Option<ChangeId>) -> Done {
        unimplemented!()
    }
    /// `codebase`, `project`, `repository`, `branch` narrow it down when given.
    pub async fn change_classifications(&self, scheduler: SchedulerId) -> Result<Vec<(ChangeId, bool)>, DataError> {
        unimplemented!()
    }
}
