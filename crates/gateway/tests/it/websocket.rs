//! The WebSocket under MessagePack, from its HTTP to its end, byte by byte.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::desk::{TestMaster, within};

/// The example of RFC 6455, and its answer.
const KEY: &str = "dGhlIHNhbXBsZSBub25jZQ==";
const ANSWER: &str = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/// `w1:pw` and `w1:other`.
const RIGHT: &str = "Basic dzE6cHc=";
const WRONG: &str = "Basic dzE6b3RoZXI=";

type Header<'a> = (&'a str, &'a str);

const MASK: [u8; 4] = [1, 2, 3, 4];

async fn ask(master: &TestMaster, method: &str, headers: &[Header<'_>]) -> (TcpStream, String) {
    let mut stream = TcpStream::connect(master.msgpack.address().unwrap()).await.unwrap();
    let mut request = format!("{method} / HTTP/1.1\r\nHost: somewhere\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{request}\r\n").as_bytes()).await.unwrap();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(within(stream.read_u8()).await.unwrap());
    }
    (stream, String::from_utf8(head).unwrap().to_lowercase())
}

fn upgrade(authorization: &str) -> [Header<'_>; 5] {
    [
        ("Authorization", authorization),
        ("Upgrade", "websocket"),
        ("Connection", "keep-alive, Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", KEY),
    ]
}

/// A short frame as a client sends it.
fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![first, 0x80 | u8::try_from(payload.len()).unwrap()];
    bytes.extend(MASK);
    bytes.extend(payload.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// The next frame of the master; all that these tests make it say are short ones.
async fn next(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let first = within(stream.read_u8()).await.unwrap();
    let mut payload = vec![0; usize::from(stream.read_u8().await.unwrap())];
    within(stream.read_exact(&mut payload)).await.unwrap();
    (first, payload)
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_are_no_login_are_refused_by_status() {
    let master = TestMaster::new().await;
    let cases: [(&str, &[Header<'_>], &str); 9] = [
        ("GET", &[], "401"),
        ("GET", &upgrade(WRONG), "401"),
        ("GET", &upgrade("Bearer dzE6cHc="), "400"),
        ("GET", &upgrade("Basic ?"), "400"),
        ("GET", &upgrade("Basic dzE="), "400"),
        ("GET", &[("Authorization", RIGHT)], "400"),
        ("GET", &upgrade(RIGHT)[..4], "400"),
        ("POST", &upgrade(RIGHT), "405"),
        ("GET", &upgrade(RIGHT), "101"),
    ];
    for (method, headers, status) in cases {
        let (_, head) = ask(&master, method, headers).await;
        assert!(head.starts_with(&format!("http/1.1 {status} ")), "{method} {headers:?}: {head}");
    }
    let (_, head) = ask(&master, "GET", &upgrade(RIGHT)).await;
    assert!(head.contains(&format!("sec-websocket-accept: {}\r\n", ANSWER.to_lowercase())), "{head}");
}

#[tokio::test(flavor = "multi_thread")]
async fn pings_are_answered_and_goodbyes_returned() {
    let master = TestMaster::new().await;
    let (mut stream, _) = ask(&master, "GET", &upgrade(RIGHT)).await;
    let (first, question) = next(&mut stream).await;
    assert_eq!((first, question[0]), (0x82, 0x82), "a map of two entries");
    stream.write_all(&frame(0x89, b"alive?")).await.unwrap();
    assert_eq!(next(&mut stream).await, (0x8a, b"alive?".to_vec()));
    stream.write_all(&frame(0x88, &[])).await.unwrap();
    assert_eq!(next(&mut stream).await, (0x88, Vec::new()));
    assert_eq!(within(stream.read(&mut [0; 10])).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_protocol_ends_the_connection() {
    let master = TestMaster::new().await;
    let cases = [frame(0x81, b"text"), frame(0x82, b"\x91\x01"), b"\x82\x01x".to_vec(), frame(0x80, b"no beginning")];
    for bytes in cases {
        let (mut stream, _) = ask(&master, "GET", &upgrade(RIGHT)).await;
        stream.write_all(&bytes).await.unwrap();
        let mut rest = Vec::new();
        within(stream.read_to_end(&mut rest)).await.unwrap();
        assert!(rest.ends_with(&[0x88, 0]), "{rest:?}");
    }
}
