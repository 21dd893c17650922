//! POST: JSON-RPC 2.0, one call per request.

use std::time::Duration;

use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ferrobot_data::{ControlError, Layout, RestError, python_json, python_json_sorted};
use serde_json::{Map, Value, json};

use crate::access::AccessRequest;
use crate::state::ApiState;
use crate::{encoding, pyjson_error, rest};

/// No call comes near this.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a peer may take to send its call.
const BODY_TIMEOUT: Duration = Duration::from_secs(60);

const PARSE_ERROR: i64 = -32700;
const INVALID_REQUEST: i64 = -32600;
const METHOD_NOT_FOUND: i64 = -32601;
const INVALID_PARAMS: i64 = -32602;
const INTERNAL_ERROR: i64 = -32603;

/// A refusal.
#[derive(Debug)]
struct Refused {
    status: StatusCode,
    code: i64,
    message: Value,
    /// The id of the call, once it is known.
    id: Option<Box<Value>>,
}

/// A call that is in order.
#[derive(Debug)]
struct Call {
    method: String,
    id: Value,
    params: Map<String, Value>,
}

/// A page of another server may not ask.
pub(crate) fn invalid_origin() -> Response {
    let body = python_json(&json!({"error": {"message": "invalid origin"}}), Layout::Spaced);
    (StatusCode::BAD_REQUEST, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], body).into_response()
}

/// Carries out a call.
pub(crate) async fn serve(state: &ApiState, path: &[String], request: Request<Body>) -> Response {
    let (parts, body) = request.into_parts();
    match answer(state, path, &parts.headers, body).await {
        Ok((id, result)) => {
            let body = python_json_sorted(&json!({"jsonrpc": "2.0", "id": id, "result": result}), Layout::Compact);
            respond(StatusCode::OK, body)
        }
        Err(refused) => {
            let mut body = Map::new();
            body.insert("jsonrpc".into(), "2.0".into());
            if let Some(id) = refused.id {
                body.insert("id".into(), *id);
            }
            body.insert("error".into(), json!({"code": refused.code, "message": refused.message}));
            respond(refused.status, python_json(&Value::Object(body), Layout::Spaced))
        }
    }
}

fn respond(status: StatusCode, body: String) -> Response {
    (status, [(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body).into_response()
}

async fn answer(state: &ApiState, path: &[String], headers: &HeaderMap, body: Body) -> Result<(Value, Value), Refused> {
    let content_type = headers.get(header::CONTENT_TYPE).map(HeaderValue::as_bytes).unwrap_or_default();
    if content_type.split(|byte| *byte == b';').next() != Some(b"application/json".as_slice()) {
        return Err(Refused::request("Invalid content-type (use application/json)"));
    }
    let body = receive(body).await?;
    let mut call = Call::read(&body)?;
    let user = state.access.user(headers).await;
    call.params.insert("owner".into(), Value::String(user.owner()));
    let request = AccessRequest { path, action: &call.method, params: Some(&call.params) };
    let allowed = state.access.check(&user, request).await;
    allowed.map_err(|reason| Refused::of(&call, StatusCode::FORBIDDEN, INVALID_REQUEST, reason))?;
    let resolved = state.data.resolve_control(path, &call.method, &call.params).await;
    let Some(control) = resolved.map_err(|error| Refused::by_data(&call, &error))? else {
        return Ok((call.id, Value::Null));
    };
    let Some(controller) = state.data.controller() else {
        let status = StatusCode::SERVICE_UNAVAILABLE;
        return Err(Refused::of(&call, status, INTERNAL_ERROR, "the master is still starting"));
    };
    match controller.control(control).await {
        Ok(result) => Ok((call.id, result)),
        Err(error) => Err(Refused::by_controller(&call, error)),
    }
}

async fn receive(body: Body) -> Result<Bytes, Refused> {
    match tokio::time::timeout(BODY_TIMEOUT, to_bytes(body, BODY_BYTES_MAX)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => Err(Refused {
            status: StatusCode::PAYLOAD_TOO_LARGE,
            ..Refused::request("the request is too large or was cut off")
        }),
        Err(_) => Err(Refused { status: StatusCode::REQUEST_TIMEOUT, ..Refused::request("the request took too long") }),
    }
}

impl Call {
    fn read(body: &[u8]) -> Result<Call, Refused> {
        let parse_error =
            |error| Refused { code: PARSE_ERROR, ..Refused::request(format!("JSON parse error: {error}")) };
        let root = encoding::utf8(body).and_then(pyjson_error::parse).map_err(parse_error)?;
        let mut root = match root {
            Value::Object(root) => root,
            Value::Array(_) => return Err(Refused::request("JSONRPC batch requests are not supported")),
            _ => return Err(Refused::request("JSONRPC root object must be an object")),
        };
        let version = take(&mut root, "jsonrpc", Value::is_string, "a string")?;
        let method = take(&mut root, "method", Value::is_string, "a string")?;
        let is_id = |id: &Value| id.is_string() || id.is_i64() || id.is_u64() || id.is_boolean() || id.is_null();
        let id = take(&mut root, "id", is_id, "a string, number, or null")?;
        let params = take(&mut root, "params", Value::is_object, "an object")?;
        if version != "2.0" {
            return Err(Refused::request("only JSONRPC 2.0 is supported"));
        }
        let Value::Object(params) = params else { return Err(Refused::request("'params' must be an object")) };
        Ok(Call { method: method.as_str().unwrap_or_default().to_owned(), id, params })
    }
}

fn take(
    root: &mut Map<String, Value>,
    name: &str,
    fits: impl Fn(&Value) -> bool,
    kind: &str,
) -> Result<Value, Refused> {
    let value = root.shift_remove(name).ok_or_else(|| Refused::request(format!("missing key '{name}'")))?;
    if fits(&value) { Ok(value) } else { Err(Refused::request(format!("'{name}' must be {kind}"))) }
}

impl Refused {
    /// The request itself is wrong; its id is not known.
    fn request(message: impl Into<Value>) -> Refused {
        Refused { status: StatusCode::BAD_REQUEST, code: INVALID_REQUEST, message: message.into(), id: None }
    }

    fn of(call: &Call, status: StatusCode, code: i64, message: impl Into<Value>) -> Refused {
        Refused { status, code, message: message.into(), id: Some(Box::new(call.id.clone())) }
    }

    fn by_data(call: &Call, error: &RestError) -> Refused {
        let code = match error {
            RestError::NotFound(_) => INVALID_REQUEST,
            RestError::BadRequest(_) => INVALID_PARAMS,
            RestError::NoSuchAction(_) => METHOD_NOT_FOUND,
            RestError::Internal(_) => INTERNAL_ERROR,
        };
        Refused::of(call, rest::status(error), code, error.to_string())
    }

    fn by_controller(call: &Call, error: ControlError) -> Refused {
        match error {
            ControlError::Invalid(message) => Refused::of(call, StatusCode::BAD_REQUEST, INVALID_PARAMS, message),
            ControlError::NotFound(message) => Refused::of(call, StatusCode::NOT_FOUND, INVALID_REQUEST, message),
            ControlError::Failed(message) => {
                tracing::warn!("the control action `{}` failed: {message}", call.method);
                Refused::of(call, StatusCode::INTERNAL_SERVER_ERROR, INTERNAL_ERROR, message)
            }
        }
    }
}
