//! What a kind of step implements, and the verbs that it has.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use ferrobot_config::{Callable, ConfigClass, Value};
use ferrobot_data::{Change, Data, SourceStamp};
use ferrobot_model::{BuildId, Command, Properties, Results, ShellCommand, StepId, Stream, WorkerInfo};
use serde_json::Value as Json;

use crate::{HostError, LogHandle, TriggerRequest, Triggered};

/// The parameters that every step has (manual: "Parameters Common to all Steps").
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.process.buildstep", name = "BuildStep", rename_all = "camelCase")]
pub struct StepCommon {
    /// Name of the step, at most 50 characters.
    #[config(renderable)]
    pub name: Option<Value>,
    /// A failure ends the build, but for steps with `alwaysRun`.
    #[config(default = false)]
    pub halt_on_failure: bool,
    /// Warnings make the build fail.
    #[config(default = false)]
    pub flunk_on_warnings: bool,
    /// A failure makes the build fail. Kinds may have another default.
    #[config(default = true)]
    pub flunk_on_failure: bool,
    /// Warnings make the build end with warnings.
    #[config(default = false)]
    pub warn_on_warnings: bool,
    /// A failure makes the build end with warnings.
    #[config(default = false)]
    pub warn_on_failure: bool,
    /// Runs even after the build has failed.
    #[config(default = false)]
    pub always_run: bool,
    /// Shown while the step runs.
    #[config(renderable)]
    pub description: Value,
    /// Shown when the step is done.
    #[config(renderable)]
    pub description_done: Value,
    /// Shown after either.
    #[config(renderable)]
    pub description_suffix: Value,
    /// Whether to run: a bool, a renderable, or a function of the step.
    #[config(renderable, default = true)]
    pub do_step_if: Value,
    /// Whether to hide: a bool, a renderable, or a function of (results, step).
    #[config(renderable, default = false)]
    pub hide_step_if: Value,
    /// Locks to hold while it runs.
    #[config(renderable)]
    pub locks: Value,
    /// Encoding of its logs.
    pub log_encoding: Value,
    /// For which results the step's summary becomes part of the build's.
    pub update_build_summary_policy: Value,
    /// Directory, relative to the builder's.
    #[config(renderable)]
    pub workdir: Value,
    /// Accepted; progress is estimated for all steps.
    #[config(default = true)]
    pub use_progress: bool,
}

/// What a step says of itself in a few words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The step's `state_string` (without the result in parentheses, which the engine adds).
    pub step: Option<String>,
    /// What the build's summary says about this step, where it differs.
    pub build: Option<String>,
}

/// Why a step did not come to a result of its own.
#[derive(Debug, thiserror::Error)]
pub enum StepError {
    /// The connection to the worker is gone: the build is retried.
    #[error("lost connection to the worker: {0}")]
    WorkerLost(String),
    /// The step was interrupted while it waited.
    #[error("cancelled: {0}")]
    Cancelled(String),
    /// A function of the configuration failed.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The step cannot do its work; shown in the log `err.text`, result EXCEPTION.
    #[error("{0}")]
    Exception(String),
    /// As `Exception`, but the worker lacks something (`WorkerSetupError` in Buildbot).
    #[error("{0}")]
    WorkerSetup(String),
    /// It failed in an expected way (`BuildStepFailed` in Buildbot): result FAILURE, nothing more to say.
    #[error("the step failed")]
    Failed,
    /// The state could not be written.
    #[error(transparent)]
    Data(#[from] ferrobot_data::DataError),
}

/// A kind of step.
#[async_trait]
pub trait Step: Send {
    /// The common parameters, with this kind's own defaults applied.
    fn common(&self) -> &StepCommon;

    /// The name when the configuration gives none: Buildbot's class attribute `name` (for example `shell`).
    fn default_name(&self) -> String;

    /// Does the work. Renders its own parameters when its turn comes.
    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError>;

    /// What to say while it runs (`None`) and when it is done. `description` and the like win over this.
    fn summary(&self, results: Option<Results>) -> Summary {
        let _ = results;
        Summary::default()
    }
}

/// Sees whole lines of a command's output as they come, without newline.
pub trait LineObserver: Send {
    /// One line.
    fn line(&mut self, stream: &Stream, line: &str);
}

/// Serves a command that transfers a file.
#[async_trait]
pub trait Transfer: Send {
    /// Bytes from the worker.
    async fn write(&mut self, bytes: Bytes) -> std::io::Result<()> {
        let _ = bytes;
        Err(std::io::ErrorKind::Unsupported.into())
    }
    /// Access and modification time of the uploaded file.
    async fn utime(&mut self, accessed: f64, modified: f64) -> std::io::Result<()> {
        let _ = (accessed, modified);
        Ok(())
    }
    /// The upload is complete.
    async fn close(&mut self) -> std::io::Result<()> {
        Ok(())
    }
    /// The uploaded archive is complete.
    async fn unpack(&mut self) -> std::io::Result<()> {
        Ok(())
    }
    /// Up to `length` bytes for the worker; empty at the end.
    async fn read(&mut self, length: u64) -> std::io::Result<Bytes> {
        let _ = length;
        Err(std::io::ErrorKind::Unsupported.into())
    }
}

/// What to do with a command's output.
#[derive(Default)]
pub struct CommandOptions<'a> {
    /// Where output and headers go (a log of type `s`).
    pub stdio: Option<LogHandle>,
    /// Give back standard output.
    pub collect_stdout: bool,
    /// Give back standard error.
    pub collect_stderr: bool,
    /// Logs for the command's log files, by name; missing ones are added when the first output comes.
    pub logs: BTreeMap<String, LogHandle>,
    /// Add a log only when its first output comes (`lazylogfiles`); else all of the command's log files get their log at once.
    pub lazy_logs: bool,
    /// Sees each line.
    pub observer: Option<&'a mut dyn LineObserver>,
    /// Serves the transfer.
    pub transfer: Option<&'a mut dyn Transfer>,
}

/// How a command ended.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct CommandOutcome {
    /// Exit status; `None` when the worker sent none.
    pub rc: Option<i64>,
    /// Collected standard output.
    pub stdout: String,
    /// Collected standard error.
    pub stderr: String,
    /// `timeout`, `timeout_without_output`, `max_lines_failure`.
    pub failure_reason: Option<String>,
    /// From `stat`.
    pub stat: Option<Vec<f64>>,
    /// From `glob` and `listdir`.
    pub files: Vec<String>,
    /// The step was interrupted while the command ran.
    pub interrupted: bool,
}

impl CommandOutcome {
    /// Whether the command did not end with exit status 0.
    #[must_use]
    pub fn did_fail(&self) -> bool {
        self.rc != Some(0)
    }
}

/// The verbs of a running step.
pub struct StepContext {
    // The engine's author adds the private fields.
    _private: (),
}

#[expect(unused_variables, clippy::unused_async, reason = "bodies follow")]
impl StepContext {
    // -- what is known --
    /// Row of the step.
    #[must_use]
    pub fn step_id(&self) -> StepId {
        unimplemented!()
    }
    /// Row of the build.
    #[must_use]
    pub fn build_id(&self) -> BuildId {
        unimplemented!()
    }
    /// The step's rendered, unique name.
    #[must_use]
    pub fn step_name(&self) -> &str {
        unimplemented!()
    }
    /// The state, for reads.
    #[must_use]
    pub fn data(&self) -> &Data {
        unimplemented!()
    }
    /// Directory of the master.
    #[must_use]
    pub fn basedir(&self) -> &Path {
        unimplemented!()
    }
    /// `buildbotURL` of the configuration, with a slash at the end.
    #[must_use]
    pub fn buildbot_url(&self) -> &str {
        unimplemented!()
    }
    /// Name and id of the builder.
    #[must_use]
    pub fn builder_name(&self) -> &str {
        unimplemented!()
    }
    /// Row of the builder.
    #[must_use]
    pub fn builder_id(&self) -> ferrobot_model::BuilderId {
        unimplemented!()
    }
    /// Number of the build.
    #[must_use]
    pub fn build_number(&self) -> i64 {
        unimplemented!()
    }
    /// What the worker said about itself.
    #[must_use]
    pub fn worker_info(&self) -> &WorkerInfo {
        unimplemented!()
    }
    /// The source stamps of the build, one per codebase.
    #[must_use]
    pub fn sourcestamps(&self) -> &[SourceStamp] {
        unimplemented!()
    }
    /// The changes of the build's source stamps.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        unimplemented!()
    }
    /// The builder's and the step's environment are merged by this: builder's `env` first, then `step_env`, rendered.
    pub async fn environment(
        &mut self,
        step_env: &Value,
    ) -> Result<BTreeMap<String, ferrobot_model::EnvironmentValue>, StepError> {
        unimplemented!()
    }
    /// The step's working directory: its `workdir`, else the factory's, else `build`; rendered.
    pub async fn workdir(&mut self) -> Result<String, StepError> {
        unimplemented!()
    }

    // -- properties and rendering --
    /// A copy of the build's properties as they are now.
    #[must_use]
    pub fn properties(&self) -> Properties {
        unimplemented!()
    }
    /// Sets a runtime property.
    pub async fn set_property(&mut self, name: &str, value: Json, source: &str) -> Result<(), StepError> {
        unimplemented!()
    }
    /// Renders everything renderable in a value.
    pub async fn render(&mut self, value: &Value) -> Result<Value, StepError> {
        unimplemented!()
    }
    /// Calls a function of the configuration with these arguments (use `Value::Object` of class `$proxy` for `step` and the like).
    pub async fn call(&mut self, callable: &Callable, args: Vec<Value>) -> Result<Value, StepError> {
        unimplemented!()
    }

    // -- what is shown --
    /// Adds a log: `s`, `t` or `h`.
    pub async fn add_log(&mut self, name: &str, kind: char) -> Result<LogHandle, StepError> {
        unimplemented!()
    }
    /// Adds a complete text log.
    pub async fn add_complete_log(&mut self, name: &str, text: &str) -> Result<(), StepError> {
        unimplemented!()
    }
    /// Shows a link.
    pub async fn add_url(&mut self, name: &str, url: &str) -> Result<(), StepError> {
        unimplemented!()
    }
    /// Shows the summary again, while the step runs.
    pub async fn set_state_string(&mut self, text: &str) -> Result<(), StepError> {
        unimplemented!()
    }

    // -- work --
    /// Runs a command on the worker until it ends. An interrupt of the step interrupts the command, which still ends by itself.
    pub async fn run_command(
        &mut self,
        command: Command,
        options: CommandOptions<'_>,
    ) -> Result<CommandOutcome, StepError> {
        unimplemented!()
    }
    /// A shell command with the build's environment and the step's working directory, ready to be adjusted.
    pub async fn shell_command(&mut self, words: Vec<String>) -> Result<ShellCommand, StepError> {
        unimplemented!()
    }
    /// Whether the worker knows a command, by its MessagePack name.
    #[must_use]
    pub fn worker_has_command(&self, name: &str) -> bool {
        unimplemented!()
    }
    /// Waits, unless the step is interrupted.
    pub async fn sleep(&mut self, time: Duration) -> Result<(), StepError> {
        unimplemented!()
    }
    /// Why the step is being stopped, if it is.
    #[must_use]
    pub fn interrupted(&self) -> Option<String> {
        unimplemented!()
    }
    /// Completes when the step is interrupted: for steps that work on the master.
    pub async fn wait_interrupted(&self) -> String {
        unimplemented!()
    }
    /// Fires a triggerable scheduler. The answer comes when its buildset is added; `Triggered::completed` waits for the end.
    pub async fn trigger(&mut self, scheduler: &str, request: TriggerRequest) -> Result<Triggered, StepError> {
        unimplemented!()
    }
}
