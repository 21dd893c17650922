//! Distribution: which waiting requests start now, and on which workers. Pure: a function of what it is shown.
//!
//! Builders are served by their highest priority, then by their oldest request, then by name; the requests of a builder by
//! priority, then by age. A worker runs one build of a builder at a time and no more than `max_builds` in all. Whatever does
//! not start is told why.

mod consult;
mod dispatch;

pub(crate) use dispatch::{Assignment, run};

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use ferrobot_model::{BuildRequestId, BuilderId, WorkerId};

use crate::lock::{Ledger, LockSpec, Owner, Want};

/// A builder with waiting requests.
#[derive(Debug, Clone)]
pub(crate) struct Candidate<'a> {
    pub(crate) builder: BuilderId,
    pub(crate) name: &'a str,
    /// Its place in the order that the configuration's `prioritizeBuilders` gives; the same for all without one.
    pub(crate) place: usize,
    /// When its oldest request was submitted.
    pub(crate) oldest: i64,
    /// Its requests in the order in which they start; at least as many as could start.
    pub(crate) requests: Vec<Queued>,
    pub(crate) workers: &'a [WorkerId],
    pub(crate) locks: &'a [LockSpec],
}

/// A waiting request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Queued {
    pub(crate) id: BuildRequestId,
    pub(crate) priority: i64,
    /// A build waits for it: it starts even when the master is about to stop.
    pub(crate) waited_for: bool,
}

/// A worker as the distributor sees it.
#[derive(Debug, Clone)]
pub(crate) struct Station<'a> {
    pub(crate) name: &'a str,
    pub(crate) presence: Presence,
    pub(crate) running: usize,
    pub(crate) max_builds: Option<usize>,
    /// Builders that it builds for now.
    pub(crate) busy_with: HashSet<BuilderId>,
    /// Counts assignments: the one that was idle longest comes first.
    pub(crate) last_used: u64,
    pub(crate) locks: &'a [LockSpec],
}

/// Whether a worker takes builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Presence {
    /// It does.
    Attached,
    /// It misbehaved, and is left alone for a while.
    Quarantined,
    /// A user paused it.
    Paused,
    /// It finishes its builds and goes.
    Leaving,
    /// It is not connected.
    Absent,
}

/// Whether builds may start at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Season {
    /// As they come.
    Open,
    /// Only those that running builds wait for: the master is about to stop.
    Closing,
}

/// Why a request does not start.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reason {
    /// Every worker of the builder is building as much as it may.
    Busy,
    /// A lock is held by others.
    Locked(String),
    /// Workers are connected, but misbehaved.
    Quarantined,
    /// Workers are connected, but paused.
    Paused,
    /// Workers are connected, but about to leave.
    Leaving,
    /// No worker of the builder is connected.
    Absent,
    /// The builder has no workers.
    NoWorkers,
    /// The master is about to stop.
    Stopping,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Reason::Busy => f.write_str("all workers of the builder are busy"),
            Reason::Locked(name) => write!(f, "the lock `{name}` is held by others"),
            Reason::Quarantined => {
                f.write_str("builds failed with exceptions on the workers, which are left alone for a while")
            }
            Reason::Paused => f.write_str("the workers of the builder are paused"),
            Reason::Leaving => f.write_str("the workers of the builder are shutting down"),
            Reason::Absent => f.write_str("no worker of the builder is connected"),
            Reason::NoWorkers => f.write_str("the builder has no workers"),
            Reason::Stopping => f.write_str("the master is about to stop"),
        }
    }
}

/// One build to start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Start {
    pub(crate) request: BuildRequestId,
    pub(crate) builder: BuilderId,
    pub(crate) worker: WorkerId,
}

/// What to start, and why each builder's first other request waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) starts: Vec<Start>,
    pub(crate) waiting: Vec<(BuilderId, Reason)>,
}

/// Decides what starts now. `ledger` is the state of the locks; what starts takes its locks in it.
pub(crate) fn choose(
    mut candidates: Vec<Candidate<'_>>,
    stations: &mut HashMap<WorkerId, Station<'_>>,
    ledger: &mut Ledger,
    season: Season,
) -> Choice {
    candidates.sort_by(|a, b| urgency(a).cmp(&urgency(b)));
    let mut choice = Choice::default();
    for candidate in candidates {
        let reason = serve(&candidate, stations, ledger, season, &mut choice.starts);
        if let Some(reason) = reason {
            choice.waiting.push((candidate.builder, reason));
        }
    }
    choice
}

fn urgency<'a>(candidate: &Candidate<'a>) -> (usize, Reverse<i64>, i64, &'a str) {
    let priority = candidate.requests.iter().map(|request| request.priority).max().unwrap_or(i64::MIN);
    (candidate.place, Reverse(priority), candidate.oldest, candidate.name)
}

/// Starts as many requests of one builder as possible; returns why the next does not start.
fn serve(
    candidate: &Candidate<'_>,
    stations: &mut HashMap<WorkerId, Station<'_>>,
    ledger: &mut Ledger,
    season: Season,
    starts: &mut Vec<Start>,
) -> Option<Reason> {
    let mut held_up = None;
    for request in &candidate.requests {
        if season == Season::Closing && !request.waited_for {
            held_up.get_or_insert(Reason::Stopping);
            continue;
        }
        match find_worker(candidate, stations, ledger) {
            Ok((worker, wants)) => {
                if let Some(station) = stations.get_mut(&worker) {
                    station.running += 1;
                    station.busy_with.insert(candidate.builder);
                }
                // Owners of the trial ledger only have to be different.
                ledger.try_take(Owner(u64::MAX - starts.len() as u64), &wants);
                starts.push(Start { request: request.id, builder: candidate.builder, worker });
            }
            Err(reason) => return Some(reason),
        }
    }
    held_up
}

/// The worker for the builder's next build with the locks that the build takes, or the best reason why there is none.
fn find_worker(
    candidate: &Candidate<'_>,
    stations: &HashMap<WorkerId, Station<'_>>,
    ledger: &Ledger,
) -> Result<(WorkerId, Vec<Want>), Reason> {
    let mut able: Vec<(usize, u64, WorkerId)> = Vec::new();
    let mut reason = Reason::NoWorkers;
    for id in candidate.workers {
        match stations.get(id).map_or(Err(Reason::Absent), |station| is_able(station, candidate.builder)) {
            Ok(station) => able.push((station.running, station.last_used, *id)),
            Err(hindrance) => reason = reason.min(hindrance),
        }
    }
    able.sort_unstable();
    for (_, _, id) in able {
        let wants = stations.get(&id).map(|station| wants_on(candidate, station, id)).unwrap_or_default();
        match ledger.in_the_way(&wants) {
            None => return Ok((id, wants)),
            Some(want) => reason = reason.min(Reason::Locked(want.key.name.clone())),
        }
    }
    Err(reason)
}

fn is_able<'s, 'a>(station: &'s Station<'a>, builder: BuilderId) -> Result<&'s Station<'a>, Reason> {
    match station.presence {
        Presence::Absent => Err(Reason::Absent),
        Presence::Quarantined => Err(Reason::Quarantined),
        Presence::Paused => Err(Reason::Paused),
        Presence::Leaving => Err(Reason::Leaving),
        Presence::Attached => {
            let full = station.max_builds.is_some_and(|max| station.running >= max);
            if full || station.busy_with.contains(&builder) { Err(Reason::Busy) } else { Ok(station) }
        }
    }
}

/// The locks that a build of this builder takes on this worker.
fn wants_on(candidate: &Candidate<'_>, station: &Station<'_>, id: WorkerId) -> Vec<Want> {
    candidate.locks.iter().chain(station.locks).map(|spec| spec.on(id, station.name)).collect()
}

#[cfg(test)]
mod tests;
