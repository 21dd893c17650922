//! Opens the WebSocket to the master: TCP, through a proxy if there is one, then the upgrade with name and password.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use base64::Engine as _;
use ferrobot_model::span_of;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderValue, StatusCode, header};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error as WebSocketError, http};

use crate::options::WorkerOptions;

/// From the first packet to the end of the upgrade, unless the connection string has a `timeout`.
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
    #[error("{place}: no answer within {} seconds", limit.as_secs_f64())]
    Timeout {
        /// Where.
        place: String,
        /// How long is too long.
        limit: Duration,
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

/// Where the connection goes.
#[derive(Debug, PartialEq)]
struct Place {
    host: String,
    port: u16,
    timeout: Duration,
    /// The address of this machine to connect from.
    bind_address: Option<IpAddr>,
}

/// The place as logs show it.
pub(super) fn describe(options: &WorkerOptions) -> String {
    options.connection_string.clone().unwrap_or_else(|| format!("{}:{}", options.master.host, options.master.port))
}

/// Connects and logs in.
pub(super) async fn connect(options: &WorkerOptions) -> Result<Socket, ConnectError> {
    let (described, place) = (describe(options), place(options)?);
    let connecting = async {
        let stream = open_stream(options, &place, &described).await?;
        upgrade(options, &place, stream, &described).await
    };
    in_time(&described, place.timeout, connecting).await
}

/// Connects, but does not log in.
pub(super) async fn connect_stream(options: &WorkerOptions) -> Result<TcpStream, ConnectError> {
    let (described, place) = (describe(options), place(options)?);
    in_time(&described, place.timeout, open_stream(options, &place, &described)).await
}

async fn in_time<T>(
    described: &str,
    limit: Duration,
    connecting: impl Future<Output = Result<T, ConnectError>>,
) -> Result<T, ConnectError> {
    match tokio::time::timeout(limit, connecting).await {
        Ok(connected) => connected,
        Err(_) => Err(ConnectError::Timeout { place: described.to_owned(), limit }),
    }
}

async fn open_stream(options: &WorkerOptions, place: &Place, described: &str) -> Result<TcpStream, ConnectError> {
    let unreachable = |source| ConnectError::Unreachable { place: described.to_owned(), source };
    let stream = match &options.proxy {
        None => open_tcp(&format!("{}:{}", bracketed(&place.host), place.port), place).await.map_err(unreachable)?,
        Some(proxy) => connect_through(proxy, place).await?,
    };
    stream.set_nodelay(true).map_err(unreachable)?;
    Ok(stream)
}

/// Connects from the address that is wanted, if one is.
async fn open_tcp(address: &str, place: &Place) -> std::io::Result<TcpStream> {
    let Some(from) = place.bind_address else { return TcpStream::connect(address).await };
    let mut failure = std::io::Error::new(std::io::ErrorKind::NotFound, format!("no address that {from} can reach"));
    for to in tokio::net::lookup_host(address).await?.filter(|to| to.is_ipv4() == from.is_ipv4()) {
        let socket = if from.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.bind(SocketAddr::new(from, 0))?;
        match socket.connect(to).await {
            Ok(stream) => return Ok(stream),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// Reads `tcp:host:port` and its longer spellings.
fn place(options: &WorkerOptions) -> Result<Place, ConnectError> {
    if options.use_tls {
        return Err(ConnectError::Settings("TLS to the master is not supported yet".to_owned()));
    }
    let (host, port) = (options.master.host.clone(), options.master.port);
    let place = Place { host, port, timeout: CONNECT_TIMEOUT, bind_address: None };
    match &options.connection_string {
        None => Ok(place),
        Some(text) => place_of(text, place)
            .map_err(|why| ConnectError::Settings(format!("the connection string `{text}` cannot be used: {why}"))),
    }
}

fn place_of(text: &str, usual: Place) -> Result<Place, String> {
    const FORM: &str = "it is not of the form tcp:HOST:PORT";
    let mut parts = split_endpoint(text).into_iter();
    if parts.next().as_deref() != Some("tcp") {
        return Err(FORM.to_owned());
    }
    let (mut host, mut port, mut place) = (None, None, usual);
    for part in parts {
        match part.split_once('=') {
            Some(("host", value)) => host = Some(value.to_owned()),
            Some(("port", value)) => port = Some(value.to_owned()),
            Some(("timeout", value)) => {
                let seconds =
                    value.parse().map_err(|_| format!("`timeout` must be a number of seconds, not {value}"))?;
                place.timeout = span_of(seconds).map_err(|error| format!("`timeout` {error}"))?;
            }
            Some(("bindAddress", value)) => {
                let address = value.parse().map_err(|_| format!("`bindAddress` must be an IP address, not {value}"))?;
                place.bind_address = Some(address);
            }
            Some((other, _)) => return Err(format!("`{other}` is not known")),
            None if host.is_none() => host = Some(part),
            None if port.is_none() => port = Some(part),
            None => return Err(FORM.to_owned()),
        }
    }
    place.port = port.and_then(|port| port.parse().ok()).ok_or(FORM)?;
    place.host = host.ok_or(FORM)?;
    Ok(place)
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
    let mut stream = open_tcp(address, place).await.map_err(unreachable)?;
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
    let host = bracketed(&place.host);
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
        let read = |host: &str, port, timeout, bind_address: Option<&str>| Place {
            host: host.to_owned(),
            port,
            timeout: Duration::from_secs(timeout),
            bind_address: bind_address.map(|address| address.parse().unwrap()),
        };
        let cases = [
            (None, Ok(read("h", 9989, 30, None))),
            (Some("tcp:a:1"), Ok(read("a", 1, 30, None))),
            (Some("tcp:host=a:port=2:timeout=3"), Ok(read("a", 2, 3, None))),
            (Some("tcp:a:2:bindAddress=127.0.0.2"), Ok(read("a", 2, 30, Some("127.0.0.2")))),
            (Some(r"tcp:\:\:1:5:bindAddress=\:\:1"), Ok(read("::1", 5, 30, Some("::1")))),
            (Some("tcp:a"), Err("it is not of the form tcp:HOST:PORT")),
            (Some("tcp:a:x"), Err("it is not of the form tcp:HOST:PORT")),
            (Some("tcp:a:1:2"), Err("it is not of the form tcp:HOST:PORT")),
            (Some("unix:/x"), Err("it is not of the form tcp:HOST:PORT")),
            (Some("tcp:a:1:timeout=soon"), Err("`timeout` must be a number of seconds, not soon")),
            (Some("tcp:a:1:timeout=-1"), Err("`timeout` must be a number of seconds, 0 or more, not -1")),
            (Some("tcp:a:1:bindAddress=eth0"), Err("`bindAddress` must be an IP address, not eth0")),
            (Some("tcp:a:1:bindaddress=1.2.3.4"), Err("`bindaddress` is not known")),
        ];
        for (text, expected) in cases {
            let found = place(&options(text)).map_err(|error| error.to_string());
            match expected {
                Ok(expected) => assert_eq!(found, Ok(expected), "{text:?}"),
                Err(why) => assert!(found.as_ref().is_err_and(|error| error.ends_with(why)), "{text:?}: {found:?}"),
            }
        }
    }

    #[tokio::test]
    async fn the_address_to_connect_from_is_taken() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let text = format!("tcp:127.0.0.1:{}:bindAddress=127.0.0.2", listener.local_addr().unwrap().port());
        let options = options(Some(&text));
        let (connected, accepted) = tokio::join!(connect_stream(&options), listener.accept());
        connected.unwrap();
        assert_eq!(accepted.unwrap().1.ip().to_string(), "127.0.0.2");
    }
}
