//! `/sse`: events as a stream of text. `listen` opens it, `add` and `remove` change what it carries.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use ferrobot_data::{Layout, python_json};
use futures_util::stream;
use serde_json::json;
use tokio::sync::mpsc;
use tokio::time::{Instant, Interval, interval_at};

use crate::consumer::Consumer;
use crate::state::ApiState;
use crate::{rest, urlencoded};

/// So many streams are open at once at most; each takes a socket.
const STREAMS_MAX: usize = 4096;
/// So many changes to a stream may wait for it.
const CHANGES_MAX: usize = 64;
/// Lets a stream notice that its peer is gone.
const COMMENT_EVERY: Duration = Duration::from_secs(30);

/// The open streams, by the name that each was given.
#[derive(Clone, Default)]
pub(crate) struct Sessions {
    open: Arc<Mutex<HashMap<String, mpsc::Sender<Change>>>>,
}

enum Change {
    Add(String),
    Remove(String),
}

impl Sessions {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<String, mpsc::Sender<Change>>) -> T) -> T {
        act(&mut self.open.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// One open stream; it is forgotten when the peer goes.
struct Stream {
    sessions: Sessions,
    name: String,
    consumer: Consumer,
    changes: mpsc::Receiver<Change>,
    comment: Interval,
    greeted: bool,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.sessions.with(|open| open.remove(&self.name));
    }
}

/// `/sse/listen[/path]`, `/sse/add/NAME/path`, `/sse/remove/NAME/path`
pub(crate) async fn serve(State(state): State<ApiState>, request: Request) -> Response {
    let below = request.uri().path().strip_prefix("/sse").unwrap_or_default();
    let parts = urlencoded::path_parts(below);
    if let Err(reason) = state.may_get(request.headers(), &parts).await {
        return rest::refuse(StatusCode::FORBIDDEN, &reason);
    }
    let parts: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["add" | "remove"] => say(StatusCode::BAD_REQUEST, "need uuid\n"),
        ["add", name, path @ ..] => change(&state.sessions, name, Change::Add(path.join("/"))).await,
        ["remove", name, path @ ..] => change(&state.sessions, name, Change::Remove(path.join("/"))).await,
        ["listen", path @ ..] | path => listen(&state, path),
    }
}

fn say(status: StatusCode, text: &'static str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

async fn change(sessions: &Sessions, name: &str, change: Change) -> Response {
    let Some(sender) = sessions.with(|open| open.get(name).cloned()) else {
        return say(StatusCode::BAD_REQUEST, "unknown uuid\n");
    };
    match sender.send(change).await {
        Ok(()) => say(StatusCode::OK, "ok\n"),
        Err(_) => say(StatusCode::BAD_REQUEST, "unknown uuid\n"),
    }
}

fn listen(state: &ApiState, path: &[&str]) -> Response {
    let Some(name) = random_uuid() else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let (sender, changes) = mpsc::channel(CHANGES_MAX);
    let accepted = state.sessions.with(|open| {
        let room = open.len() < STREAMS_MAX;
        if room {
            open.insert(name.clone(), sender);
        }
        room
    });
    if !accepted {
        return say(StatusCode::SERVICE_UNAVAILABLE, "too many streams are open\n");
    }
    let mut consumer = Consumer::new(state.data.events().clone());
    if !path.is_empty() {
        consumer.start(&path.join("/"));
    }
    let comment = interval_at(Instant::now() + COMMENT_EVERY, COMMENT_EVERY);
    let stream = Stream { sessions: state.sessions.clone(), name, consumer, changes, comment, greeted: false };
    let body = Body::from_stream(stream::unfold(stream, |mut stream| async move {
        let text = stream.next().await;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(text)), stream))
    }));
    ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
}

impl Stream {
    async fn next(&mut self) -> String {
        if !self.greeted {
            self.greeted = true;
            return format!("event: handshake\ndata: {}\n\n", self.name);
        }
        loop {
            tokio::select! {
                event = self.consumer.next() => {
                    let key = python_json(&json!(event.key), Layout::Spaced);
                    let message = python_json(&event.body, Layout::Spaced);
                    return format!("event: event\ndata: {{\"key\": {key}, \"message\": {message}}}\n\n");
                }
                change = self.changes.recv() => match change {
                    Some(Change::Add(path)) => { self.consumer.start(&path); }
                    Some(Change::Remove(path)) => { self.consumer.stop(&path); }
                    None => std::future::pending().await,
                },
                _ = self.comment.tick() => return ":\n\n".to_owned(),
            }
        }
    }
}

/// Whoever knows the name of a stream can change it: it must not be guessed.
fn random_uuid() -> Option<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).ok()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    Some([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
}
