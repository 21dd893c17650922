//! Opens an endpoint and accepts its connections. TLS and the headers of proxies are dealt with beside the accepting, so
//! that a peer that hesitates holds up nobody.

use std::fs;
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, Weak};
use std::time::Duration;

use ferrobot_model::endpoint::{Endpoint, Place};
use rustls::ServerConfig;
use socket2::SockRef;
use tokio::net::{TcpListener, TcpSocket, UnixListener, UnixSocket};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tracing::{debug, info, warn};

use crate::certificates::{self, CertificateError};
use crate::{Peer, Stream, proxy_header};

/// Connections that wait to be accepted, unless the endpoint says otherwise: a fleet comes back all at once.
const BACKLOG: u32 = 1024;
/// Connections that are not through with TLS or their proxy's header.
const GREETINGS_MAX: usize = 1024;
/// How long one may take for that.
const GREETING_TIMEOUT: Duration = Duration::from_secs(20);
/// After an error of the system (no descriptors, …) the next connection is accepted so much later.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);
/// The first byte of a connection that begins with TLS.
const TLS_HANDSHAKE: u8 = 0x16;

/// Why nothing listens.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Somebody else does.
    #[error("{endpoint} is taken; end the program that uses it, or name another port")]
    Taken {
        /// Where.
        endpoint: String,
    },
    /// The system refuses.
    #[error("cannot listen on {endpoint}: {reason}")]
    System {
        /// Where.
        endpoint: String,
        /// Why.
        reason: io::Error,
    },
    /// TLS cannot be spoken.
    #[error("cannot speak TLS on {endpoint}: {reason}")]
    Certificate {
        /// Where.
        endpoint: String,
        /// Why.
        reason: CertificateError,
    },
}

/// An open endpoint.
#[derive(Debug)]
pub struct Listener {
    socket: Arc<Socket>,
    wrapping: Arc<RwLock<Wrapping>>,
    greetings: JoinSet<Option<(Stream, Peer)>>,
}

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    Unix { listener: UnixListener, _file: SocketFile },
}

/// What comes between the socket and those who use its connections.
#[derive(Debug, Clone, Default)]
struct Wrapping {
    tls: Option<Arc<ServerConfig>>,
    behind_proxy: bool,
}

/// Changes what comes between the socket and its connections, while it is open.
#[derive(Debug, Clone)]
pub struct Renewal {
    place: Place,
    socket: Weak<Socket>,
    wrapping: Arc<RwLock<Wrapping>>,
}

/// A change that cannot fail any more.
#[derive(Debug)]
pub struct Renewed {
    old: Arc<RwLock<Wrapping>>,
    new: Wrapping,
    mode: Option<(PathBuf, u32)>,
}

impl Listener {
    /// Opens an endpoint, and the renewal that belongs to it.
    pub async fn open(endpoint: &Endpoint) -> Result<(Listener, Renewal), ListenError> {
        Listener::open_beside(endpoint, &[]).await
    }

    /// The same, also where one of these takes the endpoint's place and is going to be closed: until then both are open.
    pub async fn open_beside(endpoint: &Endpoint, leaving: &[&Renewal]) -> Result<(Listener, Renewal), ListenError> {
        let wrapping = Arc::new(RwLock::new(Wrapping::of(endpoint)?));
        let leaving: Vec<Arc<Socket>> = leaving.iter().filter_map(|renewal| renewal.socket.upgrade()).collect();
        let socket = Socket::bind(endpoint, &leaving).await.map(Arc::new).map_err(|reason| match reason.kind() {
            io::ErrorKind::AddrInUse => ListenError::Taken { endpoint: endpoint.to_string() },
            _ => ListenError::System { endpoint: endpoint.to_string(), reason },
        })?;
        let (place, weak) = (endpoint.place.clone(), Arc::downgrade(&socket));
        let renewal = Renewal { place, socket: weak, wrapping: Arc::clone(&wrapping) };
        Ok((Listener { socket, wrapping, greetings: JoinSet::new() }, renewal))
    }

    /// Where it listens, if that is a TCP port.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        match &*self.socket {
            Socket::Tcp(listener) => listener.local_addr().ok(),
            Socket::Unix { .. } => None,
        }
    }

    /// The next connection that is ready to be used. Nothing is lost when the future is dropped.
    pub async fn accept(&mut self) -> (Stream, Peer) {
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept(), if self.greetings.len() < GREETINGS_MAX => accepted,
                Some(greeted) = self.greetings.join_next() => match greeted {
                    Ok(Some(ready)) => return ready,
                    _ => continue,
                },
            };
            match accepted {
                Ok((stream, peer)) => {
                    let wrapping = self.wrapping.read().unwrap_or_else(PoisonError::into_inner).clone();
                    if wrapping.is_nothing() {
                        return (stream, peer);
                    }
                    self.greetings.spawn(greet(stream, peer, wrapping));
                }
                Err(error) => {
                    warn!("cannot accept a connection: {error}");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

impl Renewal {
    /// Prepares what another configuration wants, with certificates read anew. `None`: it wants another socket.
    pub fn prepare(&self, wanted: &Endpoint) -> Result<Option<Renewed>, ListenError> {
        let mode = match (&self.place, &wanted.place) {
            (Place::Unix { path, .. }, Place::Unix { path: wanted, mode }) if path == wanted => {
                Some((path.clone(), *mode))
            }
            (old, wanted) if old == wanted => None,
            _ => return Ok(None),
        };
        Ok(Some(Renewed { old: Arc::clone(&self.wrapping), new: Wrapping::of(wanted)?, mode }))
    }
}

impl Renewed {
    /// New connections are treated in the new way.
    pub fn apply(self) {
        *self.old.write().unwrap_or_else(PoisonError::into_inner) = self.new;
        if let Some((path, mode)) = self.mode
            && let Err(error) = fs::set_permissions(&path, fs::Permissions::from_mode(mode))
        {
            warn!("cannot change the permissions of `{}`: {error}", path.display());
        }
    }
}

impl Socket {
    async fn bind(endpoint: &Endpoint, leaving: &[Arc<Socket>]) -> io::Result<Socket> {
        let backlog = endpoint.backlog.unwrap_or(BACKLOG);
        match &endpoint.place {
            Place::Unix { path, mode } => {
                remove_stale(path)?;
                let socket = UnixSocket::new_stream()?;
                socket.bind(path)?;
                let file = SocketFile(path.clone());
                fs::set_permissions(path, fs::Permissions::from_mode(*mode))?;
                Ok(Socket::Unix { listener: socket.listen(backlog)?, _file: file })
            }
            Place::Tcp { interface, port } => {
                let mut failed = io::Error::new(io::ErrorKind::NotFound, format!("`{interface}` has no address"));
                for address in tokio::net::lookup_host((interface.as_str(), *port)).await? {
                    let bound = match bind_tcp(address, backlog, false) {
                        Err(error) if error.kind() == io::ErrorKind::AddrInUse => {
                            bind_beside(address, backlog, leaving)
                        }
                        bound => bound,
                    };
                    match bound {
                        Ok(listener) => return Ok(Socket::Tcp(listener)),
                        Err(error) => failed = error,
                    }
                }
                Err(failed)
            }
        }
    }

    async fn accept(&self) -> io::Result<(Stream, Peer)> {
        match self {
            Socket::Tcp(listener) => {
                let (stream, address) = listener.accept().await?;
                // Small messages go back and forth: waiting to fill a packet would cost each of them 40 ms.
                if let Err(error) = stream.set_nodelay(true) {
                    debug!("the connection from {address} stays slow: {error}");
                }
                Ok((Stream::Tcp(stream), Peer::Address(address)))
            }
            Socket::Unix { listener, .. } => {
                let (stream, _) = listener.accept().await?;
                Ok((Stream::Unix(stream), Peer::Local))
            }
        }
    }
}

/// Binds where one of our own sockets is still open. Only for this moment they let the port be shared: otherwise another
/// program of this user could slip in.
fn bind_beside(address: SocketAddr, backlog: u32, leaving: &[Arc<Socket>]) -> io::Result<TcpListener> {
    let at_port = |socket: &&TcpListener| socket.local_addr().is_ok_and(|open| open.port() == address.port());
    let leaving = leaving.iter().filter_map(|socket| match &**socket {
        Socket::Tcp(listener) => Some(listener),
        Socket::Unix { .. } => None,
    });
    let leaving: Vec<SockRef<'_>> = leaving.filter(at_port).map(SockRef::from).collect();
    if leaving.is_empty() {
        return Err(io::ErrorKind::AddrInUse.into());
    }
    let share = |is_shared| leaving.iter().try_for_each(|socket| socket.set_reuse_port(is_shared));
    share(true)?;
    let bound = bind_tcp(address, backlog, true);
    share(false)?;
    let bound = bound?;
    SockRef::from(&bound).set_reuse_port(false)?;
    Ok(bound)
}

fn bind_tcp(address: SocketAddr, backlog: u32, is_shared: bool) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Connections of an earlier process that are being forgotten do not hold the port.
    socket.set_reuseaddr(true)?;
    socket.set_reuseport(is_shared)?;
    socket.bind(address)?;
    socket.listen(backlog)
}

/// Removed when the endpoint is closed.
#[derive(Debug)]
struct SocketFile(PathBuf);

impl Drop for SocketFile {
    fn drop(&mut self) {
        let _gone_already = fs::remove_file(&self.0);
    }
}

/// A socket that nobody listens on is left from a process that was killed.
fn remove_stale(path: &Path) -> io::Result<()> {
    let is_socket = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket());
    if !is_socket {
        return Ok(());
    }
    match std::os::unix::net::UnixStream::connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        _ => Err(io::ErrorKind::AddrInUse.into()),
    }
}

impl Wrapping {
    fn of(endpoint: &Endpoint) -> Result<Wrapping, ListenError> {
        let failed = |reason| ListenError::Certificate { endpoint: endpoint.to_string(), reason };
        let tls = endpoint.tls.as_ref().map(certificates::server).transpose().map_err(failed)?;
        Ok(Wrapping { tls, behind_proxy: endpoint.behind_proxy })
    }

    fn is_nothing(&self) -> bool {
        self.tls.is_none() && !self.behind_proxy
    }

    /// The connection as its users see it, and the address that a proxy told.
    async fn unwrap(self, mut stream: Stream) -> io::Result<(Stream, Option<SocketAddr>)> {
        let Some(tls) = self.tls else {
            let address = proxy_header::read(&mut stream).await?;
            return Ok((stream, address));
        };
        // Twisted looks for the header within TLS, but proxies send it in front.
        let is_in_front = self.behind_proxy && !begins_with_tls(&stream).await?;
        let mut address = if is_in_front { proxy_header::read(&mut stream).await? } else { None };
        let secured = TlsAcceptor::from(tls).accept(stream).await?;
        let mut stream = Stream::Tls(Box::new(secured.into()));
        if self.behind_proxy && !is_in_front {
            address = proxy_header::read(&mut stream).await?;
        }
        Ok((stream, address))
    }
}

async fn begins_with_tls(stream: &Stream) -> io::Result<bool> {
    let mut first = [0];
    match stream.tcp() {
        Some(stream) => Ok(stream.peek(&mut first).await? == 1 && first == [TLS_HANDSHAKE]),
        None => Ok(true),
    }
}

async fn greet(stream: Stream, peer: Peer, wrapping: Wrapping) -> Option<(Stream, Peer)> {
    match tokio::time::timeout(GREETING_TIMEOUT, wrapping.unwrap(stream)).await {
        Ok(Ok((stream, address))) => Some((stream, address.map_or(peer, Peer::Address))),
        Ok(Err(error)) => {
            info!(peer = %peer, "a connection from {peer} was refused: {error}");
            None
        }
        Err(_) => {
            info!(peer = %peer, "a connection from {peer} was refused: it said nothing for {} seconds", GREETING_TIMEOUT.as_secs());
            None
        }
    }
}
