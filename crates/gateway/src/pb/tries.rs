//! Users of try: they bring a patch, and follow the builds of it, as `buildbot try --connect=pb` does.
//!
//! The answer to a `try` is a [`BuildsetStatus`]; it leads to a [`RequestStatus`] for each builder, and that one tells an
//! observer of each [`BuildStatus`]. What an observer is told comes from a task that ends with the connection. An object is
//! handed out anew each time that it is told of: the peer drops it when it likes.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ferrobot_engine::{StepNews, Tries, TryJob};
use ferrobot_model::{BuildId, BuildRequestId, Results};
use ferrobot_wire::pb::{Call, Failure, Value};
use serde_json::Map;
use tokio::sync::mpsc::Receiver;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info};

use super::accounts::{Caller, Perspective, hand_out};
use super::connection::{CallError, LocalObject, PbConnection, Reply};
use super::values::to_json;
use crate::connection::lock;

/// So many observers and questions of one object may wait for a build; the stock client has one.
const WAITING_MAX: usize = 16;

/// What somebody who tries may call.
pub struct TryUser {
    user: String,
    scheduler: String,
    tries: Arc<dyn Tries>,
}

/// What all objects of one job have.
#[derive(Clone)]
struct Shared {
    tries: Arc<dyn Tries>,
    tasks: TaskTracker,
}

impl TryUser {
    /// A user whose jobs go to the scheduler of this name.
    #[must_use]
    pub fn new(user: &str, scheduler: &str, tries: Arc<dyn Tries>) -> TryUser {
        TryUser { user: user.to_owned(), scheduler: scheduler.to_owned(), tries }
    }

    async fn submit(&self, caller: &Caller, call: &Call) -> Result<Value, Failure> {
        let job = read_job(call)?;
        let (user, scheduler) = (&self.user, &self.scheduler);
        let asked = if job.builders.is_empty() { "all builders".to_owned() } else { job.builders.join(", ") };
        info!(scheduler.name = scheduler, "user `{user}` tries {asked} with scheduler '{scheduler}'");
        let Some(requests) = self.tries.submit(scheduler, job).await.map_err(told)? else {
            info!(
                scheduler.name = scheduler,
                "scheduler '{scheduler}' does not build {asked}, which `{user}` asks for"
            );
            return Ok(Value::None);
        };
        let shared = Shared { tries: Arc::clone(&self.tries), tasks: caller.tasks.clone() };
        caller.hand_out(Arc::new(BuildsetStatus { requests, shared }))
    }
}

#[async_trait]
impl Perspective for TryUser {
    async fn call(&self, caller: &Caller, call: Call) -> Result<Value, Failure> {
        match call.method.as_str() {
            "try" => self.submit(caller, &call).await,
            "getAvailableBuilderNames" => {
                let names = self.tries.builder_names(&self.scheduler).await.map_err(told)?;
                Ok(Value::List(names.into_iter().map(Value::Text).collect()))
            }
            _ => Err(Failure::no_such_method(&call.method)),
        }
    }
}

fn told(reason: String) -> Failure {
    Failure::new("builtins.RuntimeError", reason)
}

/// `try(branch, revision, (level, diff), repository, project, builderNames, who, comment, properties)`
fn read_job(call: &Call) -> Result<TryJob, Failure> {
    let fault = |what: &str| Failure::new("builtins.TypeError", what);
    let argument = |place: usize, name: &str| call.argument(place, name).unwrap_or(&Value::None);
    let text = |place: usize, name: &str| match argument(place, name) {
        Value::None => Ok(None),
        value => {
            value.as_text().map(|text| Some(text.to_owned())).ok_or_else(|| fault(&format!("{name} must be text")))
        }
    };
    let Some([level, diff]) = argument(2, "patch").as_sequence() else {
        return Err(fault("patch must be a pair (level, diff)"));
    };
    let builders = match argument(5, "builderNames") {
        Value::None => Some(Vec::new()),
        names => names.as_sequence().and_then(|names| {
            names.iter().map(|name| name.as_text().map(str::to_owned)).collect::<Option<Vec<String>>>()
        }),
    };
    let properties = match to_json(argument(8, "properties")) {
        serde_json::Value::Object(properties) => properties,
        serde_json::Value::Null => Map::new(),
        _ => return Err(fault("properties must be a dictionary")),
    };
    Ok(TryJob {
        branch: text(0, "branch")?,
        revision: text(1, "revision")?,
        patch_level: level.as_integer().ok_or_else(|| fault("the level of the patch must be a number"))?,
        patch_body: match diff {
            Value::None => Vec::new(),
            Value::Bytes(bytes) => bytes.to_vec(),
            Value::Text(text) => text.clone().into_bytes(),
            _ => return Err(fault("the diff must be text or bytes")),
        },
        repository: text(3, "repository")?.unwrap_or_default(),
        project: text(4, "project")?.unwrap_or_default(),
        builders: builders.ok_or_else(|| fault("builderNames must be a list of names"))?,
        who: text(6, "who")?.unwrap_or_default(),
        comment: text(7, "comment")?.unwrap_or_default(),
        properties,
    })
}

/// What was added for a job.
struct BuildsetStatus {
    requests: Vec<(String, BuildRequestId)>,
    shared: Shared,
}

impl BuildsetStatus {
    /// Pairs of a builder's name and its request.
    fn requests(&self, connection: &Arc<PbConnection>) -> Result<Value, Failure> {
        let pair = |(builder, request): &(String, BuildRequestId)| {
            let status = RequestStatus {
                builder: builder.clone(),
                request: *request,
                observers: Observers::default(),
                shared: self.shared.clone(),
            };
            Ok(Value::Tuple(vec![Value::Text(builder.clone()), hand_out(connection, Arc::new(status))?]))
        };
        Ok(Value::List(self.requests.iter().map(pair).collect::<Result<_, Failure>>()?))
    }
}

#[async_trait]
impl LocalObject for BuildsetStatus {
    async fn call(&self, connection: &Arc<PbConnection>, call: Call) -> Reply {
        match call.method.as_str() {
            "getBuildRequests" => Reply::Now(self.requests(connection)),
            _ => Reply::no_such_method(&call),
        }
    }
}

/// A request: it tells of its builds.
struct RequestStatus {
    builder: String,
    request: BuildRequestId,
    observers: Observers,
    shared: Shared,
}

#[async_trait]
impl LocalObject for RequestStatus {
    async fn call(&self, connection: &Arc<PbConnection>, call: Call) -> Reply {
        match call.method.as_str() {
            "subscribe" => {
                let builds = self.shared.tries.builds_of(self.request);
                let (builder, shared) = (self.builder.clone(), self.shared.clone());
                let follow = |observer: Observer| observer.tell_builds(builds, builder, shared);
                Reply::Now(self.observers.add(connection, &call, &self.shared.tasks, follow))
            }
            "unsubscribe" => {
                self.observers.remove(connection, &call).await;
                Reply::NONE
            }
            _ => Reply::no_such_method(&call),
        }
    }
}

/// A build: it tells of its steps, and how it ends.
#[derive(Clone)]
struct BuildStatus {
    builder: String,
    build: BuildId,
    observers: Observers,
    shared: Shared,
}

#[async_trait]
impl LocalObject for BuildStatus {
    async fn call(&self, connection: &Arc<PbConnection>, call: Call) -> Reply {
        match call.method.as_str() {
            "subscribe" => {
                let steps = self.shared.tries.steps_of(self.build);
                let build = self.clone();
                let follow = |observer: Observer| observer.tell_steps(steps, build);
                Reply::Now(self.observers.add(connection, &call, &self.shared.tasks, follow))
            }
            "unsubscribe" => {
                self.observers.remove(connection, &call).await;
                Reply::NONE
            }
            "waitUntilFinished" => self.answer_at_the_end(connection, &call),
            "getResults" => Reply::Now(
                self.shared
                    .tries
                    .build(self.build)
                    .await
                    .map_err(told)
                    .map(|build| build.results.map_or(Value::None, |results| Value::Integer(results.code()))),
            ),
            "getText" => {
                let build = self.shared.tries.build(self.build).await.map_err(told);
                Reply::Now(build.map(|build| Value::List(vec![Value::Text(build.state_string)])))
            }
            _ => Reply::no_such_method(&call),
        }
    }
}

impl BuildStatus {
    /// The answer is the build itself.
    fn answer_at_the_end(&self, connection: &Arc<PbConnection>, call: &Call) -> Reply {
        let Some(place) = self.observers.place() else { return Reply::Now(Err(too_many())) };
        let (build, connection, request) = (self.clone(), Arc::clone(connection), call.request);
        self.shared.tasks.spawn(async move {
            let _place = place;
            let mut closed = connection.closed();
            let finished = tokio::select! {
                finished = build.shared.tries.finished(build.build) => finished,
                _ = closed.wait_for(Option::is_some) => return,
            };
            let answer = match finished {
                Ok(()) => hand_out(&connection, Arc::new(build)),
                Err(reason) => Err(told(reason)),
            };
            let _gone = connection.answer(request, answer).await;
        });
        Reply::Later
    }
}

fn too_many() -> Failure {
    Failure::new("twisted.spread.pb.Error", format!("more than {WAITING_MAX} observers of one object"))
}

/// Who observes one object, by the peer's number for the observer.
#[derive(Clone)]
struct Observers {
    following: Arc<Mutex<Vec<(i64, CancellationToken)>>>,
    /// Each task that follows or waits holds one.
    places: Arc<Semaphore>,
}

impl Default for Observers {
    fn default() -> Observers {
        Observers { following: Arc::default(), places: Arc::new(Semaphore::new(WAITING_MAX)) }
    }
}

impl Observers {
    /// A place among those that wait, if there is one left.
    fn place(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.places).try_acquire_owned().ok()
    }

    /// Begins to tell the observer that the call brings.
    fn add<Following>(
        &self,
        connection: &Arc<PbConnection>,
        call: &Call,
        tasks: &TaskTracker,
        follow: impl FnOnce(Observer) -> Following,
    ) -> Result<Value, Failure>
    where
        Following: Future<Output = ()> + Send + 'static,
    {
        let Some(Value::Theirs(theirs)) = call.args.first() else {
            return Err(Failure::new("builtins.TypeError", "an observer has to be an object"));
        };
        let place = self.place().ok_or_else(too_many)?;
        let end = CancellationToken::new();
        lock(&self.following).push((*theirs, end.clone()));
        let observer = Observer { connection: Arc::clone(connection), theirs: *theirs };
        let (connection, theirs) = (Arc::clone(connection), *theirs);
        let following = follow(observer);
        tasks.spawn(async move {
            let _place = place;
            let mut closed = connection.closed();
            tokio::select! {
                () = following => {}
                () = end.cancelled() => {}
                _ = closed.wait_for(Option::is_some) => return,
            }
            connection.release(theirs).await;
        });
        Ok(Value::None)
    }

    /// Stops telling the observer that the call names.
    async fn remove(&self, connection: &PbConnection, call: &Call) {
        let Some(Value::Theirs(theirs)) = call.args.first() else { return };
        lock(&self.following).retain(|(observer, end)| {
            let is_it = observer == theirs;
            if is_it {
                end.cancel();
            }
            !is_it
        });
        // It was sent once more for this call.
        connection.release(*theirs).await;
    }
}

/// An object of the peer that wants to be told.
struct Observer {
    connection: Arc<PbConnection>,
    theirs: i64,
}

impl Observer {
    async fn tell_builds(self, mut builds: Receiver<BuildId>, builder: String, shared: Shared) {
        while let Some(build) = builds.recv().await {
            let (builder, shared) = (builder.clone(), shared.clone());
            let name = Value::Text(builder.clone());
            let status = BuildStatus { builder, build, observers: Observers::default(), shared };
            if self.tell("newbuild", &status, |build| vec![build, name]).await.is_err() {
                return;
            }
        }
    }

    async fn tell_steps(self, mut steps: Receiver<StepNews>, build: BuildStatus) {
        let builder = Value::Text(build.builder.clone());
        while let Some(step) = steps.recv().await {
            let builder = builder.clone();
            let told = match step {
                StepNews::Started(name) => {
                    let arguments = |build| vec![builder, build, Value::Text(name), Value::None];
                    self.tell("stepStarted", &build, arguments).await
                }
                StepNews::Finished(name, results) => {
                    let results = results.map_or(Value::None, |results: Results| Value::Integer(results.code()));
                    let arguments = |build| vec![builder, build, Value::Text(name), Value::None, results];
                    self.tell("stepFinished", &build, arguments).await
                }
            };
            if told.is_err() {
                return;
            }
        }
    }

    /// Calls a method with a reference to a build. An observer that fails is told on; one that is gone is not.
    async fn tell(
        &self,
        method: &str,
        build: &BuildStatus,
        arguments: impl FnOnce(Value) -> Vec<Value>,
    ) -> Result<(), CallError> {
        let id = self.connection.export(Arc::new(build.clone()))?;
        match self.connection.call(self.theirs, method, arguments(Value::Ours(id.0)), Vec::new()).await {
            Ok(_) => Ok(()),
            Err(CallError::Failed(failure)) => {
                debug!("{} failed in `{method}` of an observer: {failure}", self.connection.peer());
                Ok(())
            }
            Err(CallError::Lost) => Err(CallError::Lost),
        }
    }
}
