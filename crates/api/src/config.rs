//! `/config`: what a web page has to know about the master.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use ferrobot_data::{Layout, python_json};
use serde_json::{Map, Value, json};

use crate::page;
use crate::state::ApiState;

/// The JSON of `/config`, which pages also embed.
pub(crate) async fn document(state: &ApiState, headers: &HeaderMap) -> Value {
    let www = state.www();
    let mut config = Map::new();
    config.insert("port".into(), www.port.clone());
    config.insert("plugins".into(), Value::Object(www.plugins.clone()));
    config.insert("auth".into(), www.auth.clone());
    config.insert("authz".into(), json!({}));
    config.insert("avatar_methods".into(), www.avatar_methods.clone());
    config.insert("logfileName".into(), Value::String(www.logfile_name.clone()));
    config.extend(www.others.clone());
    config.insert("versions".into(), json!(www.versions));
    config.insert("buildbotURL".into(), Value::String(www.buildbot_url.clone()));
    config.insert("title".into(), Value::String(www.title.clone()));
    config.insert("titleURL".into(), Value::String(with_slash(&www.title_url)));
    config.insert("multiMaster".into(), Value::Bool(www.multi_master));
    config.insert("user".into(), state.access.user(headers).await.to_json());
    Value::Object(config)
}

fn with_slash(url: &str) -> String {
    if url.ends_with('/') { url.to_owned() } else { format!("{url}/") }
}

/// `GET /config`
pub(crate) async fn serve(State(state): State<ApiState>, request: Request) -> Response {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return page::method_not_allowed(request.uri().path(), request.method().as_str(), "HEAD, GET");
    }
    let config = document(&state, request.headers()).await;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CACHE_CONTROL, HeaderValue::from_static("public,max-age=0")),
    ];
    (headers, python_json(&config, Layout::Spaced)).into_response()
}
