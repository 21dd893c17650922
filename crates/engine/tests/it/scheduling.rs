//! From changes and triggers to builds.

use ferrobot_config::{Named, Object};
use ferrobot_data::Control;
use ferrobot_model::{BuildsetId, Results};
use ferrobot_testkit::{Builder, Site, TestMaster, act, eventually, shell};
use insta::assert_snapshot;
use serde_json::json;

use std::sync::Arc;

#[tokio::test]
async fn a_change_becomes_a_build() {
    let site = Site::linux([act("x")]).scheduler("changes", &["linux"]);
    let master = TestMaster::start(site).await;
    let _worker = master.connect("w1").await;
    master.push("fix typo").await;
    assert_eq!(master.buildset_finished(BuildsetId(1)).await, Results::Success);
    assert_snapshot!(master.properties(1).await, @r#"
    basedir = "/workers/w1" (Worker)
    branch = "main" (Build)
    builddir = "/workers/w1/linux" (Worker)
    builderid = 1 (Builder)
    buildername = "linux" (Builder)
    buildnumber = 1 (Build)
    codebase = "" (Build)
    owners = ["Ann <ann@example.org>"] (Build)
    project = "" (Build)
    repository = "" (Build)
    revision = "fix typo" (Build)
    scheduler = "changes" (Scheduler)
    workername = "w1" (Worker)
    "#);
}

#[tokio::test]
async fn changes_come_in_order() {
    let site = Site::new()
        .worker("w1")
        .builder(Builder::new("linux", &["w1"]).step(act("x")).without_collapse())
        .scheduler("changes", &["linux"]);
    let master = TestMaster::start(site).await;
    let _worker = master.connect("w1").await;
    for number in 1..=20 {
        master.push(&format!("r{number:02}")).await;
    }
    master.buildset_finished(BuildsetId(20)).await;
    let buildsets = master.rows("buildsets", &["bsid"]).await;
    let revisions: Vec<&str> =
        buildsets.iter().map(|row| row["sourcestamps"][0]["revision"].as_str().unwrap()).collect();
    assert!(revisions.is_sorted() && revisions.len() == 20, "{revisions:?}");
}

#[tokio::test]
async fn a_change_source_polls_when_asked() {
    let site = Site::linux([act("x")]).scheduler("changes", &["linux"]).set(|config| {
        let object = Arc::new(Object { class: "test.Source".to_owned(), ..Object::default() });
        config.change_sources.push(Named { name: "poller".to_owned(), object });
    });
    let master = TestMaster::start(site).await;
    assert_eq!((master.master.poll_now(Some("other")), master.master.poll_now(None)), (0, 1));
    let change = eventually("a change", || async { master.rows("changes", &[]).await.pop() }).await;
    assert_eq!((&change["author"], &change["revision"]), (&json!("poller"), &json!("r1")));
}

#[tokio::test]
async fn a_step_waits_for_the_build_that_it_triggers() {
    let site = Site::new()
        .worker("w1")
        .builder(Builder::new("parent", &["w1"]).step(act("wait for children")))
        .builder(Builder::new("child", &["w1"]).step(shell("build")))
        .scheduler("children", &["child"]);
    let master = TestMaster::start(site).await;
    let mut worker = master.connect("w1").await;
    let parent = master.force("parent").await;
    worker.expect_command().await.finish(1).await;
    assert_eq!(master.finished(parent).await, Results::Failure);
    assert_snapshot!(master.story().await, @r"
    build 1 of parent on w1 for request 1: failure | failed finished (failure)
      0 worker_preparation: success | worker w1 ready
      1 wait: failure | finished (failure)
    build 1 of child on w1 for request 2: failure | failed 'build' (failure)
      0 worker_preparation: success | worker w1 ready
      1 shell: failure | 'build' (failure) [stdio]
    ");
    let buildset = &master.rows("buildsets/2", &[]).await[0];
    assert_eq!(buildset["parent_buildid"], 1);
}

#[tokio::test]
async fn a_stopped_parent_takes_its_children_with_it() {
    let site = Site::new()
        .worker("w1")
        .builder(Builder::new("parent", &["w1"]).step(act("wait for children")))
        .builder(Builder::new("child", &["w1"]).step(act("sleep")))
        .scheduler("children", &["child"]);
    let master = TestMaster::start(site).await;
    let _worker = master.connect("w1").await;
    let parent = master.force("parent").await;
    eventually("the child", || async { (master.master.status().running_builds == 2).then_some(()) }).await;
    let build = master.building(parent).await;
    master.control(Control::StopBuild { build, reason: "enough".to_owned(), results: None }).await.unwrap();
    assert_eq!(master.finished(parent).await, Results::Cancelled);
    master.idle().await;
    assert_snapshot!(master.story().await, @"
    build 1 of parent on w1 for request 1: cancelled | cancelled (enough) finished (cancelled)
      0 worker_preparation: success | worker w1 ready
      1 wait: cancelled | finished (cancelled) [cancelled]
    build 1 of child on w1 for request 2: cancelled | cancelled (parent build was interrupted) finished (cancelled)
      0 worker_preparation: success | worker w1 ready
      1 sleep: cancelled | finished (cancelled) [cancelled]
    ");
}

#[tokio::test]
async fn an_unknown_scheduler_cannot_be_triggered() {
    let master = TestMaster::start(Site::linux([act("trigger nobody")])).await;
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    assert_eq!(master.finished(request).await, Results::Exception);
    assert_eq!(master.log(1, "trigger", "err_text").await, "ValueError: unknown triggered scheduler: 'nobody'\n");
}

#[tokio::test]
async fn a_buildset_without_builders_is_complete_at_once() {
    let site = Site::linux([act("trigger empty")]).scheduler("empty", &[]);
    let master = TestMaster::start(site).await;
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    master.finished(request).await;
    assert_eq!(master.buildset_finished(BuildsetId(2)).await, Results::Success);
}
