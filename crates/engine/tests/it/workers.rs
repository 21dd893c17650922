//! How workers come in.

use std::sync::Arc;
use std::time::Duration;

use ferrobot_config::{Object, Value};
use ferrobot_data::{Control, Hindrance, WorkerAction};
use ferrobot_engine::{AttachError, AuthenticateError, Shutdown};
use ferrobot_model::{BuildId, BuildRequestId, Results};
use ferrobot_testkit::{Builder, ScriptedWorker, Site, TestMaster, act, eventually, shell};
use serde_json::json;

#[tokio::test]
async fn names_and_passwords_are_checked() {
    let master =
        TestMaster::start(Site::linux([]).worker_with("local", |worker| worker.password = Default::default())).await;
    let workers = master.master.workers();
    assert!(workers.authenticate("w1", b"pass").await.is_ok());
    assert!(matches!(workers.authenticate("w1", b"word").await, Err(AuthenticateError::WrongPassword(_))));
    assert!(matches!(workers.authenticate("w1", b"").await, Err(AuthenticateError::WrongPassword(_))));
    assert!(matches!(workers.authenticate("stranger", b"pass").await, Err(AuthenticateError::UnknownName(_))));
    assert!(matches!(workers.authenticate("local", b"").await, Err(AuthenticateError::UnknownName(_))));
    assert_eq!(workers.password("w1").await.unwrap(), b"pass");
}

#[tokio::test]
async fn a_master_that_stops_takes_no_worker() {
    let master = TestMaster::start(Site::linux([])).await;
    master.master.shutdown(Shutdown::Fast).await;
    let refused = master.try_connect(&ScriptedWorker::unconnected("w1"), "w1").await;
    assert_eq!(refused.unwrap_err().to_string(), "the master is stopping");
}

#[tokio::test]
async fn a_connected_worker_is_written_down() {
    let master = TestMaster::start(Site::linux([])).await;
    let worker = master.connect("w1").await;
    assert_eq!(worker.heard(), ["builders linux", "print attached"]);
    let id = master.worker_id("w1").await;
    let row = &master.rows(&format!("workers/{id}"), &[]).await[0];
    assert_eq!(row["connected_to"], json!([{"masterid": 1}]));
    assert_eq!(
        row["workerinfo"],
        json!({"admin": "admin of w1", "host": null, "access_uri": null, "version": "4.3.0"})
    );
    worker.vanish();
    eventually("the worker to be gone", || async {
        (master.rows(&format!("workers/{id}"), &[]).await[0]["connected_to"] == json!([])).then_some(())
    })
    .await;
}

#[tokio::test]
async fn the_first_of_two_stays_while_it_answers() {
    let master = TestMaster::start(Site::linux([act("x")])).await;
    let first = master.connect("w1").await;
    let second = ScriptedWorker::unconnected("w1");
    let refused = master.try_connect(&second, "w1").await;
    assert!(matches!(refused, Err(AttachError::AlreadyConnected(_))), "{refused:?}");
    let told = master.data().controller().unwrap().hindrances();
    assert!(matches!(told[&master.worker_id("w1").await][..], [Hindrance::TwinRefused { .. }]), "{told:?}");
    assert!(!first.is_gone());
    let request = master.force("linux").await;
    assert_eq!(master.finished(request).await, Results::Success);
}

#[tokio::test]
async fn a_silent_first_gives_way() {
    let master = TestMaster::start(Site::linux([act("x")])).await;
    let first = master.connect("w1").await;
    first.fall_silent();
    // The ten seconds that it has to answer pass at once.
    tokio::time::pause();
    let second = master.connect("w1").await;
    tokio::time::resume();
    assert!(first.is_gone() && !second.is_gone());
    let request = master.force("linux").await;
    assert_eq!(master.finished(request).await, Results::Success);
}

#[tokio::test]
async fn a_stranger_is_not_attached() {
    let master = TestMaster::start(Site::linux([])).await;
    let stranger = ScriptedWorker::unconnected("stranger");
    assert!(matches!(master.try_connect(&stranger, "stranger").await, Err(AttachError::NotWanted(_))));
}

#[tokio::test]
async fn each_loss_is_told_once() {
    let site = |timeout| {
        Site::new()
            .worker_with("w1", |worker| {
                worker.notify_on_missing = vec!["ann@example.org".to_owned()];
                worker.missing_timeout = timeout;
            })
            .worker_with("quiet", |worker| worker.missing_timeout = Some(0.0))
            .worker_with("never", |worker| worker.notify_on_missing = vec!["ann@example.org".to_owned()])
    };
    let mut master = TestMaster::start(site(Some(3600.0))).await;
    let mut missing = master.data().events().subscribe(&["workers", "*", "missing"]);
    let id = master.worker_id("w1").await;
    // Back in time.
    for _ in 0..2 {
        master.connect("w1").await.vanish();
    }
    let worker = master.connect("w1").await;
    master.reconfigure(site(Some(0.01))).await;
    worker.vanish();
    let event = missing.next().await.unwrap();
    assert_eq!(
        (&event.body["name"], &event.body["notify"], &event.key[1]),
        (&json!("w1"), &json!(["ann@example.org"]), &id.to_string())
    );
    assert!(event.body["last_connection"].is_string());
    master.reconfigure(site(Some(0.02))).await;
    master.connect("w1").await.vanish();
    assert_eq!(missing.next().await.unwrap().key[1], id.to_string());
    // Nothing is said of the others, and nothing twice.
    tokio::time::pause();
    let more = tokio::time::timeout(Duration::from_secs(100_000), missing.next()).await;
    assert!(more.is_err(), "{more:?}");
}

#[tokio::test]
async fn a_worker_that_never_comes_is_missing_from_the_start() {
    let site = |name: &str| {
        Site::new().worker_with(name, |worker| {
            worker.notify_on_missing = vec!["ann@example.org".to_owned(), "bob@example.org".to_owned()];
            worker.missing_timeout = Some(0.01);
        })
    };
    let mut master = TestMaster::start(Site::new()).await;
    let mut missing = master.data().events().subscribe(&["workers", "*", "missing"]);
    master.reconfigure(site("new")).await;
    let event = missing.next().await.unwrap();
    assert_eq!((&event.body["name"], &event.body["notify"][1]), (&json!("new"), &json!("bob@example.org")));
}

#[tokio::test]
async fn workers_are_spoken_to_in_their_rhythm() {
    let site = |seconds| {
        Site::new()
            .worker_with("w1", |worker| worker.keepalive_interval = Some(seconds))
            .worker_with("w2", |worker| worker.keepalive_interval = None)
    };
    let mut master = TestMaster::start(site(3600.0)).await;
    let (first, second) = (master.connect("w1").await, master.connect("w2").await);
    let count = |worker: &ScriptedWorker| worker.heard().iter().filter(|word| *word == "keepalive").count();
    assert_eq!(count(&first), 0);
    master.reconfigure(site(0.01)).await;
    eventually("three signs of life", || async { (count(&first) >= 3).then_some(()) }).await;
    assert_eq!(count(&second), 0);
    // A worker that answers nothing is not lost for that.
    first.fall_silent();
    let before = count(&first);
    eventually("more signs of life", || async { (count(&first) >= before + 3).then_some(()) }).await;
    assert!(!first.is_gone());
}

fn lock(name: &str) -> Value {
    let args = [("name".to_owned(), Value::from(name))].into();
    Value::Object(Arc::new(Object { class: "buildbot.locks.MasterLock".to_owned(), args, ..Object::default() }))
}

#[tokio::test]
async fn what_keeps_a_worker_from_building_is_told() {
    let site = Site::new()
        .worker_with("w1", |worker| worker.max_builds = Some(1))
        .worker_with("locked", |worker| worker.locks = lock("disk"))
        .builder(Builder::new("linux", &["w1"]).step(shell("build")))
        .builder(Builder::new("holder", &["w1"]).step(shell("build")).locked_by("disk"));
    let master = TestMaster::start(site).await;
    let (id, locked) = (master.worker_id("w1").await, master.worker_id("locked").await);
    let told = |id| master.data().controller().unwrap().hindrances().remove(&id).unwrap();
    assert!(matches!(told(id)[..], [Hindrance::Missing { was_here: false, .. }]), "{:?}", told(id));
    let mut worker = master.connect("w1").await;
    let _other = master.connect("locked").await;
    assert_eq!((told(id), told(locked)), (vec![], vec![]));
    master.force("holder").await;
    let command = worker.expect_command().await;
    assert_eq!(told(id), [Hindrance::Full { max_builds: 1 }]);
    assert_eq!(told(locked), [Hindrance::Locked { name: "disk".to_owned() }]);
    for action in [WorkerAction::Pause, WorkerAction::Stop] {
        master.control(Control::Worker { worker: id, action, reason: "new disk".to_owned() }).await.unwrap();
    }
    assert_eq!(told(id), [Hindrance::Leaving, Hindrance::Paused, Hindrance::Full { max_builds: 1 }]);
    worker.vanish();
    drop(command);
    eventually("the loss", || async {
        matches!(told(id)[..], [Hindrance::Missing { was_here: true, .. }]).then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_worker_of_exceptions_is_left_alone_until_it_is_unpaused() {
    let master = TestMaster::start(Site::linux([act("raise")])).await;
    let _worker = master.connect("w1").await;
    let request = master.force("linux").await;
    assert_eq!(master.finished(request).await, Results::Exception);
    let request = master.force("linux").await;
    let why = "builds failed with exceptions on the workers, which are left alone for a while";
    assert_eq!(master.master.why_waiting(request).as_deref(), Some(why));
    let told = master.data().controller().unwrap().hindrances();
    assert!(matches!(told[&master.worker_id("w1").await][..], [Hindrance::Quarantined { .. }]), "{told:?}");
    let worker = master.worker_id("w1").await;
    let unpause = Control::Worker { worker, action: WorkerAction::Unpause, reason: String::new() };
    master.control(unpause).await.unwrap();
    assert_eq!(master.finished(request).await, Results::Exception);
}

fn object(class: &str, args: &[(&str, Value)]) -> Value {
    let args = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Value::Object(Arc::new(Object { class: class.to_owned(), args, ..Object::default() }))
}

#[tokio::test]
async fn a_changed_secret_is_the_password_from_the_next_login_on() {
    let secrets = tempfile::tempdir().unwrap();
    let file = secrets.path().join("w2");
    std::fs::write(&file, "first\n").unwrap();
    let provider = object(
        "buildbot.secrets.providers.file.SecretInAFile",
        &[("dirname", Value::Str(secrets.path().display().to_string()))],
    );
    let provider = Arc::clone(provider.as_object().unwrap());
    let password = object("buildbot.process.properties.Interpolate", &[("fmtstring", "%(secret:w2)s".into())]);
    let site = Site::linux([])
        .worker_with("w2", |worker| worker.password = password)
        .set(|config| config.secrets_providers.push(provider));
    let master = TestMaster::start(site).await;
    let workers = master.master.workers();
    assert!(workers.authenticate("w2", b"first").await.is_ok());
    std::fs::write(&file, "second\n").unwrap();
    assert!(matches!(workers.authenticate("w2", b"first").await, Err(AuthenticateError::WrongPassword(_))));
    assert!(workers.authenticate("w2", b"second").await.is_ok());
    std::fs::remove_file(&file).unwrap();
    let refused = workers.authenticate("w2", b"second").await;
    assert!(matches!(refused, Err(AuthenticateError::PasswordUnavailable { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_lock_of_workers_lets_one_of_them_build_at_a_time() {
    let site = Site::new()
        .worker_with("w1", |worker| worker.locks = Value::List(vec![lock("disk")]))
        .worker_with("w2", |worker| worker.locks = Value::List(vec![lock("disk")]))
        .builder(Builder::new("one", &["w1"]).step(shell("build one")))
        .builder(Builder::new("two", &["w2"]).step(shell("build two")));
    let master = TestMaster::start(site).await;
    let (mut first, mut second) = (master.connect("w1").await, master.connect("w2").await);
    let one = master.force("one").await;
    let command = first.expect_command().await;
    let two = master.force("two").await;
    let waits = eventually("the second to wait", || async { master.master.why_waiting(two) }).await;
    assert!(waits.contains("disk"), "{waits}");
    command.finish(0).await;
    assert_eq!(master.finished(one).await, Results::Success);
    second.expect_command().await.finish(0).await;
    assert_eq!(master.finished(two).await, Results::Success);
}

#[tokio::test]
async fn four_facts_of_the_system_are_there_whatever_the_worker_says() {
    let format = "[%(worker:os_id)s%(worker:os_id_like)s%(worker:os_version_id)s%(worker:os_version_codename)s]";
    let command = object("buildbot.process.properties.Interpolate", &[("fmtstring", format.into())]);
    let master = TestMaster::start(Site::linux([shell("").with("command", command)])).await;
    let mut worker = master.connect("w1").await;
    let request = master.force("linux").await;
    let command = worker.expect_command().await;
    assert_eq!(command.line(), "[]");
    command.finish(0).await;
    assert_eq!(master.finished(request).await, Results::Success);
}

/// A build whose worker does not answer the ping before it.
async fn a_build_on_a_silent_worker() -> (TestMaster, ScriptedWorker, BuildRequestId, BuildId) {
    let master = TestMaster::start(Site::linux([shell("x")])).await;
    let worker = master.connect("w1").await;
    worker.fall_silent();
    let request = master.force("linux").await;
    let build = master.building(request).await;
    eventually("the ping", || async { worker.heard().contains(&"print ping".to_owned()).then_some(()) }).await;
    (master, worker, request, build)
}

#[tokio::test]
async fn a_worker_that_is_silent_before_a_build_holds_up_nobody_who_stops_it() {
    let (master, _worker, request, build) = a_build_on_a_silent_worker().await;
    master.control(Control::StopBuild { build, reason: "enough".to_owned(), results: None }).await.unwrap();
    assert_eq!(master.finished(request).await, Results::Cancelled);
}

#[tokio::test]
async fn a_worker_that_is_lost_before_it_begins_is_left_alone_for_a_while() {
    let (master, worker, _request, build) = a_build_on_a_silent_worker().await;
    worker.vanish();
    eventually("the end of the build", || async {
        let build = master.data().build(build).await.unwrap().unwrap();
        build.results.map(|results| assert_eq!(results, Results::Retry))
    })
    .await;
    let _again = master.connect("w1").await;
    let told = master.data().controller().unwrap().hindrances();
    assert!(matches!(told[&master.worker_id("w1").await][..], [Hindrance::Quarantined { .. }]), "{told:?}");
}
