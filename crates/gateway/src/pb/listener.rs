//! The port: accepts connections, and serves each until it ends.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use ferrobot_engine::Workers;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{info, warn};

use super::accounts::Accounts;
use super::connection::{LocalObject, PbConnection};
use super::login::Root;
use crate::listener::{GatewayError, Port, set_options};

/// How long a new connection may take until it has logged in.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(30);
/// After an error of the system (no descriptors, …) the next connection is accepted so much later.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

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
    /// Opens the port (`host:port`) and serves it until [`PbListener::close`], or until it is dropped.
    pub async fn open(
        address: &str,
        workers: Arc<dyn Workers>,
        accounts: Arc<dyn Accounts>,
    ) -> Result<PbListener, GatewayError> {
        let (port, listener) = Port::open(address).await?;
        let shared = Shared { workers, accounts, end: port.end.clone(), tasks: port.tasks.clone() };
        port.tasks.spawn(accept(listener, shared));
        Ok(PbListener(port))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Closes the port and every connection, and waits for their tasks.
    pub async fn close(self) {
        self.0.close().await;
    }
}

async fn accept(listener: TcpListener, shared: Shared) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = shared.end.cancelled() => return,
        };
        match accepted {
            Ok((stream, peer)) => {
                shared.tasks.spawn(serve(shared.clone(), stream, peer));
            }
            Err(error) => {
                warn!("cannot accept a connection: {error}");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
        }
    }
}

async fn serve(shared: Shared, stream: TcpStream, peer: SocketAddr) {
    set_options(&stream);
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
    let reason = tokio::select! {
        reason = connection.read(&stream, &names) => reason,
        () = connection.write(&stream) => "the peer closed the connection".to_owned(),
        () = login => String::new(),
    };
    connection.close(&reason);
    let reason = connection.closed().borrow().clone().unwrap_or(reason);
    match root.user() {
        Some(user) => info!(peer = %peer, "`{user}` from {peer} is disconnected: {reason}"),
        None => info!(peer = %peer, "a connection from {peer} ended before it logged in: {reason}"),
    }
}
