//! A real HAProxy in front of a listener.

use std::process::Stdio;

use ferrobot_model::endpoint::Endpoint;
use ferrobot_transport::{Listener, Peer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::process::{Child, Command};

use crate::{answer_one, within};

/// A running HAProxy.
struct Proxy {
    port: u16,
    /// Bound beside HAProxy, which shares ports: no other test gets the same one.
    _reserved: TcpSocket,
    _program: Child,
    _place: tempfile::TempDir,
}

/// HAProxy that passes on what comes to its port; `None`, and says so, when there is none.
fn haproxy(server: &str) -> Option<Proxy> {
    let reserved = TcpSocket::new_v4().unwrap();
    reserved.set_reuseport(true).unwrap();
    reserved.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = reserved.local_addr().unwrap().port();
    let place = tempfile::tempdir().unwrap();
    let config = format!(
        "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n  timeout server 60s\nfrontend f\n  bind \
         127.0.0.1:{port}\n  default_backend b\nbackend b\n  server s {server}\n"
    );
    std::fs::write(place.path().join("haproxy.cfg"), config).unwrap();
    let mut found = None;
    for program in ["haproxy", "/usr/sbin/haproxy"] {
        let mut command = Command::new(program);
        command.arg("-db").arg("-f").arg(place.path().join("haproxy.cfg"));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        found = found.or_else(|| command.spawn().ok());
    }
    let Some(program) = found else {
        eprintln!("skipped: there is no program `haproxy`");
        return None;
    };
    Some(Proxy { port, _reserved: reserved, _program: program, _place: place })
}

async fn connect(port: u16) -> TcpStream {
    within(async {
        loop {
            match TcpStream::connect(("127.0.0.1", port)).await {
                Ok(stream) => return stream,
                Err(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
    })
    .await
}

#[tokio::test]
async fn the_address_behind_the_proxy_is_the_peers() {
    for option in ["send-proxy", "send-proxy-v2"] {
        let wanted = Endpoint::parse("haproxy:tcp:0:interface=127.0.0.1").unwrap();
        let (mut listener, _) = Listener::open(&wanted).await.unwrap();
        let server = format!("{} {option}", listener.address().unwrap());
        let Some(proxy) = haproxy(&server) else { return };
        let mut client = connect(proxy.port).await;
        let own = client.local_addr().unwrap();
        client.write_all(b"hello\n").await.unwrap();
        assert_eq!(answer_one(&mut listener).await, Peer::Address(own), "{option}");
        let mut heard = String::new();
        within(client.read_to_string(&mut heard)).await.unwrap();
        assert_eq!(heard, format!("{own} said hello\n"));
    }
}

#[tokio::test]
async fn a_socket_file_may_be_behind_the_proxy() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("socket");
    let wanted = Endpoint::parse(&format!("haproxy:unix:{}", path.display())).unwrap();
    let (mut listener, _) = Listener::open(&wanted).await.unwrap();
    let Some(proxy) = haproxy(&format!("unix@{} send-proxy-v2", path.display())) else { return };
    let mut client = connect(proxy.port).await;
    client.write_all(b"hello\n").await.unwrap();
    assert_eq!(answer_one(&mut listener).await, Peer::Address(client.local_addr().unwrap()));
}

#[tokio::test]
async fn whoever_tells_no_address_is_refused() {
    let wanted = Endpoint::parse("haproxy:tcp:0:interface=127.0.0.1").unwrap();
    let (mut listener, _) = Listener::open(&wanted).await.unwrap();
    let address = listener.address().unwrap();
    let accepting = tokio::spawn(async move { listener.accept().await.1 });
    let mut client = TcpStream::connect(address).await.unwrap();
    client.write_all(b"GET / HTTP/1.0\r\n\r\n").await.unwrap();
    let mut heard = Vec::new();
    // Closed with unread bytes: an end or a reset.
    let _reset = within(client.read_to_end(&mut heard)).await;
    assert!(heard.is_empty());
    assert!(!accepting.is_finished());
    accepting.abort();
}
