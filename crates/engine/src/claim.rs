//! Claiming: the one statement that says whose a request is. Then its build.

use std::sync::Arc;

use ferrobot_data::{Claim, DataError};
use ferrobot_model::{BuildRequestId, Results};
use tracing::{error, warn};

use crate::build;
use crate::distributor::Assignment;
use crate::engine::Engine;
use crate::generation::{BuilderSetup, WorkerSetup};
use crate::guard::lock;
use crate::lock::Ticket;
use crate::worker::vacate;

/// Claims the request of an assignment and builds it.
pub(crate) async fn claim_and_build(engine: Arc<Engine>, assignment: Assignment) {
    let request = assignment.waiting.request.id;
    match engine.data.claim_requests(&[request]).await {
        Ok(Claim::Won) => build::run(&engine, assignment).await,
        Ok(Claim::Lost) => {
            lock(&engine.queue).done(request);
            engine.release(assignment);
        }
        Err(error) => {
            warn!(buildrequest.id = %request, "request {request} could not be claimed: {error}");
            lock(&engine.queue).done(request);
            engine.release(assignment);
        }
    }
}

impl Engine {
    /// Frees what an assignment holds and lets others have it.
    pub(crate) fn release(&self, assignment: Assignment) {
        let Assignment { waiting, builder, worker, locks, .. } = assignment;
        self.let_go(waiting.request.id, &builder, &worker, locks);
    }

    /// Frees what the build of a request held and lets others have it.
    pub(crate) fn let_go(&self, request: BuildRequestId, builder: &BuilderSetup, worker: &WorkerSetup, locks: Ticket) {
        self.builds.end(request);
        vacate(&mut self.workers.desks(), worker.id, builder.id);
        drop(locks);
        self.wake.builders(worker.builders.iter().copied());
        self.dismiss_if_idle(worker.id);
    }

    /// Ends a request that has not started; `false`: it is not waiting here.
    pub(crate) async fn end_waiting(&self, request: BuildRequestId, results: Results) -> Result<bool, DataError> {
        if lock(&self.queue).remove(request).is_none() {
            return Ok(false);
        }
        self.end_unclaimed(request, results).await
    }

    /// Ends a request without a build; `false`: somebody else has claimed it.
    pub(crate) async fn end_unclaimed(&self, request: BuildRequestId, results: Results) -> Result<bool, DataError> {
        match self.data.claim_requests(&[request]).await? {
            Claim::Won => self.data.complete_requests(&[request], results).await.map(|()| true),
            Claim::Lost => Ok(false),
        }
    }

    /// A request whose build could not even begin is given back. It waits again from the distributor's next look at the
    /// database on: at once, what hinders it would be tried without a pause.
    pub(crate) async fn give_back(&self, request: BuildRequestId) {
        if let Err(error) = self.data.unclaim_requests(&[request]).await {
            error!(buildrequest.id = %request, "request {request} could not be given back: {error}");
        }
        lock(&self.queue).done(request);
    }
}
