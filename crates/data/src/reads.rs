//! Typed reads for the engine. Those of a row or a few run at once and see everything answered so far.

use ferrobot_model::{
    BuildId, BuildRequestId, BuilderId, BuildsetId, ChangeId, LogId, Properties, SourceStampId, StepId, WorkerId,
};
use ferrobot_storage::{buildrequests, builds, buildsets, changes, logchunks, logs, sourcestamps, workers};

use crate::{Build, BuildRequest, Buildset, Change, Data, DataError, SourceStamp, WorkerRow};

impl Data {
    /// Waiting requests of builders of this master: not complete, unclaimed.
    pub async fn unclaimed_requests(&self, builder: Option<BuilderId>) -> Result<Vec<BuildRequest>, DataError> {
        let master = self.master_id();
        self.look("list waiting requests", move |conn| buildrequests::unclaimed(conn, master, builder)).await
    }

    /// One request.
    pub async fn request(&self, request: BuildRequestId) -> Result<Option<BuildRequest>, DataError> {
        self.peek("read a request", |conn| buildrequests::by_id(conn, request)).await
    }

    /// The requests of a buildset, in order.
    pub async fn requests_of_buildset(&self, buildset: BuildsetId) -> Result<Vec<BuildRequest>, DataError> {
        self.peek("read the requests of a buildset", |conn| buildrequests::of_buildset(conn, buildset)).await
    }

    /// One buildset, with its source stamps and properties.
    pub async fn buildset(&self, buildset: BuildsetId) -> Result<Option<Buildset>, DataError> {
        self.peek("read a buildset", |conn| buildsets::by_id(conn, buildset)).await
    }

    /// One build.
    pub async fn build(&self, build: BuildId) -> Result<Option<Build>, DataError> {
        self.peek("read a build", |conn| builds::by_id(conn, build)).await
    }

    /// The builds of a request, in order.
    pub async fn builds_of_request(&self, request: BuildRequestId) -> Result<Vec<Build>, DataError> {
        self.peek("read the builds of a request", |conn| builds::of_request(conn, request)).await
    }

    /// The properties of a build.
    pub async fn build_properties(&self, build: BuildId) -> Result<Properties, DataError> {
        self.peek("read the properties of a build", |conn| builds::properties(conn, build)).await
    }

    /// A named blob of a build.
    pub async fn build_data(&self, build: BuildId, name: &str) -> Result<Option<Vec<u8>>, DataError> {
        self.peek("read data of a build", |conn| builds::data(conn, build, name)).await
    }

    /// One change.
    pub async fn change(&self, change: ChangeId) -> Result<Option<Change>, DataError> {
        self.peek("read a change", |conn| changes::by_id(conn, change)).await
    }

    /// Changes of a source stamp (those that have exactly it).
    pub async fn changes_of_sourcestamp(&self, sourcestamp: SourceStampId) -> Result<Vec<Change>, DataError> {
        self.peek("read the changes of a source stamp", |conn| changes::of_sourcestamp(conn, sourcestamp)).await
    }

    /// One source stamp, with its patch.
    pub async fn sourcestamp(&self, sourcestamp: SourceStampId) -> Result<Option<SourceStamp>, DataError> {
        self.peek("read a source stamp", |conn| sourcestamps::by_id(conn, sourcestamp)).await
    }

    /// The newest earlier build of the builder whose result is SUCCESS or that finished at all, as `only_successful` says.
    pub async fn previous_build(
        &self,
        builder: BuilderId,
        before_number: i64,
        only_successful: bool,
    ) -> Result<Option<Build>, DataError> {
        self.look("read the previous build", move |conn| {
            builds::previous(conn, builder, before_number, only_successful)
        })
        .await
    }

    /// Changes that this build brought: per codebase, newest first, since the last successful build of the builder on
    /// the same repositories and branches.
    pub async fn changes_of_build(&self, build: BuildId) -> Result<Vec<Change>, DataError> {
        self.look("read the changes of a build", move |conn| changes::of_build(conn, build)).await
    }

    /// One worker.
    pub async fn worker(&self, worker: WorkerId) -> Result<Option<WorkerRow>, DataError> {
        self.peek("read a worker", |conn| workers::by_id(conn, worker)).await
    }

    /// The newest `count` changes, oldest first.
    pub async fn recent_changes(&self, count: u64) -> Result<Vec<Change>, DataError> {
        self.look("read recent changes", move |conn| changes::recent(conn, count)).await
    }

    /// Lines `first` to `last` of a log, both included, as stored (type `s`: with stream letters); each ends with a newline.
    pub async fn log_lines(&self, log: LogId, first: i64, last: i64) -> Result<String, DataError> {
        self.look("read a log", move |conn| logchunks::lines(conn, log, first, last)).await
    }

    /// A part of a log from line `first` on, about `wanted_bytes` long, and the number of the line after it. Empty at the
    /// end. Lets a log of any length be read with little memory.
    pub async fn log_block(&self, log: LogId, first: i64, wanted_bytes: usize) -> Result<(String, i64), DataError> {
        let block = move |conn: &_| logchunks::block(conn, log, first, wanted_bytes);
        let block = self.look("read a log", block).await?;
        Ok((block.text, block.next_line))
    }

    /// The log of a step by its slug.
    pub async fn log_by_slug(&self, step: StepId, slug: &str) -> Result<Option<LogId>, DataError> {
        self.peek("find a log", |conn| logs::by_slug(conn, step, slug)).await
    }
}
