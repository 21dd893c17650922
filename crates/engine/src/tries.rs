//! Tries: builds of what somebody has not committed yet, and how they are followed from outside.
//!
//! A carrier such as Perspective Broker brings a [`TryJob`] to a scheduler that takes it, and follows the builds that come of
//! it. What it learns is the state and what was published since: a build is told once, however it was found.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_data::{AddedBuildset, Subscription};
use ferrobot_model::{BuildId, BuildRequestId, Event, Results};
use serde_json::{Map, Value as Json};
use tokio::sync::{mpsc, oneshot};
use tracing::warn;

use crate::SchedulerInput;
use crate::engine::Engine;

/// News that wait for one follower; a build has tens of steps.
const NEWS_MAX: usize = 256;
/// How often a follower looks at the state itself, for an event that was lost.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// What somebody wants to try, as it was sent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TryJob {
    /// Branch that the patch is for.
    pub branch: Option<String>,
    /// Revision that the patch is for.
    pub revision: Option<String>,
    /// How many leading directories of the patch's paths are left out.
    pub patch_level: i64,
    /// The patch; empty: there is none.
    pub patch_body: Vec<u8>,
    /// Repository.
    pub repository: String,
    /// Project.
    pub project: String,
    /// Names of builders; empty: all that may be tried.
    pub builders: Vec<String>,
    /// Who tries it.
    pub who: String,
    /// Why.
    pub comment: String,
    /// Properties of the builds.
    pub properties: Map<String, Json>,
}

/// A job that was brought to a scheduler.
#[derive(Debug)]
pub struct TryRequest {
    /// The job.
    pub job: TryJob,
    /// What was added; `None`: it names a builder that this scheduler does not serve. The error is told to the user.
    pub reply: oneshot::Sender<Result<Option<AddedBuildset>, String>>,
}

/// News of a build's steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepNews {
    /// A step of this name started.
    Started(String),
    /// A step of this name finished.
    Finished(String, Option<Results>),
}

/// How a build stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TriedBuild {
    /// Its result; `None`: it runs.
    pub results: Option<Results>,
    /// What it says of itself.
    pub state_string: String,
}

/// Where carriers bring tries to, and follow them. An error is a text for the user.
#[async_trait]
pub trait Tries: Send + Sync {
    /// Whether the scheduler of this name takes tries now: a user may have disabled it.
    fn takes_tries(&self, scheduler: &str) -> bool;

    /// Names of the builders that may be tried.
    async fn builder_names(&self, scheduler: &str) -> Result<Vec<String>, String>;

    /// Brings a job to the scheduler: each builder with its request. `None`: see [`TryRequest::reply`].
    async fn submit(&self, scheduler: &str, job: TryJob) -> Result<Option<Vec<(String, BuildRequestId)>>, String>;

    /// The builds of a request: those that there are, and each that is started later.
    fn builds_of(&self, request: BuildRequestId) -> mpsc::Receiver<BuildId>;

    /// What happens to the steps of a build from now on.
    fn steps_of(&self, build: BuildId) -> mpsc::Receiver<StepNews>;

    /// Waits until the build is finished.
    async fn finished(&self, build: BuildId) -> Result<(), String>;

    /// How the build stands.
    async fn build(&self, build: BuildId) -> Result<TriedBuild, String>;
}

#[async_trait]
impl Tries for Engine {
    fn takes_tries(&self, scheduler: &str) -> bool {
        self.schedulers.is_enabled(scheduler)
    }

    async fn builder_names(&self, scheduler: &str) -> Result<Vec<String>, String> {
        let setup = self.setup();
        let named = setup.generation.config.schedulers.iter().find(|named| named.name == scheduler);
        let named = named.ok_or_else(|| unknown(scheduler))?;
        let names = self.builder_names_of(&setup.generation, &named.object).await;
        names.map_err(|error| format!("the builders of scheduler '{scheduler}' are not known: {error}"))
    }

    async fn submit(&self, scheduler: &str, job: TryJob) -> Result<Option<Vec<(String, BuildRequestId)>>, String> {
        let (reply, answer) = oneshot::channel();
        self.send_to_scheduler(scheduler, SchedulerInput::Try(TryRequest { job, reply }))
            .await
            .ok_or_else(|| unknown(scheduler))?;
        let added = answer.await.map_err(|_| format!("scheduler '{scheduler}' has ended; try again"))??;
        let Some(added) = added else { return Ok(None) };
        let setup = self.setup();
        let named = added.requests.into_iter().filter_map(|(builder, request)| {
            let name = setup.builder(builder)?.config.name.clone();
            Some((name, request))
        });
        Ok(Some(named.collect()))
    }

    fn builds_of(&self, request: BuildRequestId) -> mpsc::Receiver<BuildId> {
        let (news, receiver) = mpsc::channel(NEWS_MAX);
        // Listens before anybody looks.
        let events = self.data.events().subscribe(&["builders", "*", "builds", "*", "new"]);
        self.tasks.spawn("builds of a try", tell_builds(self.handle(), request, events, news));
        receiver
    }

    fn steps_of(&self, build: BuildId) -> mpsc::Receiver<StepNews> {
        let (news, receiver) = mpsc::channel(NEWS_MAX);
        let events = self.data.events().subscribe(&["builds", &build.to_string(), "steps", "*", "*"]);
        self.tasks.spawn("steps of a try", tell_steps(self.handle(), events, news));
        receiver
    }

    async fn finished(&self, build: BuildId) -> Result<(), String> {
        let mut events = self.data.events().subscribe(&["builds", &build.to_string(), "finished"]);
        while Tries::build(self, build).await?.results.is_none() {
            tokio::select! {
                _ = events.next() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.tasks.ending().cancelled() => return Err("the master is stopping".to_owned()),
            }
        }
        Ok(())
    }

    async fn build(&self, build: BuildId) -> Result<TriedBuild, String> {
        match self.data.build(build).await {
            Ok(Some(row)) => Ok(TriedBuild { results: row.results, state_string: row.state_string }),
            Ok(None) => Err(format!("there is no build {build}")),
            Err(error) => Err(format!("build {build} cannot be read: {error}")),
        }
    }
}

fn unknown(scheduler: &str) -> String {
    format!("there is no scheduler named '{scheduler}'")
}

/// Tells each build of a request once, until nobody listens.
async fn tell_builds(
    engine: Arc<Engine>,
    request: BuildRequestId,
    mut events: Subscription,
    news: mpsc::Sender<BuildId>,
) {
    let mut told = HashSet::new();
    loop {
        match engine.data.builds_of_request(request).await {
            Ok(builds) => {
                for build in builds {
                    if told.insert(build.id) && news.send(build.id).await.is_err() {
                        return;
                    }
                }
            }
            Err(error) => warn!(buildrequest.id = %request, "the builds of request {request} cannot be read: {error}"),
        }
        let is_ours = async {
            while let Some(event) = events.next().await {
                if event.body.get("buildrequestid").and_then(Json::as_i64) == Some(request.0) {
                    return;
                }
            }
            std::future::pending().await
        };
        tokio::select! {
            () = is_ours => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = news.closed() => return,
            () = engine.tasks.ending().cancelled() => return,
        }
    }
}

async fn tell_steps(engine: Arc<Engine>, mut events: Subscription, news: mpsc::Sender<StepNews>) {
    loop {
        tokio::select! {
            event = events.next() => {
                let Some(event) = event else { return };
                if let Some(step) = step_news(&event)
                    && news.send(step).await.is_err()
                {
                    return;
                }
            }
            () = news.closed() => return,
            () = engine.tasks.ending().cancelled() => return,
        }
    }
}

/// `builds/<id>/steps/<id>/started` and `…/finished`
fn step_news(event: &Event) -> Option<StepNews> {
    let name = event.body.get("name")?.as_str()?.to_owned();
    match event.key.last()?.as_str() {
        "started" => Some(StepNews::Started(name)),
        "finished" => {
            let results = event.body.get("results").and_then(Json::as_i64).and_then(Results::from_code);
            Some(StepNews::Finished(name, results))
        }
        _ => None,
    }
}
