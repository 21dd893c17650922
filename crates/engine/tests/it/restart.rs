//! What survives the end of a master.

use std::sync::Arc;

use ferrobot_data::{Claim, Data, DataOptions};
use ferrobot_engine::Shutdown;
use ferrobot_model::{Clock, Results, Timestamp};
use ferrobot_testkit::{Site, TestMaster, act, shell};
use insta::assert_snapshot;
use serde_json::json;

#[tokio::test]
async fn waiting_requests_are_built_after_a_restart() {
    let site = || Site::linux([act("x")]);
    let master = TestMaster::start(site()).await;
    let request = master.force("linux").await;
    let master = master.restart(Shutdown::Fast, site()).await;
    let _worker = master.connect("w1").await;
    assert_eq!(master.finished(request).await, Results::Success);
}

#[tokio::test]
async fn a_fast_shutdown_stops_builds_that_then_start_again() {
    let site = || Site::linux([act("sleep")]);
    let master = TestMaster::start(site()).await;
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    master.building(request).await;
    let master = master.restart(Shutdown::Fast, Site::linux([act("x")])).await;
    let _worker = master.connect("w1").await;
    assert_eq!(master.finished(request).await, Results::Success);
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: retry | retry (the master is stopping) finished (retry)
      0 worker_preparation: success | worker w1 ready
      1 sleep: retry | finished (retry) [cancelled]
    build 2 of linux on w1 for request 1: success | build successful
      0 worker_preparation: success | worker w1 ready
      1 x: success | finished
    ");
}

#[tokio::test]
async fn a_clean_shutdown_lets_builds_end() {
    let site = || Site::linux([shell("build")]);
    let master = TestMaster::start(site()).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    let waiting = master.force_with("linux", json!({"branch": "other"})).await;
    let ending = tokio::spawn(master.restart(Shutdown::Clean, site()));
    command.finish(0).await;
    let master = ending.await.unwrap();
    assert_eq!(master.finished(request).await, Results::Success);
    let _worker = master.connect("w1").await.succeed_always();
    assert_eq!(master.finished(waiting).await, Results::Success);
}

#[tokio::test]
async fn a_pause_survives() {
    let site = || Site::linux([act("x")]);
    let master = TestMaster::start(site()).await;
    let worker = master.worker_id("w1").await;
    let action = ferrobot_data::WorkerAction::Pause;
    master.control(ferrobot_data::Control::Worker { worker, action, reason: "x".to_owned() }).await.unwrap();
    let master = master.restart(Shutdown::Fast, site()).await;
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    assert_eq!(master.master.why_waiting(request).as_deref(), Some("the workers of the builder are paused"));
}

/// A clock that stands still, long ago.
#[derive(Debug)]
struct LongAgo;

impl Clock for LongAgo {
    fn now(&self) -> Timestamp {
        Timestamp(1_000_000.0)
    }
}

#[tokio::test]
async fn what_a_master_that_is_gone_had_claimed_is_built() {
    let site = || Site::linux([act("x")]);
    let master = TestMaster::start(site()).await;
    let request = master.force("linux").await;
    let options = DataOptions {
        basedir: master.directory().to_owned(),
        db_url: "sqlite:///state.sqlite".to_owned(),
        master_name: "gone:/master".to_owned(),
        log_compression: "raw".to_owned(),
        log_compression_limit: 0,
    };
    let other = Data::open(options, Arc::new(LongAgo)).await.unwrap();
    other.master_active().await.unwrap();
    assert_eq!(other.claim_requests(&[request]).await.unwrap(), Claim::Won);
    other.close().await.unwrap();
    let master = master.restart(Shutdown::Fast, site()).await;
    let _worker = master.connect("w1").await;
    assert_eq!(master.finished(request).await, Results::Success);
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_crash() {
    let site = || Site::linux([shell("build")]);
    let master = TestMaster::start(site()).await;
    let mut worker = master.connect("w1").await;
    let done = master.force("linux").await;
    worker.expect_command().await.finish(0).await;
    assert_eq!(master.finished(done).await, Results::Success);
    let running = master.force("linux").await;
    let command = worker.expect_command().await;
    command.print("half of it\n").await;
    let build = master.building(running).await;
    let waiting = master.force_with("linux", json!({"branch": "other"})).await;

    let master = master.after_a_crash(site()).await;
    assert_eq!(master.finished(done).await, Results::Success);
    assert_eq!(master.data().build(build).await.unwrap().unwrap().results, Some(Results::Retry));
    let _worker = master.connect("w1").await.succeed_always();
    assert_eq!(master.finished(running).await, Results::Success);
    assert_eq!(master.finished(waiting).await, Results::Success);
}
