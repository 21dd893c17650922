//! The port for MessagePack workers: HTTP upgrade, login, then frames both ways until either side ends.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use base64::Engine as _;
use ferrobot_engine::{WorkerSession, Workers};
use ferrobot_model::endpoint::Endpoint;
use ferrobot_transport::{ListenError, Listener, Peer, Renewal, probe_when_silent};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use crate::connection::{Connection, lock};
use crate::session::{Greeting, MsgpackSession};
use crate::{frames, handshake};

/// How long a new connection may take until it is attached.
const GREETING_TIMEOUT: Duration = Duration::from_secs(30);

/// A port that is open, with the tasks of its connections. One that is dropped closes, too, but nobody waits for it.
pub(crate) struct Port {
    pub(crate) address: Option<SocketAddr>,
    pub(crate) renewal: Renewal,
    pub(crate) end: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl Port {
    /// Opens the port; whoever opens it has to serve it.
    pub(crate) async fn open(endpoint: &Endpoint, leaving: &[&Renewal]) -> Result<(Port, Listener), ListenError> {
        let (listener, renewal) = Listener::open_beside(endpoint, leaving).await?;
        let address = listener.address();
        Ok((Port { address, renewal, end: CancellationToken::new(), tasks: TaskTracker::new() }, listener))
    }

    /// Closes it and every connection, and waits for their tasks.
    pub(crate) async fn close(self) {
        self.end.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

impl Drop for Port {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

/// The listening port of `msgpack_experimental_v7`.
pub struct MsgpackListener(Port);

#[derive(Clone)]
struct Shared {
    workers: Arc<dyn Workers>,
    /// Sessions of workers that hold their commands, by name.
    holders: Arc<Mutex<HashMap<String, Weak<MsgpackSession>>>>,
    end: CancellationToken,
    tasks: TaskTracker,
}

impl MsgpackListener {
    /// Opens the port and serves it until [`MsgpackListener::close`], or until it is dropped.
    ///
    /// `leaving`: these may be where it has to be open, and are going to be closed.
    pub async fn open(
        endpoint: &Endpoint,
        leaving: &[&Renewal],
        workers: Arc<dyn Workers>,
    ) -> Result<MsgpackListener, ListenError> {
        let (port, listener) = Port::open(endpoint, leaving).await?;
        let holders = Arc::default();
        let shared = Shared { workers, holders, end: port.end.clone(), tasks: port.tasks.clone() };
        let router = Router::new().fallback(upgrade).with_state(shared);
        let stop = port.end.clone();
        port.tasks.spawn(async move {
            let service = router.into_make_service_with_connect_info::<Peer>();
            let listener = listener.tap_io(|stream| {
                if let Err(error) = probe_when_silent(stream) {
                    debug!("a worker's connection is not probed: {error}");
                }
            });
            let served = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await;
            if let Err(error) = served {
                warn!("the port for MessagePack workers ended: {error}");
            }
        });
        Ok(MsgpackListener(port))
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

async fn upgrade(State(shared): State<Shared>, ConnectInfo(peer): ConnectInfo<Peer>, request: Request) -> Response {
    let (name, password) = match credentials(request.headers()) {
        Ok(credentials) => credentials,
        Err(refused) => {
            warn!(peer = %peer, "refused a worker from {peer}: {}", refused.1);
            return refused.into_response();
        }
    };
    if let Err(reason) = shared.workers.authenticate(&name, &password).await {
        warn!(peer = %peer, "refused a worker from {peer}: {reason}");
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let (upgraded, response) = match handshake::accept(request).await {
        Ok(accepted) => accepted,
        Err(refusal) => return refusal,
    };
    // Tracked, so that closing the port waits for its connections.
    shared.tasks.clone().spawn(async move {
        match upgraded.await {
            Ok(stream) => serve(shared, name, TokioIo::new(stream), peer).await,
            Err(error) => warn!(peer = %peer, "worker `{name}` from {peer} went away before it said anything: {error}"),
        }
    });
    response
}

/// Name and password of `Authorization: Basic`, or the status of the refusal.
fn credentials(headers: &HeaderMap) -> Result<(String, Vec<u8>), (StatusCode, &'static str)> {
    const MISSING: (StatusCode, &str) = (StatusCode::UNAUTHORIZED, "Authorization header is missing");
    const MALFORMED: (StatusCode, &str) = (StatusCode::BAD_REQUEST, "Authorization header is malformed");
    let header = headers.get(header::AUTHORIZATION).ok_or(MISSING)?;
    let encoded = header.to_str().ok().and_then(|text| text.strip_prefix("Basic ")).ok_or(MALFORMED)?;
    let decoded = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).map_err(|_| MALFORMED)?;
    let colon = decoded.iter().position(|&byte| byte == b':').ok_or(MALFORMED)?;
    let name = String::from_utf8(decoded[..colon].to_vec()).map_err(|_| MALFORMED)?;
    Ok((name, decoded[colon + 1..].to_vec()))
}

async fn serve(shared: Shared, name: String, stream: impl AsyncRead + AsyncWrite + Send, peer: Peer) {
    let connection = Connection::new(&name, shared.end.child_token());
    let session = OnceLock::new();
    let greeting = async {
        // On the heap, so that its memory is given back when the worker is in.
        Box::pin(greet(&shared, &connection, &session, &peer)).await;
        std::future::pending().await
    };
    let reason = tokio::select! {
        reason = frames::carry(&connection, &shared.workers, stream) => reason,
        never = greeting => never,
    };
    if let Some(session) = session.get() {
        session.connection_ended(&connection, &reason);
    }
    info!(worker.name = name, "worker `{name}` from {peer} is disconnected: {reason}");
}

/// The session of a connection, once there is one.
type Place = OnceLock<Arc<MsgpackSession>>;

async fn greet(shared: &Shared, connection: &Arc<Connection>, place: &Place, peer: &Peer) {
    let name = connection.worker();
    match tokio::time::timeout(GREETING_TIMEOUT, attach(shared, connection, place)).await {
        Ok(Ok(())) => info!(worker.name = name, "worker `{name}` attached from {peer}"),
        Ok(Err(reason)) => {
            warn!(worker.name = name, "worker `{name}` from {peer} was not attached: {reason}");
            connection.close(&reason);
        }
        Err(_) => {
            warn!(worker.name = name, "worker `{name}` from {peer} did not finish its greeting");
            connection.close("the greeting took too long");
        }
    }
}

async fn attach(shared: &Shared, connection: &Arc<Connection>, place: &Place) -> Result<(), String> {
    let name = connection.worker();
    let greeting = Greeting::of(connection).await.map_err(|error| error.to_string())?;
    if let Some(holder) = &greeting.holder
        && let Some(session) = shared.session_of(name, &holder.instance)
    {
        let _first = place.set(Arc::clone(&session));
        return session.relink(connection, holder).await.map_err(|error| error.to_string());
    }
    let holds = greeting.holder.is_some();
    let session = MsgpackSession::new(connection, greeting);
    let _first = place.set(Arc::clone(&session));
    if let Err(error) = shared.workers.attach(name, Arc::clone(&session) as Arc<dyn WorkerSession>).await {
        // Nobody waits for a worker that is not in.
        session.end(&error.to_string());
        return Err(error.to_string());
    }
    if holds {
        lock(&shared.holders).insert(name.to_owned(), Arc::downgrade(&session));
    }
    Ok(())
}

impl Shared {
    /// The session of a worker's process, if it is not given up.
    fn session_of(&self, name: &str, instance: &str) -> Option<Arc<MsgpackSession>> {
        lock(&self.holders).get(name)?.upgrade().filter(|session| session.is_of(instance))
    }
}
