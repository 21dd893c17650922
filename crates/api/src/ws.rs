//! `/ws`: events over a WebSocket, with Buildbot's little protocol.

use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use ferrobot_data::{Layout, python_json, python_repr};
use ferrobot_model::Event;
use serde_json::{Map, Value, json};
use tokio::time::{Instant, interval_at, timeout};

use crate::consumer::Consumer;
use crate::state::ApiState;

/// No command comes near this.
const MESSAGE_BYTES_MAX: usize = 64 * 1024;
/// A reader that takes nothing for so long is gone.
const SEND_TIMEOUT: Duration = Duration::from_secs(30);
/// Keeps proxies from closing a quiet connection, and notices dead ones.
const PING_EVERY: Duration = Duration::from_secs(30);

/// Upgrades the connection.
pub(crate) async fn serve(
    State(state): State<ApiState>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let path = ["ws".to_owned()];
    if let Err(reason) = state.may_get(&headers, &path).await {
        return (StatusCode::FORBIDDEN, reason).into_response();
    }
    match upgrade {
        Err(rejection) => rejection.into_response(),
        Ok(upgrade) => {
            let consumer = Consumer::new(state.data.events().clone());
            let upgrade = upgrade.max_message_size(MESSAGE_BYTES_MAX).max_frame_size(MESSAGE_BYTES_MAX);
            upgrade.on_upgrade(|socket| listen(socket, consumer))
        }
    }
}

async fn listen(mut socket: WebSocket, mut consumer: Consumer) {
    let mut ping = interval_at(Instant::now() + PING_EVERY, PING_EVERY);
    let mut heard = true;
    loop {
        let message = tokio::select! {
            received = socket.recv() => match received {
                Some(Ok(Message::Text(text))) => match command(&mut consumer, &text) {
                    Some(reply) => Message::Text(python_json(&reply, Layout::Compact).into()),
                    None => return,
                },
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {
                    heard = true;
                    continue;
                }
                Some(Ok(Message::Binary(_) | Message::Close(_)) | Err(_)) | None => return,
            },
            event = consumer.next() => Message::Text(shown(&event).into()),
            _ = ping.tick() => {
                if !heard {
                    return;
                }
                heard = false;
                Message::Ping(Vec::new().into())
            }
        };
        if !matches!(timeout(SEND_TIMEOUT, socket.send(message)).await, Ok(Ok(()))) {
            return;
        }
    }
}

fn shown(event: &Event) -> String {
    let key = python_json(&Value::String(event.key.join("/")), Layout::Compact);
    format!("{{\"k\":{key},\"m\":{}}}", python_json(&event.body, Layout::Compact))
}

/// The reply to a message; `None` ends the connection, as it does for what is no command at all.
fn command(consumer: &mut Consumer, text: &str) -> Option<Value> {
    let Ok(Value::Object(mut frame)) = serde_json::from_str(text) else { return None };
    let id = frame.shift_remove("_id").unwrap_or_default();
    let kind = frame.shift_remove("type").unwrap_or_default();
    if id.is_null() && kind.is_null() {
        return Some(refusal("no '_id' or 'type' in websocket frame", 400, Value::Null));
    }
    let name = match frame.shift_remove("cmd").unwrap_or_default() {
        Value::Null => return Some(refusal("no 'cmd' in websocket frame", 400, Value::Null)),
        Value::String(name) => name,
        _ => return None,
    };
    let done = match name.as_str() {
        "ping" => arguments("ping", &[], &frame).map(|_| "pong"),
        "startConsuming" => path_argument(&name, &frame).and_then(|path| {
            if consumer.start(path) { Ok("OK") } else { Err("too many paths are consumed".to_owned()) }
        }),
        "stopConsuming" => path_argument(&name, &frame).and_then(|path| {
            if consumer.stop(path) { Ok("OK") } else { Err(format!("path was not consumed '{path}'")) }
        }),
        _ => return Some(refusal(&format!("no such command type '{name}'"), 404, id)),
    };
    Some(match done {
        Ok(message) => json!({"msg": message, "code": 200, "_id": id}),
        Err(error) => refusal(&error, 400, id),
    })
}

fn refusal(error: &str, code: i64, id: Value) -> Value {
    json!({"error": error, "code": code, "_id": id})
}

/// The arguments in their order, when they are exactly those that the command has.
fn arguments<'a>(command: &str, names: &[&str], given: &'a Map<String, Value>) -> Result<Vec<&'a Value>, String> {
    let wrong = |what: String| format!("Invalid method argument 'WsProtocol.cmd_{command}() {what}'");
    if let Some(name) = given.keys().find(|name| !names.contains(&name.as_str())) {
        return Err(wrong(format!("got an unexpected keyword argument '{name}'")));
    }
    let missing = |name: &str| wrong(format!("missing 1 required positional argument: '{name}'"));
    names.iter().map(|name| given.get(*name).ok_or_else(|| missing(name))).collect()
}

fn path_argument<'a>(command: &str, given: &'a Map<String, Value>) -> Result<&'a str, String> {
    match arguments(command, &["path"], given)?.first() {
        Some(Value::String(path)) => Ok(path),
        Some(other) => Err(format!("invalid path format '{}'", python_repr(other))),
        None => Err("invalid path format 'None'".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ferrobot_data::Events;

    #[test]
    fn commands_are_answered_as_buildbot_answers_them() {
        let mut consumer = Consumer::new(Events::default());
        // The replies were recorded from the real master, in this order.
        let story = [
            (r#"{"cmd":"ping","_id":1}"#, r#"{"msg":"pong","code":200,"_id":1}"#),
            (r#"{"cmd":"ping","_id":"é"}"#, r#"{"msg":"pong","code":200,"_id":"\u00e9"}"#),
            (r#"{"cmd":"ping","_id":[1]}"#, r#"{"msg":"pong","code":200,"_id":[1]}"#),
            (
                r#"{"cmd":"ping","_id":null}"#,
                r#"{"error":"no '_id' or 'type' in websocket frame","code":400,"_id":null}"#,
            ),
            (r"{}", r#"{"error":"no '_id' or 'type' in websocket frame","code":400,"_id":null}"#),
            (r#"{"type":"x"}"#, r#"{"error":"no 'cmd' in websocket frame","code":400,"_id":null}"#),
            (r#"{"_id":1,"cmd":null}"#, r#"{"error":"no 'cmd' in websocket frame","code":400,"_id":null}"#),
            (r#"{"_id":1,"cmd":"nope"}"#, r#"{"error":"no such command type 'nope'","code":404,"_id":1}"#),
            (
                r#"{"_id":1,"cmd":"ping","a":1,"b":2}"#,
                r#"{"error":"Invalid method argument 'WsProtocol.cmd_ping() got an unexpected keyword argument 'a''","code":400,"_id":1}"#,
            ),
            (
                r#"{"_id":1,"cmd":"startConsuming"}"#,
                r#"{"error":"Invalid method argument 'WsProtocol.cmd_startConsuming() missing 1 required positional argument: 'path''","code":400,"_id":1}"#,
            ),
            (
                r#"{"_id":1,"cmd":"startConsuming","path":"*/*/*","x":1}"#,
                r#"{"error":"Invalid method argument 'WsProtocol.cmd_startConsuming() got an unexpected keyword argument 'x''","code":400,"_id":1}"#,
            ),
            (
                r#"{"_id":1,"cmd":"startConsuming","path":["builds","*"]}"#,
                r#"{"error":"invalid path format '['builds', '*']'","code":400,"_id":1}"#,
            ),
            (
                r#"{"_id":1,"cmd":"startConsuming","path":null}"#,
                r#"{"error":"invalid path format 'None'","code":400,"_id":1}"#,
            ),
            (r#"{"_id":"x","cmd":"startConsuming","path":"builds/*/*"}"#, r#"{"msg":"OK","code":200,"_id":"x"}"#),
            (r#"{"_id":6,"cmd":"startConsuming","path":"builds/*/*"}"#, r#"{"msg":"OK","code":200,"_id":6}"#),
            (
                r#"{"_id":1,"cmd":"stopConsuming","path":"q/w"}"#,
                r#"{"error":"path was not consumed 'q/w'","code":400,"_id":1}"#,
            ),
            (r#"{"_id":2,"cmd":"stopConsuming","path":"builds/*/*"}"#, r#"{"msg":"OK","code":200,"_id":2}"#),
            (
                r#"{"_id":3,"cmd":"stopConsuming","path":"builds/*/*"}"#,
                r#"{"error":"path was not consumed 'builds/*/*'","code":400,"_id":3}"#,
            ),
            (
                r#"{"id":3,"type":"ping","cmd":"ping"}"#,
                r#"{"error":"Invalid method argument 'WsProtocol.cmd_ping() got an unexpected keyword argument 'id''","code":400,"_id":null}"#,
            ),
        ];
        for (asked, expected) in story {
            let reply = command(&mut consumer, asked).map(|reply| python_json(&reply, Layout::Compact));
            assert_eq!(reply.as_deref(), Some(expected), "{asked}");
        }
        for nonsense in ["not json", "[1]", "5", "null", r#"{"_id":1,"cmd":5}"#] {
            assert_eq!(command(&mut consumer, nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn an_event_is_its_key_and_its_body() {
        let key = ["builds", "58", "new"].map(str::to_owned).to_vec();
        let event = Event { key, body: std::sync::Arc::new(json!({"buildid": 58, "complete": false})) };
        assert_eq!(shown(&event), r#"{"k":"builds/58/new","m":{"buildid":58,"complete":false}}"#);
    }
}
