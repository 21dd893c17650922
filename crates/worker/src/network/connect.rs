//! Opens the WebSocket to the master: TCP, through a proxy if there is one, then the upgrade with name and password.

use std::time::Duration;

use base64::Engine as _;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WebSocketError, http};

use crate::options::WorkerOptions;

/// From the first packet to the end of the upgrade.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Blocks of files are the largest messages; masters send at most 16 MB of one.
const MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// An HTTP proxy's answer is shorter.
const PROXY_ANSWER_BYTES_MAX: usize = 16 * 1024;

/// The connection to a master.
pub(super) type Socket = WebSocketStream<TcpStream>;

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
    #[error("{0}: no answer within 30 seconds")]
    Timeout(String),
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

/// Where the connection goes.
struct Place {
    host: String,
    port: u16,
}

/// The place as logs show it.
pub(super) fn describe(options: &WorkerOptions) -> String {
    options.connection_string.clone().unwrap_or_else(|| format!("{}:{}", options.master.host, options.master.port))
}

/// Connects and logs in.
pub(super) async fn connect(options: &WorkerOptions) -> Result<Socket, ConnectError> {
    let described = describe(options);
    tokio::time::timeout(CONNECT_TIMEOUT, open(options, &described))
        .await
        .unwrap_or_else(|_| Err(ConnectError::Timeout(described.clone())))
}

async fn open(options: &WorkerOptions, described: &str) -> Result<Socket, ConnectError> {
    let place = place(options)?;
    let stream = open_stream(options, &place, described).await?;
    upgrade(options, &place, stream, described).await
}

/// Connects, but does not log in.
pub(super) async fn connect_stream(options: &WorkerOptions) -> Result<TcpStream, ConnectError> {
    let described = describe(options);
    let place = place(options)?;
    tokio::time::timeout(CONNECT_TIMEOUT, open_stream(options, &place, &described))
        .await
        .unwrap_or_else(|_| Err(ConnectError::Timeout(described.clone())))
}

async fn open_stream(options: &WorkerOptions, place: &Place, described: &str) -> Result<TcpStream, ConnectError> {
    let unreachable = |source| ConnectError::Unreachable { place: described.to_owned(), source };
    let stream = match &options.proxy {
        None => TcpStream::connect((place.host.as_str(), place.port)).await.map_err(unreachable)?,
        Some(proxy) => connect_through(proxy, place).await?,
    };
    stream.set_nodelay(true).map_err(unreachable)?;
    Ok(stream)
}

/// Reads `tcp:host:port` and its longer spellings.
fn place(options: &WorkerOptions) -> Result<Place, ConnectError> {
    if options.use_tls {
        return Err(ConnectError::Settings("TLS to the master is not supported yet".to_owned()));
    }
    let Some(text) = &options.connection_string else {
        return Ok(Place { host: options.master.host.clone(), port: options.master.port });
    };
    let unusable =
        || ConnectError::Settings(format!("the connection string `{text}` is not of the form tcp:HOST:PORT"));
    let mut parts = split_endpoint(text).into_iter();
    if parts.next().as_deref() != Some("tcp") {
        return Err(unusable());
    }
    let (mut host, mut port) = (None, None);
    for part in parts {
        match part.split_once('=') {
            Some(("host", value)) => host = Some(value.to_owned()),
            Some(("port", value)) => port = Some(value.to_owned()),
            Some(_) => {}
            None if host.is_none() => host = Some(part),
            None => port = port.or(Some(part)),
        }
    }
    let port = port.and_then(|port| port.parse().ok()).ok_or_else(unusable)?;
    Ok(Place { host: host.ok_or_else(unusable)?, port })
}

/// Splits at colons; a backslash takes the next character as it is.
fn split_endpoint(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        match character {
            ':' => parts.push(String::new()),
            '\\' => parts.last_mut().expect("there is always a last part").extend(characters.next()),
            other => parts.last_mut().expect("there is always a last part").push(other),
        }
    }
    parts
}

/// Asks an HTTP proxy for a tunnel.
async fn connect_through(proxy: &str, place: &Place) -> Result<TcpStream, ConnectError> {
    let unusable = || ConnectError::Settings(format!("the proxy `{proxy}` is not of the form http://HOST:PORT"));
    let address = proxy.strip_prefix("http://").ok_or_else(unusable)?.trim_end_matches('/');
    if !address.contains(':') {
        return Err(unusable());
    }
    let unreachable = |source| ConnectError::Unreachable { place: proxy.to_owned(), source };
    let mut stream = TcpStream::connect(address).await.map_err(unreachable)?;
    let target = format!("{}:{}", place.host, place.port);
    let request = format!("CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.map_err(unreachable)?;
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") {
        if answer.len() > PROXY_ANSWER_BYTES_MAX {
            return Err(ConnectError::Refused { place: proxy.to_owned(), reason: "its answer is too long".to_owned() });
        }
        answer.push(stream.read_u8().await.map_err(unreachable)?);
    }
    let first = String::from_utf8_lossy(&answer).lines().next().unwrap_or_default().to_owned();
    match first.split(' ').nth(1) {
        Some("200") => Ok(stream),
        _ => Err(ConnectError::Refused { place: proxy.to_owned(), reason: format!("the proxy answered `{first}`") }),
    }
}

async fn upgrade(
    options: &WorkerOptions,
    place: &Place,
    stream: TcpStream,
    described: &str,
) -> Result<Socket, ConnectError> {
    let refused = |reason: String| ConnectError::Refused { place: described.to_owned(), reason };
    let host = if place.host.contains(':') { format!("[{}]", place.host) } else { place.host.clone() };
    let mut request = format!("ws://{host}:{}/", place.port)
        .into_client_request()
        .map_err(|error| ConnectError::Settings(format!("`{host}` is no host name: {error}")))?;
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

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::options::MasterAddress;

    fn options(connection_string: Option<&str>) -> WorkerOptions {
        let master = MasterAddress { host: "h".to_owned(), port: 9989 };
        let mut options = WorkerOptions::new(PathBuf::from("/w"), master, "w1", "pw");
        options.connection_string = connection_string.map(str::to_owned);
        options
    }

    #[test]
    fn connection_strings_are_read() {
        let cases = [
            (None, Some(("h", 9989))),
            (Some("tcp:a:1"), Some(("a", 1))),
            (Some("tcp:host=a:port=2:timeout=3"), Some(("a", 2))),
            (Some(r"tcp:\:\:1:5"), Some(("::1", 5))),
            (Some("tcp:a"), None),
            (Some("tcp:a:x"), None),
            (Some("unix:/x"), None),
        ];
        for (text, expected) in cases {
            let found = place(&options(text)).ok();
            assert_eq!(found.as_ref().map(|place| (place.host.as_str(), place.port)), expected, "{text:?}");
        }
    }
}
