//! `/api`: GET, HEAD and OPTIONS here, POST in `rpc`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ferrobot_data::{
    Layout, LogText, LongList, RawBody, Reply, RestError, escape_into, python_json, python_json_nested,
    python_json_sorted,
};
use futures_util::{StreamExt, stream};
use serde_json::{Map, Value, json};

use crate::state::{ApiState, WwwSettings};
use crate::{cors, page, rpc, urlencoded};

/// The version of the API that there is.
const VERSION: i64 = 2;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");

/// `/api`: which versions there are.
pub(crate) async fn versions(State(state): State<ApiState>) -> Response {
    let www = state.www();
    let mut versions = Map::new();
    if www.rest_minimum_version < VERSION {
        let url = Value::String(format!("{}api/v{VERSION}", www.buildbot_url));
        versions.insert(format!("v{VERSION}"), url);
    }
    let body = python_json(&json!({"api_versions": versions}), Layout::Spaced);
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

/// `/api/v2` and everything below.
pub(crate) async fn serve(State(state): State<ApiState>, request: Request<Body>) -> Response {
    let path = request.uri().path();
    let Some(below) = below_version(path) else { return page::not_found().await };
    let parts = urlencoded::path_parts(below);
    let www = state.www();
    let method = request.method().clone();
    let origin = match cors::check(request.headers(), &www) {
        Ok(origin) => origin,
        Err(cors::InvalidOrigin) if method == Method::POST => return rpc::invalid_origin(),
        Err(cors::InvalidOrigin) => return refuse(StatusCode::BAD_REQUEST, "invalid origin"),
    };
    let response = match method {
        Method::GET | Method::HEAD => {
            let query = urlencoded::text_pairs(request.uri().query().unwrap_or_default());
            get(&state, &www, &parts, &query, request.headers()).await
        }
        Method::POST => rpc::serve(&state, &parts, request).await,
        Method::OPTIONS if origin.is_some() => match cors::preflight(request.headers()) {
            Some(response) => response,
            None => return refuse(StatusCode::BAD_REQUEST, "invalid method"),
        },
        _ => return refuse(StatusCode::BAD_REQUEST, "invalid HTTP method"),
    };
    cors::allow(response, origin)
}

fn below_version(path: &str) -> Option<&str> {
    ["/api/v2", "/api/latest"].iter().find_map(|prefix| {
        let below = path.strip_prefix(prefix)?;
        (below.is_empty() || below.starts_with('/')).then_some(below)
    })
}

async fn get(
    state: &ApiState,
    www: &WwwSettings,
    path: &[String],
    query: &[(String, String)],
    headers: &HeaderMap,
) -> Response {
    if let Err(reason) = state.may_get(headers, path).await {
        return refuse(StatusCode::FORBIDDEN, &reason);
    }
    let answer = match state.data.parse_query(path, query) {
        Ok(spec) => state.data.get(path, spec).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(reply) => show(reply, wants_json(headers), www),
        Err(error) => failure(&error),
    }
}

fn wants_json(headers: &HeaderMap) -> bool {
    let names_json = |value: &HeaderValue| value.as_bytes().windows(16).any(|part| part == b"application/json");
    headers.get_all(header::ACCEPT).iter().any(names_json)
}

/// The status of each kind of error.
pub(crate) fn status(error: &RestError) -> StatusCode {
    match error {
        RestError::NotFound(_) => StatusCode::NOT_FOUND,
        RestError::BadRequest(_) => StatusCode::BAD_REQUEST,
        RestError::NoSuchAction(_) => StatusCode::NOT_IMPLEMENTED,
        RestError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

fn failure(error: &RestError) -> Response {
    if let RestError::Internal(what) = error {
        tracing::error!("a REST request failed: {what}");
    }
    refuse(status(error), &error.to_string())
}

/// An error as Buildbot shows it.
pub(crate) fn refuse(status: StatusCode, text: &str) -> Response {
    let body = python_json(&json!({"error": text}), Layout::Spaced);
    (status, [(header::CONTENT_TYPE, TEXT)], body).into_response()
}

fn show(reply: Reply, compact: bool, www: &WwwSettings) -> Response {
    let layout = if compact { Layout::Compact } else { Layout::Indented };
    match reply {
        Reply::Single { plural, value } => document(&json!({plural: [value], "meta": {}}), layout, www),
        Reply::Collection { plural, values, total } => {
            document(&json!({plural: values, "meta": {"total": total}}), layout, www)
        }
        Reply::LongCollection { plural, rows, total } => long_list(plural, rows, total, layout),
        Reply::LongChunk { rest, content } => long_chunk(rest, content, layout),
        Reply::Raw { mime_type, filename, disposition_attachment, body } => {
            download(&mime_type, &filename, disposition_attachment, body)
        }
    }
}

fn document(value: &Value, layout: Layout, www: &WwwSettings) -> Response {
    let body = python_json_sorted(value, layout);
    let mut response = Response::new(Body::from(body));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, if layout == Layout::Compact { JSON } else { TEXT });
    if let Ok(seconds @ 1..) = u64::try_from(www.json_cache_seconds) {
        let expires = SystemTime::now().checked_add(Duration::from_secs(seconds)).unwrap_or(UNIX_EPOCH);
        if let Ok(expires) = HeaderValue::from_str(&httpdate::fmt_http_date(expires)) {
            headers.insert(header::EXPIRES, expires);
        }
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
    }
    response
}

/// The same document as for a short list, part by part.
fn long_list(plural: &'static str, rows: LongList, total: i64, layout: Layout) -> Response {
    // A row of nothing shows where the rows go, and what is between them.
    let frame = python_json_sorted(&json!({plural: [null, null], "meta": {"total": total}}), layout);
    let first = frame.find("null").unwrap_or(frame.len());
    let last = frame.rfind("null").unwrap_or(frame.len());
    let head = Bytes::from(frame[..first].to_owned());
    let between = frame[first + "null".len()..last].to_owned();
    let tail = Bytes::from(frame[last + "null".len()..].to_owned());
    let parts = stream::unfold((rows, true), |(mut rows, first)| async move {
        rows.next_part().await.map(|part| (part.map(|part| (part, first)), (rows, false)))
    });
    let shown = parts.map(move |part| {
        part.map(|(rows, first)| {
            let lead = if first { "" } else { between.as_str() };
            let rows: Vec<String> = rows.iter().map(|row| python_json_nested(row, layout, 2)).collect();
            Bytes::from(format!("{lead}{}", rows.join(&between)))
        })
    });
    streamed(stream::iter([Ok(head)]).chain(shown).chain(stream::iter([Ok(tail)])), layout)
}

fn streamed(parts: impl stream::Stream<Item = Result<Bytes, RestError>> + Send + 'static, layout: Layout) -> Response {
    let content_type = if layout == Layout::Compact { JSON } else { TEXT };
    // Packing asks once more after the end.
    ([(header::CONTENT_TYPE, content_type)], Body::from_stream(parts.fuse())).into_response()
}

/// The same document as for a short chunk, with its content escaped block by block.
fn long_chunk(mut rest: Map<String, Value>, content: LogText, layout: Layout) -> Response {
    rest.insert("content".into(), Value::String(String::new()));
    let frame = python_json_sorted(&json!({"logchunks": [rest], "meta": {}}), layout);
    let key = if layout == Layout::Compact { "\"content\":\"" } else { "\"content\": \"" };
    let split = frame.find(key).map_or(frame.len(), |at| at + key.len());
    let head = Bytes::from(frame[..split].to_owned());
    let tail = Bytes::from(frame[split..].to_owned());
    let escaped = blocks(content).map(|block| {
        block.map(|block| {
            let mut text = String::with_capacity(block.len() + block.len() / 8);
            escape_into(&mut text, &block);
            Bytes::from(text)
        })
    });
    streamed(stream::iter([Ok(head)]).chain(escaped).chain(stream::iter([Ok(tail)])), layout)
}

fn download(mime_type: &str, filename: &str, attachment: bool, body: RawBody) -> Response {
    let body = match body {
        RawBody::Bytes(bytes) => Body::from(bytes),
        RawBody::Log(text) => Body::from_stream(blocks(text).map(|block| block.map(Bytes::from))),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    // Whatever a build wrote runs apart from our pages: it can neither read them nor act as their user.
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox allow-scripts allow-popups"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let content_type = HeaderValue::from_str(&format!("{mime_type}; charset=utf-8"));
    headers.insert(header::CONTENT_TYPE, content_type.unwrap_or(TEXT));
    if attachment && let Ok(value) = HeaderValue::from_bytes(format!("attachment; filename={filename}").as_bytes()) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Reads a block only when the peer has taken the one before: a slow reader holds no memory.
fn blocks(text: LogText) -> impl stream::Stream<Item = Result<String, RestError>> {
    // Packing asks once more after the end.
    stream::unfold(text, |mut text| async move { text.next_block().await.map(|block| (block, text)) }).fuse()
}
