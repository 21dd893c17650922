//! Builds on workers that keep their commands.

use std::collections::BTreeMap;
use std::sync::Arc;

use ferrobot_config::{Object, Value};
use ferrobot_data::Control;
use ferrobot_engine::{CommandControl, Shutdown};
use ferrobot_model::{BuildId, CommandEvent, Results};
use ferrobot_testkit::{Builder, ScriptedWorker, Site, StepObject, TestMaster, act, eventually, shell};

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
