//! A master on a database of its own, in a directory that goes away with it.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_config::{Config, Value};
use ferrobot_data::{Control, ControlError, Data, DataOptions, NewChange};
use ferrobot_engine::{
    AttachError, Generation, Host, HostCall, HostError, HostReply, Kinds, Master, MasterOptions, Shutdown,
};
use ferrobot_model::{BuildId, BuildRequestId, BuilderId, BuildsetId, ChangeId, Results, SystemClock, WorkerId};
use serde_json::{Map, Value as Json, json};
use tempfile::TempDir;

use crate::{ScriptedWorker, Site, eventually, kinds};

/// A running master. Its directory goes away with it.
pub struct TestMaster {
    /// The master itself.
    pub master: Master,
    directory: Arc<TempDir>,
    answers: Answers,
    register: Register,
    generation: u64,
}

/// What the functions of a configuration answer.
pub type Answers = fn(&HostCall) -> Value;

/// Makes further kinds known, besides the small ones of this crate.
pub type Register = fn(&mut Kinds);

/// No Python: the functions are the test's.
#[derive(Debug)]
struct TestHost(Answers);

#[async_trait]
impl Host for TestHost {
    async fn call(&self, call: HostCall) -> Result<HostReply, HostError> {
        Ok(HostReply { value: (self.0)(&call), properties: Vec::new() })
    }
}

/// Every function returns the first thing that it is called with.
fn echo(call: &HostCall) -> Value {
    call.args.first().cloned().unwrap_or_default()
}

fn generation(config: Config, answers: Answers, number: u64) -> Generation {
    Generation { config: Arc::new(config), host: Arc::new(TestHost(answers)), number }
}

async fn start_in(directory: &Arc<TempDir>, config: Config, answers: Answers, register: Register) -> TestMaster {
    let basedir = directory.path().to_owned();
    ferrobot_data::create_or_check("sqlite:///state.sqlite", &basedir).expect("an empty directory takes a database");
    let options = DataOptions {
        basedir: basedir.clone(),
        db_url: "sqlite:///state.sqlite".to_owned(),
        master_name: "test:/master".to_owned(),
        log_compression: "raw".to_owned(),
        log_compression_limit: 0,
    };
    let data = Data::open(options, Arc::new(SystemClock)).await.expect("the new database opens");
    let mut known = kinds();
    register(&mut known);
    let options = MasterOptions { basedir, data, kinds: Arc::new(known) };
    let master = Master::start(options, generation(config, answers, 1)).await.expect("the master starts");
    TestMaster { master, directory: Arc::clone(directory), answers, register, generation: 1 }
}

impl TestMaster {
    /// Starts a master with this configuration.
    pub async fn start(site: Site) -> TestMaster {
        TestMaster::start_with(site, echo).await
    }

    /// Starts a master whose configuration has these functions.
    pub async fn start_with(site: Site, answers: Answers) -> TestMaster {
        TestMaster::start_with_kinds(site, answers, |_| {}).await
    }

    /// Starts a master that knows further kinds.
    pub async fn start_with_kinds(site: Site, answers: Answers, register: Register) -> TestMaster {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        start_in(&Arc::new(directory), site.into_config(), answers, register).await
    }

    /// Its directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Ends it, and starts another one in its directory.
    pub async fn restart(self, how: Shutdown, site: Site) -> TestMaster {
        let (directory, answers, register) = (Arc::clone(&self.directory), self.answers, self.register);
        self.end(how).await;
        start_in(&directory, site.into_config(), answers, register).await
    }

    /// Starts another master on what the disk holds at this moment, as after a `kill -9`; this one goes on for nobody.
    pub async fn after_a_crash(&self, site: Site) -> TestMaster {
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        for entry in std::fs::read_dir(self.directory.path()).expect("the master's directory is there") {
            let entry = entry.expect("the directory can be read");
            // The index of the write-ahead log is rebuilt from the log.
            if entry.path().is_file() && !entry.path().ends_with("state.sqlite-shm") {
                std::fs::copy(entry.path(), directory.path().join(entry.file_name())).expect("files can be copied");
            }
        }
        start_in(&Arc::new(directory), site.into_config(), self.answers, self.register).await
    }

    /// Ends it.
    pub async fn end(self, how: Shutdown) {
        let data = self.master.data().clone();
        self.master.shutdown(how).await;
        data.close().await.expect("the database closes");
    }

    /// Puts another configuration in force.
    pub async fn reconfigure(&mut self, site: Site) {
        self.generation += 1;
        let generation = generation(site.into_config(), self.answers, self.generation);
        self.master.reconfigure(generation).await.expect("the configuration is taken");
    }

    /// The state.
    #[must_use]
    pub fn data(&self) -> &Data {
        self.master.data()
    }

    /// Connects a worker.
    pub async fn connect(&self, name: &str) -> ScriptedWorker {
        let worker = ScriptedWorker::unconnected(name);
        self.try_connect(&worker, name).await.expect("the worker is wanted");
        worker
    }

    /// Connects a worker that may be refused.
    pub async fn try_connect(&self, worker: &ScriptedWorker, name: &str) -> Result<(), AttachError> {
        self.master.workers().attach(name, worker.session()).await
    }

    /// Carries out what a user asks for.
    pub async fn control(&self, action: Control) -> Result<Json, ControlError> {
        self.data().controller().expect("a running master has one").control(action).await
    }

    /// Forces a build; returns the request.
    pub async fn force(&self, builder: &str) -> BuildRequestId {
        self.force_with(builder, json!({})).await
    }

    /// Forces a build of a branch, with a priority and so on.
    pub async fn force_with(&self, builder: &str, params: Json) -> BuildRequestId {
        let mut all = Map::from_iter([("builder".to_owned(), Json::from(builder))]);
        all.extend(params.as_object().cloned().unwrap_or_default());
        let force = Control::Force { scheduler: "force".to_owned(), params: all };
        let answer = self.control(force).await.expect("the builder can be forced");
        BuildRequestId(answer[1].as_i64().expect("there is a request"))
    }

    /// Adds a change.
    pub async fn push(&self, comments: &str) -> ChangeId {
        let change = NewChange {
            author: "Ann <ann@example.org>".to_owned(),
            comments: comments.to_owned(),
            branch: Some("main".to_owned()),
            revision: Some(comments.to_owned()),
            ..NewChange::default()
        };
        self.master.add_change(change).await.expect("the change is written")
    }

    /// Waits until a request is complete.
    pub async fn finished(&self, request: BuildRequestId) -> Results {
        eventually(&format!("the end of request {request}"), || async move {
            let row = self.data().request(request).await.expect("requests can be read")?;
            row.results.filter(|_| row.complete)
        })
        .await
    }

    /// Waits until a buildset is complete.
    pub async fn buildset_finished(&self, buildset: BuildsetId) -> Results {
        eventually(&format!("the end of buildset {buildset}"), || async move {
            let row = self.data().buildset(buildset).await.expect("buildsets can be read")?;
            row.results.filter(|_| row.complete)
        })
        .await
    }

    /// Waits until a request has a running build.
    pub async fn building(&self, request: BuildRequestId) -> BuildId {
        eventually(&format!("a build of request {request}"), || async move {
            let builds = self.data().builds_of_request(request).await.expect("builds can be read");
            builds.into_iter().find(|build| build.results.is_none()).map(|build| build.id)
        })
        .await
    }

    /// Waits until no build runs.
    pub async fn idle(&self) {
        eventually("the end of all builds", || async { (self.master.status().running_builds == 0).then_some(()) })
            .await;
    }

    /// Row of a worker.
    pub async fn worker_id(&self, name: &str) -> WorkerId {
        self.data().find_worker_id(name).await.expect("workers can be found")
    }

    /// Row of a builder.
    pub async fn builder_id(&self, name: &str) -> BuilderId {
        self.data().find_builder_id(name).await.expect("builders can be found")
    }
}
