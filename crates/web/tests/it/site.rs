//! A site with a builder, a worker, a change, a finished and a running build.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use ferrobot_data::{
    BuilderInfo, Control, ControlError, Controller, Data, DataOptions, Hindrance, NewBuildset, NewChange, SourceStamp,
};
use ferrobot_model::{BuildId, BuilderId, Properties, Results, SystemClock, WorkerId};
use ferrobot_web::{Site, SiteOptions, router};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

pub(crate) type Hindrances = HashMap<WorkerId, Vec<Hindrance>>;

pub(crate) struct TestSite {
    _folder: TempDir,
    pub(crate) data: Data,
    router: Router,
    pub(crate) asked: Arc<Mutex<Vec<Control>>>,
    /// What the master says to be in the workers' way.
    pub(crate) hindrances: Arc<Mutex<Hindrances>>,
}

/// Remembers what it was asked.
struct Recorder(Arc<Mutex<Vec<Control>>>, Arc<Mutex<Hindrances>>);

#[async_trait]
impl Controller for Recorder {
    fn hindrances(&self) -> Hindrances {
        self.1.lock().expect("no test panics while it holds this").clone()
    }

    async fn control(&self, action: Control) -> Result<Value, ControlError> {
        let refused = matches!(&action, Control::Force { params, .. } if params.get("jobs") == Some(&json!("many")));
        self.0.lock().expect("no test panics while it holds this").push(action);
        if refused {
            return Err(ControlError::Invalid(json!({"jobs": "must be a number"})));
        }
        Ok(json!([1, {"1": 1}]))
    }

    fn force_schedulers(&self, _builder: Option<BuilderId>) -> Vec<Value> {
        let field = |name: &str, kind: &str, default: Value| {
            json!({"name": name, "fullName": name, "type": kind, "label": name, "default": default, "required": false,
                   "hide": false, "multiple": false, "regex": null, "tooltip": "", "tablabel": name})
        };
        let mut choice = field("mode", "list", "debug".into());
        choice["choices"] = json!(["debug", "release"]);
        let mut nested = field("", "nested", "".into());
        nested["fields"] = json!([field("jobs", "int", 2.into()), choice, field("clean", "bool", true.into())]);
        let fields = json!([field("reason", "text", "by <hand>".into()), nested]);
        vec![json!({"name": "force", "label": "Force it", "button_name": "Build it", "builder_names": ["linux"],
                    "enabled": true, "all_fields": fields})]
    }
}

impl TestSite {
    pub(crate) async fn new() -> TestSite {
        let folder = tempfile::tempdir().unwrap();
        ferrobot_data::create_or_check("sqlite:///state.sqlite", folder.path()).unwrap();
        let options = DataOptions {
            basedir: folder.path().to_path_buf(),
            db_url: "sqlite:///state.sqlite".to_owned(),
            master_name: "host:dir".to_owned(),
            log_compression: "gz".to_owned(),
            log_compression_limit: 4096,
        };
        let data = Data::open(options, Arc::new(SystemClock)).await.unwrap();
        let asked: Arc<Mutex<Vec<Control>>> = Arc::default();
        let hindrances: Arc<Mutex<Hindrances>> = Arc::default();
        data.set_controller(Arc::new(Recorder(Arc::clone(&asked), Arc::clone(&hindrances))));
        fill(&data).await;
        let options = SiteOptions {
            title: "Test & co".to_owned(),
            title_url: "http://example.org/".to_owned(),
            buildbot_url: "http://ci/".to_owned(),
            version: "1.0".to_owned(),
        };
        let router = router(Site::new(data.clone(), options));
        TestSite { _folder: folder, data, router, asked, hindrances }
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, String) {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// Sends a form as a browser does from a page of this site.
    pub(crate) async fn post(&self, path: &str, form: &str) -> (StatusCode, String) {
        let request = Request::post(path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "same-origin")
            .body(Body::from(form.to_owned()));
        self.send(request.unwrap()).await
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let body = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }
}

async fn fill(data: &Data) {
    data.master_active().await.unwrap();
    let info = BuilderInfo {
        tags: vec!["unix".to_owned()],
        description: Some("All <sorts>".to_owned()),
        ..BuilderInfo::default()
    };
    let builders = data.configure_builders(vec![("linux".to_owned(), info)]).await.unwrap();
    data.update_builder_list(&builders).await.unwrap();
    let workers = data.configure_workers(vec![("w1".to_owned(), builders.clone())]).await.unwrap();
    data.worker_connected(workers[0], json!({"host": "h1", "version": "4.3.0"})).await.unwrap();
    let scheduler = data.find_scheduler_id("all").await.unwrap();
    data.set_scheduler_master(scheduler, true).await.unwrap();
    let change = NewChange {
        author: "Ann <ann@example.org>".to_owned(),
        comments: "Fix <script>alert(1)</script>".to_owned(),
        files: vec!["a.c".to_owned()],
        revision: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        repository: "r".to_owned(),
        ..NewChange::default()
    };
    let change = data.add_change(change).await.unwrap();
    let stamp = data.change(change).await.unwrap().unwrap().sourcestamp;
    let stamp = data.sourcestamp(stamp).await.unwrap().unwrap();
    let finished = build(data, builders[0], workers[0], stamp.clone()).await;
    let (step, _, _) = data.add_step(finished, "compile").await.unwrap();
    data.start_step(step, true).await.unwrap();
    let log = data.add_log(step, "stdio", 's').await.unwrap();
    data.append_log(log, "hrun <it>\no\u{1b}[31mred\u{1b}[0m\neoops\n".to_owned()).await.unwrap();
    data.finish_log(log).await.unwrap();
    data.add_step_url(step, "report", "http://example.org/report").await.unwrap();
    data.finish_step(step, Results::Failure, false, "'make' (failure)").await.unwrap();
    let (hidden, _, _) = data.add_step(finished, "secret step").await.unwrap();
    data.start_step(hidden, true).await.unwrap();
    data.finish_step(hidden, Results::Skipped, true, "skipped").await.unwrap();
    data.set_build_properties(finished, vec![("colour".to_owned(), json!("<blue>"), "test".to_owned())]).await.unwrap();
    data.finish_build(finished, Results::Failure, "failed compile (failure)").await.unwrap();
    build(data, builders[0], workers[0], stamp.clone()).await;
    add_buildset(data, builders[0], stamp).await;
}

async fn build(data: &Data, builder: BuilderId, worker: WorkerId, stamp: SourceStamp) -> BuildId {
    let request = add_buildset(data, builder, stamp).await;
    data.claim_requests(&[request]).await.unwrap();
    let (build, _) = data.add_build(builder, request, worker).await.unwrap();
    data.new_build_event(build).await.unwrap();
    build
}

async fn add_buildset(data: &Data, builder: BuilderId, stamp: SourceStamp) -> ferrobot_model::BuildRequestId {
    let buildset = NewBuildset {
        reason: "because".to_owned(),
        sourcestamps: vec![stamp],
        properties: Properties::new(),
        builders: vec![builder],
        scheduler: "all".to_owned(),
        ..NewBuildset::default()
    };
    data.add_buildset(buildset).await.unwrap().requests[0].1
}
