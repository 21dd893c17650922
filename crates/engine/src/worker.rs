//! The workers: who is connected, who may build, who builds what.
//!
//! `attach` brings sessions in and takes them out, `login` checks names and passwords, `keepalive` keeps connections in use,
//! `missing` notices who stays away, `leave` sends workers home, `quarantine` spares the queue from those that misbehave, and
//! `standing` tells people why a worker takes no builds.

mod attach;
mod keepalive;
mod leave;
mod login;
mod missing;
mod quarantine;
mod standing;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use ferrobot_model::{BuilderId, Timestamp, WorkerId};
use tokio::sync::Notify;

use crate::WorkerSession;
use crate::distributor::{Presence, Station};
use crate::generation::{Setup, WorkerSetup};
use crate::guard::lock;

use missing::Absence;
use quarantine::Quarantine;

/// All workers that the configuration has, connected or not.
#[derive(Default)]
pub(crate) struct Pool {
    desks: Mutex<HashMap<WorkerId, Desk>>,
    /// A worker got its session.
    pub(crate) seated: Notify,
}

/// What the engine knows of one worker.
pub(crate) struct Desk {
    pub(crate) setup: Arc<WorkerSetup>,
    /// The connection that takes builds.
    pub(crate) session: Option<Arc<dyn WorkerSession>>,
    pub(crate) paused: bool,
    pub(crate) graceful: bool,
    pub(crate) quarantine: Quarantine,
    /// Builders that it builds for now.
    busy_with: HashSet<BuilderId>,
    last_used: u64,
    /// Serialises connections of the same name.
    pub(crate) door: Arc<tokio::sync::Mutex<()>>,
    /// Since when it is away, with or without a session that waits for it; `None` while it is connected.
    absence: Option<Absence>,
    /// When another process of its name was turned away last.
    twin_refused: Option<Timestamp>,
    /// Tells that the configuration is another, or that the worker has come.
    changed: Arc<Notify>,
}

impl Desk {
    fn new(setup: Arc<WorkerSetup>, now: Timestamp) -> Desk {
        Desk {
            setup,
            session: None,
            paused: false,
            graceful: false,
            quarantine: Quarantine::default(),
            busy_with: HashSet::new(),
            last_used: 0,
            door: Arc::default(),
            absence: Some(Absence::never_seen(now)),
            twin_refused: None,
            changed: Arc::default(),
        }
    }

    fn presence(&self) -> Presence {
        if self.session.is_none() || self.absence.is_some() {
            Presence::Absent
        } else if self.graceful {
            Presence::Leaving
        } else if self.paused {
            Presence::Paused
        } else if self.quarantine.is_on() {
            Presence::Quarantined
        } else {
            Presence::Attached
        }
    }

    fn max_builds(&self) -> Option<usize> {
        self.setup.config.max_builds.and_then(|max| usize::try_from(max).ok())
    }

    /// Whether no build runs on it.
    pub(crate) fn is_idle(&self) -> bool {
        self.busy_with.is_empty()
    }
}

impl Pool {
    pub(crate) fn desks(&self) -> MutexGuard<'_, HashMap<WorkerId, Desk>> {
        lock(&self.desks)
    }

    /// Takes over a configuration. Returns the sessions of workers that are no longer wanted.
    pub(crate) fn configure(&self, setup: &Setup, now: Timestamp) -> Vec<Arc<dyn WorkerSession>> {
        let mut desks = self.desks();
        let dropped =
            desks.extract_if(|id, _| !setup.workers.contains_key(id)).filter_map(|(_, desk)| desk.session).collect();
        for (id, worker) in &setup.workers {
            match desks.get_mut(id) {
                Some(desk) => {
                    desk.setup = Arc::clone(worker);
                    desk.changed.notify_waiters();
                }
                None => {
                    desks.insert(*id, Desk::new(Arc::clone(worker), now));
                }
            }
        }
        dropped
    }

    /// The worker's session, if it is connected.
    pub(crate) fn session(&self, id: WorkerId) -> Option<Arc<dyn WorkerSession>> {
        self.desks().get(&id)?.session.clone()
    }

    /// What tells of changes to the worker; `None`: it is not configured.
    fn changed(&self, id: WorkerId) -> Option<Arc<Notify>> {
        Some(Arc::clone(&self.desks().get(&id)?.changed))
    }

    /// All sessions.
    pub(crate) fn sessions(&self) -> Vec<Arc<dyn WorkerSession>> {
        self.desks().values().filter_map(|desk| desk.session.clone()).collect()
    }
}

/// How the distributor sees a worker.
pub(crate) fn station(desk: &Desk) -> Station<'_> {
    Station {
        name: &desk.setup.config.name,
        presence: desk.presence(),
        running: desk.busy_with.len(),
        max_builds: desk.max_builds(),
        busy_with: desk.busy_with.clone(),
        last_used: desk.last_used,
        locks: desk.setup.locks.fixed(),
    }
}

/// Notes that the worker builds for the builder now.
pub(crate) fn occupy(desks: &mut HashMap<WorkerId, Desk>, worker: WorkerId, builder: BuilderId, count: u64) {
    if let Some(desk) = desks.get_mut(&worker) {
        desk.busy_with.insert(builder);
        desk.last_used = count;
    }
}

/// Notes that the worker no longer builds for the builder.
pub(crate) fn vacate(desks: &mut HashMap<WorkerId, Desk>, worker: WorkerId, builder: BuilderId) {
    if let Some(desk) = desks.get_mut(&worker) {
        desk.busy_with.remove(&builder);
    }
}
