//! Events over a WebSocket and as a stream of text.

use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use ferrobot_data::NewChange;
use futures_util::{SinkExt, StreamExt};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use tower::ServiceExt;

use crate::fixture::Site;

const PATIENCE: Duration = Duration::from_secs(20);

fn change(author: &str) -> NewChange {
    NewChange { author: author.into(), ..NewChange::default() }
}

type Socket = tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>>;

async fn connect(site: &Site) -> Socket {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = site.router.clone();
    tokio::spawn(async move { axum::serve(listener, router).await });
    tokio_tungstenite::connect_async(format!("ws://{address}/ws")).await.unwrap().0
}

async fn hear(socket: &mut Socket) -> Option<String> {
    loop {
        match tokio::time::timeout(PATIENCE, socket.next()).await.unwrap() {
            Some(Ok(Message::Text(text))) => return Some(text.to_string()),
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
            _ => return None,
        }
    }
}

async fn ask(socket: &mut Socket, text: &str) -> Option<String> {
    socket.send(Message::text(text)).await.unwrap();
    hear(socket).await
}

#[tokio::test]
async fn a_socket_hears_what_it_asked_for() {
    let site = Site::open().await;
    let mut socket = connect(&site).await;
    let ok = |id| Some(format!(r#"{{"msg":"OK","code":200,"_id":{id}}}"#));
    assert_eq!(ask(&mut socket, r#"{"cmd":"startConsuming","path":"changes/*/*","_id":1}"#).await, ok(1));
    let id = site.data.add_change(change("first \u{fc}")).await.unwrap();
    let heard = hear(&mut socket).await.unwrap();
    let start = format!(r#"{{"k":"changes/{id}/new","m":{{"changeid":{id},"author":"first \u00fc","committer":null,"#);
    assert!(heard.starts_with(&start), "{heard}");

    assert_eq!(ask(&mut socket, r#"{"cmd":"stopConsuming","path":"changes/*/*","_id":2}"#).await, ok(2));
    site.data.add_change(change("unheard")).await.unwrap();
    assert_eq!(ask(&mut socket, r#"{"cmd":"startConsuming","path":"changes/*/new","_id":3}"#).await, ok(3));
    assert_eq!(ask(&mut socket, r#"{"cmd":"startConsuming","path":"*/*/*","_id":4}"#).await, ok(4));
    site.data.add_change(change("twice")).await.unwrap();
    for _ in 0..2 {
        let heard: Value = serde_json::from_str(&hear(&mut socket).await.unwrap()).unwrap();
        assert_eq!(heard["m"]["author"], "twice");
    }
}

#[tokio::test]
async fn nonsense_ends_the_connection() {
    let site = Site::open().await;
    for nonsense in [Message::text("not json"), Message::text("[1]"), Message::binary(vec![1, 2])] {
        let mut socket = connect(&site).await;
        socket.send(nonsense.clone()).await.unwrap();
        assert_eq!(hear(&mut socket).await, None, "{nonsense:?}");
    }
    let mut socket = connect(&site).await;
    let too_long = format!(r#"{{"cmd":"ping","_id":"{}"}}"#, "x".repeat(100_000));
    assert_eq!(ask(&mut socket, &too_long).await, None);
}

#[tokio::test]
async fn a_request_that_is_no_websocket_is_refused() {
    let site = Site::open().await;
    let (status, ..) = site.get("/ws").await;
    assert!(status.is_client_error(), "{status}");
}

struct Stream {
    body: Body,
    pending: String,
}

impl Stream {
    async fn open(site: &Site, url: &str) -> (Stream, String) {
        let request = Request::get(url).body(Body::empty()).unwrap();
        let response = site.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        let mut stream = Stream { body: response.into_body(), pending: String::new() };
        let hello = stream.event().await;
        let name = hello.strip_prefix("event: handshake\ndata: ").unwrap().to_owned();
        assert_eq!(name.len(), 36);
        (stream, name)
    }

    async fn event(&mut self) -> String {
        loop {
            if let Some((event, rest)) = self.pending.split_once("\n\n") {
                let event = event.to_owned();
                self.pending = rest.to_owned();
                return event;
            }
            let frame = tokio::time::timeout(PATIENCE, self.body.frame()).await.unwrap().unwrap().unwrap();
            self.pending.push_str(std::str::from_utf8(&frame.into_data().unwrap()).unwrap());
        }
    }
}

#[tokio::test]
async fn a_stream_carries_what_it_is_told_to() {
    let site = Site::open().await;
    let (mut stream, name) = Stream::open(&site, "/sse/listen/changes/*/*").await;
    let id = site.data.add_change(change("first")).await.unwrap();
    let event = stream.event().await;
    let start = format!(
        "event: event\ndata: {{\"key\": [\"changes\", \"{id}\", \"new\"], \"message\": {{\"changeid\": {id}, \"author\": \"first\", ",
    );
    assert!(event.starts_with(&start), "{event}");
    assert!(event.ends_with("}}"), "{event}");

    let ok = (StatusCode::OK, "ok\n".to_owned());
    let said = |(status, _, body)| (status, body);
    assert_eq!(said(site.get(&format!("/sse/add/{name}/builders/*/*")).await), ok);
    assert_eq!(said(site.get(&format!("/sse/remove/{name}/changes/*/*")).await), ok);
    assert_eq!(said(site.get(&format!("/sse/remove/{name}/changes/*/*")).await), ok);
    // The stream takes up what it was told when it is read the next time; a builder that comes later is heard.
    let hear_builder = async {
        let event = stream.event().await;
        assert!(event.contains("\"key\": [\"builders\", "), "{event}");
    };
    let make_builders = async {
        loop {
            let mut builders = vec![("fresh".to_owned(), ferrobot_data::BuilderInfo::default())];
            site.data.configure_builders(builders.clone()).await.unwrap();
            builders[0].1.tags = vec!["more".into()];
            site.data.configure_builders(builders).await.unwrap();
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        () = hear_builder => {}
        () = make_builders => {}
    }
}

#[tokio::test]
async fn only_open_streams_can_be_changed() {
    let site = Site::open().await;
    let cases = [
        ("/sse/add", "need uuid\n"),
        ("/sse/remove", "need uuid\n"),
        ("/sse/add/nosuch", "unknown uuid\n"),
        ("/sse/add/nosuch/builds/*/*", "unknown uuid\n"),
        ("/sse/remove/nosuch/builds/*/*", "unknown uuid\n"),
    ];
    for (url, text) in cases {
        let (status, _, body) = site.get(url).await;
        assert_eq!((status, body.as_str()), (StatusCode::BAD_REQUEST, text), "{url}");
    }
    let (stream, name) = Stream::open(&site, "/sse").await;
    drop(stream);
    let (status, _, body) = site.get(&format!("/sse/add/{name}/builds/*/*")).await;
    assert_eq!((status, body.as_str()), (StatusCode::BAD_REQUEST, "unknown uuid\n"));
}
