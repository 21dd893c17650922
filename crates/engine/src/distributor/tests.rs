use super::*;

const LINUX: BuilderId = BuilderId(1);
const DOCS: BuilderId = BuilderId(2);
const W1: WorkerId = WorkerId(1);
const W2: WorkerId = WorkerId(2);

fn candidate<'a>(builder: BuilderId, name: &'a str, requests: &[(i64, i64)], workers: &'a [WorkerId]) -> Candidate<'a> {
    let requests: Vec<Queued> = requests
        .iter()
        .map(|(id, priority)| Queued { id: BuildRequestId(*id), priority: *priority, waited_for: false })
        .collect();
    let oldest = requests.iter().map(|request| request.id.0).min().unwrap_or_default();
    Candidate { builder, name, place: 0, oldest, requests, workers, locks: &[] }
}

fn station(name: &str) -> Station<'_> {
    Station {
        name,
        presence: Presence::Attached,
        running: 0,
        max_builds: None,
        busy_with: HashSet::new(),
        last_used: 0,
        locks: &[],
    }
}

fn started(choice: &Choice) -> Vec<(i64, i64)> {
    choice.starts.iter().map(|start| (start.request.0, start.worker.0)).collect()
}

fn decide(candidates: Vec<Candidate<'_>>, stations: Vec<(WorkerId, Station<'_>)>, season: Season) -> Choice {
    choose(candidates, &mut stations.into_iter().collect(), &mut Ledger::default(), season)
}

#[test]
fn builders_are_served_by_priority_then_age_then_name() {
    let one = Station { max_builds: Some(1), ..station("w1") };
    let cases: [(Vec<Candidate<'_>>, i64); 3] = [
        (vec![candidate(LINUX, "linux", &[(1, 0)], &[W1]), candidate(DOCS, "docs", &[(2, 5)], &[W1])], 2),
        (vec![candidate(LINUX, "linux", &[(2, 0)], &[W1]), candidate(DOCS, "docs", &[(1, 0)], &[W1])], 1),
        (vec![candidate(LINUX, "linux", &[(7, 0)], &[W1]), candidate(DOCS, "docs", &[(7, 0)], &[W1])], 7),
    ];
    for (candidates, first) in cases {
        let choice = decide(candidates, vec![(W1, one.clone())], Season::Open);
        assert_eq!(started(&choice), [(first, 1)]);
        assert_eq!(choice.waiting.len(), 1);
    }
}

#[test]
fn the_configurations_order_comes_before_all() {
    let one = Station { max_builds: Some(1), ..station("w1") };
    let last = Candidate { place: 1, ..candidate(LINUX, "linux", &[(1, 9)], &[W1]) };
    let choice = decide(vec![last, candidate(DOCS, "docs", &[(2, 0)], &[W1])], vec![(W1, one)], Season::Open);
    assert_eq!(started(&choice), [(2, 1)]);
}

#[test]
fn a_builder_builds_once_per_worker_at_a_time() {
    let choice = decide(
        vec![candidate(LINUX, "linux", &[(1, 0), (2, 0), (3, 0)], &[W1, W2])],
        vec![(W1, station("w1")), (W2, station("w2"))],
        Season::Open,
    );
    assert_eq!(started(&choice), [(1, 1), (2, 2)]);
    assert_eq!(choice.waiting, [(LINUX, Reason::Busy)]);
}

#[test]
fn the_least_busy_worker_is_taken_then_the_one_that_was_idle_longest() {
    let busy = Station { running: 1, ..station("w1") };
    let idle = Station { last_used: 9, ..station("w2") };
    let choice =
        decide(vec![candidate(LINUX, "linux", &[(1, 0)], &[W1, W2])], vec![(W1, busy), (W2, idle)], Season::Open);
    assert_eq!(started(&choice), [(1, 2)]);
    let (used, fresh) = (Station { last_used: 4, ..station("w1") }, Station { last_used: 3, ..station("w2") });
    let choice =
        decide(vec![candidate(LINUX, "linux", &[(1, 0)], &[W1, W2])], vec![(W1, used), (W2, fresh)], Season::Open);
    assert_eq!(started(&choice), [(1, 2)]);
}

#[test]
fn what_waits_is_told_why() {
    let cases = [
        (vec![], Reason::NoWorkers),
        (vec![Presence::Absent], Reason::Absent),
        (vec![Presence::Absent, Presence::Paused], Reason::Paused),
        (vec![Presence::Leaving], Reason::Leaving),
        (vec![Presence::Quarantined, Presence::Leaving], Reason::Quarantined),
    ];
    for (presences, reason) in cases {
        let ids: Vec<WorkerId> = (1..).zip(&presences).map(|(id, _)| WorkerId(id)).collect();
        let stations =
            ids.iter().zip(presences).map(|(id, presence)| (*id, Station { presence, ..station("w") })).collect();
        let choice = decide(vec![candidate(LINUX, "linux", &[(1, 0)], &ids)], stations, Season::Open);
        assert_eq!(choice, Choice { starts: vec![], waiting: vec![(LINUX, reason)] });
    }
}

#[test]
fn a_closing_master_starts_only_what_builds_wait_for() {
    let mut requests = candidate(LINUX, "linux", &[(1, 0), (2, 0)], &[W1]);
    requests.requests[1].waited_for = true;
    let choice = decide(vec![requests], vec![(W1, station("w1"))], Season::Closing);
    assert_eq!(started(&choice), [(2, 1)]);
    assert_eq!(choice.waiting, [(LINUX, Reason::Stopping)]);
}

#[test]
fn builds_of_one_round_do_not_get_the_same_lock() {
    use std::sync::Arc;

    use ferrobot_config::{Object, Value};

    let args = [("name".to_owned(), Value::from("db"))].into();
    let lock = Object { class: "buildbot.locks.MasterLock".to_owned(), args, ..Object::default() };
    let specs = crate::lock::read_accesses(&Value::Object(Arc::new(lock))).unwrap();
    let with_lock = |builder, name, id| {
        let mut candidate = candidate(builder, name, &[(id, 0)], &[W1, W2]);
        candidate.locks = &specs;
        candidate
    };
    let choice = decide(
        vec![with_lock(LINUX, "linux", 1), with_lock(DOCS, "docs", 2)],
        vec![(W1, station("w1")), (W2, station("w2"))],
        Season::Open,
    );
    assert_eq!(started(&choice), [(1, 1)]);
    assert_eq!(choice.waiting, [(DOCS, Reason::Locked("db".to_owned()))]);
}
