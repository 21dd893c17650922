//! TLS, with OpenSSL at the other end.

use std::path::Path;
use std::process::Stdio;

use ferrobot_model::endpoint::{Endpoint, quote};
use ferrobot_transport::{Identity, Listener, Peer, Secured, SecuredError, Stream, Trust};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::process::{Child, Command};

use crate::authority::{Authority, Pair};
use crate::{answer_one, within};

fn endpoint(pair: &Pair, extra: &str) -> Endpoint {
    let quoted = |path: &Path| quote(path.to_str().unwrap());
    let (key, certificate) = (quoted(&pair.private_key), quoted(&pair.certificate));
    let text = format!("ssl:0:privateKey={key}:certKey={certificate}:interface=127.0.0.1{extra}");
    Endpoint::parse(&text).unwrap()
}

/// What `openssl s_client` hears when it says hello to a server that it believes.
async fn s_client(port: u16, trusted: &Path) -> String {
    let mut client = Command::new("openssl")
        .args(["s_client", "-quiet", "-verify_return_error", "-verify_hostname", "localhost", "-CAfile"])
        .arg(trusted)
        .args(["-connect", &format!("127.0.0.1:{port}")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut input = client.stdin.take().unwrap();
    // It may have ended in the handshake.
    let _refused = input.write_all(b"hello\n").await;
    let mut output = String::new();
    within(client.stdout.take().unwrap().read_to_string(&mut output)).await.unwrap();
    output
}

#[tokio::test]
async fn openssl_speaks_with_our_listener() {
    let Some(authority) = Authority::new() else { return };
    let pair = authority.issue("server");
    let chain = format!(":extraCertChain={}", quote(authority.certificate().to_str().unwrap()));
    for extra in ["", &chain] {
        let (mut listener, _) = Listener::open(&endpoint(&pair, extra)).await.unwrap();
        let port = listener.address().unwrap().port();
        let trusted = authority.certificate();
        let (heard, peer) = tokio::join!(s_client(port, &trusted), answer_one(&mut listener));
        assert_eq!(heard, format!("{peer} said hello\n"));
    }
}

#[tokio::test]
async fn a_peer_that_hesitates_holds_up_nobody() {
    let Some(authority) = Authority::new() else { return };
    let (mut listener, _) = Listener::open(&endpoint(&authority.issue("server"), "")).await.unwrap();
    let address = listener.address().unwrap();
    let _silent = TcpStream::connect(address).await.unwrap();
    let mut nonsense = TcpStream::connect(address).await.unwrap();
    nonsense.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    let trusted = authority.certificate();
    let (heard, _) = tokio::join!(s_client(address.port(), &trusted), answer_one(&mut listener));
    assert!(heard.ends_with("said hello\n"), "{heard}");
}

#[tokio::test]
async fn certificates_are_renewed_while_the_port_is_open() {
    let (Some(old), Some(new)) = (Authority::new(), Authority::new()) else { return };
    let pair = old.issue("server");
    let wanted = endpoint(&pair, "");
    let (mut listener, renewal) = Listener::open(&wanted).await.unwrap();
    let port = listener.address().unwrap().port();
    let renewed = new.issue("server");
    std::fs::copy(&renewed.certificate, &pair.certificate).unwrap();
    let error = renewal.prepare(&wanted).unwrap_err().to_string();
    assert!(error.contains("does not belong to the certificate"), "{error}");
    std::fs::copy(&renewed.private_key, &pair.private_key).unwrap();
    renewal.prepare(&wanted).unwrap().unwrap().apply();
    let trusted = new.certificate();
    let (heard, _) = tokio::join!(s_client(port, &trusted), answer_one(&mut listener));
    assert!(heard.ends_with("said hello\n"), "{heard}");
    // Plain TCP on the same socket, and another socket.
    let plain = Endpoint::tcp("127.0.0.1", 0);
    renewal.prepare(&plain).unwrap().unwrap().apply();
    assert!(renewal.prepare(&Endpoint::tcp("127.0.0.1", port)).unwrap().is_none());
    let mut client = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    client.write_all(b"hello\n").await.unwrap();
    answer_one(&mut listener).await;
}

#[tokio::test]
async fn files_that_cannot_be_used_are_named() {
    let Some(authority) = Authority::new() else { return };
    let (pair, other) = (authority.issue("server"), authority.issue("other"));
    let shown = |path: &Path| path.display().to_string();
    let empty = authority.path("empty.pem");
    std::fs::write(&empty, "nothing\n").unwrap();
    let mixed = Pair { certificate: other.certificate.clone(), private_key: pair.private_key.clone() };
    let no_key = Pair { certificate: pair.certificate.clone(), private_key: authority.path("nowhere.pem") };
    let cases = [
        (
            mixed,
            "",
            format!(
                "the private key `{}` does not belong to the certificate `{}`; name the two that were made together",
                shown(&pair.private_key),
                shown(&other.certificate)
            ),
        ),
        (
            no_key,
            "",
            format!(
                "cannot read the private key `{}`: No such file or directory (os error 2); make the file, or name another",
                shown(&authority.path("nowhere.pem"))
            ),
        ),
        (
            Pair { certificate: empty.clone(), private_key: pair.private_key.clone() },
            "",
            format!("there is no certificate in `{}`; it must be a PEM file", shown(&empty)),
        ),
        (
            Pair { certificate: pair.certificate.clone(), private_key: empty.clone() },
            "",
            format!("there is no private key in `{}`; it must be a PEM file", shown(&empty)),
        ),
    ];
    for (pair, extra, expected) in cases {
        let error = Listener::open(&endpoint(&pair, extra)).await.unwrap_err();
        assert!(error.to_string().starts_with("cannot speak TLS on ssl:0:privateKey="), "{error}");
        assert!(error.to_string().ends_with(&expected), "{error}");
    }
}

/// `openssl s_server`, which answers each line turned around.
struct Server {
    _child: Child,
    port: u16,
}

impl Server {
    async fn start(pair: &Pair, options: &[&str]) -> Server {
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let child = Command::new("openssl")
            .args(["s_server", "-quiet", "-rev", "-accept", &format!("127.0.0.1:{port}"), "-cert"])
            .arg(&pair.certificate)
            .arg("-key")
            .arg(&pair.private_key)
            .args(options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let server = Server { _child: child, port };
        within(async {
            while TcpStream::connect(("127.0.0.1", port)).await.is_err() {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
            }
        })
        .await;
        server
    }

    async fn ask(&self, host: &str, trust: &Trust, identity: Option<&Identity>) -> Result<String, SecuredError> {
        let secured = Secured::new(host, trust, identity)?;
        let stream = Stream::Tcp(TcpStream::connect(("127.0.0.1", self.port)).await.unwrap());
        let mut stream = within(secured.over(stream)).await?;
        stream.write_all(b"abc\n").await.unwrap();
        stream.flush().await.unwrap();
        let mut answer = [0; 4];
        within(stream.read_exact(&mut answer)).await.map_err(SecuredError::Failed)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    }
}

#[tokio::test]
async fn only_servers_with_a_trusted_certificate_are_believed() {
    let (Some(authority), Some(stranger)) = (Authority::new(), Authority::new()) else { return };
    let server = Server::start(&authority.issue("server"), &[]).await;
    let trust = Trust::Directory(authority.trusted());
    assert_eq!(server.ask("localhost", &trust, None).await.unwrap(), "cba\n");
    assert_eq!(server.ask("127.0.0.1", &trust, None).await.unwrap(), "cba\n");
    let refused = async |host: &str, trust: &Trust| server.ask(host, trust, None).await.unwrap_err().to_string();
    let other = Trust::Directory(stranger.trusted());
    assert_eq!(
        refused("localhost", &other).await,
        format!(
            "the certificate of the server is refused: no authority in `{}` has signed it; put the authority's .pem file there",
            stranger.trusted().display()
        )
    );
    assert!(refused("localhost", &Trust::System).await.contains("no authority that this system trusts has signed it"));
    assert_eq!(
        refused("master.example", &trust).await,
        "the certificate of the server is refused: it is not for `master.example`; connect by a name that is in it"
    );
    let nobody = authority.path("nobody");
    std::fs::create_dir(&nobody).unwrap();
    assert!(
        refused("localhost", &Trust::Directory(nobody)).await.contains("there is no .pem file with a certificate in")
    );
}

#[tokio::test]
async fn a_certificate_that_signed_itself_may_be_trusted() {
    let Some(authority) = Authority::new() else { return };
    let pair = authority.sign_itself("server");
    let directory = authority.path("trusts");
    pair.trust_in(&directory);
    let server = Server::start(&pair, &[]).await;
    let trust = Trust::Directory(directory);
    assert_eq!(server.ask("localhost", &trust, None).await.unwrap(), "cba\n");
    let error = server.ask("other.example", &trust, None).await.unwrap_err().to_string();
    assert!(error.contains("it is not for `other.example`"), "{error}");
    assert!(server.ask("localhost", &Trust::Directory(authority.trusted()), None).await.is_err());
}

#[tokio::test]
async fn a_client_makes_itself_known_by_a_certificate() {
    let Some(authority) = Authority::new() else { return };
    let trusted = authority.certificate();
    let options = ["-Verify", "2", "-verify_return_error", "-CAfile", trusted.to_str().unwrap()];
    let server = Server::start(&authority.issue("server"), &options).await;
    let trust = Trust::Directory(authority.trusted());
    let Pair { certificate, private_key } = authority.issue("client");
    let identity = Identity { certificate, private_key: Some(private_key) };
    assert_eq!(server.ask("localhost", &trust, Some(&identity)).await.unwrap(), "cba\n");
    assert!(server.ask("localhost", &trust, None).await.is_err());
    let both = authority.path("both.pem");
    let text = [&identity.certificate, identity.private_key.as_ref().unwrap()]
        .map(|path| std::fs::read_to_string(path).unwrap())
        .concat();
    std::fs::write(&both, text).unwrap();
    let identity = Identity { certificate: both, private_key: None };
    assert_eq!(server.ask("localhost", &trust, Some(&identity)).await.unwrap(), "cba\n");
}

#[tokio::test]
async fn headers_of_proxies_come_before_tls_or_within_it() {
    let Some(authority) = Authority::new() else { return };
    let wanted = Endpoint { behind_proxy: true, ..endpoint(&authority.issue("server"), "") };
    let (mut listener, _) = Listener::open(&wanted).await.unwrap();
    let port = listener.address().unwrap().port();
    let secured = Secured::new("localhost", &Trust::Directory(authority.trusted()), None).unwrap();
    for is_in_front in [true, false] {
        let client = async {
            let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let header = b"PROXY TCP4 192.0.2.7 10.0.0.1 5 9989\r\n";
            if is_in_front {
                stream.write_all(header).await.unwrap();
            }
            let mut stream = secured.over(Stream::Tcp(stream)).await.unwrap();
            if !is_in_front {
                stream.write_all(header).await.unwrap();
            }
            stream.write_all(b"hello\n").await.unwrap();
            stream.flush().await.unwrap();
            let mut heard = String::new();
            stream.read_to_string(&mut heard).await.unwrap();
            heard
        };
        let (heard, peer) = tokio::join!(within(client), answer_one(&mut listener));
        assert_eq!(peer, Peer::Address("192.0.2.7:5".parse().unwrap()));
        assert_eq!(heard, "192.0.2.7:5 said hello\n");
    }
}
