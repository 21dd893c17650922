//! `/change_hook/DIALECT`: other programs tell of changes.

mod base;

use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::{FromRequest, Multipart, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use ferrobot_data::NewChange;

use crate::state::ApiState;
use crate::{page, urlencoded};

/// No form comes near this.
pub(crate) const FORM_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long a peer may take to send its form.
const FORM_TIMEOUT: Duration = Duration::from_secs(60);

/// What a dialect says to a request that it does not take.
#[derive(Debug)]
enum HookError {
    /// 400, with the text.
    Refused(String),
    /// 500: the reason goes to the log alone.
    Broken(String),
}

/// The fields of a form, in order, as bytes.
type Form = Vec<(Vec<u8>, Vec<u8>)>;

/// Takes a request in any dialect that `change_hook_dialects` names.
pub(crate) async fn serve(State(state): State<ApiState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::POST) {
        return page::method_unknown(request.method().as_str());
    }
    let dialect = dialect(request.uri().path()).to_owned();
    let answer = match take(&state, &dialect, request).await {
        Ok(changes) => add(&state, &dialect, changes).await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(0) => say(StatusCode::OK, "no change found"),
        Ok(count) => say(StatusCode::OK, &format!("{count} change found")),
        Err(HookError::Refused(text)) => say(StatusCode::BAD_REQUEST, &text),
        Err(HookError::Broken(reason)) => {
            tracing::warn!("the change hook `{dialect}` could not take a request: {reason}");
            say(StatusCode::INTERNAL_SERVER_ERROR, "Error processing changes.")
        }
    }
}

fn say(status: StatusCode, text: &str) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html")], text.to_owned()).into_response()
}

/// The word behind `/change_hook/`; `base` without one.
fn dialect(path: &str) -> &str {
    let below = path.strip_prefix("/change_hook").unwrap_or_default().trim_start_matches('/');
    let end = below.find(|byte: char| !byte.is_ascii_alphanumeric() && byte != '_').unwrap_or(below.len());
    if end == 0 { "base" } else { &below[..end] }
}

async fn take(state: &ApiState, dialect: &str, request: Request) -> Result<Vec<NewChange>, HookError> {
    if !state.www().change_hook_dialects.contains_key(dialect) {
        let text = format!("The dialect specified, '{dialect}', wasn't whitelisted in change_hook");
        return Err(HookError::Refused(text));
    }
    match dialect {
        "base" => base::changes(&form(request).await?),
        other => Err(HookError::Refused(format!("The dialect specified, '{other}', is not supported yet"))),
    }
}

async fn add(state: &ApiState, dialect: &str, changes: Vec<NewChange>) -> Result<usize, HookError> {
    let count = changes.len();
    for change in changes {
        state.changes.add_change(change).await.map_err(|error| HookError::Broken(error.to_string()))?;
    }
    if count > 0 {
        tracing::info!("the change hook `{dialect}` brought {count} changes");
    }
    Ok(count)
}

/// The fields of the query, then those of the body. A body of another type has none.
async fn form(request: Request) -> Result<Form, HookError> {
    let mut fields = urlencoded::pairs(request.uri().query().unwrap_or_default().as_bytes());
    if request.method() == Method::POST {
        let received = tokio::time::timeout(FORM_TIMEOUT, body_fields(request)).await;
        fields.extend(received.map_err(|_| HookError::Refused("the request took too long".into()))??);
    }
    Ok(fields)
}

async fn body_fields(request: Request) -> Result<Form, HookError> {
    if is(request.headers(), "application/x-www-form-urlencoded") {
        let bytes = to_bytes(request.into_body(), FORM_BYTES_MAX).await;
        return Ok(urlencoded::pairs(&bytes.map_err(|error| HookError::Refused(error.to_string()))?));
    }
    if !is(request.headers(), "multipart/form-data") {
        return Ok(Form::new());
    }
    let refused = |error: &dyn std::fmt::Display| HookError::Refused(error.to_string());
    let mut multipart = Multipart::from_request(request, &()).await.map_err(|error| refused(&error))?;
    let mut fields = Form::new();
    while let Some(field) = multipart.next_field().await.map_err(|error| refused(&error))? {
        let name = field.name().unwrap_or_default().as_bytes().to_vec();
        fields.push((name, field.bytes().await.map_err(|error| refused(&error))?.to_vec()));
    }
    Ok(fields)
}

fn is(headers: &HeaderMap, wanted: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialect_is_the_first_word() {
        let cases = [
            ("/change_hook", "base"),
            ("/change_hook/", "base"),
            ("/change_hook/base", "base"),
            ("/change_hook/base/extra", "base"),
            ("/change_hook/git_hub?x", "git_hub"),
        ];
        for (path, expected) in cases {
            assert_eq!(dialect(path), expected);
        }
    }
}
