//! Twisted's endpoint strings for servers: where something listens, and how it is wrapped.
//!
//! `description` takes any such string apart, a client's too; what a client's pieces mean is known where it connects.

mod description;

use std::fmt;
use std::path::PathBuf;

pub use description::{Arguments, Description, quote};

/// All IPv4 addresses of the machine: what an endpoint without an interface listens on.
const EVERY_INTERFACE: &str = "0.0.0.0";
/// Permissions of a socket file, unless the endpoint says otherwise.
const SOCKET_MODE: u32 = 0o666;

/// What is wrong with an endpoint string.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct EndpointError(pub String);

fn fault<T>(text: impl Into<String>) -> Result<T, EndpointError> {
    Err(EndpointError(text.into()))
}

/// Something to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// Where.
    pub place: Place,
    /// So many connections may wait to be accepted; `None`: as many as is usual.
    pub backlog: Option<u32>,
    /// Speaks TLS with these files.
    pub tls: Option<TlsFiles>,
    /// Connections come from a proxy that tells the peer's address first, in a PROXY header.
    pub behind_proxy: bool,
}

/// The address of an endpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A TCP port.
    Tcp {
        /// Address of the interface.
        interface: String,
        /// Port; 0 picks a free one.
        port: u16,
    },
    /// A socket in the file system.
    Unix {
        /// Its path.
        path: PathBuf,
        /// Its permissions.
        mode: u32,
    },
}

impl Place {
    /// Whether both are the same address: only one socket can be there.
    #[must_use]
    pub fn is_same(&self, other: &Place) -> bool {
        match (self, other) {
            (Place::Unix { path, .. }, Place::Unix { path: other, .. }) => path == other,
            (place, other) => place == other,
        }
    }
}

/// PEM files of a server that speaks TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    /// The private key.
    pub private_key: PathBuf,
    /// The certificate; may be the same file.
    pub certificate: PathBuf,
    /// Certificates between this one and its root.
    pub chain: Option<PathBuf>,
}

impl Endpoint {
    /// A TCP port.
    #[must_use]
    pub fn tcp(interface: &str, port: u16) -> Endpoint {
        let place = Place::Tcp { interface: interface.to_owned(), port };
        Endpoint { place, backlog: None, tls: None, behind_proxy: false }
    }

    /// A TCP port on all interfaces: what a plain number means.
    #[must_use]
    pub fn port(port: u16) -> Endpoint {
        Endpoint::tcp(EVERY_INTERFACE, port)
    }

    /// Reads `tcp:…`, `tcp6:…`, `ssl:…`, `unix:…`, each also behind `haproxy:`, and plain numbers.
    pub fn parse(text: &str) -> Result<Endpoint, EndpointError> {
        let description = Description::parse(text)?;
        if description.is_single() {
            return port_of(&description.kind).map(Endpoint::port);
        }
        read(description, text)
    }

    /// Whether both cannot be open at the same time. Port 0 is another one each time.
    #[must_use]
    pub fn collides_with(&self, other: &Endpoint) -> bool {
        !matches!(self.place, Place::Tcp { port: 0, .. }) && self.place.is_same(&other.place)
    }
}

fn read(description: Description, text: &str) -> Result<Endpoint, EndpointError> {
    let kind = description.kind.clone();
    match kind.as_str() {
        "tcp" => tcp(description.arguments(&["port", "interface", "backlog"])?, EVERY_INTERFACE),
        "ssl" => tls(description),
        "unix" => unix(description.arguments(&["address", "mode", "backlog", "lockfile"])?),
        _ if kind.eq_ignore_ascii_case("tcp6") => tcp(description.arguments(&["port", "backlog", "interface"])?, "::"),
        _ if kind.eq_ignore_ascii_case("haproxy") => match description.inner() {
            Some(inner) if !inner.kind.eq_ignore_ascii_case("haproxy") => {
                read(inner, text).map(|endpoint| Endpoint { behind_proxy: true, ..endpoint })
            }
            _ => fault(format!(
                "'{text}' does not say what listens behind the proxy; write for example haproxy:tcp:9989"
            )),
        },
        _ => {
            fault(format!("'{kind}' is no kind of endpoint that is known; there are tcp, tcp6, ssl, unix and haproxy"))
        }
    }
}

fn tcp(mut arguments: Arguments, every_interface: &str) -> Result<Endpoint, EndpointError> {
    let Some(port) = arguments.take("port") else { return fault("no port is named") };
    let interface = arguments.take("interface").filter(|given| !given.is_empty());
    let place =
        Place::Tcp { interface: interface.unwrap_or_else(|| every_interface.to_owned()), port: port_of(&port)? };
    Ok(Endpoint { place, backlog: backlog(&mut arguments)?, tls: None, behind_proxy: false })
}

/// Twisted's options that choose how old clients are served: TLS 1.2 and 1.3 are spoken here, whatever they say.
const WITHOUT_MEANING: [&str; 2] = ["sslmethod", "dhParameters"];

fn tls(description: Description) -> Result<Endpoint, EndpointError> {
    let order = [
        "port",
        "privateKey",
        "certKey",
        WITHOUT_MEANING[0],
        "interface",
        "backlog",
        "extraCertChain",
        WITHOUT_MEANING[1],
    ];
    let mut arguments = description.arguments(&order)?;
    let private_key = PathBuf::from(arguments.take("privateKey").unwrap_or_else(|| "server.pem".to_owned()));
    let certificate = arguments.take("certKey").map_or_else(|| private_key.clone(), PathBuf::from);
    let chain = arguments.take("extraCertChain").map(PathBuf::from);
    let endpoint = tcp(arguments, EVERY_INTERFACE)?;
    Ok(Endpoint { tls: Some(TlsFiles { private_key, certificate, chain }), ..endpoint })
}

fn unix(mut arguments: Arguments) -> Result<Endpoint, EndpointError> {
    let path = arguments.take("address").filter(|path| !path.is_empty());
    let Some(path) = path else { return fault("no path is named") };
    let mode = match arguments.take("mode") {
        None => SOCKET_MODE,
        Some(mode) => match u32::from_str_radix(mode.trim_start_matches("0o"), 8) {
            Ok(mode) if mode <= 0o7777 => mode,
            _ => return fault(format!("'{mode}' is not a mode; write for example mode=660")),
        },
    };
    let place = Place::Unix { path: PathBuf::from(path), mode };
    Ok(Endpoint { place, backlog: backlog(&mut arguments)?, tls: None, behind_proxy: false })
}

fn backlog(arguments: &mut Arguments) -> Result<Option<u32>, EndpointError> {
    match arguments.take("backlog").map(|text| (text.parse(), text)) {
        None => Ok(None),
        Some((Ok(backlog), _)) => Ok(Some(backlog)),
        Some((Err(_), text)) => fault(format!("'{text}' is not a backlog; it must be a number")),
    }
}

fn port_of(text: &str) -> Result<u16, EndpointError> {
    text.parse().map_err(|_| EndpointError(format!("'{text}' is not a port number")))
}

impl fmt::Display for Endpoint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.behind_proxy {
            formatter.write_str("haproxy:")?;
        }
        match &self.place {
            Place::Tcp { interface, port } => {
                write!(formatter, "{}:{port}", if self.tls.is_some() { "ssl" } else { "tcp" })?;
                if let Some(TlsFiles { private_key, certificate, chain }) = &self.tls {
                    option(formatter, "privateKey", &private_key.display().to_string())?;
                    option(formatter, "certKey", &certificate.display().to_string())?;
                    if let Some(chain) = chain {
                        option(formatter, "extraCertChain", &chain.display().to_string())?;
                    }
                }
                if interface != EVERY_INTERFACE {
                    option(formatter, "interface", interface)?;
                }
            }
            Place::Unix { path, mode } => {
                write!(formatter, "unix:{}", quote(&path.display().to_string()))?;
                if *mode != SOCKET_MODE {
                    option(formatter, "mode", &format!("{mode:o}"))?;
                }
            }
        }
        match self.backlog {
            Some(backlog) => option(formatter, "backlog", &backlog.to_string()),
            None => Ok(()),
        }
    }
}

fn option(formatter: &mut fmt::Formatter<'_>, name: &str, value: &str) -> fmt::Result {
    write!(formatter, ":{name}={}", quote(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(private_key: &str, certificate: &str, chain: Option<&str>) -> Option<TlsFiles> {
        let (private_key, certificate) = (private_key.into(), certificate.into());
        Some(TlsFiles { private_key, certificate, chain: chain.map(PathBuf::from) })
    }

    fn unix(path: &str, mode: u32) -> Endpoint {
        Endpoint { place: Place::Unix { path: path.into(), mode }, ..Endpoint::port(0) }
    }

    /// As Twisted 25.5 reads them; the second text is how it is shown.
    #[test]
    fn endpoints_are_read_and_shown() {
        let local = Endpoint::tcp("127.0.0.1", 9989);
        let cases = [
            ("9989", Endpoint::port(9989), "tcp:9989"),
            ("tcp:9989", Endpoint::port(9989), "tcp:9989"),
            ("tcp:9989:interface=127.0.0.1", local.clone(), "tcp:9989:interface=127.0.0.1"),
            ("tcp:9989:127.0.0.1", local.clone(), "tcp:9989:interface=127.0.0.1"),
            ("tcp:port=0:interface=\\:\\:1", Endpoint::tcp("::1", 0), "tcp:0:interface=\\:\\:1"),
            (
                "tcp:9989:interface=:backlog=5",
                Endpoint { backlog: Some(5), ..Endpoint::port(9989) },
                "tcp:9989:backlog=5",
            ),
            ("tcp6:9989", Endpoint::tcp("::", 9989), "tcp:9989:interface=\\:\\:"),
            ("unix:/run/x.sock", unix("/run/x.sock", 0o666), "unix:/run/x.sock"),
            (
                "unix:/run/a\\:b\\=c\\\\:mode=600:lockfile=0",
                unix("/run/a:b=c\\", 0o600),
                "unix:/run/a\\:b\\=c\\\\:mode=600",
            ),
            ("unix:address=/run/x:mode=0o660", unix("/run/x", 0o660), "unix:/run/x:mode=660"),
            (
                "ssl:443:privateKey=k.pem:certKey=c.pem:extraCertChain=e.pem:interface=127.0.0.1",
                Endpoint { tls: files("k.pem", "c.pem", Some("e.pem")), ..Endpoint::tcp("127.0.0.1", 443) },
                "ssl:443:privateKey=k.pem:certKey=c.pem:extraCertChain=e.pem:interface=127.0.0.1",
            ),
            (
                "ssl:443:both.pem:sslmethod=TLSv1_2_METHOD",
                Endpoint { tls: files("both.pem", "both.pem", None), ..Endpoint::port(443) },
                "ssl:443:privateKey=both.pem:certKey=both.pem",
            ),
            (
                "haproxy:tcp:9989:interface=127.0.0.1",
                Endpoint { behind_proxy: true, ..local },
                "haproxy:tcp:9989:interface=127.0.0.1",
            ),
            ("haproxy:unix:/run/x", Endpoint { behind_proxy: true, ..unix("/run/x", 0o666) }, "haproxy:unix:/run/x"),
        ];
        for (text, expected, shown) in cases {
            let found = Endpoint::parse(text);
            assert_eq!(found.as_ref(), Ok(&expected), "{text}");
            assert_eq!(found.unwrap().to_string(), shown, "{text}");
            // Only tcp6 keeps its addresses apart from its name.
            assert_eq!(Endpoint::parse(shown), Ok(expected), "{shown}");
        }
    }

    #[test]
    fn faults_are_told() {
        let cases = [
            ("tcp:many", "'many' is not a port number"),
            ("tcp", "'tcp' is not a port number"),
            ("tcp:interface=x", "no port is named"),
            ("tcp:70000", "'70000' is not a port number"),
            ("nine", "'nine' is not a port number"),
            ("", "'' is not a port number"),
            ("tcp:1:foo=2", "'foo' is no option of tcp; there are port, interface, backlog"),
            ("tcp:1:a:2:b", "tcp has too many parts"),
            ("tcp:1:port=2", "port is given twice"),
            ("unix:a=b", "'a' is no option of unix; there are address, mode, backlog, lockfile"),
            ("tcp:1:backlog=x", "'x' is not a backlog; it must be a number"),
            ("tcp:1\\", "a backslash at the end escapes nothing"),
            ("unix:", "no path is named"),
            ("unix:/x:mode=9", "'9' is not a mode; write for example mode=660"),
            ("haproxy:", "'' is no kind of endpoint that is known; there are tcp, tcp6, ssl, unix and haproxy"),
            (
                "haproxy:haproxy:tcp:1",
                "'haproxy:haproxy:tcp:1' does not say what listens behind the proxy; write for example haproxy:tcp:9989",
            ),
            (
                "systemd:domain=INET:index=0",
                "'systemd' is no kind of endpoint that is known; there are tcp, tcp6, ssl, unix and haproxy",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(Endpoint::parse(text), fault(expected), "{text}");
        }
    }

    #[test]
    fn only_one_can_have_a_port() {
        let collide = |a: &str, b: &str| Endpoint::parse(a).unwrap().collides_with(&Endpoint::parse(b).unwrap());
        assert!(collide("9989", "tcp:9989:backlog=5"));
        assert!(collide("9989", "ssl:9989"));
        assert!(!collide("0", "0"));
        assert!(!collide("9989", "tcp:9989:interface=127.0.0.1"));
        assert!(collide("unix:/x:mode=600", "unix:/x"));
        assert!(!collide("unix:/x", "9989"));
    }
}
