//! Workers that stay away: those who want to know are told, once for each time that it goes.

use std::sync::Arc;

use ferrobot_config::WorkerConfig;
use ferrobot_model::{Timestamp, WorkerId, wait_of};
use tokio::time::Instant;
use tracing::warn;

use crate::engine::Engine;

/// A worker is not connected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Absence {
    /// Since when; for one that never came, since it is configured.
    pub(crate) since: Timestamp,
    /// Whether it has been connected to this master's process.
    pub(crate) was_here: bool,
    began: Instant,
    /// Somebody has been told.
    is_told: bool,
    /// A task looks after it.
    is_watched: bool,
}

impl Absence {
    pub(super) fn never_seen(now: Timestamp) -> Absence {
        Absence { was_here: false, ..Absence::since(now) }
    }

    pub(super) fn since(now: Timestamp) -> Absence {
        Absence { since: now, was_here: true, began: Instant::now(), is_told: false, is_watched: false }
    }
}

/// What to do about a worker's absence.
enum Due {
    /// Nothing: it is there, or nobody wants to know, or all is told.
    Nothing,
    /// Look again then.
    At(Instant),
    /// These are to be told.
    Tell { name: String, since: Timestamp, notify: Vec<String> },
}

impl Engine {
    /// Expects all workers that are away.
    pub(crate) fn expect_workers(&self) {
        for id in self.setup().workers.keys() {
            self.expect_back(*id);
        }
    }

    /// Tells those who want to know when the worker stays away for `missing_timeout`.
    pub(crate) fn expect_back(&self, id: WorkerId) {
        let changed = {
            let mut desks = self.workers.desks();
            let Some(desk) = desks.get_mut(&id) else { return };
            let Some(absence) = desk.absence.as_mut().filter(|absence| !absence.is_watched) else { return };
            absence.is_watched = true;
            Arc::clone(&desk.changed)
        };
        let engine = self.handle();
        self.tasks.spawn("worker missing", async move {
            loop {
                // Listen before looking, so that no change is missed.
                let changed = changed.notified();
                match engine.absence_due(id) {
                    Due::Nothing => return,
                    Due::At(time) => tokio::select! {
                        () = tokio::time::sleep_until(time) => {}
                        () = changed => {}
                        () = engine.tasks.ending().cancelled() => return,
                    },
                    Due::Tell { name, since, notify } => {
                        warn!(worker.name = name, "worker `{name}` is missing");
                        if let Err(error) = engine.data.worker_missing(id, since, notify).await {
                            warn!(worker.name = name, "nobody could be told that worker `{name}` is missing: {error}");
                        }
                    }
                }
            }
        });
    }

    fn absence_due(&self, id: WorkerId) -> Due {
        let mut desks = self.workers.desks();
        let Some(desk) = desks.get_mut(&id) else { return Due::Nothing };
        let Some(absence) = desk.absence.as_mut() else { return Due::Nothing };
        let due = absence.due(&desk.setup.config, Instant::now());
        match due {
            Due::Nothing => absence.is_watched = false,
            Due::At(_) => {}
            Due::Tell { .. } => absence.is_told = true,
        }
        due
    }
}

impl Absence {
    fn due(&self, worker: &WorkerConfig, now: Instant) -> Due {
        if self.is_told || worker.notify_on_missing.is_empty() {
            return Due::Nothing;
        }
        let timeout = worker.missing_timeout.map(wait_of);
        match timeout.and_then(|timeout| self.began.checked_add(timeout)) {
            None => Due::Nothing,
            Some(time) if now < time => Due::At(time),
            Some(_) => {
                Due::Tell { name: worker.name.clone(), since: self.since, notify: worker.notify_on_missing.clone() }
            }
        }
    }
}
