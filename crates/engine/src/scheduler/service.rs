//! The running schedulers: started and ended with the configuration, fed with changes, completed buildsets and requests.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use ferrobot_config::{Errors, Named};
use ferrobot_data::{AddedBuildset, Change, ControlError, DataError};
use ferrobot_model::{BuildsetId, Results, SchedulerId};
use futures_util::future::try_join_all;
use serde_json::{Map, Value as Json};
use tokio::sync::{mpsc, oneshot};
use tracing::{info, warn};

use super::turn::{Delivery, Turn, turns};
use super::{ForceRequest, SchedulerContext, SchedulerInput, TriggerRequest, Triggered};
use crate::engine::Engine;
use crate::generation::Generation;
use crate::guard::lock;
use crate::service::{Service, by_name};

/// A scheduler that is busy may fall so far behind; then its inputs wait with their senders.
const INPUTS_MAX: usize = 4096;

/// All running schedulers, by name.
#[derive(Default)]
pub(crate) struct Schedulers {
    running: Mutex<HashMap<String, Running>>,
}

#[derive(Clone)]
pub(crate) struct Running {
    service: Service,
    id: SchedulerId,
    inputs: mpsc::Sender<(SchedulerInput, Option<Turn>)>,
    /// Its place in the configuration.
    place: usize,
    enabled: Arc<AtomicBool>,
    builder_names: Vec<String>,
    force_resource: Option<Json>,
    is_triggerable: bool,
}

impl Schedulers {
    fn get(&self, name: &str) -> Option<Running> {
        lock(&self.running).get(name).cloned()
    }

    /// Whether the scheduler of this name runs, and no user has disabled it.
    pub(crate) fn is_enabled(&self, name: &str) -> bool {
        self.get(name).is_some_and(|running| running.enabled.load(Ordering::Relaxed))
    }

    /// In the order of the configuration.
    fn all(&self) -> Vec<Running> {
        let mut all: Vec<Running> = lock(&self.running).values().cloned().collect();
        all.sort_by_key(|running| running.place);
        all
    }

    /// Tells every scheduler that a buildset is complete. One that is far behind is told through its stored state later.
    pub(crate) fn buildset_completed(&self, buildset: BuildsetId, results: Results) {
        let all = self.all();
        let (_, turns) = turns(all.len());
        for (running, turn) in all.iter().zip(turns) {
            let input = (SchedulerInput::BuildsetComplete(buildset, results), Some(turn));
            if running.inputs.try_send(input).is_err() {
                let name = &running.service.named.name;
                warn!(scheduler.name = name, "scheduler `{name}` was not told that buildset {buildset} is complete");
            }
        }
    }

    /// Tells every enabled scheduler of a change, save those that have built it already.
    pub(crate) async fn change(&self, change: &Arc<Change>, have_built: &[String]) -> Delivery {
        let mut all = self.all();
        all.retain(|running| {
            running.enabled.load(Ordering::Relaxed) && !have_built.contains(&running.service.named.name)
        });
        let (delivery, turns) = turns(all.len());
        for (running, turn) in all.iter().zip(turns) {
            let _ended = running.inputs.send((SchedulerInput::Change(Arc::clone(change)), Some(turn))).await;
        }
        delivery
    }

    /// REST resources of the force schedulers, optionally of those that serve one builder.
    pub(crate) fn force_resources(&self, builder: Option<&str>) -> Vec<Json> {
        let mut resources: Vec<(String, Json)> = self
            .all()
            .into_iter()
            .filter(|running| builder.is_none_or(|name| running.builder_names.iter().any(|served| served == name)))
            .filter_map(|running| {
                let mut resource = running.force_resource?;
                resource["enabled"] = running.enabled.load(Ordering::Relaxed).into();
                Some((running.service.named.name, resource))
            })
            .collect();
        resources.sort_by(|(a, _), (b, _)| a.cmp(b));
        resources.into_iter().map(|(_, resource)| resource).collect()
    }

    /// Ends all.
    pub(crate) async fn end(&self, engine: &Engine) {
        let running: Vec<Running> = lock(&self.running).drain().map(|(_, running)| running).collect();
        for running in running {
            engine.end_scheduler(running).await;
        }
    }
}

impl Engine {
    /// Starts and ends schedulers so that those of `generation` run; one that did not change goes on.
    pub(crate) async fn configure_schedulers(&self, generation: &Generation) -> Result<(), DataError> {
        let wanted = &generation.config.schedulers;
        let ending: Vec<Running> = {
            let by_name = by_name(wanted);
            let mut running = lock(&self.schedulers.running);
            let ending = running.extract_if(|_, running| !running.service.goes_on(generation, &by_name));
            ending.map(|(_, running)| running).collect()
        };
        for running in ending {
            self.end_scheduler(running).await;
        }
        // All at once: their writes share transactions.
        let starting = wanted
            .iter()
            .filter(|named| self.schedulers.get(&named.name).is_none())
            .map(|named| self.start_scheduler(generation, named));
        let started = try_join_all(starting).await;
        let mut running = lock(&self.schedulers.running);
        for (place, named) in wanted.iter().enumerate() {
            if let Some(running) = running.get_mut(&named.name) {
                running.place = place;
            }
        }
        started.map(drop)
    }

    async fn end_scheduler(&self, running: Running) {
        running.service.end().await;
        if let Err(error) = self.data.set_scheduler_master(running.id, false).await {
            let name = &running.service.named.name;
            warn!(scheduler.name = name, "scheduler `{name}` could not be given up: {error}");
        }
    }

    async fn start_scheduler(&self, generation: &Generation, named: &Named) -> Result<(), DataError> {
        let Some(make) = self.kinds.schedulers.get(named.object.class.as_str()) else {
            warn!(scheduler.name = named.name, "scheduler `{}` has an unknown class and does nothing", named.name);
            return Ok(());
        };
        let mut errors = Errors::default();
        let Some(scheduler) = make(&named.object, &mut errors) else {
            let told: Vec<String> = errors.errors.iter().map(ToString::to_string).collect();
            warn!(scheduler.name = named.name, "scheduler `{}` does nothing: {}", named.name, told.join("; "));
            return Ok(());
        };
        let id = self.data.find_scheduler_id(&named.name).await?;
        self.data.set_scheduler_master(id, true).await?;
        let enabled = Arc::new(AtomicBool::new(self.data.scheduler_enabled(id).await?));
        let (inputs, receiver) = mpsc::channel(INPUTS_MAX);
        let running = Running {
            service: Service::new(named, generation, &self.tasks),
            id,
            inputs,
            place: 0,
            enabled: Arc::clone(&enabled),
            builder_names: scheduler.builder_names(),
            force_resource: scheduler.force_resource(),
            is_triggerable: scheduler.is_triggerable(),
        };
        let context = SchedulerContext {
            engine: self.handle(),
            generation: running.service.generation.clone(),
            name: named.name.clone(),
            id,
            object: Arc::clone(&named.object),
            enabled,
            inputs: receiver,
            turn: None,
            end: running.service.end.clone(),
        };
        let (name, end, ended) = (named.name.clone(), running.service.end.clone(), running.service.ended.clone());
        lock(&self.schedulers.running).insert(named.name.clone(), running);
        self.tasks.spawn("scheduler", async move {
            // Told even when the scheduler panics.
            let _ended = ended.drop_guard();
            scheduler.run(context).await;
            if !end.is_cancelled() {
                warn!(scheduler.name = name, "scheduler `{name}` ended by itself");
            }
        });
        info!(scheduler.name = named.name, "scheduler `{}` runs", named.name);
        Ok(())
    }

    /// The scheduler of this name, if it can be triggered.
    pub(crate) fn triggerable(&self, scheduler: &str) -> Result<Running, String> {
        let unknown = || format!("ValueError: unknown triggered scheduler: '{scheduler}'");
        let running = self.schedulers.get(scheduler).ok_or_else(unknown)?;
        if running.is_triggerable {
            Ok(running)
        } else {
            Err(format!("ValueError: triggered scheduler is not ITriggerableScheduler: '{scheduler}'"))
        }
    }

    /// Fires a triggerable scheduler.
    pub(crate) async fn fire(&self, scheduler: &str, request: TriggerRequest) -> Result<Triggered, String> {
        let unknown = || format!("ValueError: unknown triggered scheduler: '{scheduler}'");
        let running = self.triggerable(scheduler)?;
        let (reply, answer) = oneshot::channel();
        running.inputs.send((SchedulerInput::Trigger(request, reply), None)).await.map_err(|_| unknown())?;
        let buildset = answer.await.map_err(|_| format!("scheduler '{scheduler}' cannot be triggered"))??;
        let completed = self.completion_of(buildset.id);
        Ok(Triggered { buildset, completed })
    }

    /// Tells when a buildset is complete; number 0 stands for one that is not waited for.
    fn completion_of(&self, buildset: BuildsetId) -> oneshot::Receiver<Results> {
        if buildset != BuildsetId(0) {
            return self.completions.wait_for(buildset);
        }
        let (sender, completed) = oneshot::channel();
        let _gone = sender.send(Results::Success);
        completed
    }

    /// What an earlier run of the master has fired.
    pub(crate) async fn fired_before(&self, id: BuildsetId) -> Result<Triggered, DataError> {
        let requests = self.data.requests_of_buildset(id).await?;
        let requests = requests.into_iter().map(|request| (request.builder, request.id)).collect();
        let completed = self.completion_of(id);
        // It may have completed before anybody waited.
        self.recheck_buildsets().await?;
        Ok(Triggered { buildset: AddedBuildset { id, requests }, completed })
    }

    /// Asks a scheduler to force a build.
    pub(crate) async fn force(&self, scheduler: &str, params: Map<String, Json>) -> Result<Json, ControlError> {
        let unknown = || ControlError::Failed(format!("there is no force scheduler named '{scheduler}'"));
        let (reply, answer) = oneshot::channel();
        let request = SchedulerInput::Force(ForceRequest { params, reply });
        self.send_to_scheduler(scheduler, request).await.ok_or_else(unknown)?;
        answer.await.map_err(|_| unknown())?
    }

    /// Hands something to the scheduler of this name; `None`: it does not run.
    pub(crate) async fn send_to_scheduler(&self, scheduler: &str, input: SchedulerInput) -> Option<()> {
        let running = self.schedulers.get(scheduler)?;
        running.inputs.send((input, None)).await.ok()
    }

    /// Enables or disables a scheduler.
    pub(crate) async fn enable_scheduler(&self, id: SchedulerId, enabled: bool) -> Result<(), DataError> {
        self.data.scheduler_enable(id, enabled).await?;
        for running in self.schedulers.all().into_iter().filter(|running| running.id == id) {
            running.enabled.store(enabled, Ordering::Relaxed);
            let _ended = running.inputs.send((SchedulerInput::Enabled(enabled), None)).await;
        }
        Ok(())
    }
}
