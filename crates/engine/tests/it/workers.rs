//! How workers come in.

use ferrobot_data::{Control, WorkerAction};
use ferrobot_engine::{AttachError, AuthenticateError, Shutdown};
use ferrobot_model::Results;
use ferrobot_testkit::{ScriptedWorker, Site, TestMaster, act, eventually};
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
async fn somebody_is_told_of_a_missing_worker() {
    let site = Site::new().worker_with("w1", |worker| {
        worker.notify_on_missing = vec!["ann@example.org".to_owned()];
        worker.missing_timeout = Some(0.01);
    });
    let master = TestMaster::start(site).await;
    let mut missing = master.data().events().subscribe(&["workers", "*", "missing"]);
    let worker = master.connect("w1").await;
    worker.vanish();
    let event = missing.next().await.unwrap();
    assert_eq!(event.body["notify"], json!(["ann@example.org"]));
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
    let worker = master.worker_id("w1").await;
    let unpause = Control::Worker { worker, action: WorkerAction::Unpause, reason: String::new() };
    master.control(unpause).await.unwrap();
    assert_eq!(master.finished(request).await, Results::Exception);
}
