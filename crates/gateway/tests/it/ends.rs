//! Every kind of endpoint, every way to it: stock workers and ours, real proxies in between.

use std::path::Path;
use std::process::Stdio;

use ferrobot_engine::WorkerSession;
use ferrobot_model::endpoint::{Endpoint, quote};
use ferrobot_model::{Command, CommandLine, ShellCommand};
use ferrobot_worker::WorkerOptions;
use ferrobot_worker::options::Protocol;
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};

use crate::authority::Authority;
use crate::desk::{LiveWorker, TestMaster, within};
use crate::programs::{Reference, StockWorker};
use crate::reports::report;

const BOTH: [Protocol; 2] = [Protocol::PerspectiveBroker, Protocol::Msgpack];

fn endpoint(text: &str) -> Endpoint {
    Endpoint::parse(text).unwrap()
}

async fn builds(session: &dyn WorkerSession) {
    let command = ShellCommand::new("build", CommandLine::Shell("seq 1 20000 | tail -n 1; echo done".into()));
    let text = report(session, Command::Shell(command), b"").await;
    assert!(text.contains("stdout: 20000\nstdout: done\n"), "{text}");
}

/// A master that speaks TLS at both ports, and the connection string that believes it.
async fn secured(authority: &Authority) -> TestMaster {
    let pair = authority.issue("master");
    let (key, certificate) = (pair.private_key.display().to_string(), pair.certificate.display().to_string());
    let text = format!("ssl:0:privateKey={}:certKey={}:interface=127.0.0.1", quote(&key), quote(&certificate));
    TestMaster::at(&endpoint(&text), &endpoint(&text)).await
}

fn tls_string(master: &TestMaster, protocol: Protocol, trusted: &Path) -> String {
    let trusted = quote(trusted.to_str().unwrap());
    format!("tls:host=localhost:port={}:trustRoots={trusted}", master.port(protocol))
}

fn with_string(place: &TempDir, protocol: Protocol, text: String, master: &TestMaster) -> WorkerOptions {
    WorkerOptions { connection_string: Some(text), ..master.options(place.path(), protocol, "w1", "pw") }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_workers_come_by_tls() {
    let (Some(authority), Some(stranger)) = (Authority::new(), Authority::new()) else { return };
    for protocol in BOTH {
        let (place, mut master) = (tempfile::tempdir().unwrap(), secured(&authority).await);
        let wrong = tls_string(&master, protocol, &stranger.trusted());
        let refused = LiveWorker::start(with_string(&place, protocol, wrong, &master));
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        assert!(master.nobody_has_come());
        drop(refused);
        let text = tls_string(&master, protocol, &authority.trusted());
        let _worker = LiveWorker::start(with_string(&place, protocol, text, &master));
        let (_, session) = master.arrival().await;
        builds(session.as_ref()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_workers_come_by_tls() {
    let (Some(reference), Some(authority)) = (Reference::find(), Authority::new()) else { return };
    for protocol in BOTH {
        let mut master = secured(&authority).await;
        let text = format!("--connection-string={}", tls_string(&master, protocol, &authority.trusted()));
        let _worker = StockWorker::start_with(&reference, &master, protocol, &[&text]);
        let (_, session) = master.arrival().await;
        builds(session.as_ref()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_come_by_sockets_in_the_file_system() {
    let sockets = tempfile::tempdir().unwrap();
    let path = |name: &str| sockets.path().join(name).display().to_string();
    let text = |name: &str| format!("unix:{}", path(name));
    let mut master = TestMaster::at(&endpoint(&text("pb")), &endpoint(&text("msgpack"))).await;
    for (protocol, name) in [(Protocol::PerspectiveBroker, "pb"), (Protocol::Msgpack, "msgpack")] {
        let place = tempfile::tempdir().unwrap();
        let options =
            WorkerOptions { connection_string: Some(text(name)), ..master.options(place.path(), protocol, "w1", "pw") };
        let _worker = LiveWorker::start(options);
        let (_, session) = master.arrival().await;
        builds(session.as_ref()).await;
    }
    // Stock workers take such a string for Perspective Broker alone.
    let Some(reference) = Reference::find() else { return };
    let option = format!("--connection-string={}", text("pb"));
    let _worker = StockWorker::start_with(&reference, &master, Protocol::PerspectiveBroker, &[&option]);
    let (_, session) = master.arrival().await;
    builds(session.as_ref()).await;
}

async fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// A program that listens; killed when it is dropped.
struct Peer {
    port: u16,
    place: TempDir,
    _child: tokio::process::Child,
}

impl Peer {
    /// `None`, and says so, when there is no such program. The port is put into the text of its configuration.
    async fn start(program: &str, options: &[&str], config: impl FnOnce(&Path, u16) -> String) -> Option<Peer> {
        let (port, place) = (free_port().await, tempfile::tempdir().unwrap());
        let file = place.path().join("config");
        std::fs::write(&file, config(place.path(), port)).unwrap();
        let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default());
        let spawned = tokio::process::Command::new("/usr/bin/env")
            .env("PATH", path)
            .args(["sh", "-c", "command -v \"$0\" >&2 && exec \"$0\" \"$@\"", program])
            .args(options)
            .arg(&file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn();
        let mut child = spawned.unwrap();
        let listening = async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                if child.try_wait().unwrap().is_some() {
                    return false;
                }
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
            true
        };
        if !within(listening).await {
            eprintln!("skipped: there is no program `{program}`");
            return None;
        }
        Some(Peer { port, place, _child: child })
    }

    async fn tinyproxy() -> Option<Peer> {
        let config = |place: &Path, port| {
            let log = place.join("log").display().to_string();
            format!(
                "Port {port}\nListen 127.0.0.1\nTimeout 600\nLogFile \"{log}\"\nLogLevel Connect\nMaxClients 50\nAllow 127.0.0.1\n"
            )
        };
        Peer::start("tinyproxy", &["-d", "-c"], config).await
    }

    async fn haproxy(server: u16) -> Option<Peer> {
        let config = |_: &Path, port| {
            format!(
                "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\nfrontend f\n  bind \
                 127.0.0.1:{port}\n  default_backend b\nbackend b\n  server s 127.0.0.1:{server} send-proxy-v2\n"
            )
        };
        Peer::start("haproxy", &["-db", "-f"], config).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_come_through_an_http_proxy() {
    let Some(proxy) = Peer::tinyproxy().await else { return };
    let through = format!("tcp:127.0.0.1:{}", proxy.port);
    let mut master = TestMaster::new().await;
    for protocol in BOTH {
        let place = tempfile::tempdir().unwrap();
        let options =
            WorkerOptions { proxy: Some(through.clone()), ..master.options(place.path(), protocol, "w1", "pw") };
        let _worker = LiveWorker::start(options);
        let (_, session) = master.arrival().await;
        builds(session.as_ref()).await;
        let log = std::fs::read_to_string(proxy.place.path().join("log")).unwrap();
        let expected = format!("CONNECT 127.0.0.1:{} HTTP/1.1", master.port(protocol));
        assert!(log.contains(&expected), "{log}");
    }
    let Some(reference) = Reference::find() else { return };
    let option = format!("--proxy-connection-string={through}");
    let _worker = StockWorker::start_with(&reference, &master, Protocol::PerspectiveBroker, &[&option]);
    let (_, session) = master.arrival().await;
    builds(session.as_ref()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_come_behind_haproxy() {
    let behind = endpoint("haproxy:tcp:0:interface=127.0.0.1");
    let mut master = TestMaster::at(&behind, &behind).await;
    for protocol in BOTH {
        let Some(proxy) = Peer::haproxy(master.port(protocol)).await else { return };
        let place = tempfile::tempdir().unwrap();
        let mut options = master.options(place.path(), protocol, "w1", "pw");
        options.master.port = proxy.port;
        let _worker = LiveWorker::start(options);
        let (_, session) = master.arrival().await;
        builds(session.as_ref()).await;
    }
}
