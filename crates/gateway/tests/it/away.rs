//! A network that fails: a worker that holds its commands comes back, and nothing is lost or doubled.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::Duration;

use bytes::Bytes;
use ferrobot_engine::{CommandControl, CommandKey, RunningCommand, WorkerSession};
use ferrobot_model::{Command, CommandEvent, Stream, TextEncoding, Update};
use ferrobot_worker::options::{MasterAddress, Protocol, WorkerOptions};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::commands::sh;
use crate::desk::{LiveWorker, TestMaster, within};

/// Passes connections on, for as long as the network is up.
struct Network {
    address: SocketAddr,
    up: watch::Sender<bool>,
    port: Arc<AtomicU16>,
}

impl Network {
    async fn to(port: u16) -> Network {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let up = watch::Sender::new(true);
        let state = up.subscribe();
        let port = Arc::new(AtomicU16::new(port));
        let target = Arc::clone(&port);
        tokio::spawn(async move {
            while let Ok((from, _)) = listener.accept().await {
                let state = state.clone();
                tokio::spawn(carry(from, target.load(Ordering::Relaxed), state));
            }
        });
        Network { address, up, port }
    }

    /// New connections lead to another master.
    fn move_to(&self, port: u16) {
        self.port.store(port, Ordering::Relaxed);
    }

    /// Ends all connections, and lets no new one through for a time.
    async fn fail_for(&self, time: Duration) {
        self.up.send_replace(false);
        tokio::time::sleep(time).await;
        self.up.send_replace(true);
    }
}

/// A worker behind a network that may fail, and its session.
struct Remote {
    place: TempDir,
    master: TestMaster,
    network: Network,
    worker: LiveWorker,
    session: Arc<dyn WorkerSession>,
}

impl Remote {
    async fn new() -> Remote {
        let (place, mut master) = (tempfile::tempdir().unwrap(), TestMaster::new().await);
        let network = Network::to(master.port(Protocol::Msgpack)).await;
        let options = master.options(place.path(), Protocol::Msgpack, "w1", "pw");
        let address = MasterAddress { host: network.address.ip().to_string(), port: network.address.port() };
        let worker = LiveWorker::start(WorkerOptions { master: address, ..options });
        let (_, session) = master.arrival().await;
        Remote { place, master, network, worker, session }
    }
}

/// Another run of the master behind the same network, which wants a command that was begun; and the worker's session there.
async fn next_master(first: TestMaster, network: &Network, wanted: &str) -> (TestMaster, Arc<dyn WorkerSession>) {
    first.msgpack.close().await;
    let mut second = TestMaster::new().await;
    second.desk.wanted.lock().unwrap().push(wanted.to_owned());
    network.move_to(second.port(Protocol::Msgpack));
    let (_, session) = second.arrival().await;
    (second, session)
}

async fn carry(mut from: TcpStream, port: u16, mut state: watch::Receiver<bool>) {
    if !*state.borrow() {
        return;
    }
    let Ok(mut to) = TcpStream::connect(("127.0.0.1", port)).await else { return };
    tokio::select! {
        _ended = tokio::io::copy_bidirectional(&mut from, &mut to) => {}
        _down = state.wait_for(|up| !*up) => {}
    }
}

/// What a command printed, up to its end; `None`: it was lost.
async fn printed(running: &mut RunningCommand) -> Option<(String, Option<i64>)> {
    let (mut stdout, mut rc) = (String::new(), None);
    while let Some(event) = within(running.events.recv()).await {
        match event {
            CommandEvent::Update(Update::Output(Stream::Stdout, text)) => stdout.push_str(&text),
            CommandEvent::Update(Update::Rc(code)) => rc = Some(code),
            CommandEvent::Complete(None) => return Some((stdout, rc)),
            CommandEvent::Lost(_) => return None,
            _ => {}
        }
    }
    None
}

async fn start(session: &Arc<dyn WorkerSession>, command: Command) -> RunningCommand {
    within(session.start_command("b", "b-dir", command, None, TextEncoding::Utf8)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn output_goes_on_where_it_was_when_the_network_fails() {
    let Remote { place: _place, mut master, network, worker: _worker, session } = Remote::new().await;
    let slow = "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo \"line $i\"; sleep 0.02; done; exit 3";
    let mut running = start(&session, Command::Shell(sh(slow))).await;
    let mut flood = start(&session, Command::Shell(sh("seq 1 1500000"))).await;
    let failing = async {
        for pause in [700, 100, 900] {
            tokio::time::sleep(Duration::from_millis(pause)).await;
            network.fail_for(Duration::from_millis(300)).await;
        }
    };
    let ((), slow, flood) = tokio::join!(failing, printed(&mut running), printed(&mut flood));
    let lines: String = (1..=300).map(|number| format!("line {number}\n")).collect();
    assert_eq!(slow, Some((lines, Some(3))));
    let (numbers, rc) = flood.expect("the command is not lost");
    assert_eq!(rc, Some(0));
    assert!(
        numbers.lines().map(str::to_owned).eq((1..=1_500_000).map(|number| number.to_string())),
        "{}",
        numbers.len()
    );
    assert!(session.closed().borrow().is_none(), "the session never ended");
    assert!(master.nobody_has_come(), "it was one session");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ended_meanwhile_is_told_afterwards() {
    let Remote { place: _place, master: _master, network, worker: _worker, session } = Remote::new().await;
    let mut presence = session.presence().expect("a worker of ours holds its commands");
    let mut running = start(&session, Command::Shell(sh("sleep 0.5; echo done"))).await;
    network.up.send_replace(false);
    within(presence.wait_for(|present| !present)).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    // What is asked of a worker that is away waits for it.
    let next = tokio::spawn({
        let session = Arc::clone(&session);
        async move { printed(&mut start(&session, Command::Shell(sh("echo next"))).await).await }
    });
    network.up.send_replace(true);
    assert_eq!(printed(&mut running).await, Some(("done\n".to_owned(), Some(0))));
    assert_eq!(within(next).await.unwrap(), Some(("next\n".to_owned(), Some(0))));
    assert!(*presence.borrow());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_reaches_a_worker_that_comes_back() {
    let Remote { place: _place, master: _master, network, worker: _worker, session } = Remote::new().await;
    let mut running = start(&session, Command::Shell(sh("exec sleep 100"))).await;
    let mut presence = session.presence().unwrap();
    network.up.send_replace(false);
    within(presence.wait_for(|present| !present)).await.unwrap();
    running.control.send(CommandControl::Interrupt("enough".to_owned())).await.unwrap();
    network.up.send_replace(true);
    let (_, rc) = printed(&mut running).await.unwrap();
    assert_eq!(rc, Some(-1));
}

#[tokio::test(flavor = "multi_thread")]
async fn transfers_go_on_where_they_were() {
    let Remote { place, master: _master, network, worker: _worker, session } = Remote::new().await;
    let content: Vec<u8> = (0..3_000_000u32).flat_map(|number| (number % 251).to_be_bytes()).collect();
    std::fs::write(place.path().join("b-dir/up"), &content).unwrap();
    let upload = Command::UploadFile { path: "up".to_owned(), maxsize: None, blocksize: 16_384, keepstamp: false };
    let mut upload = start(&session, upload).await;
    let download = Command::DownloadFile { path: "down".to_owned(), maxsize: None, blocksize: 16_384, mode: None };
    let mut download = start(&session, download).await;
    let uploading = async {
        let (mut received, mut writes) = (Vec::new(), 0);
        while let Some(event) = within(upload.events.recv()).await {
            match event {
                CommandEvent::Write(bytes) => {
                    received.extend(bytes);
                    writes += 1;
                    if writes % 300 == 0 {
                        network.fail_for(Duration::from_millis(100)).await;
                    }
                }
                CommandEvent::Complete(failure) => return (failure, received),
                CommandEvent::Lost(reason) => panic!("{reason}"),
                _ => {}
            }
        }
        panic!("the upload has no end");
    };
    let downloading = async {
        let mut rest = Bytes::from(content.clone());
        while let Some(event) = within(download.events.recv()).await {
            match event {
                CommandEvent::Read(length) => {
                    let data = rest.split_to(rest.len().min(usize::try_from(length).unwrap()));
                    download.control.send(CommandControl::Data(data)).await.unwrap();
                }
                CommandEvent::Complete(failure) => return failure,
                CommandEvent::Lost(reason) => panic!("{reason}"),
                _ => {}
            }
        }
        panic!("the download has no end");
    };
    let ((failure, received), download_failure) = tokio::join!(uploading, downloading);
    assert_eq!((failure, download_failure), (None, None));
    assert!(received == content, "{} of {} bytes", received.len(), content.len());
    assert!(std::fs::read(place.path().join("b-dir/down")).unwrap() == content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_ends_is_not_waited_for() {
    let Remote { place: _place, master: _master, network: _network, worker, session } = Remote::new().await;
    let mut running = start(&session, Command::Shell(sh("exec sleep 100"))).await;
    drop(worker);
    assert_eq!(printed(&mut running).await, None);
    within(session.closed().wait_for(Option::is_some)).await.unwrap();
    assert!(session.print("ping").await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_with_a_key_is_taken_up_by_another_master() {
    let Remote { place, master: first, network, worker: _worker, session } = Remote::new().await;
    let instance = session.instance().unwrap().to_owned();
    let key = |delivered| Some(CommandKey { id: "7.0.1".to_owned(), delivered });
    let script = Command::Shell(sh("echo ran >> ran; echo one; while [ ! -e go ]; do sleep 0.05; done; echo two"));
    let running =
        within(session.start_command("b", "b-dir", script.clone(), key(0), TextEncoding::Utf8)).await.unwrap();
    // This one nobody will ask for again.
    let other = Command::Shell(sh("exec sleep 100"));
    let _other = within(session.start_command(
        "b",
        "b-dir",
        other,
        Some(CommandKey { id: "8.0.1".to_owned(), delivered: 0 }),
        TextEncoding::Utf8,
    ))
    .await;
    drop((running, session));
    let (_second, session) = next_master(first, &network, "7.0.1").await;
    assert_eq!(session.instance(), Some(instance.as_str()));
    let mut running = within(session.start_command("b", "b-dir", script, key(0), TextEncoding::Utf8)).await.unwrap();
    std::fs::write(place.path().join("b-dir/build/go"), "").unwrap();
    assert_eq!(printed(&mut running).await, Some(("one\ntwo\n".to_owned(), Some(0))));
    running.control.send(CommandControl::Forget).await.unwrap();
    assert_eq!(std::fs::read_to_string(place.path().join("b-dir/build/ran")).unwrap(), "ran\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_is_wanted_lives_through_a_network_that_fails_before_it_is_taken_up() {
    let Remote { place, master: first, network, worker: _worker, session } = Remote::new().await;
    let key = || Some(CommandKey { id: "7.0.1".to_owned(), delivered: 0 });
    let script = Command::Shell(sh("echo ran >> ran; while [ ! -e go ]; do sleep 0.05; done; echo done"));
    let running = within(session.start_command("b", "b-dir", script.clone(), key(), TextEncoding::Utf8)).await.unwrap();
    drop((running, session));
    let (_second, session) = next_master(first, &network, "7.0.1").await;
    let mut presence = session.presence().unwrap();
    network.up.send_replace(false);
    within(presence.wait_for(|present| !present)).await.unwrap();
    network.up.send_replace(true);
    within(presence.wait_for(|present| *present)).await.unwrap();
    let mut running = within(session.start_command("b", "b-dir", script, key(), TextEncoding::Utf8)).await.unwrap();
    std::fs::write(place.path().join("b-dir/build/go"), "").unwrap();
    assert_eq!(printed(&mut running).await, Some(("done\n".to_owned(), Some(0))));
    assert_eq!(std::fs::read_to_string(place.path().join("b-dir/build/ran")).unwrap(), "ran\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_nobody_waits_for_any_more_is_not_started_later() {
    let Remote { place, master: _master, network, worker: _worker, session } = Remote::new().await;
    let mut presence = session.presence().unwrap();
    network.up.send_replace(false);
    within(presence.wait_for(|present| !present)).await.unwrap();
    let key = Some(CommandKey { id: "7.0.1".to_owned(), delivered: 0 });
    let starting = session.start_command("b", "b-dir", Command::Shell(sh("touch ran")), key, TextEncoding::Utf8);
    assert!(tokio::time::timeout(Duration::from_millis(50), starting).await.is_err());
    network.up.send_replace(true);
    within(presence.wait_for(|present| *present)).await.unwrap();
    let mut next = start(&session, Command::Shell(sh("echo next"))).await;
    assert_eq!(printed(&mut next).await, Some(("next\n".to_owned(), Some(0))));
    assert!(!place.path().join("b-dir/build/ran").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_command_that_has_ended_is_told_again_until_it_is_forgotten() {
    let Remote { place, master: first, network, worker: _worker, session } = Remote::new().await;
    let key = || Some(CommandKey { id: "7.0.1".to_owned(), delivered: 0 });
    let script = Command::Shell(sh("echo ran >> ran; echo one"));
    let mut running =
        within(session.start_command("b", "b-dir", script.clone(), key(), TextEncoding::Utf8)).await.unwrap();
    assert_eq!(printed(&mut running).await, Some(("one\n".to_owned(), Some(0))));
    drop((running, session));
    let (_second, session) = next_master(first, &network, "7.0.1").await;
    let mut running = within(session.start_command("b", "b-dir", script, key(), TextEncoding::Utf8)).await.unwrap();
    assert_eq!(printed(&mut running).await, Some(("one\n".to_owned(), Some(0))));
    assert_eq!(std::fs::read_to_string(place.path().join("b-dir/build/ran")).unwrap(), "ran\n");
}
