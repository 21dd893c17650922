//! The running builds, and how they are stopped.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock};

use ferrobot_model::{BuildId, BuildRequestId, BuilderId, Results, WorkerId};
use tokio::sync::{Notify, futures::Notified, watch};
use tokio_util::sync::CancellationToken;

use crate::guard::lock;

/// Why a build is stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stop {
    /// Somebody wants it to end.
    Asked {
        /// Shown with the result.
        reason: String,
        /// CANCELLED, or what was asked for.
        results: Results,
    },
    /// Its worker is gone.
    WorkerLost(String),
    /// The master ends; the build starts again after that.
    MasterEnds,
}

impl Stop {
    /// What a step that is stopped by this ends with.
    pub(crate) fn results(&self) -> Results {
        match self {
            Stop::Asked { results, .. } => *results,
            Stop::WorkerLost(_) | Stop::MasterEnds => Results::Retry,
        }
    }

    /// What commands and logs are told.
    pub(crate) fn reason(&self) -> &str {
        match self {
            Stop::Asked { reason, .. } | Stop::WorkerLost(reason) => reason,
            Stop::MasterEnds => "the master is stopping",
        }
    }

    /// Whether steps that always run still can.
    pub(crate) fn leaves_worker(&self) -> bool {
        match self {
            Stop::Asked { .. } => true,
            Stop::WorkerLost(_) | Stop::MasterEnds => false,
        }
    }
}

/// The latest stop of a build, counted, so that a step can tell an old one from its own.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stops {
    count: u64,
    latest: Option<Stop>,
}

/// A build that was started, as others see it.
#[derive(Debug)]
pub(crate) struct BuildHandle {
    pub(crate) request: BuildRequestId,
    pub(crate) worker: WorkerId,
    build: OnceLock<BuildId>,
    stops: watch::Sender<Stops>,
    /// Another run of the master can take it up.
    held: AtomicBool,
    abandoned: CancellationToken,
}

/// One step's view of the stops: only those after its start count.
#[derive(Debug, Clone)]
pub(crate) struct StopWatch {
    seen: u64,
    stops: watch::Receiver<Stops>,
}

/// All running builds.
#[derive(Default)]
pub(crate) struct Builds {
    by_request: Mutex<HashMap<BuildRequestId, Arc<BuildHandle>>>,
    /// Builders with a request that waits for a lock.
    pub(crate) held_up: Mutex<HashSet<BuilderId>>,
    /// Builders whose functions are being asked what to start; `true`: something changed meanwhile.
    pub(crate) consulting: Mutex<HashMap<BuilderId, bool>>,
    ended: Notify,
}

impl BuildHandle {
    fn new(request: BuildRequestId, worker: WorkerId) -> BuildHandle {
        BuildHandle {
            request,
            worker,
            build: OnceLock::new(),
            stops: watch::Sender::new(Stops::default()),
            held: AtomicBool::new(false),
            abandoned: CancellationToken::new(),
        }
    }

    /// Its row, once it has one.
    pub(crate) fn build(&self) -> Option<BuildId> {
        self.build.get().copied()
    }

    pub(crate) fn set_held(&self, held: bool) {
        self.held.store(held, Ordering::Relaxed);
    }

    /// Whether another run of the master can take it up.
    pub(crate) fn is_held(&self) -> bool {
        self.held.load(Ordering::Relaxed)
    }

    /// Leaves the build as it is, for the next run of the master.
    pub(crate) fn abandon(&self) {
        self.abandoned.cancel();
    }

    /// Completes when it is left.
    pub(crate) async fn abandoned(&self) {
        self.abandoned.cancelled().await;
    }

    /// The build has its row.
    pub(crate) fn begun(&self, build: BuildId) {
        let _first = self.build.set(build);
    }

    /// Stops the build. A lost worker stays lost, whatever is asked later.
    pub(crate) fn stop(&self, stop: Stop) {
        self.stops.send_modify(|stops| {
            stops.count += 1;
            if !matches!(stops.latest, Some(Stop::WorkerLost(_))) {
                stops.latest = Some(stop);
            }
        });
    }

    /// Why the build is being stopped, if it is.
    pub(crate) fn stopped(&self) -> Option<Stop> {
        self.stops.borrow().latest.clone()
    }

    /// A view for a step that starts now; `from_start`: a stop before it counts too.
    pub(crate) fn watch(&self, from_start: bool) -> StopWatch {
        let stops = self.stops.subscribe();
        let seen = if from_start { 0 } else { stops.borrow().count };
        StopWatch { seen, stops }
    }
}

impl StopWatch {
    /// Why the step is being stopped, if it is.
    pub(crate) fn stopped(&self) -> Option<Stop> {
        let stops = self.stops.borrow();
        if stops.count > self.seen { stops.latest.clone() } else { None }
    }

    /// Waits for the stop.
    pub(crate) async fn wait(&self) -> Stop {
        let mut stops = self.stops.clone();
        let seen = self.seen;
        if let Ok(stops) = stops.wait_for(|stops| stops.count > seen && stops.latest.is_some()).await
            && let Some(stop) = stops.latest.clone()
        {
            return stop;
        }
        // The handle is gone, so nobody can stop the build any more.
        std::future::pending().await
    }
}

impl Builds {
    /// A build is about to start.
    pub(crate) fn begin(&self, request: BuildRequestId, worker: WorkerId) -> Arc<BuildHandle> {
        let handle = Arc::new(BuildHandle::new(request, worker));
        lock(&self.by_request).insert(request, Arc::clone(&handle));
        handle
    }

    /// The build of a request has ended.
    pub(crate) fn end(&self, request: BuildRequestId) {
        lock(&self.by_request).remove(&request);
        self.ended.notify_waiters();
    }

    /// Completes when some build ends after the call.
    pub(crate) fn ended(&self) -> Notified<'_> {
        self.ended.notified()
    }

    /// The build of a request, if it runs.
    pub(crate) fn of_request(&self, request: BuildRequestId) -> Option<Arc<BuildHandle>> {
        lock(&self.by_request).get(&request).cloned()
    }

    /// A build, if it runs.
    pub(crate) fn get(&self, build: BuildId) -> Option<Arc<BuildHandle>> {
        lock(&self.by_request).values().find(|handle| handle.build.get() == Some(&build)).cloned()
    }

    /// All that run.
    pub(crate) fn all(&self) -> Vec<Arc<BuildHandle>> {
        lock(&self.by_request).values().cloned().collect()
    }

    /// Those that wait for what a worker has done meanwhile, or may do so.
    pub(crate) fn waiting_for(&self, worker: WorkerId) -> HashSet<BuildId> {
        let by_request = lock(&self.by_request);
        let of_worker = by_request.values().filter(|handle| handle.worker == worker && handle.is_held());
        of_worker.filter_map(|handle| handle.build()).collect()
    }

    /// How many run.
    pub(crate) fn len(&self) -> usize {
        lock(&self.by_request).len()
    }

    /// A worker is gone.
    pub(crate) fn lose_worker(&self, worker: WorkerId, reason: &str) {
        for handle in self.all().iter().filter(|handle| handle.worker == worker) {
            handle.stop(Stop::WorkerLost(reason.to_owned()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle() -> BuildHandle {
        BuildHandle::new(BuildRequestId(1), WorkerId(1))
    }

    fn asked(reason: &str) -> Stop {
        Stop::Asked { reason: reason.to_owned(), results: Results::Cancelled }
    }

    #[tokio::test]
    async fn a_step_that_starts_after_a_stop_is_stopped_by_the_next() {
        let handle = handle();
        handle.stop(asked("enough"));
        let cleanup = handle.watch(false);
        assert_eq!(cleanup.stopped(), None);
        assert_eq!(handle.watch(true).stopped(), Some(asked("enough")));
        handle.stop(asked("really"));
        assert_eq!(cleanup.wait().await, asked("really"));
    }

    #[test]
    fn a_lost_worker_is_not_found_again_by_asking() {
        let handle = handle();
        handle.stop(Stop::WorkerLost("gone".to_owned()));
        handle.stop(asked("enough"));
        assert_eq!(handle.stopped(), Some(Stop::WorkerLost("gone".to_owned())));
    }
}
