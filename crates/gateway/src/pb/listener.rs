//! The port: serves each connection until it ends.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ferrobot_engine::Workers;
use ferrobot_model::endpoint::Endpoint;
use ferrobot_transport::{ListenError, Listener, Peer, Renewal, Stream, probe_when_silent};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::accounts::Accounts;
use super::connection::{LocalObject, PbConnection};
use super::login::Root;
use crate::listener::Port;

/// How long a new connection may take until it has logged in.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(30);

/// The listening port of Perspective Broker.
pub struct PbListener(Port);

#[derive(Clone)]
struct Shared {
    workers: Arc<dyn Workers>,
    accounts: Arc<dyn Accounts>,
    end: CancellationToken,
    tasks: TaskTracker,
}

impl PbListener {
    /// Opens the port and serves it until [`PbListener::close`], or until it is dropped.
    ///
    /// `leaving`: these may be where it has to be open, and are going to be closed.
    pub async fn open(
        endpoint: &Endpoint,
        leaving: &[&Renewal],
        workers: Arc<dyn Workers>,
        accounts: Arc<dyn Accounts>,
    ) -> Result<PbListener, ListenError> {
        let (port, listener) = Port::open(endpoint, leaving).await?;
        let shared = Shared { workers, accounts, end: port.end.clone(), tasks: port.tasks.clone() };
        port.tasks.spawn(accept(listener, shared));
        Ok(PbListener(port))
    }

    /// Where it listens, if that is a TCP port.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.0.address
    }

    /// By this its certificates are changed.
    #[must_use]
    pub fn renewal(&self) -> &Renewal {
        &self.0.renewal
    }

    /// Closes the port and every connection, and waits for their tasks.
    pub async fn close(self) {
        self.0.close().await;
    }
}

async fn accept(mut listener: Listener, shared: Shared) {
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.end.cancelled() => return,
        };
        shared.tasks.spawn(serve(shared.clone(), stream, peer));
    }
}

async fn serve(shared: Shared, stream: Stream, peer: Peer) {
    if let Err(error) = probe_when_silent(&stream) {
        warn!(peer = %peer, "cannot set the options of the connection from {peer}: {error}");
    }
    let end = shared.end.child_token();
    let connection = PbConnection::new(&peer.to_string(), end.clone());
    let root = Arc::new(Root::new(shared.workers, shared.accounts, shared.tasks.clone()));
    let names: HashMap<&str, Arc<dyn LocalObject>> =
        HashMap::from([("root", Arc::clone(&root) as Arc<dyn LocalObject>)]);
    let login = async {
        tokio::time::sleep(LOGIN_TIMEOUT).await;
        if root.user().is_none() {
            connection.close("the login took too long");
        }
        std::future::pending().await
    };
    let (mut reading, mut writing) = tokio::io::split(stream);
    let reason = tokio::select! {
        reason = connection.read(&mut reading, &names) => reason,
        () = connection.write(&mut writing) => "the peer closed the connection".to_owned(),
        () = login => String::new(),
    };
    connection.close(&reason);
    let reason = connection.closed().borrow().clone().unwrap_or(reason);
    match root.user() {
        Some(user) => info!(peer = %peer, "`{user}` from {peer} is disconnected: {reason}"),
        None => info!(peer = %peer, "a connection from {peer} ended before it logged in: {reason}"),
    }
}
