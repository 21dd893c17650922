//! What a kind of step implements, and the verbs that it has.

mod condition;
mod context;
mod environment;
mod exception;
mod runner;

pub use context::StepContext;
pub(crate) use context::step_error;
pub(crate) use runner::{Finished, Planned, Spot, run};

use std::collections::BTreeMap;

use async_trait::async_trait;
use bytes::Bytes;
use ferrobot_config::{ConfigClass, Value};
use ferrobot_model::{Results, StepFlags, Stream};
use serde::{Deserialize, Serialize};

use crate::{HostError, LogHandle};

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
    /// How bytes are read that are to be logged; without it the master's.
    pub log_encoding: Value,
    /// For which results the step's summary becomes part of the build's.
    pub update_build_summary_policy: Value,
    /// Directory, relative to the builder's.
    #[config(renderable)]
    pub workdir: Value,
    /// Accepted; the time that is left is not estimated.
    #[config(default = true)]
    pub use_progress: bool,
    /// Accepted; the time that is left is not estimated.
    #[config(default = [])]
    pub progress_metrics: Value,
}

impl StepCommon {
    /// The flags that decide what the step's result means for its build.
    #[must_use]
    pub fn flags(&self) -> StepFlags {
        StepFlags {
            halt_on_failure: self.halt_on_failure,
            flunk_on_warnings: self.flunk_on_warnings,
            flunk_on_failure: self.flunk_on_failure,
            warn_on_warnings: self.warn_on_warnings,
            warn_on_failure: self.warn_on_failure,
            always_run: self.always_run,
        }
    }
}

/// What a step says of itself in a few words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The step's `state_string` (without the result in parentheses, which the engine adds).
    pub step: Option<String>,
    /// What the build's summary says about this step, where it differs; empty: nothing.
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

    /// The commands that its worker has to know, by Buildbot's names.
    fn worker_commands(&self) -> &'static [&'static str] {
        &[]
    }

    /// Does the work. Renders its own parameters when its turn comes.
    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError>;

    /// Whether another run of the master can take it up, by running it from its beginning: all that it does besides rendering it
    /// does by [`StepContext::run_command`], which answers from what it knows, its logs and properties, the same each time.
    fn survives_master(&self) -> bool {
        true
    }

    /// What to say while it runs (`None`) and when it is done. `description` and the like win over this.
    fn summary(&self, results: Option<Results>) -> Summary {
        let _ = results;
        Summary::default()
    }

    /// What the finished step says of its work: wins over the configured `descriptionDone`, as where Buildbot's own steps
    /// assign theirs while they run. Suffix and ending still follow.
    fn description_done(&self) -> Option<String> {
        None
    }

    /// What follows the text of the finished step, for example ` (failure) (timed out)`; `None`: the result in parentheses,
    /// where it is not success.
    fn ending(&self, results: Results) -> Option<String> {
        let _ = results;
        None
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
    /// Tidies up: runs in a step that is being stopped, too, and is not interrupted.
    pub even_if_stopped: bool,
}

/// How a command ended.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
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
    /// What a step ends with that is nothing but this command.
    #[must_use]
    pub fn results(&self) -> Results {
        if self.did_fail() { Results::Failure } else { Results::Success }
    }

    /// The outcome itself, unless the command failed: then the step has failed.
    pub fn or_failed(self) -> Result<CommandOutcome, StepError> {
        if self.did_fail() { Err(StepError::Failed) } else { Ok(self) }
    }

    /// Whether the command did not end with exit status 0.
    #[must_use]
    pub fn did_fail(&self) -> bool {
        self.rc != Some(0)
    }
}
