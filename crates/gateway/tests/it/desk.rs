//! A master that only notes who comes in.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_engine::{AttachError, AuthenticateError, WorkerSession, Workers};
use ferrobot_gateway::{Accounts, MsgpackListener, NoAccounts, PbListener};
use ferrobot_model::endpoint::Endpoint;
use ferrobot_worker::options::{MasterAddress, Protocol, WorkerOptions};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

/// Nothing that a test waits for takes longer.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("it happens in time")
}

/// Knows `w1` with the password `pw`, and `w2` with `pä:ss`.
pub(crate) struct Desk {
    sessions: mpsc::Sender<(String, Arc<dyn WorkerSession>)>,
    pub(crate) leaving: Notify,
    pub(crate) turned_away: Notify,
    /// Commands of an earlier master that this one wants.
    pub(crate) wanted: Mutex<Vec<String>>,
    /// Who is to be turned away when attaching.
    pub(crate) unwanted: Mutex<Option<String>>,
}

#[async_trait]
impl Workers for Desk {
    async fn authenticate(&self, name: &str, password: &[u8]) -> Result<(), AuthenticateError> {
        if self.password(name).await? == password {
            Ok(())
        } else {
            Err(AuthenticateError::WrongPassword(name.to_owned()))
        }
    }

    async fn password(&self, name: &str) -> Result<Vec<u8>, AuthenticateError> {
        let passwords = HashMap::from([("w1", "pw"), ("w2", "pä:ss")]);
        let password = passwords.get(name).ok_or_else(|| AuthenticateError::UnknownName(name.to_owned()))?;
        Ok(password.as_bytes().to_vec())
    }

    async fn attach(&self, name: &str, session: Arc<dyn WorkerSession>) -> Result<(), AttachError> {
        if self.unwanted.lock().unwrap().as_deref() == Some(name) {
            self.turned_away.notify_one();
            return Err(AttachError::NotWanted(format!("worker `{name}` is not configured")));
        }
        let wanted = self.wanted.lock().unwrap().clone();
        session.keep_commands(&|id| wanted.iter().any(|wanted| wanted == id)).await?;
        session.set_builders(&[("b".to_owned(), "b-dir".to_owned()), ("c".to_owned(), "c-dir".to_owned())]).await?;
        session.print("attached").await?;
        self.sessions.send((name.to_owned(), session)).await.unwrap();
        Ok(())
    }

    async fn graceful_shutdown_requested(&self, _name: &str) {
        self.leaving.notify_one();
    }
}

/// A master with both ports.
pub(crate) struct TestMaster {
    pub(crate) desk: Arc<Desk>,
    arrivals: mpsc::Receiver<(String, Arc<dyn WorkerSession>)>,
    pub(crate) pb: PbListener,
    pub(crate) msgpack: MsgpackListener,
}

impl TestMaster {
    pub(crate) async fn new() -> TestMaster {
        TestMaster::with_accounts(Arc::new(NoAccounts)).await
    }

    pub(crate) async fn with_accounts(accounts: Arc<dyn Accounts>) -> TestMaster {
        let local = Endpoint::tcp("127.0.0.1", 0);
        TestMaster::open(&local, &local, accounts).await
    }

    /// Listens there.
    pub(crate) async fn at(pb: &Endpoint, msgpack: &Endpoint) -> TestMaster {
        TestMaster::open(pb, msgpack, Arc::new(NoAccounts)).await
    }

    async fn open(pb: &Endpoint, msgpack: &Endpoint, accounts: Arc<dyn Accounts>) -> TestMaster {
        let (sessions, arrivals) = mpsc::channel(16);
        let desk = Arc::new(Desk {
            sessions,
            leaving: Notify::new(),
            turned_away: Notify::new(),
            wanted: Mutex::default(),
            unwanted: Mutex::default(),
        });
        let workers = Arc::clone(&desk) as Arc<dyn Workers>;
        let pb = PbListener::open(pb, &[], Arc::clone(&workers), accounts).await.unwrap();
        let msgpack = MsgpackListener::open(msgpack, &[], workers).await.unwrap();
        TestMaster { desk, arrivals, pb, msgpack }
    }

    /// The port of a protocol; 0 when it listens elsewhere.
    pub(crate) fn port(&self, protocol: Protocol) -> u16 {
        match protocol {
            Protocol::Msgpack => self.msgpack.address().map_or(0, |address| address.port()),
            Protocol::PerspectiveBroker => self.pb.address().map_or(0, |address| address.port()),
        }
    }

    /// The next worker that is attached.
    pub(crate) async fn arrival(&mut self) -> (String, Arc<dyn WorkerSession>) {
        within(self.arrivals.recv()).await.unwrap()
    }

    pub(crate) fn nobody_has_come(&mut self) -> bool {
        self.arrivals.try_recv().is_err()
    }

    pub(crate) fn options(&self, basedir: &Path, protocol: Protocol, name: &str, password: &str) -> WorkerOptions {
        let master = MasterAddress { host: "127.0.0.1".to_owned(), port: self.port(protocol) };
        WorkerOptions { protocol, ..WorkerOptions::new(basedir.to_owned(), master, name, password) }
    }
}

/// A worker of ours that runs within the test, until it is dropped.
pub(crate) struct LiveWorker {
    shutdown: CancellationToken,
    pub(crate) task: tokio::task::JoinHandle<Result<(), ferrobot_worker::network::WorkerError>>,
}

impl LiveWorker {
    pub(crate) fn start(options: WorkerOptions) -> LiveWorker {
        let shutdown = CancellationToken::new();
        LiveWorker { task: tokio::spawn(ferrobot_worker::run(options, shutdown.clone())), shutdown }
    }
}

impl Drop for LiveWorker {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}
