//! What keeps workers from taking builds, for people: all of it, where the distributor only needs the first.

use std::collections::HashMap;

use ferrobot_data::Hindrance;
use ferrobot_model::{Timestamp, WorkerId};

use super::Desk;
use crate::engine::Engine;
use crate::lock::Ledger;

impl Engine {
    pub(crate) fn hindrances_of_workers(&self) -> HashMap<WorkerId, Vec<Hindrance>> {
        let ledger = self.locks.trial();
        let now = self.data.clock().now();
        self.workers.desks().iter().map(|(id, desk)| (*id, hindrances(desk, &ledger, now))).collect()
    }
}

/// For so long it is shown that another process of a worker's name was refused; it tries again every few minutes.
const TWIN_SHOWN_S: f64 = 900.0;

/// In the order in which they matter. A worker that is away takes no builds, whatever else there is.
fn hindrances(desk: &Desk, ledger: &Ledger, now: Timestamp) -> Vec<Hindrance> {
    if let Some(absence) = desk.absence {
        return vec![Hindrance::Missing { since: absence.since, was_here: absence.was_here }];
    }
    let mut found = Vec::new();
    if desk.graceful {
        found.push(Hindrance::Leaving);
    }
    if desk.paused {
        found.push(Hindrance::Paused);
    }
    if let Some(until) = desk.quarantine.until() {
        found.push(Hindrance::Quarantined { until });
    }
    let max_builds = desk.max_builds();
    if let Some(max_builds) = max_builds.filter(|max| desk.busy_with.len() >= *max) {
        found.push(Hindrance::Full { max_builds });
    }
    // Its own builds hold their lock, too.
    if desk.is_idle() {
        let name = &desk.setup.config.name;
        let wants: Vec<_> = desk.setup.locks.fixed().iter().map(|spec| spec.on(desk.setup.id, name)).collect();
        if let Some(want) = ledger.in_the_way(&wants) {
            found.push(Hindrance::Locked { name: want.key.name.clone() });
        }
    }
    found.extend(desk.twin_refused.filter(|at| now.0 - at.0 < TWIN_SHOWN_S).map(|at| Hindrance::TwinRefused { at }));
    found
}
