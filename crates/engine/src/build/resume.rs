//! Takes up the builds that an earlier run of the master left on workers that keep their commands.

use std::sync::Arc;
use std::time::Duration;

use ferrobot_data::{DataError, HeldBuild};
use ferrobot_model::{Results, WorkerId};
use tracing::{error, info};

use super::held::{self, Resumed, build_of};
use super::{BuildFacts, BuildHandle, run_begun};
use crate::distributor::Assignment;
use crate::engine::Engine;
use crate::generation::{BuilderSetup, WorkerSetup};
use crate::guard::lock;
use crate::lock::{LockSpec, Ticket};
use crate::queue::Waiting;
use crate::worker::occupy;
use crate::{SessionError, WorkerSession};

/// How long the worker has to come back.
const WORKER_PATIENCE: Duration = Duration::from_secs(300);

/// A build that waits for its worker.
struct Adopted {
    held: HeldBuild,
    waiting: Arc<Waiting>,
    builder: Arc<BuilderSetup>,
    worker: Arc<WorkerSetup>,
    handle: Arc<BuildHandle>,
    locks: Ticket,
    /// Those of the step under way.
    step_locks: Option<Ticket>,
}

impl Engine {
    /// Takes up what can be; the rest is built again. Before anything new starts.
    pub(crate) async fn adopt(self: &Arc<Engine>, builds: Vec<HeldBuild>) -> Result<(), DataError> {
        for held in builds {
            match self.claim_back(&held).await? {
                Ok(adopted) => {
                    let engine = self.handle();
                    self.tasks.spawn("build", async move { engine.resume(adopted).await });
                }
                Err(obstacle) => self.give_up(&held, Results::Retry, &obstacle).await?,
            }
        }
        Ok(())
    }

    async fn give_up(&self, held: &HeldBuild, results: Results, reason: &str) -> Result<(), DataError> {
        let text = format!("{results}: {reason}");
        info!(build.id = %held.id, "build {} is not taken up: {text}", held.id);
        self.data.give_up_build(held.id, held.request, results, &text).await
    }

    /// Gives a build up that had been claimed back.
    async fn give_up_claimed(&self, held: &HeldBuild, waiting: &Arc<Waiting>, results: Results, reason: &str) {
        if let Err(error) = self.give_up(held, results, reason).await {
            error!(build.id = %held.id, "build {} could not be given up: {error}", held.id);
        }
        let mut queue = lock(&self.queue);
        match results {
            Results::Retry => queue.put_back(Arc::clone(waiting)),
            _ => queue.done(held.request),
        }
    }

    /// Takes what the build had; or says what is in the way.
    async fn claim_back(&self, held: &HeldBuild) -> Result<Result<Adopted, String>, DataError> {
        let setup = self.setup();
        let missing = |what: &str| Ok(Err(format!("its {what} is not configured any more")));
        let Some(builder) = setup.builder(held.builder).cloned() else { return missing("builder") };
        let Some(worker) = setup.workers.get(&held.worker).cloned() else { return missing("worker") };
        let of_step = match held::step_locks(held, &builder, &self.kinds) {
            Ok(locks) => locks,
            Err(obstacle) => return Ok(Err(obstacle)),
        };
        let Some(request) = self.data.request(held.request).await? else { return missing("request") };
        let take = |specs: &[LockSpec]| {
            let wants: Vec<_> = specs.iter().map(|spec| spec.on(worker.id, &worker.config.name)).collect();
            self.locks.try_take(&wants)
        };
        let of_build = [builder.locks.fixed(), worker.locks.fixed()].concat();
        let (Some(locks), Some(step_locks)) = (take(&of_build), take(&of_step)) else {
            return Ok(Err("its locks are taken".to_owned()));
        };
        // Without any the step has still to see whether it takes some.
        let step_locks = (!of_step.is_empty()).then_some(step_locks);
        occupy(&mut self.workers.desks(), worker.id, builder.id, 0);
        let handle = self.builds.begin(held.request, worker.id);
        handle.begun(held.id);
        handle.set_held(true);
        let (held, waiting) = (held.clone(), Arc::new(Waiting::new(request)));
        Ok(Ok(Adopted { held, waiting, builder, worker, handle, locks, step_locks }))
    }

    async fn resume(self: Arc<Engine>, adopted: Adopted) {
        let handle = Arc::clone(&adopted.handle);
        tokio::select! {
            biased;
            () = handle.abandoned() => self.builds.end(handle.request),
            () = self.resume_when_possible(adopted) => {}
        }
    }

    async fn resume_when_possible(self: &Arc<Engine>, adopted: Adopted) {
        let Adopted { held, waiting, builder, worker, handle, locks, step_locks } = adopted;
        let name = worker.config.name.clone();
        let stop = handle.watch(true);
        let session = tokio::select! {
            session = self.session_of_instance(worker.id, &held.instance) => session,
            stop = stop.wait() => Err((stop.results(), stop.reason().to_owned())),
            () = tokio::time::sleep(WORKER_PATIENCE) => {
                let patience = WORKER_PATIENCE.as_secs();
                Err((Results::Retry, format!("worker {name} did not come back within {patience} s")))
            }
        };
        match session {
            Ok(session) => {
                info!(build.id = %held.id, "build {} goes on on worker `{name}`", held.id);
                let assignment = Assignment { waiting, builder, worker, session, handle, locks };
                self.go_on(assignment, held, step_locks).await;
            }
            Err((results, reason)) => {
                self.give_up_claimed(&held, &waiting, results, &reason).await;
                self.let_go(held.request, &builder, &worker, locks);
            }
        }
    }

    async fn go_on(self: &Arc<Engine>, assignment: Assignment, held: HeldBuild, step_locks: Option<Ticket>) {
        let (worker, session) = (assignment.worker.id, Arc::clone(&assignment.session));
        match self.facts_of(&assignment, &held).await {
            Ok(facts) => {
                let resumed = Resumed::new(held.steps, step_locks);
                run_begun(self, assignment, facts, Some(resumed)).await;
            }
            Err(obstacle) => {
                self.give_up_claimed(&held, &assignment.waiting, Results::Retry, &obstacle).await;
                self.release(assignment);
            }
        }
        // Commands that the build did not come to any more. A worker that is lost meanwhile forgets them by itself.
        let _lost = self.keep_wanted_commands(worker, &*session).await;
    }

    /// What a build knew in the earlier run; or what is in the way.
    async fn facts_of(
        self: &Arc<Engine>,
        assignment: &Assignment,
        held: &HeldBuild,
    ) -> Result<Arc<BuildFacts>, String> {
        let unread = |error: DataError| format!("what it builds cannot be read: {error}");
        let work = assignment.waiting.work(&self.data).await.map_err(unread)?;
        let work = work.ok_or("its buildset is not there any more")?;
        let facts = BuildFacts::new(self, assignment, &work, held.id, held.number);
        facts.restore_properties(self.data.build_properties(held.id).await.map_err(unread)?);
        facts.restore_secrets(&held.secrets).await?;
        Ok(facts)
    }

    /// Lets a worker end the commands of earlier sessions that no build waits for.
    pub(crate) async fn keep_wanted_commands(
        &self,
        worker: WorkerId,
        session: &dyn WorkerSession,
    ) -> Result<(), SessionError> {
        let waiting = self.builds.waiting_for(worker);
        session.keep_commands(&|command| build_of(command).is_some_and(|build| waiting.contains(&build))).await
    }

    /// The session of a certain process of a worker; an error: another process has come.
    async fn session_of_instance(
        &self,
        worker: WorkerId,
        instance: &str,
    ) -> Result<Arc<dyn WorkerSession>, (Results, String)> {
        loop {
            let seated = self.workers.seated.notified();
            if let Some(session) = self.workers.session(worker) {
                return if session.instance() == Some(instance) {
                    Ok(session)
                } else {
                    let reason = "its worker is another process now, which does not have its commands";
                    Err((Results::Retry, reason.to_owned()))
                };
            }
            seated.await;
        }
    }
}
