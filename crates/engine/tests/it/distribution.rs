//! Which request starts when, and where.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ferrobot_config::{Callable, CollapseRequests, Value};
use ferrobot_engine::HostCall;
use ferrobot_model::{BuildRequestId, Results};
use ferrobot_testkit::{Builder, Site, TestMaster, act, eventually, shell};
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn a_request_waits_for_a_worker() {
    let master = TestMaster::start(Site::linux([act("x")])).await;
    let request = master.force("linux").await;
    assert_eq!(master.master.why_waiting(request).as_deref(), Some("no worker of the builder is connected"));
    let _worker = master.connect("w1").await;
    assert_eq!(master.finished(request).await, Results::Success);
    assert_eq!(master.master.why_waiting(request), None);
}

#[tokio::test]
async fn equal_requests_collapse_and_others_do_not() {
    let master = TestMaster::start(Site::linux([shell("build")])).await;
    let mut worker = master.connect("w1").await;
    let first = master.force("linux").await;
    let running = worker.expect_command().await;
    let mut requests = vec![first];
    for branch in ["main", "main", "other", "main"] {
        requests.push(master.force_with("linux", json!({"branch": branch})).await);
    }
    running.finish(0).await;
    let _worker = worker.succeed_always();
    for request in requests {
        master.finished(request).await;
    }
    assert_snapshot!(master.requests().await, @r"
    request 1: success
    request 2: skipped
    request 3: skipped
    request 4: success
    request 5: success
    ");
}

#[tokio::test]
async fn a_builder_can_keep_all_of_its_requests() {
    let site = Site::new()
        .worker("w1")
        .builder(Builder::new("linux", &["w1"]).step(shell("build")))
        .set(|config| config.collapse_requests = CollapseRequests::Never);
    let master = TestMaster::start(site).await;
    let mut worker = master.connect("w1").await;
    let requests = [master.force("linux").await, master.force("linux").await, master.force("linux").await];
    for request in requests {
        worker.expect_command().await.finish(0).await;
        assert_eq!(master.finished(request).await, Results::Success);
    }
}

#[tokio::test]
async fn max_builds_bounds_a_worker_over_all_builders() {
    let site = Site::new()
        .worker_with("w1", |worker| worker.max_builds = Some(2))
        .builder(Builder::new("a", &["w1"]).step(shell("a")))
        .builder(Builder::new("b", &["w1"]).step(shell("b")))
        .builder(Builder::new("c", &["w1"]).step(shell("c")));
    let master = TestMaster::start(site).await;
    let mut worker = master.connect("w1").await;
    let requests = [master.force("a").await, master.force("b").await, master.force("c").await];
    let (first, second) = (worker.expect_command().await, worker.expect_command().await);
    assert_eq!(master.master.why_waiting(requests[2]).as_deref(), Some("all workers of the builder are busy"));
    first.finish(0).await;
    worker.expect_command().await.finish(0).await;
    second.finish(0).await;
    for request in requests {
        assert_eq!(master.finished(request).await, Results::Success);
    }
}

#[tokio::test]
async fn builders_with_the_same_lock_take_turns() {
    let site = Site::new()
        .worker("w1")
        .builder(Builder::new("a", &["w1"]).step(shell("a")).locked_by("db"))
        .builder(Builder::new("b", &["w1"]).step(shell("b")).locked_by("db"));
    let master = TestMaster::start(site).await;
    let mut worker = master.connect("w1").await;
    let (a, b) = (master.force("a").await, master.force("b").await);
    let first = worker.expect_command().await;
    assert_eq!(master.master.why_waiting(b).as_deref(), Some("the lock `db` is held by others"));
    first.finish(0).await;
    worker.expect_command().await.finish(0).await;
    assert_eq!((master.finished(a).await, master.finished(b).await), (Results::Success, Results::Success));
    assert_snapshot!(master.story().await, @r"
    build 1 of a on w1 for request 1: success | build successful
      0 worker_preparation: success | worker w1 ready
      1 locks_acquire: success | locks acquired
      2 shell: success | 'a' [stdio]
    build 1 of b on w1 for request 2: success | build successful
      0 worker_preparation: success | worker w1 ready
      1 locks_acquire: success | locks acquired
      2 shell: success | 'b' [stdio]
    ");
}

#[tokio::test]
async fn many_builds_on_many_workers_all_end() {
    let names: Vec<String> = (0..8).map(|number| format!("w{number}")).collect();
    let workers: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut site = Site::new();
    for worker in &workers {
        site = site.worker_with(worker, |worker| worker.max_builds = Some(3));
    }
    for builder in 0..5 {
        let builder = Builder::new(&format!("b{builder}"), &workers).step(shell("one")).step(shell("two"));
        site = site.builder(builder.without_collapse());
    }
    let master = TestMaster::start(site).await;
    let mut connected = Vec::new();
    for worker in &workers {
        connected.push(master.connect(worker).await.succeed_always());
    }
    let mut requests = Vec::new();
    for number in 0..100 {
        requests.push(master.force(&format!("b{}", number % 5)).await);
    }
    for request in requests {
        assert_eq!(master.finished(request).await, Results::Success);
    }
    master.idle().await;
    assert_eq!(master.rows("builds", &[]).await.len(), 100);
}

/// Functions of the configuration, by handle: 1 takes the last of a list, 2 says no, 3 answers with what it gets.
fn choosing_host(call: &HostCall) -> Value {
    let last = |value: &Value| value.as_list().and_then(<[Value]>::last).cloned().unwrap_or_default();
    match (call.handle, call.args.as_slice()) {
        (1, [_, list, ..]) => last(list),
        (2, _) => Value::Bool(false),
        (_, [first, ..]) => first.clone(),
        _ => Value::None,
    }
}

fn function(handle: u64) -> Option<Arc<Callable>> {
    Some(Arc::new(Callable { handle, ..Callable::default() }))
}

#[tokio::test]
async fn the_configuration_chooses_requests_and_workers() {
    let builder = Builder::new("linux", &["w1", "w2"]).step(act("x")).without_collapse().set(|config| {
        config.next_build = function(1);
        config.next_worker = function(1);
    });
    let master = TestMaster::start_with(Site::new().worker("w1").worker("w2").builder(builder), choosing_host).await;
    for branch in ["one", "two", "three"] {
        master.force_with("linux", json!({"branch": branch})).await;
    }
    let _workers = (master.connect("w2").await, master.connect("w1").await);
    for request in 1..=3 {
        master.finished(BuildRequestId(request)).await;
    }
    let builds = master.rows("builds", &["buildid"]).await;
    assert_eq!(builds[0]["buildrequestid"], 3, "the last of the list");
    assert_eq!(builds[0]["workerid"], master.worker_id("w2").await.0);
}

#[tokio::test]
async fn the_configuration_can_keep_a_build_from_a_worker() {
    let builder = Builder::new("linux", &["w1"]).step(act("x")).set(|config| config.can_start_build = function(2));
    let mut master = TestMaster::start_with(Site::new().worker("w1").builder(builder), choosing_host).await;
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let builder = |name: &str| Builder::new(name, &["w1"]).step(act("x"));
    master.reconfigure(Site::new().worker("w1").builder(builder("linux"))).await;
    assert_eq!(master.finished(request).await, Results::Success, "and now it may start");
}

/// Panics when it is asked for the first time.
fn shaky_host(call: &HostCall) -> Value {
    static HAS_PANICKED: AtomicBool = AtomicBool::new(false);
    assert!(HAS_PANICKED.swap(true, Ordering::Relaxed), "the host is not ready");
    choosing_host(call)
}

#[tokio::test]
async fn a_builder_is_asked_again_after_a_panic() {
    let builder =
        Builder::new("linux", &["w1"]).step(act("x")).without_collapse().set(|config| config.next_build = function(1));
    let master = TestMaster::start_with(Site::new().worker("w1").builder(builder), shaky_host).await;
    let _worker = master.connect("w1").await;
    let first = master.force("linux").await;
    eventually("the panic", || async {
        let waits = master.master.why_waiting(first).is_some();
        let is_asked = master.master.status().tasks.iter().any(|(name, _)| name == "consult");
        (waits && !is_asked).then_some(())
    })
    .await;
    let second = master.force("linux").await;
    assert_eq!(master.finished(first).await, Results::Success);
    assert_eq!(master.finished(second).await, Results::Success);
}

#[tokio::test]
async fn a_build_that_cannot_begin_is_not_tried_without_a_pause() {
    let master = TestMaster::start(Site::linux([act("x")])).await;
    let database = rusqlite::Connection::open(master.directory().join("state.sqlite")).unwrap();
    database
        .execute_batch("CREATE TRIGGER full BEFORE INSERT ON builds BEGIN SELECT RAISE(ABORT, 'no room'); END")
        .unwrap();
    let mut claims = master.data().events().subscribe(&["buildrequests", "*", "claimed"]);
    let mut given_back = master.data().events().subscribe(&["buildrequests", "*", "unclaimed"]);
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    given_back.next().await.unwrap();
    claims.next().await.unwrap();
    let again = tokio::time::timeout(Duration::from_millis(300), claims.next()).await;
    assert!(again.is_err(), "request {request} was claimed again at once");
}
