//! Who comes in and who does not.

use std::sync::Arc;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_gateway::{Account, Accounts, ChangeSink, SentChange, SentChanges};
use ferrobot_wire::pb::login::response;
use ferrobot_wire::pb::{Failure, Target, Value};
use ferrobot_worker::WorkerOptions;
use ferrobot_worker::options::{AllowShutdown, Protocol};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::Client;
use crate::desk::{LiveWorker, TestMaster, within};
use crate::programs::{Reference, StockWorker};

const BOTH: [Protocol; 2] = [Protocol::PerspectiveBroker, Protocol::Msgpack];

#[derive(Default)]
struct Notebook(Mutex<Vec<SentChange>>);

#[async_trait]
impl ChangeSink for Notebook {
    async fn add(&self, change: SentChange) -> Result<(), String> {
        self.0.lock().unwrap().push(change);
        Ok(())
    }
}

/// One account, `change` with the password `changepw`.
struct ChangeAccount(Arc<Notebook>);

#[async_trait]
impl Accounts for ChangeAccount {
    async fn find(&self, user: &str) -> Option<Account> {
        let sink = Arc::clone(&self.0) as Arc<dyn ChangeSink>;
        let perspective = Arc::new(SentChanges::new(None, sink));
        (user == "change").then(|| Account { password: b"changepw".to_vec(), perspective })
    }
}

fn refused(result: Result<impl std::fmt::Debug, Failure>) -> String {
    result.unwrap_err().class
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_come_in_with_the_right_password() {
    for protocol in BOTH {
        let place = tempfile::tempdir().unwrap();
        let mut master = TestMaster::new().await;
        let _worker = LiveWorker::start(master.options(place.path(), protocol, "w2", "pä:ss"));
        let (name, session) = master.arrival().await;
        assert_eq!(name, "w2");
        let info = session.info();
        assert_eq!(info.basedir, place.path().display().to_string());
        assert_eq!((info.system.as_str(), info.version.as_deref()), ("posix", Some("4.3.0")));
        assert_eq!(info.commands["shell"], "3.3");
        assert!(info.environ.contains_key("PATH") && info.numcpus.is_some());
        assert!(place.path().join("b-dir").is_dir() && place.path().join("c-dir").is_dir());
        session.start_build("b").await.unwrap();
        session.print("ping").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_with_a_wrong_name_or_password_stay_outside() {
    for protocol in BOTH {
        for (name, password) in [("w1", "wrong"), ("nobody", "pw"), ("w1", ""), ("", "pw")] {
            let place = tempfile::tempdir().unwrap();
            let mut master = TestMaster::new().await;
            let options =
                WorkerOptions { maxretries: Some(1), ..master.options(place.path(), protocol, name, password) };
            let mut worker = LiveWorker::start(options);
            let error = within(&mut worker.task).await.unwrap().unwrap_err().to_string();
            assert!(error.contains("refused the name or password"), "{protocol:?} {name}: {error}");
            assert!(master.nobody_has_come());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_that_are_not_wanted_are_sent_away() {
    for protocol in BOTH {
        let place = tempfile::tempdir().unwrap();
        let mut master = TestMaster::new().await;
        *master.desk.unwanted.lock().unwrap() = Some("w1".to_owned());
        let worker = LiveWorker::start(master.options(place.path(), protocol, "w1", "pw"));
        within(master.desk.turned_away.notified()).await;
        assert!(master.nobody_has_come());
        // It comes again by itself.
        *master.desk.unwanted.lock().unwrap() = None;
        master.arrival().await;
        drop(worker);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_may_ask_to_leave_and_may_be_sent_home() {
    for protocol in BOTH {
        let place = tempfile::tempdir().unwrap();
        let mut master = TestMaster::new().await;
        let options = WorkerOptions {
            allow_shutdown: Some(AllowShutdown::Signal),
            keepalive: Some(Duration::from_millis(100)),
            ..master.options(place.path(), protocol, "w1", "pw")
        };
        let mut worker = LiveWorker::start(options);
        let (_, session) = master.arrival().await;
        nix::sys::signal::kill(nix::unistd::getpid(), nix::sys::signal::Signal::SIGHUP).unwrap();
        within(master.desk.leaving.notified()).await;
        session.shutdown().await.unwrap();
        within(&mut worker.task).await.unwrap().unwrap();
        let mut closed = session.closed();
        within(closed.wait_for(Option::is_some)).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_of_changes_log_in_at_the_workers_port() {
    let notebook = Arc::new(Notebook::default());
    let master = TestMaster::with_accounts(Arc::new(ChangeAccount(Arc::clone(&notebook)))).await;
    let mut client = Client::connect(&master).await;
    let unauthorized = "twisted.cred.error.UnauthorizedLogin";
    assert_eq!(refused(client.login("change", "wrong", Value::None).await), unauthorized);
    assert_eq!(refused(client.login("nobody", "changepw", Value::None).await), unauthorized);
    let perspective = client.login("change", "changepw", Value::None).await.unwrap();
    let change = Value::dict([("who", "me".into()), ("files", Value::List(vec!["f".into()]))]);
    let answer = client.call(Target::Id(perspective), "addChange", vec![change]).await;
    assert_eq!(answer, Ok(Value::None));
    assert_eq!(notebook.0.lock().unwrap()[0].author, "me");
    let answer = client.call(Target::Id(perspective), "shutdown", Vec::new()).await;
    assert!(refused(answer).ends_with("NoSuchMethod"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_given_cannot_be_called() {
    let mut master = TestMaster::new().await;
    let mut client = Client::connect(&master).await;
    let root = || Target::Name("root".to_owned());
    let unauthorized = "twisted.cred.error.UnauthorizedLogin";
    let cases = [
        (root(), "loginAnonymous", vec![Value::None], unauthorized),
        (root(), "login", Vec::new(), unauthorized),
        (root(), "shutdown", Vec::new(), "No such method: remote_shutdown"),
        (Target::Id(77), "print", Vec::new(), "Invalid Object ID"),
        (Target::Name("other".to_owned()), "x", Vec::new(), "Invalid Object ID"),
    ];
    for (target, method, args, expected) in cases {
        let failure = client.call(target, method, args).await.unwrap_err().to_string();
        assert!(failure.contains(expected), "{method}: {failure}");
    }

    // A challenge is answered once, rightly or wrongly.
    let (challenge, challenger) = client.challenge("w1").await;
    let right = || vec![Value::Bytes(response(b"pw", &challenge).to_vec().into()), Value::None];
    let wrong = vec![Value::Bytes(vec![0; 16].into()), Value::None];
    assert_eq!(refused(client.call(Target::Id(challenger), "respond", wrong).await), unauthorized);
    assert_eq!(refused(client.call(Target::Id(challenger), "respond", right()).await), unauthorized);
    // The answer to another challenge does not count.
    let (_, other) = client.challenge("w1").await;
    assert_eq!(refused(client.call(Target::Id(other), "respond", right()).await), unauthorized);
    assert!(master.nobody_has_come());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_knows_nothing_is_not_attached() {
    let mut master = TestMaster::new().await;
    let mut client = Client::connect(&master).await;
    let failure = client.login_as_mute_worker("w1", "pw").await.unwrap_err();
    assert!(failure.message.contains("refused `print`"), "{failure}");
    assert_eq!(client.refused, ["print"]);
    client.closed().await;
    assert!(master.nobody_has_come());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_from_before_0_9_is_asked_in_its_own_words() {
    let mut master = TestMaster::new().await;
    let slave = tokio::spawn(Client::connect(&master).await.serve_as_old_slave("w1", "pw"));
    let (_, session) = master.arrival().await;
    let info = session.info();
    assert_eq!((info.admin.as_deref(), info.host.as_deref()), (Some("Old Admin"), Some("an old host")));
    assert_eq!((info.version.as_deref(), info.basedir.as_str()), (Some("0.8.14"), "/home/slave"));
    assert_eq!((info.commands["shell"].as_str(), info.environ["HOME"].as_str()), ("2.16", "/home/slave"));
    session.start_build("b").await.unwrap();
    session.disconnect("enough");
    within(slave).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_of_life_asks_for_no_answer() {
    for protocol in BOTH {
        let place = tempfile::tempdir().unwrap();
        let mut master = TestMaster::new().await;
        let _worker = LiveWorker::start(master.options(place.path(), protocol, "w1", "pw"));
        let (_, session) = master.arrival().await;
        session.keepalive().await.unwrap();
        session.print("still here").await.unwrap();
    }
    let Some(reference) = Reference::find() else { return };
    for (protocol, said) in [(Protocol::PerspectiveBroker, "message from master: keepalive"), (Protocol::Msgpack, "")] {
        let mut master = TestMaster::new().await;
        let worker = StockWorker::start(&reference, &master, protocol);
        let (_, session) = master.arrival().await;
        session.keepalive().await.unwrap();
        session.print("still here").await.unwrap();
        let log = worker.log();
        assert!(log.contains(said) && log.contains("message from master: still here"), "{log}");
        assert!(!log.contains("Traceback"), "{log}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rubbish_closes_only_its_own_connection() {
    let place = tempfile::tempdir().unwrap();
    let mut master = TestMaster::new().await;
    let _worker = LiveWorker::start(master.options(place.path(), Protocol::PerspectiveBroker, "w1", "pw"));
    let (_, session) = master.arrival().await;
    let long = vec![1; 100];
    let cases: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\nHost: somewhere\r\nUser-Agent: a browser that has lost its way\r\n\r\n",
        b"\x04\x82none",
        b"\x02\x82pb\x05\x81",
        b"\x02\x82pb\x00\x00\x00\x01\x82",
        b"\xff\xff\xff",
        &long,
    ];
    for bytes in cases {
        let mut stream = TcpStream::connect(master.pb.address().unwrap()).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        let mut rest = Vec::new();
        // An error is as good as an end.
        let _reset = within(stream.read_to_end(&mut rest)).await;
        session.print("ping").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sendchange_of_buildbot_delivers_a_change() {
    let Some(reference) = Reference::find() else { return };
    let notebook = Arc::new(Notebook::default());
    let master = TestMaster::with_accounts(Arc::new(ChangeAccount(Arc::clone(&notebook)))).await;
    let address = master.pb.address().unwrap().to_string();
    let send = |auth: &'static str| {
        let mut command = reference.program("buildbot");
        command.args(["sendchange", &format!("--master={address}"), &format!("--auth={auth}"), "--who=me <me@here>"]);
        command.args([
            "--branch=main",
            "--revision=abc",
            "--comments=hi é",
            "--property=a:b",
            "--vc=git",
            "file 1",
            "é",
        ]);
        tokio::task::spawn_blocking(move || command.output().unwrap())
    };
    let sent = send("change:changepw").await.unwrap();
    assert!(sent.status.success(), "{}", String::from_utf8_lossy(&sent.stdout));
    assert!(String::from_utf8_lossy(&sent.stdout).contains("change sent successfully"));
    let change = notebook.0.lock().unwrap().remove(0);
    assert_eq!((change.author.as_str(), change.comments.as_str()), ("me <me@here>", "hi é"));
    assert_eq!(change.files, ["file 1", "é"]);
    assert_eq!(change.properties["a"], "b");

    let refused = send("change:wrong").await.unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stdout).contains("change not sent:"));
    assert!(notebook.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn ports_that_nobody_holds_any_more_are_closed() {
    let TestMaster { pb, msgpack, .. } = TestMaster::new().await;
    let places = [pb.address(), msgpack.address()];
    for place in places {
        TcpStream::connect(place.unwrap()).await.unwrap();
    }
    drop((pb, msgpack));
    for place in places {
        within(async {
            while TcpStream::connect(place.unwrap()).await.is_ok() {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        })
        .await;
    }
}
