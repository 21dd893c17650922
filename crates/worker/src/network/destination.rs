//! Where a worker connects to, from its settings: host and port, or one of Twisted's endpoint strings for clients.

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use ferrobot_model::endpoint::{Arguments, Description};
use ferrobot_model::span_of;
use ferrobot_transport::{Identity, Trust};

use crate::options::WorkerOptions;

/// From the first packet to the end of the greeting, unless the endpoint says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The other end of a connection, and how it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Destination {
    pub(super) place: Place,
    pub(super) tls: Option<Tls>,
    pub(super) timeout: Duration,
    /// The connection comes from this address of ours.
    pub(super) from: Option<IpAddr>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
}

/// TLS is spoken with the server of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tls {
    pub(super) host: String,
    pub(super) trust: Trust,
    pub(super) identity: Option<Identity>,
}

/// The way to a master.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Route {
    pub(super) master: Destination,
    /// An HTTP proxy that is asked for a tunnel to it.
    pub(super) proxy: Option<Destination>,
}

impl Route {
    /// The error is for the administrator.
    pub(super) fn of(options: &WorkerOptions) -> Result<Route, String> {
        if options.proxy.is_some() && options.connection_string.is_some() {
            return Err("If you want to use HTTP tunneling, then supply build master host and port rather than a \
                        connection string"
                .to_owned());
        }
        let master = match &options.connection_string {
            Some(text) => {
                parse(text).map_err(|fault| format!("the connection string `{text}` cannot be used: {fault}"))?
            }
            None => {
                let host = options.master.host.clone();
                let tls = options.use_tls.then(|| Tls { host: host.clone(), trust: Trust::System, identity: None });
                plain(host, options.master.port, tls)
            }
        };
        let proxy = match &options.proxy {
            None => None,
            Some(text) => Some(proxy(text).map_err(|fault| format!("the proxy `{text}` cannot be used: {fault}"))?),
        };
        Ok(Route { master, proxy })
    }
}

fn plain(host: String, port: u16, tls: Option<Tls>) -> Destination {
    Destination { place: Place::Tcp { host, port }, tls, timeout: TIMEOUT, from: None }
}

/// An endpoint string, or the URL that other programs take for a proxy.
fn proxy(text: &str) -> Result<Destination, String> {
    let Some(address) = text.strip_prefix("http://") else { return parse(text) };
    match address.trim_end_matches('/').rsplit_once(':') {
        Some((host, port)) => Ok(plain(host.trim_matches(['[', ']']).to_owned(), port_of(port)?, None)),
        None => Err("it names no port; write for example tcp:HOST:8080".to_owned()),
    }
}

fn parse(text: &str) -> Result<Destination, String> {
    let description = Description::parse(text).map_err(|fault| fault.to_string())?;
    let arguments = |order: &[&'static str]| description.clone().arguments(order).map_err(|fault| fault.to_string());
    match description.kind.to_ascii_lowercase().as_str() {
        "tcp" => tcp(&mut arguments(&["host", "port", "timeout", "bindAddress"])?),
        "unix" => {
            let mut arguments = arguments(&["path", "timeout", "lockfile"])?;
            let path = arguments.take("path").filter(|path| !path.is_empty()).ok_or("it names no path")?;
            let timeout = timeout(&mut arguments)?;
            Ok(Destination { place: Place::Unix(PathBuf::from(path)), tls: None, timeout, from: None })
        }
        "tls" => {
            let order =
                ["host", "port", "timeout", "bindAddress", "certificate", "privateKey", "trustRoots", "endpoint"];
            tls(arguments(&order)?, "certificate", "trustRoots", "host")
        }
        // An older spelling of the same.
        "ssl" => {
            let order = ["host", "port", "timeout", "bindAddress", "certKey", "privateKey", "caCertsDir", "hostname"];
            tls(arguments(&order)?, "certKey", "caCertsDir", "hostname")
        }
        kind => Err(format!("'{kind}' is no kind of endpoint that is known; there are tcp, tls, ssl and unix")),
    }
}

fn tcp(arguments: &mut Arguments) -> Result<Destination, String> {
    let host = arguments.take("host").filter(|host| !host.is_empty()).ok_or("it names no host")?;
    let port = port_of(&arguments.take("port").ok_or("it names no port")?)?;
    let from = match arguments.take("bindAddress").map(|text| (text.parse(), text)) {
        None => None,
        Some((Ok(address), _)) => Some(address),
        Some((Err(_), text)) => return Err(format!("bindAddress: '{text}' is not an address")),
    };
    Ok(Destination { place: Place::Tcp { host, port }, tls: None, timeout: timeout(arguments)?, from })
}

/// The last three are the names of the options that differ between the two spellings.
fn tls(mut arguments: Arguments, certificate: &str, trust: &str, name: &str) -> Result<Destination, String> {
    let certificate = arguments.take(certificate).map(PathBuf::from);
    let private_key = arguments.take("privateKey").map(PathBuf::from);
    let trust = arguments.take(trust).map_or(Trust::System, |directory| Trust::Directory(PathBuf::from(directory)));
    let identity = certificate.map(|certificate| Identity { certificate, private_key });
    let hostname = arguments.take("hostname");
    let inner = arguments.take("endpoint");
    let destination = tcp(&mut arguments)?;
    let host = match (&destination.place, hostname) {
        (_, Some(hostname)) => hostname,
        (Place::Tcp { host, .. }, None) if name == "host" => host.clone(),
        _ => {
            return Err("it does not say by hostname= whose certificate is expected; write for example tls:HOST:PORT"
                .to_owned());
        }
    };
    let tls = Some(Tls { host, trust, identity });
    match inner {
        None => Ok(Destination { tls, ..destination }),
        Some(inner) => match parse(&inner)? {
            inner if inner.tls.is_some() => Err("TLS within TLS is not spoken".to_owned()),
            inner => Ok(Destination { tls, ..inner }),
        },
    }
}

fn port_of(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| format!("'{text}' is not a port number"))
}

fn timeout(arguments: &mut Arguments) -> Result<Duration, String> {
    match arguments.take("timeout") {
        None => Ok(TIMEOUT),
        Some(text) => {
            let seconds = text.parse().map_err(|_| format!("timeout: '{text}' is not a number of seconds"))?;
            span_of(seconds).map_err(|fault| format!("timeout: it {fault}"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::MasterAddress;

    fn route(connection_string: Option<&str>, proxy: Option<&str>, use_tls: bool) -> Result<Route, String> {
        let master = MasterAddress { host: "h".to_owned(), port: 9989 };
        let mut options = WorkerOptions::new(PathBuf::from("/w"), master, "w1", "pw");
        options.connection_string = connection_string.map(str::to_owned);
        options.proxy = proxy.map(str::to_owned);
        options.use_tls = use_tls;
        Route::of(&options)
    }

    fn tcp(host: &str, port: u16) -> Destination {
        plain(host.to_owned(), port, None)
    }

    fn secured(destination: Destination, host: &str, trust: Trust, identity: Option<Identity>) -> Destination {
        Destination { tls: Some(Tls { host: host.to_owned(), trust, identity }), ..destination }
    }

    fn directory(path: &str) -> Trust {
        Trust::Directory(PathBuf::from(path))
    }

    #[test]
    fn connection_strings_are_read() {
        let identity = |key: Option<&str>| {
            Some(Identity { certificate: PathBuf::from("c.pem"), private_key: key.map(PathBuf::from) })
        };
        let cases = [
            ("tcp:a:1", tcp("a", 1)),
            ("TCP:a:port=1", tcp("a", 1)),
            ("tcp:host=a:port=2:timeout=3", Destination { timeout: Duration::from_secs(3), ..tcp("a", 2) }),
            (r"tcp:\:\:1:5", tcp("::1", 5)),
            ("tcp:a:1:bindAddress=127.0.0.2", Destination { from: Some([127, 0, 0, 2].into()), ..tcp("a", 1) }),
            ("unix:/run/x", Destination { place: Place::Unix("/run/x".into()), ..tcp("", 0) }),
            (
                "unix:path=/run/x:timeout=9",
                Destination { place: Place::Unix("/run/x".into()), timeout: Duration::from_secs(9), ..tcp("", 0) },
            ),
            ("tls:a:1", secured(tcp("a", 1), "a", Trust::System, None)),
            ("tls:host=a:port=1:trustRoots=/cas", secured(tcp("a", 1), "a", directory("/cas"), None)),
            (
                "tls:a:1:certificate=c.pem:privateKey=k.pem",
                secured(tcp("a", 1), "a", Trust::System, identity(Some("k.pem"))),
            ),
            (
                r"tls:a:1:endpoint=unix\:/run/x:certificate=c.pem",
                secured(
                    Destination { place: Place::Unix("/run/x".into()), ..tcp("", 0) },
                    "a",
                    Trust::System,
                    identity(None),
                ),
            ),
            (
                "ssl:1.2.3.4:1:hostname=a:caCertsDir=/cas:certKey=c.pem",
                secured(tcp("1.2.3.4", 1), "a", directory("/cas"), identity(None)),
            ),
        ];
        for (text, master) in cases {
            assert_eq!(route(Some(text), None, false), Ok(Route { master, proxy: None }), "{text}");
        }
        assert_eq!(route(None, None, false), Ok(Route { master: tcp("h", 9989), proxy: None }));
        let master = secured(tcp("h", 9989), "h", Trust::System, None);
        assert_eq!(route(None, None, true), Ok(Route { master, proxy: None }));
        // As in Buildbot, the string alone counts.
        assert_eq!(route(Some("tcp:a:1"), None, true), Ok(Route { master: tcp("a", 1), proxy: None }));
    }

    #[test]
    fn proxies_are_read() {
        for text in ["tcp:p:8080", "tcp:host=p:port=8080", "http://p:8080", "http://p:8080/"] {
            let expected = Route { master: tcp("h", 9989), proxy: Some(tcp("p", 8080)) };
            assert_eq!(route(None, Some(text), false), Ok(expected), "{text}");
        }
    }

    #[test]
    fn faults_are_told() {
        let cases = [
            ("tcp:a", "it names no port"),
            ("tcp:a:x", "'x' is not a port number"),
            ("tcp:a:1:foo=1", "'foo' is no option of tcp; there are host, port, timeout, bindAddress"),
            ("tcp:a:1:bindAddress=here", "bindAddress: 'here' is not an address"),
            ("tls:a:1:timeout=soon", "timeout: 'soon' is not a number of seconds"),
            ("unix:", "it names no path"),
            ("carrier:a:1", "'carrier' is no kind of endpoint that is known; there are tcp, tls, ssl and unix"),
            ("ssl:a:1", "it does not say by hostname= whose certificate is expected; write for example tls:HOST:PORT"),
            (r"tls:a:1:endpoint=tls\:b\:2", "TLS within TLS is not spoken"),
        ];
        for (text, expected) in cases {
            let told = format!("the connection string `{text}` cannot be used: {expected}");
            assert_eq!(route(Some(text), None, false), Err(told));
        }
        assert_eq!(
            route(None, Some("http://p"), false),
            Err("the proxy `http://p` cannot be used: it names no port; write for example tcp:HOST:8080".to_owned())
        );
        assert!(
            route(Some("tcp:a:1"), Some("tcp:p:1"), false)
                .unwrap_err()
                .starts_with("If you want to use HTTP tunneling")
        );
    }
}
