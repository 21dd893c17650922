//! The HTTP that comes before a WebSocket.

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, WebSocketUpgrade};
use axum::http::header::{CONNECTION, HeaderValue, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, UPGRADE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use hyper::upgrade::OnUpgrade;
use sha1::{Digest, Sha1};

/// What the key of a handshake is answered with is made of this; RFC 6455.
const KEY_SUFFIX: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The stream that the request becomes, with the response that makes it so; or the response to a request that asks for something
/// else.
pub(crate) async fn accept(request: Request) -> Result<(OnUpgrade, Response), Response> {
    let (mut parts, _nothing) = request.into_parts();
    // The check takes it away. It is there whenever the check finds nothing.
    let upgrade = parts.extensions.get::<OnUpgrade>().cloned();
    let key = parts.headers.get(SEC_WEBSOCKET_KEY).cloned();
    let _checked = WebSocketUpgrade::from_request_parts(&mut parts, &()).await.map_err(IntoResponse::into_response)?;
    let (Some(upgrade), Some(key)) = (upgrade, key) else {
        return Err(StatusCode::UPGRADE_REQUIRED.into_response());
    };
    let digest = Sha1::new().chain_update(key.as_bytes()).chain_update(KEY_SUFFIX).finalize();
    let answer = base64::engine::general_purpose::STANDARD.encode(digest);
    let answer = HeaderValue::try_from(answer).map_err(|_| StatusCode::BAD_REQUEST.into_response())?;
    let headers = HeaderMap::from_iter([
        (CONNECTION, HeaderValue::from_static("upgrade")),
        (UPGRADE, HeaderValue::from_static("websocket")),
        (SEC_WEBSOCKET_ACCEPT, answer),
    ]);
    Ok((upgrade, (StatusCode::SWITCHING_PROTOCOLS, headers, Body::empty()).into_response()))
}
