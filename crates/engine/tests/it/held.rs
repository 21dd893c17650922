//! Builds on workers that keep their commands.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use ferrobot_config::{Object, Value};
use ferrobot_data::Control;
use ferrobot_engine::{CommandControl, CommandKey, Shutdown};
use ferrobot_model::{BuildId, BuildRequestId, CommandEvent, Results};
use ferrobot_testkit::{Builder, ScriptedWorker, Site, StartedCommand, StepObject, TestMaster, act, eventually, shell};

async fn connected(master: &TestMaster) -> ScriptedWorker {
    let worker = ScriptedWorker::keeping("w1", "one");
    master.try_connect(&worker, "w1").await.expect("the worker is wanted");
    worker
}

async fn stop(master: &TestMaster, build: BuildId) {
    let stop = Control::StopBuild { build, reason: "no longer wanted".to_owned(), results: None };
    master.control(stop).await.expect("it can be stopped");
}

fn locked_step() -> StepObject {
    let args = BTreeMap::from([("name".to_owned(), Value::from("board"))]);
    let lock = Object { class: "buildbot.locks.MasterLock".to_owned(), args, ..Object::default() };
    shell("flash").with("locks", Value::List(vec![Value::Object(Arc::new(lock))]))
}

/// How many rows there are of builds, steps and commands that can be taken up.
async fn rows(master: &TestMaster) -> [i64; 3] {
    master.data().settled().await.expect("the disk has everything");
    let database = rusqlite::Connection::open(master.directory().join("state.sqlite")).expect("there is a database");
    ["builds", "steps", "commands"].map(|table| {
        let sql = format!("SELECT count(*) FROM ferrobot_held_{table}");
        database.query_row(&sql, [], |row| row.get(0)).expect("the table is there")
    })
}

#[tokio::test]
async fn a_build_goes_on_in_the_next_run_of_the_master() {
    let site = || Site::linux([shell("one"), shell("two")]);
    let master = TestMaster::start(site()).await;
    let mut worker = connected(&master).await;
    let request = master.force("linux").await;
    worker.expect_command().await.finish(0).await;
    let command = worker.expect_command().await;
    let build = master.building(request).await;
    assert_eq!(command.key.as_ref().unwrap().id, format!("{build}.1.1"));
    assert_eq!(rows(&master).await, [1, 2, 1]);

    let master = master.restart(Shutdown::Fast, site()).await;
    let mut worker = connected(&master).await;
    let again = worker.expect_command().await;
    assert_eq!((again.line(), &again.key), (command.line(), &command.key));
    again.finish(0).await;
    assert_eq!(master.finished(request).await, Results::Success);
    assert_eq!(master.data().build(build).await.unwrap().unwrap().results, Some(Results::Success));
    master.idle().await;
    assert_eq!(rows(&master).await, [0, 0, 0]);
}

#[tokio::test]
async fn the_lock_of_a_step_is_kept_while_its_worker_is_not_back() {
    let site = || {
        let site = Site::new().worker("w1").worker("w2");
        site.builder(Builder::new("a", &["w1"]).step(locked_step()))
            .builder(Builder::new("b", &["w2"]).step(locked_step()))
    };
    let master = TestMaster::start(site()).await;
    let mut worker = connected(&master).await;
    let (first, second) = (master.force("a").await, master.force("b").await);
    worker.expect_command().await;

    let master = master.restart(Shutdown::Fast, site()).await;
    let mut other = master.connect("w2").await;
    master.started(2, "shell").await;
    let mut worker = connected(&master).await;
    let command = worker.expect_command().await;
    assert!(!other.heard().iter().any(|what| what.starts_with("shell")));
    command.finish(0).await;
    assert_eq!(master.finished(first).await, Results::Success);
    other.expect_command().await.finish(0).await;
    assert_eq!(master.finished(second).await, Results::Success);
}

#[tokio::test]
async fn what_a_step_has_seen_is_shown_to_it_again_until_it_has_ended() {
    let site = || Site::linux([act("count")]);
    let master = TestMaster::start(site()).await;
    let mut worker = connected(&master).await;
    let request = master.force("linux").await;
    let first = worker.expect_command().await;
    assert_eq!(first.line(), "print");
    let print = async |command: StartedCommand| {
        command.print("one\ntwo\nthree\n").await;
        command.send(CommandEvent::Mark(1)).await;
        command.finish(0).await;
    };
    print(first).await;
    let second = worker.expect_command().await;
    assert_eq!(second.line(), "saw 3");

    let master = master.restart(Shutdown::Fast, site()).await;
    let mut worker = connected(&master).await;
    let first = worker.expect_command().await;
    assert_eq!(first.key, Some(CommandKey { id: "1.0.1".to_owned(), delivered: 0 }));
    print(first).await;
    let again = worker.expect_command().await;
    assert_eq!((again.line(), &again.key), (second.line(), &second.key));
    again.finish(0).await;
    assert_eq!(master.finished(request).await, Results::Success);
    let end = "hprogram finished with exit code 0\n";
    assert_eq!(master.log(1, "count", "stdio").await, format!("oone\notwo\nothree\n{end}{end}"));
}

#[tokio::test]
async fn a_transfer_is_done_again_by_the_next_run_of_the_master() {
    let site = || Site::linux([shell("one"), act("fetch report")]);
    let master = TestMaster::start(site()).await;
    let mut worker = connected(&master).await;
    let request = master.force("linux").await;
    worker.expect_command().await.finish(0).await;
    let transfer = worker.expect_command().await;
    transfer.send(CommandEvent::Write("half of".into())).await;

    let master = master.restart(Shutdown::Fast, site()).await;
    let mut worker = connected(&master).await;
    let again = worker.expect_command().await;
    // Without a name: the worker forgets it when another master comes.
    assert_eq!((again.line(), &again.key), (transfer.line(), &None));
    again.send(CommandEvent::Write("all of it".into())).await;
    again.finish(0).await;
    assert_eq!(master.finished(request).await, Results::Success);
    assert_eq!(master.log(1, "fetch", "content").await, "all of it\n");
}

/// A site whose steps print the secret `token`, which is in this directory.
fn site_with_secret(directory: &Path) -> Site {
    let provider = Object {
        class: "buildbot.secrets.providers.file.SecretInAFile".to_owned(),
        args: [("dirname".to_owned(), Value::Str(directory.display().to_string()))].into(),
        ..Object::default()
    };
    let args = BTreeMap::from([("fmtstring".to_owned(), Value::from("login %(secret:token)s"))]);
    let line = Object { class: "buildbot.process.properties.Interpolate".to_owned(), args, ..Object::default() };
    let step = || shell("").with("command", Value::Object(Arc::new(line.clone())));
    Site::linux([step(), step()]).set(|config| config.secrets_providers.push(Arc::new(provider)))
}

async fn part_of_a_build_with_a_secret(master: &TestMaster) -> BuildRequestId {
    let mut worker = connected(master).await;
    let request = master.force("linux").await;
    worker.expect_command().await.finish(0).await;
    let command = worker.expect_command().await;
    assert_eq!(command.line(), "login first line second line");
    let build = master.building(request).await.0;
    command.print("it is\n").await;
    command.send(CommandEvent::Mark(1)).await;
    eventually("the first message to be written", || async { (mark(master, build).await == 1).then_some(()) }).await;
    command.print("first line\n").await;
    command.send(CommandEvent::Mark(2)).await;
    request
}

/// The last message of the second step's command that is written down.
async fn mark(master: &TestMaster, build: i64) -> i64 {
    master.data().settled().await.expect("the disk has everything");
    let database = rusqlite::Connection::open(master.directory().join("state.sqlite")).expect("there is a database");
    let sql = "SELECT coalesce(max(mark), 0) FROM ferrobot_held_commands WHERE buildid = ? AND place = 1";
    database.query_row(sql, [build], |row| row.get(0)).expect("the table is there")
}

#[tokio::test]
async fn a_build_that_has_used_a_secret_goes_on_and_does_not_show_it() {
    let secrets = tempfile::tempdir().unwrap();
    std::fs::write(secrets.path().join("token"), "first line\nsecond line\n").unwrap();
    let master = TestMaster::start(site_with_secret(secrets.path())).await;
    let request = part_of_a_build_with_a_secret(&master).await;
    let database = std::fs::read(master.directory().join("state.sqlite")).unwrap();
    assert!(!String::from_utf8_lossy(&database).contains("second line"));

    let master = master.restart(Shutdown::Fast, site_with_secret(secrets.path())).await;
    let mut worker = connected(&master).await;
    let command = worker.expect_command().await;
    assert_eq!(command.key.as_ref().unwrap().delivered, 1, "the second message could be the beginning of the secret");
    for (number, text) in (2..).zip(["first line\n", "second line\n"]) {
        command.print(text).await;
        command.send(CommandEvent::Mark(number)).await;
    }
    command.finish(0).await;
    assert_eq!(master.finished(request).await, Results::Success);
    assert_eq!(master.log(1, "shell_1", "stdio").await, "oit is\no<token>\nhprogram finished with exit code 0\n");
    assert_eq!(rows(&master).await, [0, 0, 0]);
}

#[tokio::test]
async fn a_build_whose_secret_has_changed_is_built_again() {
    let secrets = tempfile::tempdir().unwrap();
    std::fs::write(secrets.path().join("token"), "first line\nsecond line\n").unwrap();
    let master = TestMaster::start(site_with_secret(secrets.path())).await;
    let request = part_of_a_build_with_a_secret(&master).await;
    std::fs::write(secrets.path().join("token"), "another").unwrap();
    let master = master.restart(Shutdown::Fast, site_with_secret(secrets.path())).await;
    let mut worker = connected(&master).await;
    for _ in 0..2 {
        let command = worker.expect_command().await;
        assert_eq!(command.line(), "login another");
        command.finish(0).await;
    }
    assert_eq!(master.finished(request).await, Results::Success);
    let story = master.story().await;
    let reason = "retry: secret 'token' has changed, and the old one could be shown";
    assert!(story.starts_with(&format!("build 1 of linux on w1 for request 1: retry | {reason}\n")), "{story}");
}

#[tokio::test]
async fn what_nobody_can_be_shown_again_is_not_kept() {
    let master = TestMaster::start(Site::linux([shell("x").with("quiet", Value::Bool(true))])).await;
    let mut worker = connected(&master).await;
    let request = master.force("linux").await;
    let mut command = worker.expect_command().await;
    assert_eq!(rows(&master).await[0], 1);
    let block = "x".repeat(16 * 1024 * 1024);
    for number in 1..=5 {
        command.print(&block).await;
        command.send(CommandEvent::Mark(number)).await;
    }
    assert!(matches!(command.expect_control().await, CommandControl::Stored(_)));
    assert_eq!(rows(&master).await[0], 0);
    command.finish(0).await;
    assert_eq!(master.finished(request).await, Results::Success);
}

#[tokio::test]
async fn a_build_that_is_stopped_does_not_wait_for_a_worker_that_is_away() {
    let master = TestMaster::start(Site::linux([shell("one")])).await;
    let mut worker = connected(&master).await;
    let request = master.force("linux").await;
    let mut command = worker.expect_command().await;
    command.print("half of it\n").await;
    let build = master.building(request).await;
    worker.set_away(true);
    stop(&master, build).await;
    assert_eq!(master.finished(request).await, Results::Cancelled);
    assert!(matches!(command.expect_control().await, CommandControl::Forget));
    let log = master.log(1, "shell", "stdio").await;
    assert_eq!(log, "ohalf of it\nhthe worker is away; it ends the command when it is back\n");
    assert_eq!(rows(&master).await, [0, 0, 0]);
}

#[tokio::test]
async fn a_stopped_build_whose_worker_goes_away_is_not_waited_for() {
    let master = TestMaster::start(Site::linux([shell("one")])).await;
    let mut worker = connected(&master).await;
    let request = master.force("linux").await;
    let mut command = worker.expect_command().await;
    let build = master.building(request).await;
    stop(&master, build).await;
    assert!(matches!(command.expect_control().await, CommandControl::Interrupt(_)));
    worker.set_away(true);
    assert_eq!(master.finished(request).await, Results::Cancelled);
    assert!(matches!(command.expect_control().await, CommandControl::Forget));
}

#[tokio::test]
async fn a_build_can_be_stopped_whose_command_waits_for_a_worker_that_is_away() {
    let master = TestMaster::start(Site::linux([shell("one"), shell("two")])).await;
    let mut worker = connected(&master).await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    let build = master.building(request).await;
    worker.fall_silent();
    worker.set_away(true);
    command.finish(0).await;
    eventually("the second step", || async { master.story().await.contains("2 shell").then_some(()) }).await;
    stop(&master, build).await;
    assert_eq!(master.finished(request).await, Results::Cancelled);
}
