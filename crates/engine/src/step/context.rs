//! The verbs of a running step.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ferrobot_config::{Callable, Value};
use ferrobot_data::{Change, Data, DataError, SourceStamp};
use ferrobot_model::{BuildId, BuilderId, BuildsetId, Properties, Property, Results, StepId, TextEncoding, WorkerInfo};
use serde_json::{Value as Json, json};

use crate::build::{BuildFacts, Journal, Stop, StopWatch};
use crate::command::forget_when_settled;
use crate::log::{Limits, LogHandle};
use crate::step::{StepCommon, StepError};
use crate::{HostCall, TriggerRequest, Triggered, proxy};

/// The verbs of a running step.
pub struct StepContext {
    pub(crate) build: Arc<BuildFacts>,
    pub(crate) common: StepCommon,
    pub(crate) stop: StopWatch,
    step: StepId,
    number: i64,
    name: String,
    /// The host's handle of the step's object.
    handle: u64,
    logs: Vec<LogHandle>,
    /// In a build that another run of the master can take up.
    pub(crate) journal: Option<Journal>,
}

impl StepContext {
    pub(crate) fn new(
        build: &Arc<BuildFacts>,
        common: StepCommon,
        stop: StopWatch,
        (step, number, name): (StepId, i64, String),
        handle: u64,
        journal: Option<Journal>,
    ) -> StepContext {
        StepContext { build: Arc::clone(build), common, stop, step, number, name, handle, logs: Vec::new(), journal }
    }

    /// Whether an earlier run of the master began the step.
    pub(crate) fn is_resumed(&self) -> bool {
        self.journal.as_ref().is_some_and(Journal::is_resumed)
    }

    /// The step has ended.
    pub(crate) async fn end_journal(&mut self, build_text: Option<&str>) -> Result<(), DataError> {
        let Some(journal) = &mut self.journal else { return Ok(()) };
        let data = &self.build.engine.data;
        if self.build.handle.is_held() {
            data.end_held_step(self.build.id, journal.place, build_text).await?;
        }
        for control in journal.seen.drain(..) {
            forget_when_settled(data.clone(), control);
        }
        Ok(())
    }

    // -- what is known --
    /// Row of the step.
    #[must_use]
    pub fn step_id(&self) -> StepId {
        self.step
    }
    /// Row of the build.
    #[must_use]
    pub fn build_id(&self) -> BuildId {
        self.build.id
    }
    /// The step's rendered, unique name.
    #[must_use]
    pub fn step_name(&self) -> &str {
        &self.name
    }
    /// The state, for reads.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.build.engine.data
    }
    /// Directory of the master.
    #[must_use]
    pub fn basedir(&self) -> &Path {
        &self.build.engine.basedir
    }
    /// `buildbotURL` of the configuration, with a slash at the end.
    #[must_use]
    pub fn buildbot_url(&self) -> &str {
        &self.build.builder.generation.config.buildbot_url
    }
    /// Name and id of the builder.
    #[must_use]
    pub fn builder_name(&self) -> &str {
        self.build.builder_name()
    }
    /// Row of the builder.
    #[must_use]
    pub fn builder_id(&self) -> BuilderId {
        self.build.builder.id
    }
    /// Number of the build.
    #[must_use]
    pub fn build_number(&self) -> i64 {
        self.build.number
    }
    /// What the worker said about itself.
    #[must_use]
    pub fn worker_info(&self) -> &WorkerInfo {
        self.build.session.info()
    }
    /// The source stamps of the build, one per codebase.
    #[must_use]
    pub fn sourcestamps(&self) -> &[SourceStamp] {
        self.build.sourcestamps()
    }
    /// The changes of the build's source stamps.
    #[must_use]
    pub fn changes(&self) -> &[Change] {
        &self.build.changes
    }

    // -- properties and rendering --
    /// A copy of the build's properties as they are now.
    #[must_use]
    pub fn properties(&self) -> Properties {
        self.build.properties()
    }
    /// Sets a runtime property.
    pub async fn set_property(&mut self, name: &str, value: Json, source: &str) -> Result<(), StepError> {
        self.build.set_property(name, Property { value, source: source.to_owned(), runtime: true });
        Ok(())
    }
    /// Renders everything renderable in a value.
    pub async fn render(&mut self, value: &Value) -> Result<Value, StepError> {
        if !value.holds_renderable() {
            return Ok(value.clone());
        }
        Ok(self.build.render(value, Some(self.host_step())).await?)
    }
    /// Calls a function of the configuration with these arguments (use `Value::Object` of class `$proxy` for `step` and the like).
    pub async fn call(&mut self, callable: &Callable, args: Vec<Value>) -> Result<Value, StepError> {
        Ok(self.build.call_host(HostCall::new(callable.handle, args), Some(self.host_step())).await?)
    }

    /// The step as the config host sees it during a call.
    pub(crate) fn host_step(&self) -> Json {
        json!({"name": self.name, "number": self.number, "results": null})
    }

    /// The step as an argument of a call; what the stand-in does not know it takes from the object.
    #[must_use]
    pub fn proxy(&self, results: Option<Results>) -> Value {
        let results = results.map(Results::code);
        let fields = json!({"name": self.name, "number": self.number, "handle": self.handle, "results": results});
        proxy("step", fields)
    }

    /// How bytes are read that are to be logged: as the step says, or the master. An unknown one was warned of.
    #[must_use]
    pub fn log_encoding(&self) -> TextEncoding {
        let own = self.common.log_encoding.as_str().and_then(TextEncoding::from_python_name);
        own.unwrap_or(self.build.builder.generation.config.logs.encoding)
    }

    // -- what is shown --
    /// Adds a log: `s`, `t` or `h`.
    pub async fn add_log(&mut self, name: &str, kind: char) -> Result<LogHandle, StepError> {
        let settings = &self.build.builder.generation.config.logs;
        let limits = Limits { max: settings.max_size, tail: settings.max_tail_size };
        let data = &self.build.engine.data;
        let secrets = self.build.secrets.clone();
        let log = match self.journal.as_ref().and_then(|journal| journal.log(name)) {
            Some((id, complete, muted)) => LogHandle::resumed(data, (id, kind, complete), secrets, limits, muted),
            None => LogHandle::new(data, data.add_log(self.step, name, kind).await?, kind, secrets, limits),
        };
        self.logs.push(log.clone());
        Ok(log)
    }
    /// Adds a complete text log.
    pub async fn add_complete_log(&mut self, name: &str, text: &str) -> Result<(), StepError> {
        self.add_finished_log(name, 't', text).await
    }
    /// Adds a complete log of any kind.
    pub(crate) async fn add_finished_log(&mut self, name: &str, kind: char, text: &str) -> Result<(), StepError> {
        let log = self.add_log(name, kind).await?;
        log.text(text).await?;
        Ok(log.finish().await?)
    }
    /// Shows a link.
    pub async fn add_url(&mut self, name: &str, url: &str) -> Result<(), StepError> {
        if self.journal.as_ref().is_some_and(Journal::is_muted) {
            return Ok(());
        }
        let (name, url) = (self.build.mask(name), self.build.mask(url));
        Ok(self.data().add_step_url(self.step, &name, &url).await?)
    }
    /// Shows the summary again, while the step runs.
    pub async fn set_state_string(&mut self, text: &str) -> Result<(), StepError> {
        let text = self.build.mask(text);
        Ok(self.data().set_step_state_string(self.step, &text).await?)
    }
    /// Ends all logs that are still open.
    pub(crate) async fn finish_logs(&mut self) -> Result<(), DataError> {
        for log in self.logs.drain(..) {
            log.finish().await?;
        }
        Ok(())
    }

    // -- work --
    /// Whether the worker knows a command, by Buildbot's name for it.
    #[must_use]
    pub fn worker_has_command(&self, name: &str) -> bool {
        let commands = &self.worker_info().commands;
        let on_msgpack = match name {
            "uploadFile" => "upload_file",
            "uploadDirectory" => "upload_directory",
            "downloadFile" => "download_file",
            other => other,
        };
        commands.contains_key(name) || commands.contains_key(on_msgpack)
    }
    /// Waits, unless the step is interrupted.
    pub async fn sleep(&mut self, time: Duration) -> Result<(), StepError> {
        tokio::select! {
            () = tokio::time::sleep(time) => Ok(()),
            stop = self.stop.wait() => Err(step_error(&stop)),
        }
    }
    /// Why the step is being stopped, if it is.
    #[must_use]
    pub fn interrupted(&self) -> Option<String> {
        self.stop.stopped().map(|stop| stop.reason().to_owned())
    }
    /// Completes when the step is interrupted: for steps that work on the master.
    pub async fn wait_interrupted(&self) -> String {
        self.stop.wait().await.reason().to_owned()
    }
    /// Whether there is a scheduler of this name that can be triggered; if not, the error says so as [`Self::trigger`] would.
    pub fn check_triggerable(&self, scheduler: &str) -> Result<(), StepError> {
        self.build.engine.triggerable(scheduler).map(drop).map_err(StepError::Exception)
    }
    /// Fires a triggerable scheduler. The answer comes when its buildset is added; `Triggered::completed` waits for the end.
    pub async fn trigger(&mut self, scheduler: &str, request: TriggerRequest) -> Result<Triggered, StepError> {
        let request = TriggerRequest { parent_build: request.parent_build.or(Some(self.build.id)), ..request };
        let waited_for = request.waited_for;
        let triggered = self.fire_once(scheduler, request).await?;
        if waited_for {
            self.build.wait_for_children(triggered.buildset.requests.iter().map(|(_, request)| *request));
        }
        Ok(triggered)
    }
}

impl StepContext {
    /// Fires a scheduler, unless an earlier run of the master has done so at this point of the step.
    async fn fire_once(&mut self, scheduler: &str, request: TriggerRequest) -> Result<Triggered, StepError> {
        let build = Arc::clone(&self.build);
        let (engine, data) = (&build.engine, &build.engine.data);
        let journal = self.journal.as_mut().filter(|_| build.handle.is_held());
        let Some(journal) = journal else {
            return engine.fire(scheduler, request).await.map_err(StepError::Exception);
        };
        let mut entry = journal.next_command(false);
        let place = journal.place;
        let fired = if entry.is_complete {
            entry.outcome.as_deref().and_then(|id| id.parse().ok()).map(BuildsetId)
        } else if entry.outcome.is_some() {
            data.triggered_after(build.id, BuildsetId(entry.mark.cast_signed())).await?
        } else {
            None
        };
        let triggered = match fired {
            Some(id) => engine.fired_before(id).await?,
            None => {
                entry.mark = data.newest_buildset().await?.0.cast_unsigned();
                entry.outcome = Some("firing".to_owned());
                data.note_held_command(build.id, place, &entry, Vec::new()).await?;
                engine.fire(scheduler, request).await.map_err(StepError::Exception)?
            }
        };
        entry.outcome = Some(triggered.buildset.id.to_string());
        entry.is_complete = true;
        data.note_held_command(build.id, place, &entry, Vec::new()).await?;
        Ok(triggered)
    }
}

/// What a step ends with that is stopped while it waits.
pub(crate) fn step_error(stop: &Stop) -> StepError {
    match stop {
        Stop::WorkerLost(reason) => StepError::WorkerLost(reason.clone()),
        Stop::Asked { .. } | Stop::MasterEnds => StepError::Cancelled(stop.reason().to_owned()),
    }
}
