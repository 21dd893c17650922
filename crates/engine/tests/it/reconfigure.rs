//! Another configuration while the master runs.

use ferrobot_model::Results;
use ferrobot_testkit::{Builder, Site, TestMaster, act, eventually, shell};
use insta::assert_snapshot;

use std::sync::Arc;

#[tokio::test]
async fn a_running_build_keeps_its_steps() {
    let mut master = TestMaster::start(Site::linux([shell("old one"), shell("old two")])).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let running = worker.expect_command().await;
    master.reconfigure(Site::linux([shell("new")])).await;
    running.finish(0).await;
    let second = worker.expect_command().await;
    assert_eq!(second.line(), "old two");
    second.finish(0).await;
    assert_eq!(master.finished(request).await, Results::Success);
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    assert_eq!(command.line(), "new");
    command.finish(0).await;
    assert_eq!(master.finished(request).await, Results::Success);
    assert_eq!(master.master.status().generation, 2);
}

#[tokio::test]
async fn builders_and_workers_come_and_go() {
    let mut master = TestMaster::start(Site::linux([act("x")]).worker("w2")).await;
    let (first, second) = (master.connect("w1").await, master.connect("w2").await);
    let site = Site::new().worker("w1").builder(Builder::new("docs", &["w1"]).step(act("x")));
    master.reconfigure(site).await;
    eventually("the end of w2", || async { second.is_gone().then_some(()) }).await;
    assert!(!first.is_gone());
    let request = master.force("docs").await;
    assert_eq!(master.finished(request).await, Results::Success);
    assert_snapshot!(first.heard().join("\n"), @r"
    builders linux
    print attached
    builders docs
    print ping
    build for docs
    ");
}

#[tokio::test]
async fn a_request_of_a_removed_builder_waits_for_its_return() {
    let mut master = TestMaster::start(Site::linux([act("x")])).await;
    let request = master.force("linux").await;
    master.reconfigure(Site::new().worker("w1")).await;
    assert_eq!(master.master.why_waiting(request).as_deref(), Some("its builder is not configured"));
    let _worker = master.connect("w1").await;
    master.reconfigure(Site::linux([act("x")])).await;
    assert_eq!(master.finished(request).await, Results::Success);
}

#[tokio::test]
async fn schedulers_that_did_not_change_go_on() {
    let site = || Site::linux([act("x")]).scheduler("stays", &["linux"]);
    let mut master = TestMaster::start(site().scheduler("goes", &["linux"])).await;
    let tasks = |master: &TestMaster| {
        let status = master.master.status();
        status.tasks.iter().find(|(name, _)| name == "scheduler").map_or(0, |(_, count)| *count)
    };
    assert_eq!(tasks(&master), 3);
    master.reconfigure(site()).await;
    assert_eq!(tasks(&master), 2);
    let names: Vec<String> = master
        .rows("schedulers", &["name"])
        .await
        .iter()
        .filter(|row| !row["master"].is_null())
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["force", "stays"]);
}

#[tokio::test]
async fn the_host_of_an_old_configuration_ends_with_its_last_build() {
    let site = || Site::linux([shell("build")]).scheduler("stays", &["linux"]);
    let mut master = TestMaster::start(site()).await;
    let mut worker = master.connect("w1").await;
    let old_host = Arc::downgrade(&master.master.generation().host);
    let request = master.force("linux").await;
    let running = worker.expect_command().await;
    master.reconfigure(site()).await;
    assert!(old_host.upgrade().is_some(), "the running build still needs it");
    running.finish(0).await;
    master.finished(request).await;
    eventually("the end of the host", || async { old_host.upgrade().is_none().then_some(()) }).await;
}

#[tokio::test]
async fn a_build_on_a_removed_worker_is_retried_elsewhere() {
    let site = |worker: &str| Site::new().worker(worker).builder(Builder::new("linux", &[worker]).step(act("sleep")));
    let mut master = TestMaster::start(site("w1")).await;
    let first = master.connect("w1").await;
    let request = master.force("linux").await;
    master.building(request).await;
    let other = Site::new().worker("w2").builder(Builder::new("linux", &["w2"]).step(act("x")));
    master.reconfigure(other).await;
    eventually("the end of w1", || async { first.is_gone().then_some(()) }).await;
    let _second = master.connect("w2").await;
    assert_eq!(master.finished(request).await, Results::Success);
}
