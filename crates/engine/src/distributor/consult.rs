//! Builders whose configuration has a say in what starts where: `nextBuild`, `nextWorker`, `canStartBuild` and the global
//! `select_next_worker` and `prioritizeBuilders`. The functions are asked without holding anything; what they choose is taken only
//! if it is still possible.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use ferrobot_config::{Callable, Value};
use ferrobot_data::DataError;
use ferrobot_model::{BuildRequestId, BuilderId, WorkerId};
use serde_json::{Value as Json, json};
use tracing::warn;

use super::dispatch::Assignment;
use super::{Start, is_able};
use crate::build::{Builds, change_json, sourcestamp_json};
use crate::engine::Engine;
use crate::generation::{BuilderSetup, Generation, Setup};
use crate::guard::lock;
use crate::queue::{Waiting, Work};
use crate::worker::station;
use crate::{HostCall, HostError, proxy};

/// A function is shown so many requests at most.
const SHOWN_REQUESTS_MAX: usize = 1000;

/// Whether a function has to be asked before a build of this builder starts.
pub(crate) fn has_a_say(builder: &BuilderSetup) -> bool {
    let config = &builder.config;
    config.next_build.is_some()
        || config.next_worker.is_some()
        || config.can_start_build.is_some()
        || builder.generation.config.select_next_worker.is_some()
}

/// What could start, when the functions are asked.
struct Possible {
    requests: Vec<Arc<Waiting>>,
    /// The worker that would be taken without asking comes first.
    workers: Vec<(WorkerId, String)>,
}

/// Why nothing was chosen.
#[derive(Debug, thiserror::Error)]
enum ConsultError {
    #[error("read what the waiting requests ask for: {0}")]
    Data(#[from] DataError),
    #[error("ask the functions that choose: {0}")]
    Host(#[from] HostError),
}

/// The one who asks a builder's functions. However it ends, the next one may ask.
struct Asking<'a> {
    builds: &'a Builds,
    builder: BuilderId,
    is_over: bool,
}

impl<'a> Asking<'a> {
    /// `None`: somebody is at it, who looks again when done.
    fn begin(builds: &'a Builds, builder: BuilderId) -> Option<Asking<'a>> {
        match lock(&builds.consulting).entry(builder) {
            Entry::Occupied(mut again) => {
                again.insert(true);
                return None;
            }
            Entry::Vacant(free) => free.insert(false),
        };
        Some(Asking { builds, builder, is_over: false })
    }

    /// Whether to look again; if not, this is the end.
    fn goes_on(&mut self) -> bool {
        let mut consulting = lock(&self.builds.consulting);
        let again = consulting.remove(&self.builder) == Some(true);
        if again {
            consulting.insert(self.builder, false);
        }
        self.is_over = !again;
        again
    }
}

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        if !self.is_over {
            lock(&self.builds.consulting).remove(&self.builder);
        }
    }
}

impl Engine {
    /// Starts what it can for a builder, as its functions say.
    pub(crate) async fn consult(&self, builder: BuilderId) {
        let Some(mut asking) = Asking::begin(&self.builds, builder) else { return };
        loop {
            while let Some(assignment) = self.consult_once(builder).await {
                self.start(assignment);
            }
            if !asking.goes_on() {
                return;
            }
        }
    }

    async fn consult_once(&self, id: BuilderId) -> Option<Assignment> {
        let setup = self.setup();
        let builder = Arc::clone(setup.builder(id)?);
        let possible = self.possible(&builder);
        if possible.requests.is_empty() || possible.workers.is_empty() {
            return None;
        }
        match self.ask_for_start(&setup, &builder, possible).await {
            Ok(start) => self.take_now(&setup, start?),
            Err(error) => {
                let name = &builder.config.name;
                warn!(builder.name = name, "nothing starts for builder `{name}` now: failed to {error}");
                None
            }
        }
    }

    /// Requests and workers of the builder, as they are now.
    fn possible(&self, builder: &BuilderSetup) -> Possible {
        let queue = lock(&self.queue);
        let desks = self.workers.desks();
        let mut workers: Vec<_> = builder
            .workers
            .iter()
            .filter_map(|id| Some((*id, station(desks.get(id)?))))
            .filter(|(_, station)| is_able(station, builder.id).is_ok())
            .map(|(id, station)| ((station.running, station.last_used), (id, station.name.to_owned())))
            .collect();
        workers.sort_by_key(|(urgency, _)| *urgency);
        let is_closing = self.closing.load(Ordering::Relaxed);
        let requests = queue
            .of_builder(builder.id)
            .filter(|waiting| !is_closing || waiting.request.waited_for)
            .take(SHOWN_REQUESTS_MAX)
            .cloned()
            .collect();
        Possible { requests, workers: workers.into_iter().map(|(_, worker)| worker).collect() }
    }

    async fn ask_for_start(
        &self,
        setup: &Setup,
        builder: &BuilderSetup,
        possible: Possible,
    ) -> Result<Option<Start>, ConsultError> {
        let generation = &setup.generation;
        let shown = builder_proxy(builder);
        let Some((waiting, request)) = self.ask_next_build(generation, builder, &shown, possible.requests).await?
        else {
            return Ok(None);
        };
        let mut workers = possible.workers;
        let choose = builder.config.next_worker.as_ref().or(generation.config.select_next_worker.as_ref());
        while !workers.is_empty() {
            let at = match choose {
                None => Some(0),
                Some(function) => {
                    let shown_workers = workers.iter().map(|worker| worker_proxy(builder, worker)).collect();
                    let args = vec![shown.clone(), Value::List(shown_workers), request.clone()];
                    let chosen = ask(generation, function, args).await?;
                    field(&chosen, "workername").and_then(|name| workers.iter().position(|(_, known)| *known == name))
                }
            };
            let Some(at) = at else { return Ok(None) };
            let worker = workers.remove(at);
            let may_start = match &builder.config.can_start_build {
                None => true,
                Some(function) => {
                    let args = vec![shown.clone(), worker_proxy(builder, &worker), request.clone()];
                    ask(generation, function, args).await?.is_truthy()
                }
            };
            if may_start {
                return Ok(Some(Start { request: waiting.request.id, builder: builder.id, worker: worker.0 }));
            }
        }
        Ok(None)
    }

    /// The request to start next, and how functions see it.
    async fn ask_next_build(
        &self,
        generation: &Generation,
        builder: &BuilderSetup,
        shown: &Value,
        requests: Vec<Arc<Waiting>>,
    ) -> Result<Option<(Arc<Waiting>, Value)>, ConsultError> {
        let Some(function) = &builder.config.next_build else {
            let Some(first) = requests.first() else { return Ok(None) };
            let work = first.work(&self.data).await?;
            return Ok(work.map(|work| (Arc::clone(first), request_proxy(builder, first, &work))));
        };
        let mut shown_requests = Vec::with_capacity(requests.len());
        for waiting in &requests {
            if let Some(work) = waiting.work(&self.data).await? {
                shown_requests.push(request_proxy(builder, waiting, &work));
            }
        }
        let chosen = ask(generation, function, vec![shown.clone(), Value::List(shown_requests)]).await?;
        let Some(id) = number(&chosen, "id").map(BuildRequestId) else { return Ok(None) };
        Ok(requests.into_iter().find(|waiting| waiting.request.id == id).map(|waiting| (waiting, chosen)))
    }

    /// The builders' order as `prioritizeBuilders` has it: a place for each that it names.
    pub(crate) async fn ask_priorities(&self, builders: &[BuilderId]) -> HashMap<BuilderId, usize> {
        let setup = self.setup();
        let Some(function) = &setup.generation.config.prioritize_builders else { return HashMap::new() };
        if builders.len() < 2 {
            return HashMap::new();
        }
        let shown = builders.iter().filter_map(|id| setup.builder(*id)).map(|builder| builder_proxy(builder)).collect();
        match ask(&setup.generation, function, vec![proxy("master", json!({})), Value::List(shown)]).await {
            Ok(order) => order
                .as_list()
                .unwrap_or_default()
                .iter()
                .filter_map(|builder| number(builder, "builderid").map(BuilderId))
                .enumerate()
                .map(|(place, builder)| (builder, place))
                .collect(),
            Err(error) => {
                warn!("`prioritizeBuilders` failed: {error}");
                HashMap::new()
            }
        }
    }
}

async fn ask(generation: &Generation, function: &Callable, args: Vec<Value>) -> Result<Value, HostError> {
    generation.call(HostCall::new(function.handle, args)).await
}

/// A field of a stand-in that came back.
fn entry<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.as_object()?.args.get(name)
}

fn field(value: &Value, name: &str) -> Option<String> {
    entry(value, name)?.as_str().map(str::to_owned)
}

fn number(value: &Value, name: &str) -> Option<i64> {
    match entry(value, name)? {
        Value::Int(number) => Some(*number),
        _ => None,
    }
}

fn builder_proxy(builder: &BuilderSetup) -> Value {
    proxy("builder", json!({"name": builder.config.name, "builderid": builder.id}))
}

fn worker_proxy(builder: &BuilderSetup, (id, name): &(WorkerId, String)) -> Value {
    let worker = json!({"kind": "worker", "workername": name, "name": name, "workerid": id});
    let fields = json!({
        "workername": name,
        "name": name,
        "workerid": id,
        "worker": worker,
        "builder_name": builder.config.name,
    });
    proxy("workerforbuilder", fields)
}

fn request_proxy(builder: &BuilderSetup, waiting: &Waiting, work: &Work) -> Value {
    let request = &waiting.request;
    let stamps = work.buildset.sourcestamps.iter().zip(&work.changes).map(|(stamp, changes)| {
        let mut row = sourcestamp_json(stamp);
        row["changes"] = changes.iter().map(change_json).collect::<Vec<Json>>().into();
        row
    });
    let fields = json!({
        "id": request.id,
        "buildrequestid": request.id,
        "bsid": request.buildset,
        "buildsetid": request.buildset,
        "builderid": request.builder,
        "buildername": builder.config.name,
        "priority": request.priority,
        "submittedAt": request.submitted_at,
        "submitted_at": request.submitted_at,
        "waitedFor": request.waited_for,
        "waited_for": request.waited_for,
        "reason": work.buildset.reason,
        "sourcestamps": stamps.collect::<Vec<Json>>(),
        "properties": work.buildset.properties.to_json(),
    });
    proxy("request", fields)
}
