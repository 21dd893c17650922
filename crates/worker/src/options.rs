//! Everything that a worker's `buildbot.tac` can say.

use std::path::PathBuf;
use std::time::Duration;

use ferrobot_model::TextEncoding;

/// How the master is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterAddress {
    /// Host name or address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// Which protocol is spoken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// MessagePack over WebSocket.
    Msgpack,
    /// Perspective Broker.
    PerspectiveBroker,
}

impl Protocol {
    /// The name in `buildbot.tac`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Protocol> {
        match name {
            "pb" => Some(Protocol::PerspectiveBroker),
            "msgpack_experimental_v7" => Some(Protocol::Msgpack),
            _ => None,
        }
    }
}

/// How the worker's own administrator may ask it to finish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AllowShutdown {
    /// By SIGHUP.
    Signal,
    /// By touching `shutdown.stamp`.
    File,
}

/// Rotation of `twistd.log`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogRotation {
    /// A file larger than this is put aside; zero or less: never.
    pub length: i64,
    /// So many old files are kept; `None`: all.
    pub kept: Option<u32>,
}

/// A worker's settings.
#[derive(Debug, Clone, PartialEq)]
pub struct WorkerOptions {
    /// Where it lives.
    pub basedir: PathBuf,
    /// Its master, unless a connection string says otherwise.
    pub master: MasterAddress,
    /// A Twisted endpoint string such as `tls:host:port`.
    pub connection_string: Option<String>,
    /// An HTTP proxy to go through, as `http://host:port`.
    pub proxy: Option<String>,
    /// Speak TLS.
    pub use_tls: bool,
    /// Its name.
    pub name: String,
    /// Its password.
    pub password: String,
    /// Spoken with the master.
    pub protocol: Protocol,
    /// How often it tells that it is alive; `None`: never.
    pub keepalive: Option<Duration>,
    /// Longest time between attempts to connect.
    pub maxdelay: Duration,
    /// After so many attempts in a row without success it ends.
    pub maxretries: Option<u32>,
    /// Permissions that new files do not get.
    pub umask: Option<u32>,
    /// Number of processors to announce instead of the real one.
    pub numcpus: Option<i64>,
    /// How programs read and write text.
    pub encoding: TextEncoding,
    /// How it may be asked to finish.
    pub allow_shutdown: Option<AllowShutdown>,
    /// Directories of builders that are gone shall be removed.
    pub delete_leftover_dirs: bool,
    /// Rotation of its log; `None`: it grows.
    pub rotation: Option<LogRotation>,
}

impl WorkerOptions {
    /// Buildbot's defaults.
    #[must_use]
    pub fn new(basedir: PathBuf, master: MasterAddress, name: &str, password: &str) -> WorkerOptions {
        WorkerOptions {
            basedir,
            master,
            connection_string: None,
            proxy: None,
            use_tls: false,
            name: name.to_owned(),
            password: password.to_owned(),
            protocol: Protocol::Msgpack,
            keepalive: Some(Duration::from_secs(600)),
            maxdelay: Duration::from_secs(300),
            maxretries: None,
            umask: None,
            numcpus: None,
            encoding: TextEncoding::Utf8,
            allow_shutdown: None,
            delete_leftover_dirs: false,
            rotation: Some(LogRotation { length: 10_000_000, kept: Some(10) }),
        }
    }
}
