//! Networks that fail without a word: both sides notice within 30 seconds, whatever they speak.

use std::future::Future;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use ferrobot_engine::WorkerSession;
use ferrobot_model::endpoint::Endpoint;
use ferrobot_worker::WorkerOptions;
use ferrobot_worker::options::{MasterAddress, Protocol};
use nix::sched::{CloneFlags, setns};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::desk::{TestMaster, within};

const NOTICED_WITHIN: Duration = Duration::from_secs(30);
const MASTER: &str = "10.213.1.2";

/// Three network namespaces: a master's and a worker's with a router between them. Removed when it is dropped.
struct Network(String);

impl Network {
    /// `None`, and says so, when this process may not make any.
    fn new() -> Option<Network> {
        let network = Network(format!("ferrobot-{}", std::process::id()));
        if !network.ip(&["netns", "add", &network.name("router")]) {
            eprintln!("skipped: network namespaces cannot be made here");
            return None;
        }
        let ends = [("master", "to-master", "10.213.1.1", MASTER), ("worker", "to-worker", "10.213.2.1", "10.213.2.2")];
        for (end, device, near, far) in ends {
            let (router, end) = (network.name("router"), network.name(end));
            assert!(network.ip(&["netns", "add", &end]));
            let made = ["-n", &router, "link", "add", device, "type", "veth", "peer", "name", "out", "netns", &end];
            assert!(network.ip(&made));
            for (namespace, device, address) in [(&router, device, near), (&end, "out", far)] {
                assert!(network.ip(&["-n", namespace, "addr", "add", &format!("{address}/24"), "dev", device]));
                assert!(network.ip(&["-n", namespace, "link", "set", device, "up"]));
            }
            assert!(network.ip(&["-n", &end, "route", "add", "default", "via", near]));
        }
        network.forwards("1");
        Some(network)
    }

    fn name(&self, end: &str) -> String {
        format!("{}-{end}", self.0)
    }

    fn ip(&self, args: &[&str]) -> bool {
        Command::new("ip").args(args).output().is_ok_and(|output| output.status.success())
    }

    /// A router that does not forward drops everything and tells nobody.
    fn forwards(&self, flag: &str) {
        let set = format!("echo {flag} > /proc/sys/net/ipv4/ip_forward");
        assert!(self.ip(&["netns", "exec", &self.name("router"), "sh", "-c", &set]));
    }

    /// A runtime of its own within a namespace.
    fn inside<F: Future<Output: Send + 'static>>(
        &self,
        end: &str,
        future: impl FnOnce() -> F + Send + 'static,
    ) -> JoinHandle<F::Output> {
        let place = format!("/run/netns/{}", self.name(end));
        std::thread::spawn(move || {
            setns(std::fs::File::open(place).unwrap(), CloneFlags::CLONE_NEWNET).unwrap();
            tokio::runtime::Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .unwrap()
                .block_on(future())
        })
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for end in ["router", "master", "worker"] {
            self.ip(&["netns", "del", &self.name(end)]);
        }
    }
}

/// Waits until the master knows that the worker is not there.
async fn gone(session: &Arc<dyn WorkerSession>) {
    match session.presence() {
        Some(mut presence) => drop(within(presence.wait_for(|present| !present)).await.unwrap()),
        None => drop(within(session.closed().wait_for(Option::is_some)).await.unwrap()),
    }
}

/// One that gives up when its connection is lost.
fn worker(basedir: &Path, protocol: Protocol, name: &str, password: &str, host: &str, port: u16) -> WorkerOptions {
    let master = MasterAddress { host: host.to_owned(), port };
    let options = WorkerOptions::new(basedir.to_owned(), master, name, password);
    // More signs of life than anybody would want do not hide the silence of the other side.
    WorkerOptions { protocol, maxretries: Some(1), keepalive: Some(Duration::from_secs(7)), ..options }
}

/// How long it took from the moment when the network failed.
async fn took(failed: &mut watch::Receiver<Option<Instant>>, noticed: impl Future<Output = ()>) -> Duration {
    let since = failed.wait_for(Option::is_some).await.unwrap().unwrap();
    noticed.await;
    since.elapsed()
}

async fn run(options: WorkerOptions) {
    let ended = within(ferrobot_worker::run(options, CancellationToken::new())).await;
    assert!(ended.unwrap_err().to_string().starts_with("gave up after 1 attempts"));
}

#[test]
fn half_open_connections_are_noticed_by_both_sides() {
    let Some(network) = Network::new() else { return };
    let (tell, failed) = watch::channel(None);
    let (tell_ports, ports) = std::sync::mpsc::channel();
    let (tell_arrived, arrived) = std::sync::mpsc::channel();
    let mut seen = failed.clone();
    let master = network.inside("master", move || async move {
        let endpoint = Endpoint::tcp(MASTER, 0);
        let mut master = TestMaster::at(&endpoint, &endpoint).await;
        tell_ports.send((master.port(Protocol::PerspectiveBroker), master.port(Protocol::Msgpack))).unwrap();
        let (_, first) = master.arrival().await;
        let (_, second) = master.arrival().await;
        tell_arrived.send(()).unwrap();
        let mut also_seen = seen.clone();
        tokio::join!(took(&mut seen, gone(&first)), took(&mut also_seen, gone(&second)))
    });
    let (pb, msgpack) = ports.recv().unwrap();
    let mut seen = failed.clone();
    let workers = network.inside("worker", move || async move {
        let places = [tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap()];
        let first = worker(places[0].path(), Protocol::PerspectiveBroker, "w1", "pw", MASTER, pb);
        let second = worker(places[1].path(), Protocol::Msgpack, "w2", "pä:ss", MASTER, msgpack);
        let mut also_seen = seen.clone();
        let (first, second) = (tokio::spawn(run(first)), tokio::spawn(run(second)));
        tokio::join!(
            took(&mut seen, async { first.await.unwrap() }),
            took(&mut also_seen, async { second.await.unwrap() })
        )
    });
    arrived.recv().unwrap();
    network.forwards("0");
    tell.send_replace(Some(Instant::now()));
    let (master, workers) = (master.join().unwrap(), workers.join().unwrap());
    for took in [master.0, master.1, workers.0, workers.1] {
        assert!(took < NOTICED_WITHIN, "the master's {master:?}, the workers' {workers:?}");
    }
}

/// Passes bytes on until it is frozen; then it holds its connections and does nothing.
async fn freezing_proxy(to: u16, frozen: watch::Receiver<Option<Instant>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut near, _) = listener.accept().await.unwrap();
        let mut far = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
        let mut frozen = frozen;
        tokio::select! {
            _ended = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
            _frozen = frozen.wait_for(Option::is_some) => {}
        }
        std::future::pending::<()>().await;
    });
    port
}

/// Nothing is wrong for TCP here: only the pings of a WebSocket tell.
#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_stops_forwarding_is_noticed_by_both_sides() {
    let (tell, mut failed) = watch::channel(None);
    let (place, mut master) = (tempfile::tempdir().unwrap(), TestMaster::new().await);
    let port = freezing_proxy(master.port(Protocol::Msgpack), failed.clone()).await;
    let options = worker(place.path(), Protocol::Msgpack, "w1", "pw", "127.0.0.1", port);
    let running = tokio::spawn(run(options));
    let (_, session) = master.arrival().await;
    tell.send_replace(Some(Instant::now()));
    let mut also_failed = failed.clone();
    let (master, worker) =
        tokio::join!(took(&mut failed, gone(&session)), took(&mut also_failed, async { running.await.unwrap() }));
    assert!(master <= NOTICED_WITHIN && worker <= NOTICED_WITHIN, "the master's {master:?}, the worker's {worker:?}");
}
