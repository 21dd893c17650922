//! Opens the connection to the master, through a proxy and TLS if the settings say so. For MessagePack the upgrade with name
//! and password follows.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use base64::Engine as _;
use ferrobot_transport::{Secured, SecuredError, Stream, probe_when_silent};
use tokio::net::{TcpSocket, TcpStream, UnixStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WebSocketError, http};

use tracing::warn;

use super::destination::{Destination, Place, Route, Tls};
use super::tunnel::{self, TunnelError};
use crate::options::WorkerOptions;

/// Blocks of files are the largest messages; masters send at most 16 MB of one.
const MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The connection to a master.
pub(super) type Socket = WebSocketStream<Stream>;

/// Why there is no connection.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// The place cannot be reached.
    #[error("{place}: {source}")]
    Unreachable {
        /// Where.
        place: String,
        /// Why.
        source: std::io::Error,
    },
    /// Nothing happened for too long.
    #[error("{place}: no answer within {} seconds", limit.as_secs_f64())]
    Timeout {
        /// Where.
        place: String,
        /// How long is too long.
        limit: Duration,
    },
    /// The master cannot be believed, or speaks no TLS.
    #[error("{place}: {source}")]
    Insecure {
        /// Where.
        place: String,
        /// Why.
        source: SecuredError,
    },
    /// The master does not know the name, or the password is wrong.
    #[error("{place}: the master refused the name or password of worker `{worker}`")]
    Unauthorized {
        /// Where.
        place: String,
        /// The worker's name.
        worker: String,
    },
    /// The other side is no master that speaks this protocol.
    #[error("{place}: {reason}")]
    Refused {
        /// Where.
        place: String,
        /// What it said.
        reason: String,
    },
    /// The settings cannot be used.
    #[error("{0}")]
    Settings(String),
}

/// The place as logs show it.
pub(super) fn describe(options: &WorkerOptions) -> String {
    let address = || format!("{}:{}", options.master.host, options.master.port);
    let master = options.connection_string.clone().unwrap_or_else(address);
    match &options.proxy {
        None => master,
        Some(proxy) => format!("{master} through the proxy {proxy}"),
    }
}

/// Whether a master could be reached with these settings: what is wrong with them does not mend itself.
pub(super) fn check(options: &WorkerOptions) -> Result<(), ConnectError> {
    let route = Route::of(options).map_err(ConnectError::Settings)?;
    for destination in std::iter::once(&route.master).chain(&route.proxy) {
        secured(destination).map_err(|source| ConnectError::Settings(format!("{}: {source}", describe(options))))?;
    }
    Ok(())
}

/// Connects and logs in.
pub(super) async fn connect(options: &WorkerOptions) -> Result<Socket, ConnectError> {
    let (route, place) = (Route::of(options).map_err(ConnectError::Settings)?, describe(options));
    within(route.master.timeout, &place, async {
        let stream = open(&route, &place).await?;
        upgrade(options, &route.master.place, stream, &place).await
    })
    .await
}

/// Connects, but does not log in.
pub(super) async fn connect_stream(options: &WorkerOptions) -> Result<Stream, ConnectError> {
    let (route, place) = (Route::of(options).map_err(ConnectError::Settings)?, describe(options));
    within(route.master.timeout, &place, open(&route, &place)).await
}

async fn within<T>(
    limit: Duration,
    place: &str,
    future: impl Future<Output = Result<T, ConnectError>>,
) -> Result<T, ConnectError> {
    let timeout = |_| ConnectError::Timeout { place: place.to_owned(), limit };
    tokio::time::timeout(limit, future).await.map_err(timeout)?
}

async fn open(route: &Route, place: &str) -> Result<Stream, ConnectError> {
    let stream = match (&route.proxy, &route.master.place) {
        (Some(proxy), Place::Tcp { host, port }) => {
            let mut stream = reach(proxy, place).await?;
            tunnel::dig(&mut stream, host, *port).await.map_err(|error| match error {
                TunnelError::Lost(source) => ConnectError::Unreachable { place: place.to_owned(), source },
                TunnelError::Refused(reason) => ConnectError::Refused { place: place.to_owned(), reason },
            })?;
            secure(&route.master, stream, place).await?
        }
        _ => reach(&route.master, place).await?,
    };
    if let Err(error) = probe_when_silent(&stream) {
        warn!("the connection will not be probed while it is idle: {error}");
    }
    Ok(stream)
}

async fn reach(destination: &Destination, place: &str) -> Result<Stream, ConnectError> {
    let unreachable = |source| ConnectError::Unreachable { place: place.to_owned(), source };
    let stream = match &destination.place {
        Place::Unix(path) => Stream::Unix(UnixStream::connect(path).await.map_err(unreachable)?),
        Place::Tcp { host, port } => {
            let stream = reach_tcp(host, *port, destination.from).await.map_err(unreachable)?;
            stream.set_nodelay(true).map_err(unreachable)?;
            Stream::Tcp(stream)
        }
    };
    secure(destination, stream, place).await
}

async fn reach_tcp(host: &str, port: u16, from: Option<IpAddr>) -> io::Result<TcpStream> {
    let Some(from) = from else { return TcpStream::connect((host, port)).await };
    let mut failed =
        io::Error::new(io::ErrorKind::NotFound, format!("`{host}` has no address that {from} could reach"));
    for address in tokio::net::lookup_host((host, port)).await?.filter(|address| address.is_ipv4() == from.is_ipv4()) {
        let socket = if from.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.bind(SocketAddr::new(from, 0))?;
        match socket.connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failed = error,
        }
    }
    Err(failed)
}

async fn secure(destination: &Destination, stream: Stream, place: &str) -> Result<Stream, ConnectError> {
    let insecure = |source| ConnectError::Insecure { place: place.to_owned(), source };
    match secured(destination).map_err(insecure)? {
        None => Ok(stream),
        Some(secured) => secured.over(stream).await.map_err(insecure),
    }
}

/// The files are read for each connection: certificates are renewed while a worker runs.
fn secured(destination: &Destination) -> Result<Option<Secured>, SecuredError> {
    let Some(Tls { host, trust, identity }) = &destination.tls else { return Ok(None) };
    Secured::new(host, trust, identity.as_ref()).map(Some)
}

async fn upgrade(
    options: &WorkerOptions,
    place: &Place,
    stream: Stream,
    described: &str,
) -> Result<Socket, ConnectError> {
    let refused = |reason: String| ConnectError::Refused { place: described.to_owned(), reason };
    let url = match place {
        Place::Tcp { host, port } if host.contains(':') => format!("ws://[{host}]:{port}/"),
        Place::Tcp { host, port } => format!("ws://{host}:{port}/"),
        Place::Unix(_) => "ws://localhost/".to_owned(),
    };
    let mut request = url
        .as_str()
        .into_client_request()
        .map_err(|error| ConnectError::Settings(format!("`{url}` is no URL: {error}")))?;
    let credentials = format!("{}:{}", options.name, options.password);
    let encoded = base64::engine::general_purpose::STANDARD.encode(credentials);
    let mut authorization = HeaderValue::from_str(&format!("Basic {encoded}"))
        .map_err(|error| ConnectError::Settings(format!("the password cannot be sent: {error}")))?;
    authorization.set_sensitive(true);
    request.headers_mut().insert(header::AUTHORIZATION, authorization);
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX))
        .read_buffer_size(16 * 1024)
        .write_buffer_size(0);
    match tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await {
        Ok((socket, _)) => Ok(socket),
        Err(WebSocketError::Http(answer)) if answer.status() == StatusCode::UNAUTHORIZED => {
            Err(ConnectError::Unauthorized { place: described.to_owned(), worker: options.name.clone() })
        }
        Err(WebSocketError::Http(answer)) => Err(refused(answered(answer.status()))),
        Err(WebSocketError::Io(source)) => Err(ConnectError::Unreachable { place: described.to_owned(), source }),
        Err(error) => Err(refused(error.to_string())),
    }
}

fn answered(status: http::StatusCode) -> String {
    format!("the server answered {status}; is this the port of `msgpack_experimental_v7`?")
}
