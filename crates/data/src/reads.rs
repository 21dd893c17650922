//! Typed reads for the engine.

use ferrobot_model::{
    BuildId, BuildRequestId, BuilderId, BuildsetId, ChangeId, LogId, Properties, SourceStampId, WorkerId,
};

use crate::{Build, BuildRequest, Buildset, Change, Data, DataError, SourceStamp, WorkerRow};

#[expect(unused_variables, clippy::unused_async, reason = "bodies follow")]
impl Data {
    /// Waiting requests of builders of this master: not complete, unclaimed.
    pub async fn unclaimed_requests(&self, builder: Option<BuilderId>) -> Result<Vec<BuildRequest>, DataError> {
        unimplemented!()
    }
    pub async fn request(&self, request: BuildRequestId) -> Result<Option<BuildRequest>, DataError> {
        unimplemented!()
    }
    pub async fn buildset(&self, buildset: BuildsetId) -> Result<Option<Buildset>, DataError> {
        unimplemented!()
    }
    pub async fn build(&self, build: BuildId) -> Result<Option<Build>, DataError> {
        unimplemented!()
    }
    pub async fn builds_of_request(&self, request: BuildRequestId) -> Result<Vec<Build>, DataError> {
        unimplemented!()
    }
    pub async fn build_properties(&self, build: BuildId) -> Result<Properties, DataError> {
        unimplemented!()
    }
    pub async fn change(&self, change: ChangeId) -> Result<Option<Change>, DataError> {
        unimplemented!()
    }
    /// Changes of a source stamp (those that have exactly it).
    pub async fn changes_of_sourcestamp(&self, sourcestamp: SourceStampId) -> Result<Vec<Change>, DataError> {
        unimplemented!()
    }
    pub async fn sourcestamp(&self, sourcestamp: SourceStampId) -> Result<Option<SourceStamp>, DataError> {
        unimplemented!()
    }
    /// The newest earlier build of the builder whose result is SUCCESS or that finished at all, as `only_successful` says.
    pub async fn previous_build(
        &self,
        builder: BuilderId,
        before_number: i64,
        only_successful: bool,
    ) -> Result<Option<Build>, DataError> {
        unimplemented!()
    }
    /// Changes that this build brought: since the previous build of the builder, per codebase.
    pub async fn changes_of_build(&self, build: BuildId) -> Result<Vec<Change>, DataError> {
        unimplemented!()
    }
    pub async fn worker(&self, worker: WorkerId) -> Result<Option<WorkerRow>, DataError> {
        unimplemented!()
    }
    pub async fn recent_changes(&self, count: u64) -> Result<Vec<Change>, DataError> {
        unimplemented!()
    }
    /// The whole text of a log, in blocks, as stored (type `s`: with stream letters).
    pub async fn log_lines(&self, log: LogId, first: i64, last: i64) -> Result<String, DataError> {
        unimplemented!()
    }
    pub async fn log_by_slug(&self, step: ferrobot_model::StepId, slug: &str) -> Result<Option<LogId>, DataError> {
        unimplemented!()
    }
}
