//! The bench that steps are tried on: a master, and a local worker below its directory.

use std::path::PathBuf;
use std::sync::Arc;

use ferrobot_config::{Callable, Value};
use ferrobot_gateway::LocalSession;
use ferrobot_model::Results;
use ferrobot_testkit::{Answers, Site, StepObject, TestMaster};

/// A master with a builder `linux`, and its worker.
pub(crate) struct Bench {
    pub(crate) master: TestMaster,
}

/// A step of a class of this crate, by the end of its dotted path.
pub(crate) fn step(class: &str) -> StepObject {
    StepObject::new(&format!("buildbot.steps.{class}"))
}

/// A command for the shell, without the environment in its log.
pub(crate) fn run(command: &str) -> StepObject {
    step("shell.ShellCommand").with("command", command).flag("logEnviron", false)
}

pub(crate) fn list(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| Value::from(*item)).collect())
}

pub(crate) fn dict(entries: &[(&str, Value)]) -> Value {
    Value::Dict(entries.iter().map(|(name, value)| ((*name).into(), value.clone())).collect())
}

/// A function of the configuration, which the bench's answers tell by its handle.
pub(crate) fn function(handle: u64) -> Value {
    Value::Callable(Arc::new(Callable { handle, ..Callable::default() }))
}

impl Bench {
    /// A builder with these steps.
    pub(crate) async fn with(steps: impl IntoIterator<Item = StepObject>) -> Bench {
        Bench::on(Site::linux(steps), |call| call.args.first().cloned().unwrap_or_default()).await
    }

    /// Any configuration with a worker `w1`.
    pub(crate) async fn on(site: Site, answers: Answers) -> Bench {
        let master = TestMaster::start_with_kinds(site, answers, ferrobot_steps::register).await;
        let session = LocalSession::open("w1", &master.directory().join("worker")).unwrap();
        master.master.workers().attach("w1", Arc::new(session)).await.unwrap();
        Bench { master }
    }

    /// Builds once.
    pub(crate) async fn build(&self) -> Results {
        let request = self.master.force("linux").await;
        self.master.finished(request).await
    }

    /// Name, result and text of each step of a build, but for the worker's preparation.
    pub(crate) async fn texts(&self, build: i64) -> String {
        let steps = self.master.rows(&format!("builds/{build}/steps"), &["number"]).await;
        let lines = steps.iter().skip(1).map(|step| {
            let results = step["results"].as_i64().and_then(Results::from_code).map_or("not finished", Results::name);
            format!("{}: {results} | {}\n", step["name"].as_str().unwrap(), step["state_string"].as_str().unwrap())
        });
        lines.collect()
    }

    /// What a step printed, without headers.
    pub(crate) async fn output(&self, build: i64, step: &str) -> String {
        let log = self.master.log(build, step, "stdio").await;
        log.lines().filter_map(|line| line.strip_prefix(['o', 'e'])).map(|line| format!("{line}\n")).collect()
    }

    /// The command lines of a step, in order; what differs from run to run is replaced.
    pub(crate) async fn commands(&self, build: i64, step: &str) -> String {
        let log = self.master.log(build, step, "stdio").await;
        let is_command = |line: &&str| ["git ", "rm ", "cp "].iter().any(|start| line.starts_with(start));
        let lines: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix('h')).filter(is_command).collect();
        self.without_paths(&lines.join("\n"))
    }

    /// A text without the directory of this run.
    pub(crate) fn without_paths(&self, text: &str) -> String {
        let directory = std::fs::canonicalize(self.master.directory()).unwrap();
        text.replace(directory.to_str().unwrap(), "BASE")
    }

    /// A path below the builder's directory on the worker.
    pub(crate) fn on_worker(&self, path: &str) -> PathBuf {
        self.master.directory().join("worker/linux").join(path)
    }

    /// A path below the master's directory.
    pub(crate) fn on_master(&self, path: &str) -> PathBuf {
        self.master.directory().join(path)
    }
}
