//! Logging in and out. Where nobody logs in, both lead back to the pages.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::state::ApiState;
use crate::urlencoded;

/// `/auth/login`
pub(crate) async fn login(State(state): State<ApiState>, request: Request) -> Response {
    home(&state, &request)
}

/// `/auth/logout`
pub(crate) async fn logout(State(state): State<ApiState>, request: Request) -> Response {
    home(&state, &request)
}

/// To the page that `redirect` names: always one of ours, because it is put behind the `#` of our own address.
fn home(state: &ApiState, request: &Request) -> Response {
    let query = urlencoded::text_pairs(request.uri().query().unwrap_or_default());
    let page = query.iter().find(|(name, _)| name == "redirect").map_or("/", |(_, value)| value.as_str());
    let location = format!("{}#{page}", state.www().buildbot_url);
    match HeaderValue::from_str(&location) {
        Ok(location) => (StatusCode::FOUND, [(header::LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}
