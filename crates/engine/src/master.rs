//! A running master: start, reconfigure, shut down. Puts the stages together.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use ferrobot_config::Value;
use ferrobot_data::{Data, DataError, NewChange, Subscription};
use ferrobot_model::{BuildId, BuildRequestId, BuildsetId, ChangeId, Event, Results};
use futures_util::future::join_all;
use tracing::{info, warn};

use crate::build::Stop;
use crate::change::{self, newest_change};
use crate::distributor;
use crate::engine::Engine;
use crate::generation::{Generation, Setup};
use crate::{HostError, Kinds, Tries, Workers};

/// How long running builds have to write down that they are stopped.
const STOP_BUILDS_PATIENCE: Duration = Duration::from_secs(10);
/// How long the engine's other tasks have to end.
const END_TASKS_PATIENCE: Duration = Duration::from_secs(10);
/// How long a worker has to make directories for new builders.
const TELL_WORKER_PATIENCE: Duration = Duration::from_secs(30);
/// How often the master says that it is alive, and looks for events that it missed.
const HOUSEKEEPING_EVERY: Duration = Duration::from_secs(60);

/// How to start a master.
pub struct MasterOptions {
    /// Its directory.
    pub basedir: PathBuf,
    /// Its state, open.
    pub data: Data,
    /// The kinds of steps, schedulers and change sources that there are.
    pub kinds: Arc<Kinds>,
}

/// Why a master did not start, or did not take a configuration.
#[derive(Debug, thiserror::Error)]
pub enum MasterError {
    /// The state could not be read or written.
    #[error("{doing}")]
    Data {
        /// What was tried.
        doing: &'static str,
        /// Why it failed.
        source: DataError,
    },
}

/// How a master ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shutdown {
    /// Running builds, and those that they wait for, come to their end first.
    Clean,
    /// Running builds are stopped, and built again after the next start.
    Fast,
}

/// A running master.
pub struct Master {
    engine: Arc<Engine>,
}

/// What a master does at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Status {
    /// Which configuration is in force.
    pub generation: u64,
    /// How many builds run.
    pub running_builds: usize,
    /// The engine's tasks: name and number.
    pub tasks: Vec<(String, usize)>,
}

fn doing(doing: &'static str) -> impl Fn(DataError) -> MasterError {
    move |source| MasterError::Data { doing, source }
}

impl Master {
    /// Takes up what an earlier run left behind, and starts all stages.
    pub async fn start(options: MasterOptions, generation: Generation) -> Result<Master, MasterError> {
        let MasterOptions { basedir, data, kinds } = options;
        let held = data.held_builds().await.map_err(doing("read the builds of an earlier run"))?;
        let kept: Vec<BuildId> = held.iter().map(|build| build.id).collect();
        let retried = data.recover(&kept).await.map_err(doing("take up the builds of an earlier run"))?;
        if !retried.is_empty() {
            info!("{} builds of an earlier run are built again", retried.len());
        }
        data.master_active().await.map_err(doing("write down that the master runs"))?;
        data.expire_masters().await.map_err(doing("take over from masters that are gone"))?;
        let setup = Setup::install(&data, generation.clone()).await.map_err(doing("write down the configuration"))?;
        let engine = Engine::new(basedir, data, kinds, setup);
        engine.adopt(held).await.map_err(doing("take up the builds of an earlier run"))?;
        engine.refill_queue().await.map_err(doing("read the waiting requests"))?;
        engine.data.set_controller(Arc::clone(&engine) as Arc<dyn ferrobot_data::Controller>);
        start_stages(&engine).await;
        engine.configure_schedulers(&generation).await.map_err(doing("start the schedulers"))?;
        change::catch_up(&engine).await.map_err(doing("take up the changes of an earlier run"))?;
        engine.configure_change_sources(&generation).await.map_err(doing("start the change sources"))?;
        engine.configure_reporters(&generation).await;
        engine.expect_workers();
        Ok(Master { engine })
    }

    /// Puts another configuration in force. Running builds go on with theirs.
    pub async fn reconfigure(&self, generation: Generation) -> Result<(), MasterError> {
        let engine = &self.engine;
        let setup = Setup::install(&engine.data, generation.clone())
            .await
            .map_err(doing("write down the new configuration"))?;
        let setup = Arc::new(setup);
        let before = engine.setup();
        for session in engine.workers.configure(&setup, engine.data.clock().now()) {
            session.disconnect("the worker is no longer configured");
        }
        engine.install(Arc::clone(&setup));
        self.tell_workers(&before, &setup).await;
        engine.configure_schedulers(&generation).await.map_err(doing("start the new schedulers"))?;
        engine.configure_change_sources(&generation).await.map_err(doing("start the new change sources"))?;
        engine.configure_reporters(&generation).await;
        engine.expect_workers();
        engine.wake.all();
        Ok(())
    }

    /// Connected workers make room for new builders. One that does not answer holds up nobody else.
    async fn tell_workers(&self, before: &Setup, now: &Setup) {
        let told = now.workers.values().filter_map(|worker| {
            let same = before.workers.get(&worker.id).is_some_and(|before| before.directories == worker.directories);
            let session = self.engine.workers.session(worker.id).filter(|_| !same)?;
            Some(async move {
                let taken = tokio::time::timeout(TELL_WORKER_PATIENCE, session.set_builders(&worker.directories)).await;
                let failure = match taken {
                    Ok(Ok(())) => return,
                    Ok(Err(error)) => error.to_string(),
                    Err(_) => "no answer".to_owned(),
                };
                let name = &worker.config.name;
                warn!(worker.name = name, "worker `{name}` did not take its new builders: {failure}");
                session.disconnect("it did not take its new builders");
            })
        });
        join_all(told).await;
    }

    /// Where carriers bring their workers to.
    #[must_use]
    pub fn workers(&self) -> Arc<dyn Workers> {
        Arc::clone(&self.engine) as Arc<dyn Workers>
    }

    /// Where carriers bring tries to.
    #[must_use]
    pub fn tries(&self) -> Arc<dyn Tries> {
        Arc::clone(&self.engine) as Arc<dyn Tries>
    }

    /// The state.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.engine.data
    }

    /// The configuration in force.
    #[must_use]
    pub fn generation(&self) -> Generation {
        self.engine.setup().generation.clone()
    }

    /// Adds a change from outside. Durable. Applies `codebaseGenerator` and revlinks.
    pub async fn add_change(&self, change: NewChange) -> Result<ChangeId, DataError> {
        self.engine.add_change(&self.engine.setup().generation, change).await
    }

    /// Renders a value of the configuration in force that knows no build, such as a password.
    pub async fn render_plain(&self, value: &Value) -> Result<Value, HostError> {
        self.engine.render_plain(&self.engine.setup().generation, value).await
    }

    /// Lets change sources poll now: the one of this name, or all. Returns how many.
    pub fn poll_now(&self, name: Option<&str>) -> usize {
        self.engine.change_sources.poll_now(name)
    }

    /// Why a request waits; `None`: it does not wait.
    #[must_use]
    pub fn why_waiting(&self, request: BuildRequestId) -> Option<String> {
        self.engine.why_waiting(request)
    }

    /// What the master does now.
    #[must_use]
    pub fn status(&self) -> Status {
        let engine = &self.engine;
        Status {
            generation: engine.setup().generation.number,
            running_builds: engine.builds.len(),
            tasks: engine.tasks.running().into_iter().map(|(name, count)| (name.to_owned(), count)).collect(),
        }
    }

    /// Ends everything. The state is left open for its owner.
    pub async fn shutdown(&self, how: Shutdown) {
        let engine = &self.engine;
        engine.closing.store(true, Ordering::Relaxed);
        engine.change_sources.end(engine).await;
        if how == Shutdown::Clean {
            info!("waiting for {} running builds", engine.builds.len());
            self.builds_ended().await;
        }
        engine.schedulers.end(engine).await;
        let mut kept = 0;
        for build in engine.builds.all() {
            if build.is_held() {
                kept += 1;
                build.abandon();
            } else {
                build.stop(Stop::MasterEnds);
            }
        }
        if kept > 0 {
            info!("{kept} builds stay with their workers until the next start");
        }
        if tokio::time::timeout(STOP_BUILDS_PATIENCE, self.builds_ended()).await.is_err() {
            warn!("{} builds did not stop in time; the next start takes care of them", engine.builds.len());
        }
        engine.reporters.end().await;
        for session in engine.workers.sessions() {
            session.disconnect("the master is stopping");
        }
        if !engine.tasks.end(END_TASKS_PATIENCE).await {
            warn!("some tasks did not end in time: {:?}", engine.tasks.running());
        }
        if kept > 0 {
            return;
        }
        if let Err(error) = engine.data.master_stopped().await {
            warn!("it could not be written down that the master stopped: {error}");
        }
    }

    /// Waits until no build runs.
    async fn builds_ended(&self) {
        loop {
            let ended = self.engine.builds.ended();
            if self.engine.builds.len() == 0 {
                return;
            }
            ended.await;
        }
    }
}

/// Starts what runs as long as the master.
async fn start_stages(engine: &Arc<Engine>) {
    let changes = engine.data.events().subscribe(&["changes", "*", "new"]);
    let buildsets = engine.data.events().subscribe(&["buildsets", "*", "complete"]);
    let last = newest_change(engine).await.unwrap_or(ChangeId(0));
    engine.tasks.spawn("changes", change::run(Arc::clone(engine), changes, last));
    engine.tasks.spawn("buildsets", watch_buildsets(Arc::clone(engine), buildsets));
    engine.tasks.spawn("distributor", distributor::run(Arc::clone(engine)));
}

/// Tells of completed buildsets, and keeps house.
async fn watch_buildsets(engine: Arc<Engine>, mut events: Subscription) {
    let mut house = tokio::time::interval(HOUSEKEEPING_EVERY);
    house.tick().await;
    loop {
        tokio::select! {
            event = events.next() => match event.as_ref().and_then(completed_buildset) {
                Some((buildset, results)) => engine.buildset_completed(buildset, results),
                None if event.is_none() => return,
                None => {}
            },
            _ = house.tick() => {
                let kept = async {
                    engine.data.master_active().await?;
                    engine.data.expire_masters().await?;
                    engine.recheck_buildsets().await
                };
                if let Err(error) = kept.await {
                    warn!("housekeeping failed: {error}");
                }
            }
            () = engine.tasks.ending().cancelled() => return,
        }
    }
}

/// `buildsets/<id>/complete`
fn completed_buildset(event: &Event) -> Option<(BuildsetId, Results)> {
    let id = event.key.get(1)?.parse().ok().map(BuildsetId)?;
    let results = event.body.get("results").and_then(serde_json::Value::as_i64).and_then(Results::from_code);
    Some((id, results.unwrap_or(Results::Success)))
}
