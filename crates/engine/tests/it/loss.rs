//! Workers that go away in the middle of something.

use ferrobot_model::Results;
use ferrobot_testkit::{Site, TestMaster, act, eventually, shell};
use insta::assert_snapshot;

async fn wait_until_waiting(master: &TestMaster, request: ferrobot_model::BuildRequestId) {
    let waiting = format!("request {request}: waiting\n");
    eventually("the request to wait again", || async { (master.requests().await == waiting).then_some(()) }).await;
}

#[tokio::test]
async fn a_lost_worker_makes_the_build_retry() {
    let master = TestMaster::start(Site::linux([shell("build"), act("cleanup").flag("alwaysRun", true)])).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    command.print("half of it\n").await;
    worker.vanish();
    wait_until_waiting(&master, request).await;
    assert_eq!(master.log(1, "shell", "stdio").await, "ohalf of it\n");

    let _again = master.connect("w1").await.succeed_always();
    assert_eq!(master.finished(request).await, Results::Success);
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: retry | retry lost connection 'build' (retry)
      0 worker_preparation: success | worker w1 ready
      1 shell: retry | 'build' (retry) [stdio, cancelled]
    build 2 of linux on w1 for request 1: success | build successful
      0 worker_preparation: success | worker w1 ready
      1 shell: success | 'build' [stdio]
      2 cleanup: success | finished
    ");
    assert_snapshot!(master.requests().await, @"request 1: success");
}

#[tokio::test]
async fn a_step_on_the_master_is_stopped_when_its_worker_goes() {
    let master = TestMaster::start(Site::linux([act("sleep")])).await;
    let worker = master.connect("w1").await;
    let request = master.force("linux").await;
    master.building(request).await;
    worker.vanish();
    wait_until_waiting(&master, request).await;
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: retry | retry lost connection finished (retry)
      0 worker_preparation: success | worker w1 ready
      1 sleep: retry | finished (retry) [cancelled]
    ");
}

#[tokio::test]
async fn a_connection_that_loses_a_command_is_closed() {
    let master = TestMaster::start(Site::linux([shell("build")])).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    command.send(ferrobot_model::CommandEvent::Lost("rubbish".to_owned())).await;
    wait_until_waiting(&master, request).await;
    assert!(worker.is_gone());
    let _again = master.connect("w1").await.succeed_always();
    assert_eq!(master.finished(request).await, Results::Success);
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: retry | retry lost connection 'build' (retry)
      0 worker_preparation: success | worker w1 ready
      1 shell: retry | 'build' (retry) [stdio, cancelled]
    build 2 of linux on w1 for request 1: success | build successful
      0 worker_preparation: success | worker w1 ready
      1 shell: success | 'build' [stdio]
    ");
}
