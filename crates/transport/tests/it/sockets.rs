//! What is taken, what is left over, and who may connect.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use ferrobot_model::endpoint::Endpoint;
use ferrobot_transport::{Listener, Peer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpStream, UnixStream};

use crate::{answer_one, within};

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let (first, _) = Listener::open(&Endpoint::tcp("127.0.0.1", 0)).await.unwrap();
    let port = first.address().unwrap().port();
    let error = Listener::open(&Endpoint::tcp("127.0.0.1", port)).await.unwrap_err();
    let expected =
        format!("tcp:{port}:interface=127.0.0.1 is taken; end the program that uses it, or name another port");
    assert_eq!(error.to_string(), expected);
    drop(first);
    Listener::open(&Endpoint::tcp("127.0.0.1", port)).await.unwrap();
    let error = Listener::open(&Endpoint::tcp("192.0.2.1", 0)).await.unwrap_err();
    assert!(error.to_string().starts_with("cannot listen on tcp:0:interface=192.0.2.1: "), "{error}");
}

#[tokio::test]
async fn a_port_moves_to_fewer_addresses_and_back() {
    let (mut everywhere, renewal) = Listener::open(&Endpoint::tcp("0.0.0.0", 0)).await.unwrap();
    let port = everywhere.address().unwrap().port();
    let wanted = Endpoint::tcp("127.0.0.1", port);
    assert!(Listener::open(&wanted).await.is_err());
    let (here, _) = Listener::open_beside(&wanted, &[&renewal]).await.unwrap();
    // Given up: the first one goes on.
    drop(here);
    let mut client = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    client.write_all(b"hello\n").await.unwrap();
    answer_one(&mut everywhere).await;
    // Put in force.
    let (mut here, second) = Listener::open_beside(&wanted, &[&renewal]).await.unwrap();
    assert!(Listener::open(&wanted).await.is_err(), "the port is not shared with anybody");
    drop(everywhere);
    let mut client = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    client.write_all(b"hello\n").await.unwrap();
    answer_one(&mut here).await;
    let (_everywhere, _) = Listener::open_beside(&Endpoint::tcp("0.0.0.0", port), &[&second]).await.unwrap();
}

#[tokio::test]
async fn sockets_in_the_file_system_serve() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("socket");
    let wanted = Endpoint::parse(&format!("unix:{}:mode=600", path.display())).unwrap();
    let (mut listener, renewal) = Listener::open(&wanted).await.unwrap();
    assert_eq!(mode(&path), 0o600);
    let client = async {
        let mut stream = UnixStream::connect(&path).await.unwrap();
        stream.write_all(b"hello\n").await.unwrap();
        let mut heard = String::new();
        stream.read_to_string(&mut heard).await.unwrap();
        heard
    };
    let (heard, peer) = tokio::join!(within(client), answer_one(&mut listener));
    assert_eq!((heard.as_str(), peer), ("this machine said hello\n", Peer::Local));
    let error = Listener::open(&wanted).await.unwrap_err().to_string();
    assert!(error.contains(" is taken"), "{error}");
    let open = Endpoint::parse(&format!("unix:{}", path.display())).unwrap();
    renewal.prepare(&open).unwrap().unwrap().apply();
    assert_eq!(mode(&path), 0o666);
    drop(listener);
    assert!(!path.exists());
}

#[tokio::test]
async fn a_socket_that_was_left_over_is_replaced() {
    let place = tempfile::tempdir().unwrap();
    let path = place.path().join("socket");
    // Nobody removes its file.
    drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
    let wanted = Endpoint::parse(&format!("unix:{}", path.display())).unwrap();
    let opened = Listener::open(&wanted).await.unwrap();
    drop(opened);
    // What is no socket stays.
    std::fs::write(&path, "precious").unwrap();
    assert!(Listener::open(&wanted).await.is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "precious");
}
