//! A router over a copy of the recorded database.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, Request, StatusCode};
use ferrobot_api::{ApiState, ChangeSink, ChangeSinkError, OpenAccess, WwwSettings, router};
use ferrobot_data::{Control, ControlError, Controller, Data, DataOptions, Hindrance, NewChange};
use ferrobot_model::{BuilderId, ChangeId, SystemClock, WorkerId};
use http_body_util::BodyExt;
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use tower::ServiceExt;

/// What the real master answered.
#[derive(Debug, Deserialize)]
pub(crate) struct Answer {
    pub(crate) url: String,
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Value,
}

pub(crate) fn answers() -> Vec<Answer> {
    serde_json::from_str(include_str!("../fixture/answers.json")).unwrap()
}

/// The API over a copy of the database, with a pretended engine.
pub(crate) struct Site {
    pub(crate) data: Data,
    pub(crate) router: Router,
    pub(crate) engine: Arc<Engine>,
    pub(crate) settings: watch::Sender<Arc<WwwSettings>>,
    _folder: TempDir,
}

/// Writes down what it is asked to do.
#[derive(Default)]
pub(crate) struct Engine {
    force_schedulers: Vec<Value>,
    builder_names: HashMap<i64, String>,
    pub(crate) controls: Mutex<Vec<Control>>,
    pub(crate) changes: Mutex<Vec<NewChange>>,
}

#[async_trait]
impl Controller for Engine {
    fn hindrances(&self) -> HashMap<WorkerId, Vec<Hindrance>> {
        HashMap::new()
    }

    async fn control(&self, action: Control) -> Result<Value, ControlError> {
        let answer = match &action {
            Control::Force { scheduler, .. } if scheduler == "broken" => {
                Err(ControlError::Invalid(json!({"reason": "'reason' needs to be specified"})))
            }
            Control::Force { .. } => Ok(json!([5, {"1": 6}])),
            Control::Rebuild { build } if build.0 == 999 => Err(ControlError::Failed("no such build".into())),
            _ => Ok(Value::Null),
        };
        self.controls.lock().unwrap().push(action);
        answer
    }

    fn force_schedulers(&self, builder: Option<BuilderId>) -> Vec<Value> {
        let serves = |row: &&Value| {
            let name = builder.map(|builder| self.builder_names.get(&builder.0).cloned().unwrap_or_default());
            name.is_none_or(|name| row["builder_names"].as_array().unwrap().contains(&Value::String(name)))
        };
        self.force_schedulers.iter().filter(serves).cloned().collect()
    }
}

#[async_trait]
impl ChangeSink for Engine {
    async fn add_change(&self, change: NewChange) -> Result<ChangeId, ChangeSinkError> {
        if change.author == "unlucky" {
            return Err(ChangeSinkError("the disk is full".into()));
        }
        let mut changes = self.changes.lock().unwrap();
        changes.push(change);
        Ok(ChangeId(i64::try_from(changes.len()).unwrap()))
    }
}

/// The settings of the recorded master.
pub(crate) fn settings() -> WwwSettings {
    WwwSettings {
        title: "Fixture".into(),
        title_url: "http://example.org/fixture".into(),
        buildbot_url: "http://localhost:18010/".into(),
        port: json!("tcp:18010:interface=127.0.0.1"),
        allowed_origins: Some(vec!["http://allowed.example.org".into(), "https://*.example.net".into()]),
        change_hook_dialects: json!({"base": true}).as_object().unwrap().clone(),
        versions: vec![("Buildbot".into(), "4.3.0".into())],
        others: json!({"debug": true}).as_object().unwrap().clone(),
        ..WwwSettings::default()
    }
}

impl Site {
    pub(crate) async fn open() -> Site {
        let folder = tempfile::tempdir().unwrap();
        let (master_name, builder_names) = restore(&folder.path().join("state.sqlite"));
        let options = DataOptions {
            basedir: folder.path().to_owned(),
            db_url: "sqlite:///state.sqlite".into(),
            master_name,
            log_compression: "gz".into(),
            log_compression_limit: 0,
        };
        let data = Data::open(options, Arc::new(SystemClock)).await.unwrap();
        let engine = Arc::new(Engine { force_schedulers: force_schedulers(), builder_names, ..Engine::default() });
        data.set_controller(engine.clone());
        let (settings, watched) = watch::channel(Arc::new(settings()));
        let state = ApiState::new(data.clone(), watched, engine.clone(), Arc::new(OpenAccess));
        Site { data, router: router(state), engine, settings, _folder: folder }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Bytes) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, body.collect().await.unwrap().to_bytes())
    }

    pub(crate) async fn get(&self, url: &str) -> (StatusCode, HeaderMap, String) {
        let (status, headers, body) = self.send(Request::get(url).body(Body::empty()).unwrap()).await;
        (status, headers, String::from_utf8(body.to_vec()).unwrap())
    }

    /// The rows of a list, or the one row.
    pub(crate) async fn rows(&self, url: &str) -> Vec<Value> {
        let (status, _, body) = self.get(url).await;
        assert_eq!(status, StatusCode::OK, "{url}: {body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        let rows = body.as_object().unwrap().iter().find(|(name, _)| *name != "meta").unwrap().1;
        rows.as_array().unwrap().clone()
    }
}

/// Makes the database; answers the name of its master and of its builders.
fn restore(path: &Path) -> (String, HashMap<i64, String>) {
    let conn = rusqlite::Connection::open(path).unwrap();
    conn.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    conn.execute_batch(include_str!("../fixture/state.sql")).unwrap();
    let master = conn.query_row("SELECT name FROM masters WHERE id = 1", [], |row| row.get(0)).unwrap();
    let mut statement = conn.prepare("SELECT id, name FROM builders").unwrap();
    let builders = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    (master, builders.collect::<Result<_, _>>().unwrap())
}

fn force_schedulers() -> Vec<Value> {
    let all = answers().into_iter().find(|answer| answer.url == "/api/v2/forceschedulers?order=name").unwrap();
    let body: Value = serde_json::from_str(all.body.as_str().unwrap()).unwrap();
    body["forceschedulers"].as_array().unwrap().clone()
}
