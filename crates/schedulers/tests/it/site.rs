//! A master with a database, without workers: what schedulers ask for stays in the queue, to be looked at.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_config::{BuilderConfig, Callable, Config, Named, Object, Value};
use ferrobot_data::{BuildRequest, Buildset, Change, Control, ControlError, Data, DataOptions, NewChange};
use ferrobot_engine::{Generation, Host, HostCall, HostError, HostReply, Kinds, Master, MasterOptions, Shutdown};
use ferrobot_model::{BuildsetId, Clock, Results, Timestamp};
use serde_json::Value as Json;

/// Nothing that a test waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A master's directory with its configuration.
pub(crate) struct Site {
    directory: tempfile::TempDir,
    config: Arc<Config>,
    clock: Arc<SetClock>,
    pub(crate) host: Arc<Functions>,
}

/// The master while it runs.
pub(crate) struct Running {
    pub(crate) master: Master,
    pub(crate) data: Data,
}

/// The functions of the configuration, by handle.
#[derive(Default)]
pub(crate) struct Functions(Mutex<BTreeMap<u64, Function>>);

type Function = Box<dyn Fn(&HostCall) -> Result<Value, HostError> + Send>;

impl std::fmt::Debug for Functions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Functions")
    }
}

#[async_trait]
impl Host for Functions {
    async fn call(&self, call: HostCall) -> Result<HostReply, HostError> {
        let functions = self.0.lock().unwrap();
        let function = functions.get(&call.handle).ok_or_else(|| HostError::Gone("no such function".to_owned()))?;
        Ok(HostReply { value: function(&call)?, ..HostReply::default() })
    }
}

/// A clock that runs, and can be set.
#[derive(Debug)]
pub(crate) struct SetClock {
    started: tokio::time::Instant,
    milliseconds: AtomicI64,
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        let set = self.milliseconds.load(Ordering::SeqCst) as f64 / 1000.0;
        Timestamp(set + self.started.elapsed().as_secs_f64())
    }
}

impl Site {
    /// Builders `b1`, `b2`, and these schedulers.
    pub(crate) fn new(schedulers: Vec<Object>) -> Site {
        let builder = |name: &str| Arc::new(BuilderConfig { name: name.to_owned(), ..BuilderConfig::default() });
        let named =
            |object: Object| Named { name: object.args["name"].as_str().unwrap().to_owned(), object: Arc::new(object) };
        let config = Config {
            builders: vec![builder("b1"), builder("b2")],
            schedulers: schedulers.into_iter().map(named).collect(),
            ..Config::default()
        };
        let clock = SetClock { started: tokio::time::Instant::now(), milliseconds: AtomicI64::new(1_700_000_000_000) };
        Site {
            directory: tempfile::tempdir().unwrap(),
            config: Arc::new(config),
            clock: Arc::new(clock),
            host: Arc::default(),
        }
    }

    /// The master's directory.
    pub(crate) fn path(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// A function of the configuration.
    pub(crate) fn function(
        &self,
        handle: u64,
        function: impl Fn(&HostCall) -> Result<Value, HostError> + Send + 'static,
    ) {
        self.host.0.lock().unwrap().insert(handle, Box::new(function));
    }

    /// Sets the clock, in seconds since the epoch.
    pub(crate) fn set_clock(&self, seconds: f64) {
        let elapsed = self.clock.started.elapsed().as_secs_f64();
        self.clock.milliseconds.store(((seconds - elapsed) * 1000.0) as i64, Ordering::SeqCst);
    }

    pub(crate) async fn start(&self) -> Running {
        ferrobot_data::create_or_check("sqlite:///state.sqlite", self.directory.path()).unwrap();
        let options = DataOptions {
            basedir: self.directory.path().to_owned(),
            db_url: "sqlite:///state.sqlite".to_owned(),
            master_name: "test:site".to_owned(),
            log_compression: "gz".to_owned(),
            log_compression_limit: 0,
        };
        let data = Data::open(options, self.clock.clone()).await.unwrap();
        let mut kinds = Kinds::default();
        ferrobot_schedulers::register(&mut kinds);
        let options =
            MasterOptions { basedir: self.directory.path().to_owned(), data: data.clone(), kinds: Arc::new(kinds) };
        let host: Arc<dyn Host> = self.host.clone();
        let generation = Generation { config: self.config.clone(), host, number: 1 };
        let master = Master::start(options, generation).await.unwrap();
        Running { master, data }
    }
}

impl Running {
    pub(crate) async fn stop(self) {
        self.master.shutdown(Shutdown::Fast).await;
        self.data.close().await.unwrap();
    }

    /// A change on `branch`.
    pub(crate) async fn change(&self, branch: &str, files: &[&str]) -> Change {
        self.add(NewChange {
            author: "Jo <jo@example.org>".to_owned(),
            comments: "work".to_owned(),
            files: files.iter().map(|file| (*file).to_owned()).collect(),
            branch: Some(branch.to_owned()),
            revision: Some(format!("{branch}-{}", files.join(","))),
            ..NewChange::default()
        })
        .await
    }

    pub(crate) async fn add(&self, change: NewChange) -> Change {
        let id = self.master.add_change(change).await.unwrap();
        self.data.change(id).await.unwrap().unwrap()
    }

    /// All buildsets, oldest first.
    pub(crate) async fn buildsets(&self) -> Vec<Buildset> {
        let mut buildsets = Vec::new();
        while let Some(buildset) = self.data.buildset(BuildsetId(buildsets.len() as i64 + 1)).await.unwrap() {
            buildsets.push(buildset);
        }
        buildsets
    }

    /// Waits until there are at least so many buildsets.
    pub(crate) async fn wait_for(&self, count: usize) -> Vec<Buildset> {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let buildsets = self.buildsets().await;
            if buildsets.len() >= count {
                return buildsets;
            }
            assert!(tokio::time::Instant::now() < deadline, "{} of {count} buildsets: {buildsets:#?}", buildsets.len());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Waits for a stored value of a scheduler.
    pub(crate) async fn wait_for_state(&self, scheduler: &str, class: &str, name: &str, wanted: &Json) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let state = self.data.get_state(scheduler, class, name).await.unwrap();
            if state.as_ref() == Some(wanted) {
                return;
            }
            assert!(tokio::time::Instant::now() < deadline, "{name} of {scheduler} is {state:?}, not {wanted}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// The waiting requests of a buildset.
    pub(crate) async fn requests(&self, buildset: BuildsetId) -> Vec<BuildRequest> {
        let waiting = self.data.unclaimed_requests(None).await.unwrap();
        waiting.into_iter().filter(|request| request.buildset == buildset).collect()
    }

    /// Ends the requests of a buildset, as if they had been built.
    pub(crate) async fn complete(&self, buildset: BuildsetId, results: Results) {
        let ids: Vec<_> = self.requests(buildset).await.iter().map(|request| request.id).collect();
        self.data.claim_requests(&ids).await.unwrap();
        self.data.complete_requests(&ids, results).await.unwrap();
    }

    pub(crate) async fn control(&self, action: Control) -> Result<Json, ControlError> {
        self.data.controller().unwrap().control(action).await
    }

    pub(crate) async fn enable(&self, scheduler: &str, enabled: bool) {
        let scheduler = self.data.find_scheduler_id(scheduler).await.unwrap();
        self.control(Control::EnableScheduler { scheduler, enabled }).await.unwrap();
    }
}

/// A scheduler for builder `b1`.
pub(crate) fn scheduler(class: &str, name: &str, arguments: Vec<(&str, Value)>) -> Object {
    let mut args = BTreeMap::from([
        ("name".to_owned(), Value::from(name)),
        ("builderNames".to_owned(), Value::List(vec!["b1".into()])),
    ]);
    args.extend(arguments.into_iter().map(|(name, value)| (name.to_owned(), value)));
    Object { class: format!("buildbot.schedulers.{class}"), args, ..Object::default() }
}

pub(crate) fn filter(arguments: Vec<(&str, Value)>) -> Value {
    let args = arguments.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Value::Object(Arc::new(Object {
        class: "buildbot.changes.filter.ChangeFilter".to_owned(),
        args,
        ..Object::default()
    }))
}

pub(crate) fn function(handle: u64) -> Value {
    Value::Callable(Arc::new(Callable { handle, ..Callable::default() }))
}

/// The field of the proxy that a function got as its first argument.
pub(crate) fn field(call: &HostCall, name: &str) -> Value {
    call.args[0].as_object().unwrap().args[name].clone()
}

/// Reason and revisions.
pub(crate) fn shown(buildset: &Buildset) -> String {
    let stamp = |stamp: &ferrobot_data::SourceStamp| {
        format!("{}@{}", stamp.branch.as_deref().unwrap_or("-"), stamp.revision.as_deref().unwrap_or("-"))
    };
    let stamps: Vec<String> = buildset.sourcestamps.iter().map(stamp).collect();
    format!("{}: {}", buildset.reason, stamps.join(" "))
}
