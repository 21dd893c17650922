//! What a single step may do: conditions, hiding, exceptions, locks, secrets.

use ferrobot_config::Value;
use ferrobot_model::Results;
use ferrobot_testkit::{Builder, Site, TestMaster, act, shell};
use insta::assert_snapshot;

use std::collections::BTreeMap;
use std::sync::Arc;

use ferrobot_config::{Callable, Object};

/// The host of the test answers with the first argument: for `hideStepIf` the result, for `doStepIf` the step.
fn function() -> Value {
    Value::Callable(Arc::new(Callable { handle: 1, ..Callable::default() }))
}

#[tokio::test]
async fn steps_are_skipped_and_hidden_as_they_ask() {
    let property = |name: &str| {
        let args = BTreeMap::from([("key".to_owned(), Value::from(name))]);
        let class = "buildbot.process.properties.Property".to_owned();
        Value::Object(Arc::new(Object { class, args, ..Object::default() }))
    };
    let master = TestMaster::start(Site::linux([
        act("a").flag("doStepIf", false),
        act("b").flag("doStepIf", false).flag("hideStepIf", true),
        act("c").with("doStepIf", property("buildername")),
        act("d").with("doStepIf", property("missing")),
        act("e").with("hideStepIf", function()),
        act("fail").flag("flunkOnFailure", false).with("hideStepIf", function()),
    ]))
    .await;
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    master.finished(request).await;
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: success | build successful
      0 worker_preparation: success | worker w1 ready
      1 a: skipped | finished (skipped)
      2 b: skipped | finished (skipped) (hidden)
      3 c: success | finished
      4 d: skipped | finished (skipped)
      5 e: success | finished
      6 fail: failure | finished (failure) (hidden)
    ");
}

#[tokio::test]
async fn an_exception_leaves_its_text_and_ends_the_build() {
    let master = TestMaster::start(
        Site::new()
            .worker("w1")
            .builder(Builder::new("raise", &["w1"]).step(act("raise")).step(act("never")))
            .worker("w2")
            .builder(Builder::new("panic", &["w2"]).step(act("panic")).step(act("cleanup").flag("alwaysRun", true))),
    )
    .await;
    let _workers = (master.connect("w1").await, master.connect("w2").await);
    for builder in ["raise", "panic"] {
        let request = master.force(builder).await;
        assert_eq!(master.finished(request).await, Results::Exception);
    }
    assert_snapshot!(master.story().await, @r"
    build 1 of raise on w1 for request 1: exception | exception finished (exception)
      0 worker_preparation: success | worker w1 ready
      1 raise: exception | finished (exception) [err.text, err.html]
    build 1 of panic on w2 for request 2: exception | exception finished (exception)
      0 worker_preparation: success | worker w2 ready
      1 panic: exception | finished (exception) [err.text, err.html]
      2 cleanup: success | finished
    ");
    assert_snapshot!(master.log(1, "raise", "err_text").await, @"it went wrong");
    assert_snapshot!(master.log(1, "raise", "err_html").await, @r"
    <pre>it went wrong
    </pre>
    ");
    assert_snapshot!(master.log(2, "panic", "err_text").await, @"this is a bug in Ferrobot: a bug");
}

#[tokio::test]
async fn descriptions_win_over_what_a_step_says() {
    let words = Value::List(vec!["has".into(), "done".into()]);
    let master = TestMaster::start(Site::linux([
        shell("true").with("description", "doing").with("descriptionDone", words).with("descriptionSuffix", "it"),
        shell("false"),
    ]))
    .await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    let build = master.building(request).await;
    let running = master.rows(&format!("builds/{build}/steps"), &["number"]).await;
    assert_eq!(running[1]["state_string"], "doing it");
    command.finish(0).await;
    worker.expect_command().await.finish(1).await;
    master.finished(request).await;
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: failure | failed 'false' (failure)
      0 worker_preparation: success | worker w1 ready
      1 shell: success | has done it [stdio]
      2 shell_1: failure | 'false' (failure) [stdio]
    ");
}

#[tokio::test]
async fn steps_with_the_same_lock_take_turns() {
    let lock = || {
        let args = BTreeMap::from([("name".to_owned(), Value::from("db"))]);
        Value::Object(Arc::new(Object { class: "buildbot.locks.MasterLock".to_owned(), args, ..Object::default() }))
    };
    let step = || shell("migrate").with("locks", Value::List(vec![lock()]));
    let master = TestMaster::start(
        Site::new()
            .worker("w1")
            .builder(Builder::new("a", &["w1"]).step(step()))
            .builder(Builder::new("b", &["w1"]).step(step())),
    )
    .await;
    let mut worker = master.connect("w1").await;
    let (a, b) = (master.force("a").await, master.force("b").await);
    let first = worker.expect_command().await;
    master.building(b).await;
    first.print("mine\n").await;
    first.finish(0).await;
    worker.expect_command().await.finish(0).await;
    assert_eq!((master.finished(a).await, master.finished(b).await), (Results::Success, Results::Success));
}

#[tokio::test]
async fn secrets_are_used_but_never_shown() {
    let secrets = tempfile::tempdir().unwrap();
    std::fs::write(secrets.path().join("token"), "hunter2\n").unwrap();
    let provider = Object {
        class: "buildbot.secrets.providers.file.SecretInAFile".to_owned(),
        args: [("dirname".to_owned(), Value::Str(secrets.path().display().to_string()))].into(),
        ..Object::default()
    };
    let secret = |format: &str| {
        let args = BTreeMap::from([("fmtstring".to_owned(), Value::from(format))]);
        let class = "buildbot.process.properties.Interpolate".to_owned();
        Value::Object(Arc::new(Object { class, args, ..Object::default() }))
    };
    let step = shell("")
        .with("command", secret("login %(secret:token)s"))
        .with("descriptionDone", secret("used %(secret:token)s"));
    let site = Site::linux([step]).set(|config| config.secrets_providers.push(Arc::new(provider)));
    let master = TestMaster::start(site).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    assert_eq!(command.line(), "login hunter2");
    for block in ["the password is hunt", "er2\n", "hunter2hunter", "2 hunter\n"] {
        command.print(block).await;
    }
    command.finish(0).await;
    master.finished(request).await;
    assert_snapshot!(master.log(1, "shell", "stdio").await, @"
    othe password is <token>
    o<token><token> hunter
    hprogram finished with exit code 0
    ");
    assert_snapshot!(master.story().await, @r"
    build 1 of linux on w1 for request 1: success | build successful
      0 worker_preparation: success | worker w1 ready
      1 shell: success | used <token> [stdio]
    ");
}
