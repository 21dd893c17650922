//! The port for MessagePack workers: HTTP upgrade, login, then frames both ways until either side ends.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;

use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::serve::ListenerExt;
use base64::Engine as _;
use ferrobot_engine::{WorkerSession, Workers};
use ferrobot_wire::msgpack::Frame;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use crate::connection::{Connection, WorkerRequest, lock};
use crate::session::{Greeting, MsgpackSession};

/// No block of output and no block of a transfer comes near this.
const FRAME_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Each connection keeps two buffers of this size: small, since most workers of a large fleet are idle.
const BUFFER_BYTES: usize = 4 * 1024;
/// How long a new connection may take until it is attached.
const GREETING_TIMEOUT: Duration = Duration::from_secs(30);
/// A silent peer is pinged this often; half-open connections end after two of these.
const PING_EVERY: Duration = Duration::from_secs(10);

/// Why the port could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// The address is taken or not permitted.
    #[error(
        "cannot listen for workers on {address}: {source}; change `c['protocols']` or end the program that uses the port"
    )]
    Bind {
        /// Where.
        address: String,
        /// Why.
        source: std::io::Error,
    },
}

/// A port that is open, with the tasks of its connections. One that is dropped closes, too, but nobody waits for it.
pub(crate) struct Port {
    pub(crate) address: SocketAddr,
    pub(crate) end: CancellationToken,
    pub(crate) tasks: TaskTracker,
}

impl Port {
    /// Opens the port (`host:port`); whoever opens it has to serve it.
    pub(crate) async fn open(address: &str) -> Result<(Port, TcpListener), GatewayError> {
        let failed = |source| GatewayError::Bind { address: address.to_owned(), source };
        let listener = TcpListener::bind(address).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok((Port { address, end: CancellationToken::new(), tasks: TaskTracker::new() }, listener))
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
    /// Opens the port (`host:port`) and serves it until [`MsgpackListener::close`], or until it is dropped.
    pub async fn open(address: &str, workers: Arc<dyn Workers>) -> Result<MsgpackListener, GatewayError> {
        let (port, listener) = Port::open(address).await?;
        let holders = Arc::default();
        let shared = Shared { workers, holders, end: port.end.clone(), tasks: port.tasks.clone() };
        let router = Router::new().fallback(upgrade).with_state(shared);
        let stop = port.end.clone();
        port.tasks.spawn(async move {
            let service = router.into_make_service_with_connect_info::<SocketAddr>();
            // Small frames go back and forth: waiting to fill a packet would cost each of them 40 ms.
            let listener = listener.tap_io(|stream| {
                if let Err(error) = stream.set_nodelay(true) {
                    debug!("a worker's connection stays slow: {error}");
                }
            });
            let served = axum::serve(listener, service).with_graceful_shutdown(stop.cancelled_owned()).await;
            if let Err(error) = served {
                warn!("the port for MessagePack workers ended: {error}");
            }
        });
        Ok(MsgpackListener(port))
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

async fn upgrade(
    State(shared): State<Shared>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
) -> Response {
    let (name, password) = match credentials(&headers) {
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
    match upgrade {
        Err(rejection) => rejection.into_response(),
        Ok(upgrade) => {
            let upgrade = upgrade
                .max_message_size(FRAME_BYTES_MAX)
                .max_frame_size(FRAME_BYTES_MAX)
                .read_buffer_size(BUFFER_BYTES)
                .write_buffer_size(BUFFER_BYTES);
            upgrade.on_upgrade(move |socket| async move {
                let tasks = shared.tasks.clone();
                // Tracked, so that closing the port waits for its connections.
                let _ended = tasks.spawn(serve(shared, name, socket, peer)).await;
            })
        }
    }
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

async fn serve(shared: Shared, name: String, socket: WebSocket, peer: SocketAddr) {
    let end = shared.end.child_token();
    let (connection, to_write) = Connection::new(&name, end.clone());
    let (sink, stream) = socket.split();
    let writer = tokio::spawn(write_frames(sink, to_write, end.clone()));
    let session = Arc::new(OnceLock::new());
    let greeter = tokio::spawn(greet(shared.clone(), Arc::clone(&connection), Arc::clone(&session), peer));
    let reason = read_frames(&connection, &shared.workers, stream, &end).await;
    connection.close(&reason);
    greeter.abort();
    if let Some(session) = session.get() {
        session.connection_ended(&connection, &reason);
    }
    let _ended = writer.await;
    info!(worker.name = name, "worker `{name}` from {peer} is disconnected: {reason}");
}

/// The session of a connection, once there is one.
type Place = Arc<OnceLock<Arc<MsgpackSession>>>;

async fn greet(shared: Shared, connection: Arc<Connection>, place: Place, peer: SocketAddr) {
    let name = connection.worker();
    match tokio::time::timeout(GREETING_TIMEOUT, attach(&shared, &connection, &place)).await {
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
    shared
        .workers
        .attach(name, Arc::clone(&session) as Arc<dyn WorkerSession>)
        .await
        .map_err(|error| error.to_string())?;
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

async fn read_frames(
    connection: &Arc<Connection>,
    workers: &Arc<dyn Workers>,
    mut stream: futures_util::stream::SplitStream<WebSocket>,
    end: &CancellationToken,
) -> String {
    loop {
        let message = tokio::select! {
            message = tokio::time::timeout(PING_EVERY * 3, stream.next()) => message,
            () = end.cancelled() => return "the master closed the connection".to_owned(),
        };
        let frame = match message {
            Err(_) => return "the peer is silent".to_owned(),
            Ok(None) => return "the peer closed the connection".to_owned(),
            Ok(Some(Err(error))) => return error.to_string(),
            Ok(Some(Ok(Message::Binary(bytes)))) => Frame::decode(&bytes),
            Ok(Some(Ok(Message::Close(_)))) => return "the peer closed the connection".to_owned(),
            Ok(Some(Ok(Message::Text(_)))) => return "the peer sent text where only MessagePack is spoken".to_owned(),
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
        };
        let received = match frame {
            Err(error) => return format!("the peer sent a broken frame: {error}"),
            Ok(frame) => connection.receive(frame).await,
        };
        match received {
            Ok(None) => {}
            Ok(Some(WorkerRequest::Shutdown)) => workers.graceful_shutdown_requested(connection.worker()).await,
            Err(error) => return error.to_string(),
        }
    }
}

/// Writes until the connection ends; pings so that a half-open connection is noticed.
async fn write_frames(
    mut sink: SplitSink<WebSocket, Message>,
    mut frames: mpsc::Receiver<Frame>,
    end: CancellationToken,
) {
    let mut ping = tokio::time::interval(PING_EVERY);
    loop {
        let message = tokio::select! {
            frame = frames.recv() => match frame {
                Some(frame) => Message::Binary(frame.encode().into()),
                None => break,
            },
            _ = ping.tick() => Message::Ping(Vec::new().into()),
            () = end.cancelled() => break,
        };
        let written = tokio::select! {
            written = sink.send(message) => written.is_ok(),
            () = end.cancelled() => false,
        };
        if !written {
            break;
        }
    }
    end.cancel();
    let _closing = tokio::time::timeout(Duration::from_secs(1), sink.close()).await;
}
