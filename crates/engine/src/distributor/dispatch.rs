//! Carries out what the distributor chooses: takes requests, workers and locks, and hands them to the claim.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ferrobot_data::DataError;
use ferrobot_model::{BuilderId, WorkerId};
use tracing::warn;

use super::consult::has_a_say;
use super::{Candidate, Choice, Queued, Reason, Season, Start, Station, choose, is_able};
use crate::WorkerSession;
use crate::build::BuildHandle;
use crate::engine::Engine;
use crate::generation::{BuilderSetup, Setup, WorkerSetup};
use crate::guard::lock;
use crate::lock::{LockSpec, Ticket};
use crate::queue::{Queue, Waiting};
use crate::wake::Touched;
use crate::worker::{Desk, occupy, station};

/// The database is compared with the memory this often: finds what an event did not tell.
const RECHECK_EVERY: Duration = Duration::from_secs(30);

/// A request with everything that its build needs.
pub(crate) struct Assignment {
    pub(crate) waiting: Arc<Waiting>,
    pub(crate) builder: Arc<BuilderSetup>,
    pub(crate) worker: Arc<WorkerSetup>,
    pub(crate) session: Arc<dyn WorkerSession>,
    pub(crate) handle: Arc<BuildHandle>,
    /// The builder's and worker's locks, held until the build ends.
    pub(crate) locks: Ticket,
}

/// Starts builds until the master ends.
pub(crate) async fn run(engine: Arc<Engine>) {
    loop {
        let touched = engine.wake.take();
        engine.look_at(&touched).await;
        tokio::select! {
            () = engine.wake.wait() => {}
            () = engine.locks.released() => engine.wake_held_up(),
            () = tokio::time::sleep(RECHECK_EVERY) => {
                if let Err(error) = engine.refill_queue().await {
                    warn!("the waiting requests could not be read: {error}");
                }
            }
            () = engine.tasks.ending().cancelled() => return,
        }
    }
}

impl Engine {
    /// Starts what can start for the builders that something changed for.
    async fn look_at(&self, touched: &Touched) {
        let setup = self.setup();
        let builders = builders_to_look_at(touched, &lock(&self.queue), &setup);
        if builders.is_empty() {
            return;
        }
        let places = self.ask_priorities(&builders).await;
        let (asking, plain): (Vec<BuilderId>, Vec<BuilderId>) =
            builders.into_iter().partition(|id| setup.builder(*id).is_some_and(|builder| has_a_say(builder)));
        for assignment in self.assign(&setup, &plain, &places) {
            self.start(assignment);
        }
        for builder in asking {
            let engine = self.handle();
            self.tasks.spawn("consult", async move { engine.consult(builder).await });
        }
    }

    /// Claims and builds.
    pub(crate) fn start(&self, assignment: Assignment) {
        self.tasks.spawn("build", crate::claim::claim_and_build(self.handle(), assignment));
    }

    /// Takes what a function chose, if it is still possible.
    pub(crate) fn take_now(&self, setup: &Setup, start: Start) -> Option<Assignment> {
        let mut queue = lock(&self.queue);
        let mut desks = self.workers.desks();
        is_able(&station(desks.get(&start.worker)?), start.builder).ok()?;
        self.take(setup, &mut queue, &mut desks, start)
    }

    /// Reads the waiting requests from the database and looks at all of them.
    pub(crate) async fn refill_queue(&self) -> Result<(), DataError> {
        let requests = self.data.unclaimed_requests(None).await?;
        let mut queue = lock(&self.queue);
        for request in requests {
            queue.insert(Waiting::new(request));
        }
        drop(queue);
        self.wake.all();
        Ok(())
    }

    /// Looks again at the builders that wait for a lock.
    fn wake_held_up(&self) {
        let held_up: Vec<BuilderId> = lock(&self.builds.held_up).drain().collect();
        if !held_up.is_empty() {
            self.wake.builders(held_up);
        }
    }

    /// Chooses and takes: from here on the chosen requests, workers and locks are spoken for.
    fn assign(&self, setup: &Setup, builders: &[BuilderId], places: &HashMap<BuilderId, usize>) -> Vec<Assignment> {
        if builders.is_empty() {
            return Vec::new();
        }
        let mut queue = lock(&self.queue);
        let mut desks = self.workers.desks();
        let choice = self.choose(setup, &queue, &desks, builders, places);
        let held_up = choice.waiting.iter().filter(|(_, reason)| matches!(reason, Reason::Locked(_)));
        lock(&self.builds.held_up).extend(held_up.map(|(builder, _)| *builder));
        choice.starts.into_iter().filter_map(|start| self.take(setup, &mut queue, &mut desks, start)).collect()
    }

    fn choose(
        &self,
        setup: &Setup,
        queue: &Queue,
        desks: &HashMap<WorkerId, Desk>,
        builders: &[BuilderId],
        places: &HashMap<BuilderId, usize>,
    ) -> Choice {
        let season = if self.closing.load(Ordering::Relaxed) { Season::Closing } else { Season::Open };
        let builders: Vec<&Arc<BuilderSetup>> = builders.iter().filter_map(|id| setup.builder(*id)).collect();
        let mut stations: HashMap<WorkerId, Station<'_>> = HashMap::new();
        for id in builders.iter().flat_map(|builder| &builder.workers) {
            if let Some(desk) = desks.get(id) {
                stations.entry(*id).or_insert_with(|| station(desk));
            }
        }
        let candidates: Vec<Candidate<'_>> =
            builders.iter().map(|builder| candidate(builder, queue, season, places)).collect();
        let mut ledger = self.locks.trial();
        choose(candidates, &mut stations, &mut ledger, season)
    }

    /// Takes what one choice names. Nothing can have changed since: the caller holds queue and desks.
    fn take(
        &self,
        setup: &Setup,
        queue: &mut Queue,
        desks: &mut HashMap<WorkerId, Desk>,
        start: Start,
    ) -> Option<Assignment> {
        let builder = Arc::clone(setup.builder(start.builder)?);
        let (worker, session) = {
            let desk = desks.get(&start.worker)?;
            (Arc::clone(&desk.setup), Arc::clone(desk.session.as_ref()?))
        };
        let specs: Vec<&LockSpec> = builder.locks.fixed().iter().chain(worker.locks.fixed()).collect();
        let wants: Vec<_> = specs.iter().map(|spec| spec.on(worker.id, &worker.config.name)).collect();
        let Some(locks) = self.locks.try_take(&wants) else {
            // A step was faster: the next look is when it lets go.
            lock(&self.builds.held_up).insert(builder.id);
            return None;
        };
        let waiting = queue.take(start.request)?;
        occupy(desks, worker.id, builder.id, self.assignments.fetch_add(1, Ordering::Relaxed));
        let handle = self.builds.begin(start.request, worker.id);
        Some(Assignment { waiting, builder, worker, session, handle, locks })
    }

    /// Why a request waits; `None`: it does not wait.
    pub(crate) fn why_waiting(&self, id: ferrobot_model::BuildRequestId) -> Option<String> {
        let setup = self.setup();
        let queue = lock(&self.queue);
        let builder = queue.get(id)?.request.builder;
        if setup.builder(builder).is_none() {
            return Some("its builder is not configured".to_owned());
        }
        let desks = self.workers.desks();
        let choice = self.choose(&setup, &queue, &desks, &[builder], &HashMap::new());
        Some(match choice.waiting.first() {
            Some((_, reason)) if !choice.starts.iter().any(|start| start.request == id) => reason.to_string(),
            _ if setup.builder(builder).is_some_and(|builder| has_a_say(builder)) => {
                "the functions of its configuration have not chosen it".to_owned()
            }
            _ => "it is about to start".to_owned(),
        })
    }
}

fn builders_to_look_at(touched: &Touched, queue: &Queue, setup: &Setup) -> Vec<BuilderId> {
    match touched {
        Touched::Some(builders) => builders.iter().copied().filter(|builder| queue.has_work(*builder)).collect(),
        Touched::All => queue.builders().filter(|builder| setup.builder(*builder).is_some()).collect(),
    }
}

/// A builder cannot start more builds than it has workers; a closing master has to look further for its few.
fn candidate<'a>(
    builder: &'a BuilderSetup,
    queue: &Queue,
    season: Season,
    places: &HashMap<BuilderId, usize>,
) -> Candidate<'a> {
    let shown = match season {
        Season::Open => builder.workers.len() + 1,
        Season::Closing => usize::MAX,
    };
    let requests = queue
        .of_builder(builder.id)
        .take(shown)
        .map(|waiting| &waiting.request)
        .map(|request| Queued { id: request.id, priority: request.priority, waited_for: request.waited_for })
        .collect();
    Candidate {
        builder: builder.id,
        name: &builder.config.name,
        // Whom the configuration's order does not name comes last.
        place: places.get(&builder.id).copied().unwrap_or(places.len()),
        oldest: queue.oldest(builder.id).unwrap_or_default(),
        requests,
        workers: &builder.workers,
        locks: builder.locks.fixed(),
    }
}
