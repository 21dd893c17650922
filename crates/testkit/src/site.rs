//! A configuration in the words of a test.

use std::collections::BTreeMap;
use std::sync::Arc;

use ferrobot_config::{
    BuilderConfig, CollapseRequests, Config, Factory, LogSettings, Named, Object, Value, WorkerConfig,
};

/// A configuration being written.
#[derive(Debug, Clone, Default)]
pub struct Site {
    config: Config,
}

/// A builder being written.
#[derive(Debug, Clone)]
pub struct Builder {
    config: BuilderConfig,
}

/// A step being written.
#[derive(Debug, Clone)]
pub struct StepObject {
    object: Object,
}

/// A step that runs a command on the worker.
#[must_use]
pub fn shell(command: &str) -> StepObject {
    StepObject::new("test.Shell").with("command", command)
}

/// A step that does something on the master; see `kinds`.
#[must_use]
pub fn act(what: &str) -> StepObject {
    StepObject::new("test.Act").with("act", what)
}

impl StepObject {
    /// A step of any class.
    #[must_use]
    pub fn new(class: &str) -> StepObject {
        StepObject { object: Object { class: class.to_owned(), ..Object::default() } }
    }

    /// Sets an argument.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> StepObject {
        self.object.args.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a flag.
    #[must_use]
    pub fn flag(self, name: &str, value: bool) -> StepObject {
        self.with(name, Value::Bool(value))
    }

    /// Names it.
    #[must_use]
    pub fn named(self, name: &str) -> StepObject {
        self.with("name", name)
    }
}

impl Builder {
    /// A builder on these workers.
    #[must_use]
    pub fn new(name: &str, workers: &[&str]) -> Builder {
        let config = BuilderConfig {
            name: name.to_owned(),
            workernames: workers.iter().map(|name| (*name).to_owned()).collect(),
            builddir: name.to_owned(),
            workerbuilddir: name.to_owned(),
            ..BuilderConfig::default()
        };
        Builder { config }
    }

    /// Adds a step.
    #[must_use]
    pub fn step(mut self, step: StepObject) -> Builder {
        self.config.factory.steps.push(Arc::new(step.object));
        self
    }

    /// Changes anything else.
    #[must_use]
    pub fn set(mut self, change: impl FnOnce(&mut BuilderConfig)) -> Builder {
        change(&mut self.config);
        self
    }

    /// Keeps all of its requests.
    #[must_use]
    pub fn without_collapse(self) -> Builder {
        self.set(|config| config.collapse_requests = CollapseRequests::Never)
    }

    /// Takes a lock alone.
    #[must_use]
    pub fn locked_by(self, lock: &str) -> Builder {
        let lock = lock_access(lock);
        self.set(|config| config.locks = Value::List(vec![lock]))
    }
}

/// The exclusive use of a lock of the master.
pub(crate) fn lock_access(name: &str) -> Value {
    let args = BTreeMap::from([("name".to_owned(), Value::from(name))]);
    Value::Object(Arc::new(Object { class: "buildbot.locks.MasterLock".to_owned(), args, ..Object::default() }))
}

impl Site {
    /// Nothing yet, but the scheduler `force`.
    #[must_use]
    pub fn new() -> Site {
        Site::default().scheduler("force", &[])
    }

    /// A worker `w1` and a builder `linux` with these steps.
    #[must_use]
    pub fn linux(steps: impl IntoIterator<Item = StepObject>) -> Site {
        let builder = steps.into_iter().fold(Builder::new("linux", &["w1"]), Builder::step);
        Site::new().worker("w1").builder(builder)
    }

    /// Adds a worker; its password is `pass`.
    #[must_use]
    pub fn worker(self, name: &str) -> Site {
        self.worker_with(name, |_| {})
    }

    /// Adds a worker with something special.
    #[must_use]
    pub fn worker_with(mut self, name: &str, change: impl FnOnce(&mut WorkerConfig)) -> Site {
        let mut worker = WorkerConfig {
            name: name.to_owned(),
            class: "buildbot.worker.base.Worker".to_owned(),
            password: "pass".into(),
            ..WorkerConfig::default()
        };
        change(&mut worker);
        self.config.workers.push(Arc::new(worker));
        self
    }

    /// Adds a builder.
    #[must_use]
    pub fn builder(mut self, builder: Builder) -> Site {
        let mut config = builder.config;
        config.factory = Factory { steps: config.factory.steps, ..config.factory };
        self.config.builders.push(Arc::new(config));
        self
    }

    /// Adds a scheduler (`test.Scheduler`) for these builders: it builds changes, and what it is triggered or forced to.
    #[must_use]
    pub fn scheduler(mut self, name: &str, builders: &[&str]) -> Site {
        let names = builders.iter().map(|name| Value::from(*name)).collect();
        let args =
            BTreeMap::from([("name".to_owned(), Value::from(name)), ("builderNames".to_owned(), Value::List(names))]);
        let object = Object { class: "test.Scheduler".to_owned(), args, ..Object::default() };
        self.config.schedulers.push(Named { name: name.to_owned(), object: Arc::new(object) });
        self
    }

    /// Sets how logs are kept.
    #[must_use]
    pub fn logs(mut self, logs: LogSettings) -> Site {
        self.config.logs = logs;
        self
    }

    /// Changes anything else.
    #[must_use]
    pub fn set(mut self, change: impl FnOnce(&mut Config)) -> Site {
        change(&mut self.config);
        self
    }

    pub(crate) fn into_config(self) -> Config {
        self.config
    }
}
