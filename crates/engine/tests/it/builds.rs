//! A build from its request to its end.

use std::sync::Arc;

use ferrobot_config::{Object, Value};
use ferrobot_model::Results;
use ferrobot_testkit::{Builder, Site, TestMaster, act, shell};
use insta::assert_snapshot;
use serde_json::{Value as Json, json};

#[tokio::test]
async fn a_forced_build_runs_its_steps() {
    let master = TestMaster::start(Site::linux([shell("echo one"), shell("echo two").named("second")])).await;
    let mut worker = master.connect("w1").await;

    let request = master.force("linux").await;
    let first = worker.expect_command().await;
    assert_eq!((first.builder.as_str(), first.line().as_str()), ("linux", "echo one"));
    first.print("one\n").await;
    first.finish(0).await;
    worker.expect_command().await.finish(0).await;

    assert_eq!(master.finished(request).await, Results::Success);
    master.idle().await;
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: success | build successful
      0 worker_preparation: success | worker w1 ready
      1 shell: success | 'echo one' [stdio]
      2 second: success | 'echo two' [stdio]
    ");
    assert_snapshot!(worker.heard().join("\n"), @r"
    builders linux
    print attached
    print ping
    build for linux
    shell in linux
    shell in linux
    ");
    assert_snapshot!(master.log(1, "shell", "stdio").await, @"
    oone
    hprogram finished with exit code 0
    ");
}

#[tokio::test]
async fn a_failing_step_does_not_end_the_build_unless_it_says_so() {
    let site = Site::new()
        .worker("w1")
        .builder(Builder::new("on", &["w1"]).step(act("fail")).step(act("skip")))
        .builder(
            Builder::new("halt", &["w1"])
                .step(act("fail").flag("haltOnFailure", true))
                .step(act("never"))
                .step(act("cleanup").flag("alwaysRun", true)),
        )
        .builder(Builder::new("warn", &["w1"]).step(act("warn").flag("warnOnWarnings", true)).step(act("warn")))
        .builder(Builder::new("quiet", &["w1"]).step(act("fail").flag("flunkOnFailure", false)))
        .builder(Builder::new("skipped", &["w1"]).step(act("skip")))
        .builder(Builder::new("empty", &["w1"]));
    let master = TestMaster::start(site).await;
    let _worker = master.connect("w1").await;
    for builder in ["on", "halt", "warn", "quiet", "skipped", "empty"] {
        let request = master.force(builder).await;
        master.finished(request).await;
    }
    assert_snapshot!(master.story().await, @r"
    build 1 of on on w1 for request 1: failure | failed finished (failure)
      0 worker_preparation: success | worker w1 ready
      1 fail: failure | finished (failure)
      2 skip: skipped | finished (skipped)
    build 1 of halt on w1 for request 2: failure | failed finished (failure)
      0 worker_preparation: success | worker w1 ready
      1 fail: failure | finished (failure)
      2 cleanup: success | finished
    build 1 of warn on w1 for request 3: warnings | warnings finished (warnings)
      0 worker_preparation: success | worker w1 ready
      1 warn: warnings | finished (warnings)
      2 warn_1: warnings | finished (warnings)
    build 1 of quiet on w1 for request 4: success | build successful
      0 worker_preparation: success | worker w1 ready
      1 fail: failure | finished (failure)
    build 1 of skipped on w1 for request 5: skipped | build successful
      0 worker_preparation: success | worker w1 ready
      1 skip: skipped | finished (skipped)
    build 1 of empty on w1 for request 6: success | build successful
      0 worker_preparation: success | worker w1 ready
    ");
}

fn interpolate(format: &str) -> Value {
    let args = [("fmtstring".to_owned(), Value::from(format))].into();
    let class = "buildbot.process.properties.Interpolate".to_owned();
    Value::Object(Arc::new(Object { class, args, ..Object::default() }))
}

#[tokio::test]
async fn properties_of_the_configuration_are_rendered_when_the_build_starts() {
    let site = Site::new()
        .worker_with("w1", |worker| {
            worker.properties.set("of_worker", Json::Null, "Worker");
            worker.renderable_properties.push(("of_worker".to_owned(), interpolate("w %(prop:buildername)s")));
        })
        .builder(Builder::new("linux", &["w1"]).set(|builder| {
            for name in ["of_builder", "of_both"] {
                builder.properties.set(name, Json::Null, "Builder");
                builder.renderable_properties.push((name.to_owned(), interpolate("b %(prop:buildername)s")));
            }
        }))
        .set(|config| {
            for name in ["global", "of_both", "asked"] {
                config.properties.set(name, Json::Null, "master.cfg");
                config.renderable_properties.push((name.to_owned(), interpolate("g %(prop:buildnumber)s")));
            }
        });
    let master = TestMaster::start(site).await;
    let _worker = master.connect("w1").await;
    let request = master.force_with("linux", json!({"properties": {"asked": "for"}})).await;
    master.finished(request).await;
    let properties = master.properties(1).await;
    let given = ["asked", "global", "of_both", "of_builder", "of_worker"];
    let shown: Vec<&str> = properties
        .lines()
        .filter(|line| given.iter().any(|name| line.trim().starts_with(&format!("{name} ="))))
        .collect();
    assert_snapshot!(shown.join("\n"), @r#"
    asked = "for" (Force)
    global = "g 1" (master.cfg)
    of_both = "b linux" (Builder)
    of_builder = "b linux" (Builder)
    of_worker = "w linux" (Worker)
    "#);
}

#[tokio::test]
async fn a_build_knows_its_properties() {
    let site = Site::linux([act("set found yes")]).set(|config| config.properties.set("global", 1, "master.cfg"));
    let master = TestMaster::start(site).await;
    let _worker = master.connect("w1").await;
    let request =
        master.force_with("linux", json!({"branch": "main", "properties": {"asked": true, "owner": "ann"}})).await;
    master.finished(request).await;
    assert_snapshot!(master.properties(1).await, @r#"
    asked = true (Force)
    basedir = "/workers/w1" (Worker)
    branch = "main" (Build)
    builddir = "/workers/w1/linux" (Worker)
    builderid = 1 (Builder)
    buildername = "linux" (Builder)
    buildnumber = 1 (Build)
    codebase = "" (Build)
    found = "yes" (Act)
    global = 1 (master.cfg)
    owner = "ann" (Force)
    owners = ["ann"] (Build)
    project = "" (Build)
    repository = "" (Build)
    revision = null (Build)
    scheduler = "force" (Scheduler)
    workername = "w1" (Worker)
    "#);
}

#[tokio::test]
async fn a_build_knows_the_machine_of_its_worker() {
    let site = Site::new()
        .worker_with("w1", |worker| worker.machine_name = Some("rack7".to_owned()))
        .builder(Builder::new("linux", &["w1"]).step(act("set found yes")));
    let master = TestMaster::start(site).await;
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    master.finished(request).await;
    let properties = master.properties(1).await;
    assert!(properties.contains("machine_name = \"rack7\" (Worker)\n"), "{properties}");
}

#[tokio::test]
async fn names_are_unique_and_short_enough() {
    let long = "a name that is longer than the fifty characters allowed";
    let master =
        TestMaster::start(Site::linux([act("a").named("same"), act("b").named("same"), act("c").named(long)])).await;
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    master.finished(request).await;
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: success | build successful
      0 worker_preparation: success | worker w1 ready
      1 same: success | finished
      2 same_1: success | finished
      3 a name that is longer than the fifty characters al: success | finished
    ");
}

#[tokio::test]
async fn a_step_that_cannot_be_made_fails_the_build_with_a_reason() {
    let master = TestMaster::start(Site::linux([
        ferrobot_testkit::StepObject::new("test.Unheard"),
        ferrobot_testkit::StepObject::new("test.Shell"),
        act("never"),
    ]))
    .await;
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    assert_eq!(master.finished(request).await, Results::Exception);
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: exception | exception Unheard (exception)
      0 worker_preparation: success | worker w1 ready
      1 Unheard: exception | Unheard (exception) [err.text]
    ");
    assert_snapshot!(master.log(1, "Unheard", "err_text").await, @"master.cfg: no step of class test.Unheard is known");
}
