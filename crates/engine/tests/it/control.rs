//! What users ask of the running master.

use ferrobot_data::{Control, WorkerAction};
use ferrobot_model::{BuildId, BuildRequestId, Results};
use ferrobot_testkit::{Builder, Site, TestMaster, act, eventually, shell};
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn requests_are_cancelled_before_and_while_they_run() {
    let site = Site::new().worker("w1").builder(
        Builder::new("linux", &["w1"])
            .step(act("sleep"))
            .step(act("never"))
            .step(act("cleanup").flag("alwaysRun", true))
            .without_collapse(),
    );
    let master = TestMaster::start(site).await;
    let _worker = master.connect("w1").await;
    let running = master.force("linux").await;
    let waiting = master.force("linux").await;
    master.building(running).await;
    for request in [waiting, running, BuildRequestId(999)] {
        master.control(Control::CancelRequest { request, reason: "not needed".to_owned() }).await.unwrap();
    }
    assert_eq!(
        (master.finished(waiting).await, master.finished(running).await),
        (Results::Cancelled, Results::Cancelled)
    );
    master.idle().await;
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: cancelled | cancelled (not needed) finished (cancelled)
      0 worker_preparation: success | worker w1 ready
      1 sleep: cancelled | finished (cancelled) [cancelled]
      2 cleanup: success | finished
    ");
}

#[tokio::test]
async fn priorities_change_the_order() {
    let site = Site::new().worker("w1").builder(Builder::new("linux", &["w1"]).step(shell("build")).without_collapse());
    let master = TestMaster::start(site).await;
    let mut worker = master.connect("w1").await;
    master.force("linux").await;
    let running = worker.expect_command().await;
    let (low, high, middle) = (
        master.force_with("linux", json!({"priority": 1})).await,
        master.force_with("linux", json!({"priority": 9})).await,
        master.force_with("linux", json!({"priority": 5})).await,
    );
    master.control(Control::SetPriority { request: low, priority: 7 }).await.unwrap();
    running.finish(0).await;
    for request in [high, low, middle] {
        worker.expect_command().await.finish(0).await;
        assert_eq!(master.finished(request).await, Results::Success);
    }
    let builds = master.rows("builds", &["buildid"]).await;
    let order: Vec<i64> = builds.iter().map(|build| build["buildrequestid"].as_i64().unwrap()).collect();
    assert_eq!(order[1..], [high.0, low.0, middle.0]);
}

#[tokio::test]
async fn a_build_is_built_again() {
    let master = TestMaster::start(Site::linux([act("once")])).await;
    let _worker = master.connect("w1").await;
    let request = master.force_with("linux", json!({"branch": "main", "properties": {"kind": "x"}})).await;
    master.finished(request).await;
    let answer = master.control(Control::Rebuild { build: BuildId(1) }).await.unwrap();
    let again = BuildRequestId(answer[1].as_object().unwrap().values().next().unwrap().as_i64().unwrap());
    assert_eq!(master.finished(again).await, Results::Success);
    let buildset = &master.rows("buildsets/2", &[]).await[0];
    assert_eq!((&buildset["reason"], &buildset["rebuilt_buildid"]), (&json!("rebuild"), &json!(1)));
    assert_eq!(buildset["sourcestamps"][0]["branch"], "main");
    assert_eq!(master.properties(1).await.replace("buildnumber = 1", "buildnumber = 2"), master.properties(2).await);
    assert!(master.control(Control::Rebuild { build: BuildId(9) }).await.is_err());
}

#[tokio::test]
async fn a_paused_worker_waits_and_says_so() {
    let master = TestMaster::start(Site::linux([act("x")])).await;
    let _worker = master.connect("w1").await;
    let worker = master.worker_id("w1").await;
    let pause = Control::Worker { worker, action: WorkerAction::Pause, reason: "maintenance".to_owned() };
    master.control(pause).await.unwrap();
    let request = master.force("linux").await;
    assert_eq!(master.master.why_waiting(request).as_deref(), Some("the workers of the builder are paused"));
    let row = &master.rows(&format!("workers/{worker}"), &[]).await[0];
    assert_eq!((&row["paused"], &row["pause_reason"]), (&json!(true), &json!("maintenance")));
    let unpause = Control::Worker { worker, action: WorkerAction::Unpause, reason: String::new() };
    master.control(unpause).await.unwrap();
    assert_eq!(master.finished(request).await, Results::Success);
}

#[tokio::test]
async fn a_worker_that_is_stopped_finishes_its_build_first() {
    let master = TestMaster::start(Site::linux([shell("build")])).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    let id = master.worker_id("w1").await;
    let stop = Control::Worker { worker: id, action: WorkerAction::Stop, reason: String::new() };
    master.control(stop).await.unwrap();
    let waiting = master.force_with("linux", json!({"branch": "other"})).await;
    assert_eq!(master.master.why_waiting(waiting).as_deref(), Some("the workers of the builder are shutting down"));
    assert!(!worker.is_gone());
    command.finish(0).await;
    assert_eq!(master.finished(request).await, Results::Success);
    eventually("the worker's end", || async { worker.is_gone().then_some(()) }).await;
    let mut again = master.connect("w1").await;
    again.expect_command().await.finish(0).await;
    assert_eq!(master.finished(waiting).await, Results::Success, "a new connection is not on its way out");
}

#[tokio::test]
async fn a_killed_worker_leaves_its_build_to_be_retried() {
    let master = TestMaster::start(Site::linux([shell("build")])).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let _command = worker.expect_command().await;
    let id = master.worker_id("w1").await;
    let kill = Control::Worker { worker: id, action: WorkerAction::Kill, reason: String::new() };
    master.control(kill).await.unwrap();
    eventually("the retried build", || async {
        (master.requests().await == format!("request {request}: waiting\n")).then_some(())
    })
    .await;
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: retry | retry lost connection 'build' (retry)
      0 worker_preparation: success | worker w1 ready
      1 shell: retry | 'build' (retry) [stdio, cancelled]
    ");
    assert!(!master.data().worker(id).await.unwrap().unwrap().graceful);
}

#[tokio::test]
async fn schedulers_are_disabled_and_enabled() {
    let master = TestMaster::start(Site::linux([act("x")]).scheduler("changes", &["linux"])).await;
    let schedulers = master.rows("schedulers", &["name"]).await;
    let id = schedulers.iter().find(|row| row["name"] == "changes").unwrap()["schedulerid"].as_i64().unwrap();
    let scheduler = ferrobot_model::SchedulerId(id);
    master.control(Control::EnableScheduler { scheduler, enabled: false }).await.unwrap();
    master.push("unseen").await;
    master.control(Control::EnableScheduler { scheduler, enabled: true }).await.unwrap();
    // The first change may still be on its way when the scheduler is enabled again; the second comes after it.
    master.push("seen").await;
    eventually("a buildset", || async { (!master.rows("buildsets", &[]).await.is_empty()).then_some(()) }).await;
    let resources = master.data().controller().unwrap().force_schedulers(None);
    assert_eq!(resources[0]["enabled"], true);
}
