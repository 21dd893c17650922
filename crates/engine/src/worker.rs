//! The workers: who is connected, who may build, who builds what.
//!
//! `attach` brings sessions in and takes them out, `login` checks names and passwords, `quarantine` spares the queue from those
//! that misbehave.

mod attach;
mod login;
mod quarantine;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard};

use ferrobot_model::{BuilderId, WorkerId};
use tokio::sync::Notify;

use crate::WorkerSession;
use crate::distributor::{Presence, Station};
use crate::generation::{Setup, WorkerSetup};
use crate::guard::lock;

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
    /// The session is there without its connection.
    pub(crate) away: bool,
    pub(crate) paused: bool,
    pub(crate) graceful: bool,
    pub(crate) quarantine: Quarantine,
    /// Builders that it builds for now.
    busy_with: HashSet<BuilderId>,
    last_used: u64,
    /// Serialises connections of the same name.
    pub(crate) door: Arc<tokio::sync::Mutex<()>>,
    /// Counts connections: tells a timer that it is about an earlier one.
    pub(crate) epoch: u64,
}

impl Desk {
    fn new(setup: Arc<WorkerSetup>) -> Desk {
        Desk {
            setup,
            session: None,
            away: false,
            paused: false,
            graceful: false,
            quarantine: Quarantine::default(),
            busy_with: HashSet::new(),
            last_used: 0,
            door: Arc::default(),
            epoch: 0,
        }
    }

    fn presence(&self) -> Presence {
        if self.session.is_none() || self.away {
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
    pub(crate) fn configure(&self, setup: &Setup) -> Vec<Arc<dyn WorkerSession>> {
        let mut desks = self.desks();
        let dropped =
            desks.extract_if(|id, _| !setup.workers.contains_key(id)).filter_map(|(_, desk)| desk.session).collect();
        for (id, worker) in &setup.workers {
            match desks.get_mut(id) {
                Some(desk) => desk.setup = Arc::clone(worker),
                None => {
                    desks.insert(*id, Desk::new(Arc::clone(worker)));
                }
            }
        }
        dropped
    }

    /// The worker's session, if it is connected.
    pub(crate) fn session(&self, id: WorkerId) -> Option<Arc<dyn WorkerSession>> {
        self.desks().get(&id)?.session.clone()
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
        max_builds: desk.setup.config.max_builds.and_then(|max| usize::try_from(max).ok()),
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
