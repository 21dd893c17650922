//! What the handlers share.

use std::sync::Arc;

use async_trait::async_trait;
use axum::http::HeaderMap;
use ferrobot_data::{Data, NewChange};
use ferrobot_model::ChangeId;
use serde_json::{Map, Value};
use tokio::sync::watch;

use crate::access::{Access, AccessRequest};
use crate::sse::Sessions;

/// Takes changes that a hook brings; the engine.
#[async_trait]
pub trait ChangeSink: Send + Sync {
    /// Adds one change.
    async fn add_change(&self, change: NewChange) -> Result<ChangeId, ChangeSinkError>;
}

/// A change could not be added.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ChangeSinkError(
    /// Why.
    pub String,
);

/// What `c['www']` and its surroundings say.
#[derive(Debug, Clone)]
pub struct WwwSettings {
    /// `c['title']`
    pub title: String,
    /// `c['titleURL']`
    pub title_url: String,
    /// `c['buildbotURL']`, with a slash at the end.
    pub buildbot_url: String,
    /// `c['multiMaster']`
    pub multi_master: bool,
    /// `port`: a number or an endpoint description.
    pub port: Value,
    /// `plugins`
    pub plugins: Map<String, Value>,
    /// What `/config` says about logging in.
    pub auth: Value,
    /// What `/config` says about pictures of users.
    pub avatar_methods: Value,
    /// `logfileName`
    pub logfile_name: String,
    /// `allowed_origins`: patterns; `None` allows only `buildbot_url` itself.
    pub allowed_origins: Option<Vec<String>>,
    /// `rest_minimum_version`
    pub rest_minimum_version: i64,
    /// `json_cache_seconds`
    pub json_cache_seconds: i64,
    /// Names and versions of what runs here.
    pub versions: Vec<(String, String)>,
    /// `change_hook_dialects`, with the options of each.
    pub change_hook_dialects: Map<String, Value>,
    /// All other keys of `c['www']`, as they are shown by `/config`.
    pub others: Map<String, Value>,
}

impl Default for WwwSettings {
    fn default() -> WwwSettings {
        WwwSettings {
            title: "Buildbot".into(),
            title_url: "https://buildbot.net/".into(),
            buildbot_url: "http://localhost:8080/".into(),
            multi_master: false,
            port: Value::Null,
            plugins: Map::new(),
            auth: serde_json::json!({"name": "NoAuth"}),
            avatar_methods: serde_json::json!({"name": "gravatar"}),
            logfile_name: "http.log".into(),
            allowed_origins: None,
            rest_minimum_version: 0,
            json_cache_seconds: 0,
            versions: Vec::new(),
            change_hook_dialects: Map::new(),
            others: Map::new(),
        }
    }
}

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct ApiState {
    pub(crate) data: Data,
    www: watch::Receiver<Arc<WwwSettings>>,
    pub(crate) changes: Arc<dyn ChangeSink>,
    pub(crate) access: Arc<dyn Access>,
    pub(crate) sessions: Sessions,
}

impl ApiState {
    /// The settings follow `www`, so that a new configuration needs no new router.
    #[must_use]
    pub fn new(
        data: Data,
        www: watch::Receiver<Arc<WwwSettings>>,
        changes: Arc<dyn ChangeSink>,
        access: Arc<dyn Access>,
    ) -> ApiState {
        ApiState { data, www, changes, access, sessions: Sessions::default() }
    }

    /// Whether who sent these headers may read what is at `path`; the error is shown to them.
    pub(crate) async fn may_get(&self, headers: &HeaderMap, path: &[String]) -> Result<(), String> {
        let user = self.access.user(headers).await;
        self.access.check(&user, AccessRequest { path, action: "get", params: None }).await
    }

    /// The settings of now.
    pub(crate) fn www(&self) -> Arc<WwwSettings> {
        Arc::clone(&self.www.borrow())
    }
}
