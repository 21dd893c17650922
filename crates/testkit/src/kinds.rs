//! Small kinds, so that the engine can be tested without the crates of the real ones.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use ferrobot_config::{ConfigClass, Errors, Object, Value};
use ferrobot_data::{NewChange, Patch, SourceStamp};
use ferrobot_engine::{
    ChangeSource, ChangeSourceContext, CommandOptions, Kinds, LineObserver, Scheduler, SchedulerBuildset,
    SchedulerContext, SchedulerInput, Step, StepCommon, StepContext, StepError, Summary, Transfer, TriggerRequest,
};
use ferrobot_model::{Command, LogFile, Properties, Results, Stream};
use serde_json::{Value as Json, json};

/// The kinds of this module.
#[must_use]
pub fn kinds() -> Kinds {
    Kinds {
        steps: HashMap::from([
            ("test.Shell", (|object, errors| boxed::<Shell>(object, errors)) as fn(&Object, &mut Errors) -> _),
            ("test.Act", |object, errors| boxed::<Act>(object, errors)),
        ]),
        schedulers: HashMap::from([(
            "test.Scheduler",
            (|object, _| Some(Box::new(TestScheduler::read(object)) as Box<dyn Scheduler>)) as fn(&_, &mut _) -> _,
        )]),
        reporters: HashMap::new(),
        change_sources: HashMap::from([(
            "test.Source",
            (|_, _| Some(Box::new(TestSource) as Box<dyn ChangeSource>)) as fn(&_, &mut _) -> _,
        )]),
    }
}

fn boxed<T: Step + ConfigClass + 'static>(object: &Object, errors: &mut Errors) -> Option<Box<dyn Step>> {
    T::from_object(object, errors).map(|step| Box::new(step) as Box<dyn Step>)
}

/// Runs a command; its exit status is the result.
#[derive(Debug, ConfigClass)]
#[config(module = "test", rename_all = "camelCase")]
struct Shell {
    #[config(flatten)]
    common: StepCommon,
    #[config(renderable, required)]
    command: Value,
    /// Name of a log file.
    logfile: Option<String>,
    /// Collects what is printed instead of showing it.
    #[config(default = false)]
    quiet: bool,
}

#[async_trait]
impl Step for Shell {
    fn common(&self) -> &StepCommon {
        &self.common
    }

    fn default_name(&self) -> String {
        "shell".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let command = context.render(&self.command).await?;
        let words = command.as_str().unwrap_or_default().split_whitespace().map(str::to_owned).collect();
        let mut command = context.shell_command(words).await?;
        if let Some(name) = &self.logfile {
            command.logfiles.push((name.clone(), LogFile { filename: name.clone(), follow: false }));
        }
        let stdio = if self.quiet { None } else { Some(context.add_log("stdio", 's').await?) };
        let options =
            CommandOptions { stdio, collect_stdout: self.quiet, lazy_logs: true, ..CommandOptions::default() };
        let outcome = context.run_command(Command::Shell(command), options).await?;
        Ok(outcome.results())
    }

    fn summary(&self, results: Option<Results>) -> Summary {
        let text = self.command.as_str().map(|command| format!("'{command}'"));
        Summary { step: results.and(text), ..Summary::default() }
    }
}

/// Does what its argument says: `fail`, `warn`, `skip`, `raise`, `panic`, `sleep`, `set NAME VALUE`, `log TEXT`,
/// `trigger SCHEDULER`, `wait for SCHEDULER`, `fetch FILE`, `count`.
#[derive(Debug, ConfigClass)]
#[config(module = "test", rename_all = "camelCase")]
struct Act {
    #[config(flatten)]
    common: StepCommon,
    #[config(required)]
    act: String,
}

#[async_trait]
impl Step for Act {
    fn common(&self) -> &StepCommon {
        &self.common
    }

    fn default_name(&self) -> String {
        self.act.split_whitespace().next().unwrap_or("act").to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let words: Vec<&str> = self.act.split_whitespace().collect();
        match words.as_slice() {
            ["fail"] => Ok(Results::Failure),
            ["warn"] => Ok(Results::Warnings),
            ["skip"] => Ok(Results::Skipped),
            ["raise"] => Err(StepError::Exception("it went wrong".to_owned())),
            ["panic"] => panic!("a bug"),
            ["sleep"] => context.sleep(Duration::from_secs(3600)).await.map(|()| Results::Success),
            ["set", name, value] => {
                context.set_property(name, (*value).into(), "Act").await?;
                Ok(Results::Success)
            }
            ["log", ..] => {
                context.add_complete_log("notes", &self.act["log ".len()..]).await?;
                Ok(Results::Success)
            }
            ["trigger", scheduler] => {
                context.trigger(scheduler, TriggerRequest::default()).await?;
                Ok(Results::Success)
            }
            ["wait", "for", scheduler] => wait_for(context, scheduler).await,
            ["fetch", path] => fetch(context, path).await,
            ["count"] => count(context).await,
            _ => Ok(Results::Success),
        }
    }
}

async fn wait_for(context: &mut StepContext, scheduler: &str) -> Result<Results, StepError> {
    let request = TriggerRequest { waited_for: true, ..TriggerRequest::default() };
    let triggered = context.trigger(scheduler, request).await?;
    Ok(triggered.completed.await.unwrap_or(Results::Exception))
}

/// Shows a file of the worker.
async fn fetch(context: &mut StepContext, path: &str) -> Result<Results, StepError> {
    let mut content = Content(Vec::new());
    let command = Command::UploadFile { path: path.to_owned(), maxsize: None, blocksize: 1024, keepstamp: false };
    let options = CommandOptions { transfer: Some(&mut content), ..CommandOptions::default() };
    let outcome = context.run_command(command, options).await?;
    context.add_complete_log("content", &String::from_utf8_lossy(&content.0)).await?;
    Ok(outcome.results())
}

/// Runs a command, sees its lines, and tells the next command how many there were.
async fn count(context: &mut StepContext) -> Result<Results, StepError> {
    let stdio = context.add_log("stdio", 's').await?;
    let mut lines = Lines(0);
    let options =
        CommandOptions { stdio: Some(stdio.clone()), observer: Some(&mut lines), ..CommandOptions::default() };
    let command = context.shell_command(vec!["print".to_owned()]).await?;
    context.run_command(Command::Shell(command), options).await?;
    let words = vec!["saw".to_owned(), lines.0.to_string()];
    let options = CommandOptions { stdio: Some(stdio), ..CommandOptions::default() };
    let command = context.shell_command(words).await?;
    Ok(context.run_command(Command::Shell(command), options).await?.results())
}

struct Lines(usize);

impl LineObserver for Lines {
    fn line(&mut self, stream: &Stream, _line: &str) {
        self.0 += usize::from(*stream == Stream::Stdout);
    }
}

struct Content(Vec<u8>);

#[async_trait]
impl Transfer for Content {
    async fn write(&mut self, bytes: Bytes) -> std::io::Result<()> {
        self.0.extend(bytes);
        Ok(())
    }
}

/// Builds changes, triggers and forces.
struct TestScheduler {
    builders: Vec<String>,
}

impl TestScheduler {
    fn read(object: &Object) -> TestScheduler {
        let names = object.args.get("builderNames").and_then(Value::as_list).unwrap_or_default();
        TestScheduler { builders: names.iter().filter_map(Value::as_str).map(str::to_owned).collect() }
    }
}

#[async_trait]
impl Scheduler for TestScheduler {
    fn is_triggerable(&self) -> bool {
        true
    }

    async fn run(self: Box<Self>, mut context: SchedulerContext) {
        while let Some(input) = context.next(None).await {
            match input {
                Some(SchedulerInput::Change(change)) if !self.builders.is_empty() => {
                    let buildset = SchedulerBuildset {
                        sourcestamps: vec![change.to_stamp()],
                        reason: "a change".to_owned(),
                        ..SchedulerBuildset::default()
                    };
                    context.add_buildset(buildset).await.expect("the database works");
                }
                Some(SchedulerInput::Trigger(request, reply)) => {
                    let added = context.add_buildset(triggered(request)).await.map_err(|error| error.to_string());
                    let _gone = reply.send(added);
                }
                Some(SchedulerInput::Try(request)) => {
                    let builders = context.builder_ids(&request.job.builders).ok();
                    let buildset = SchedulerBuildset {
                        reason: "tried".to_owned(),
                        builders,
                        sourcestamps: vec![SourceStamp::default()],
                        ..SchedulerBuildset::default()
                    };
                    let added = context.add_buildset(buildset).await.map_err(|error| error.to_string());
                    let _gone = request.reply.send(added.map(Some));
                }
                Some(SchedulerInput::Force(force)) => {
                    let buildset = forced(&context, &force.params);
                    let added = context.add_buildset(buildset).await.expect("the database works");
                    let request = added.requests.first().map(|(_, request)| *request);
                    let _gone = force.reply.send(Ok(json!([added.id, request])));
                }
                _ => {}
            }
        }
    }

    fn builder_names(&self) -> Vec<String> {
        self.builders.clone()
    }

    fn force_resource(&self) -> Option<Json> {
        Some(json!({"builder_names": self.builders}))
    }
}

/// Text, or bytes as numbers.
fn patch_body(patch: &Json) -> Option<Vec<u8>> {
    match patch {
        Json::String(diff) => Some(diff.clone().into_bytes()),
        other => serde_json::from_value(other.clone()).ok(),
    }
}

fn triggered(request: TriggerRequest) -> SchedulerBuildset {
    SchedulerBuildset {
        sourcestamps: request.sourcestamps,
        reason: "triggered".to_owned(),
        properties: request.properties,
        priority: request.priority,
        waited_for: request.waited_for,
        parent_build: request.parent_build,
        parent_relationship: request.parent_relationship,
        ..SchedulerBuildset::default()
    }
}

/// `builder`, `branch`, `priority` and `properties` of the force.
fn forced(context: &SchedulerContext, params: &serde_json::Map<String, Json>) -> SchedulerBuildset {
    let text = |name: &str| params.get(name).and_then(Json::as_str).map(str::to_owned);
    let names: Vec<String> = text("builder").into_iter().collect();
    let mut properties = Properties::new();
    for (name, value) in params.get("properties").and_then(Json::as_object).into_iter().flatten() {
        properties.set(name.as_str(), value.clone(), "Force");
    }
    let stamp = SourceStamp {
        id: None,
        branch: text("branch"),
        revision: text("revision"),
        repository: String::new(),
        project: String::new(),
        codebase: String::new(),
        patch: params.get("patch").and_then(patch_body).map(|body| Patch {
            level: 1,
            body,
            author: "Ann".to_owned(),
            comment: "try it".to_owned(),
            subdir: text("subdir"),
        }),
        created_at: 0,
    };
    SchedulerBuildset {
        sourcestamps: vec![stamp],
        reason: "forced".to_owned(),
        properties,
        builders: Some(context.builder_ids(&names).expect("the test names its builders")),
        priority: params.get("priority").and_then(Json::as_i64),
        ..SchedulerBuildset::default()
    }
}

/// Adds a change at each poll; polls when asked to.
struct TestSource;

#[async_trait]
impl ChangeSource for TestSource {
    async fn run(self: Box<Self>, mut context: ChangeSourceContext) {
        while context.wait(Duration::from_secs(3600)).await {
            let polls = context.get_state("polls").await.expect("the database works");
            let polls = polls.and_then(|polls| polls.as_i64()).unwrap_or(0) + 1;
            context.set_state("polls", polls.into()).await.expect("the database works");
            let change = NewChange {
                author: "poller".to_owned(),
                comments: format!("poll {polls}"),
                revision: Some(format!("r{polls}")),
                ..NewChange::default()
            };
            context.add_change(change).await.expect("the database works");
        }
    }
}
