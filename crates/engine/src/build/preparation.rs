//! The steps that every build has of itself: the worker is made ready, the builder's locks are taken.

use ferrobot_data::DataError;
use ferrobot_model::Results;
use tokio::time::Instant;

use super::{BuildFacts, Stop};
use crate::lock::{LockPlan, Ticket, read_accesses};
use crate::{HostError, SessionError};

/// How a preparation went.
pub(crate) enum Prepared {
    /// On with the build.
    Ready,
    /// The build ends with this.
    Ended(Results),
}

/// Announces the build to its worker: step `worker_preparation`.
pub(crate) async fn prepare_worker(facts: &BuildFacts) -> Result<Prepared, DataError> {
    let data = &facts.engine.data;
    let (step, _, _) = data.add_step(facts.id, "worker_preparation").await?;
    data.start_step(step, true).await?;
    let announced = match facts.stop() {
        Some(stop) => Err(stop),
        None => announce(facts).await,
    };
    let (results, text, prepared) = match announced {
        Ok(()) => (Results::Success, format!("worker {} ready", facts.worker_name()), Prepared::Ready),
        Err(stop) => {
            let text = match &stop {
                Stop::WorkerLost(_) => format!("worker {} cannot start the build", facts.worker_name()),
                Stop::Asked { .. } | Stop::MasterEnds => format!("worker {} not needed", facts.worker_name()),
            };
            (stop.results(), text, Prepared::Ended(stop.results()))
        }
    };
    data.finish_step(step, results, false, &text).await?;
    // Without steps nobody needs to know where their files would be, and Buildbot does not say.
    if matches!(prepared, Prepared::Ready) && !facts.builder.config.factory.steps.is_empty() {
        facts.worker_is_ready();
    }
    Ok(prepared)
}

/// Shows that the worker is there, and tells it of the build. A silent worker holds up nobody who stops the build.
async fn announce(facts: &BuildFacts) -> Result<(), Stop> {
    let stopped = facts.handle.watch(true);
    // In this order on the wire; both answers are waited for at once.
    let announced =
        async { tokio::try_join!(facts.session.print("ping"), facts.session.start_build(facts.builder_name())) };
    tokio::select! {
        // First, so that a worker that is lost while it is asked counts as one that cannot begin.
        biased;
        announced = announced => announced.map(drop).map_err(|error| give_up(facts, error)),
        stop = stopped.wait() => Err(stop),
    }
}

/// A worker that cannot even begin is as good as lost: the build is retried, and the worker left alone for a while.
fn give_up(facts: &BuildFacts, error: SessionError) -> Stop {
    facts.engine.quarantine(facts.worker.id);
    Stop::WorkerLost(error.to_string())
}

/// Takes the builder's and worker's locks that could not be taken when the build was assigned: step `locks_acquire`.
/// The ticket holds them.
pub(crate) async fn acquire_locks(facts: &BuildFacts) -> Result<(Prepared, Option<Ticket>), DataError> {
    let (builder, worker) = (&facts.builder.locks, &facts.worker.locks);
    if is_free_of_locks(builder) && is_free_of_locks(worker) {
        return Ok((Prepared::Ready, None));
    }
    let data = &facts.engine.data;
    data.set_build_state_string(facts.id, "acquiring locks").await?;
    let (step, _, _) = data.add_step(facts.id, "locks_acquire").await?;
    data.start_step(step, false).await?;
    let began = Instant::now();
    let (text, prepared, ticket) = match take_rendered(facts, [builder, worker]).await {
        Ok(Some(ticket)) => ("locks acquired".to_owned(), Prepared::Ready, Some(ticket)),
        Ok(None) => {
            let results = facts.stop().as_ref().map_or(Results::Cancelled, Stop::results);
            ("cancelled while waiting for locks".to_owned(), Prepared::Ended(results), None)
        }
        Err(message) => (message, Prepared::Ended(Results::Exception), None),
    };
    let results = match &prepared {
        Prepared::Ready => Results::Success,
        Prepared::Ended(results) => *results,
    };
    if results == Results::Success {
        data.set_step_locks_acquired(step).await?;
        let seconds = i64::try_from(began.elapsed().as_secs()).unwrap_or(i64::MAX);
        data.add_build_locks_duration(facts.id, seconds).await?;
    }
    data.finish_step(step, results, false, &text).await?;
    Ok((prepared, ticket))
}

fn is_free_of_locks(plan: &LockPlan) -> bool {
    matches!(plan, LockPlan::Fixed(specs) if specs.is_empty())
}

/// Renders and takes the locks that are only known when rendered; `None`: the build was stopped meanwhile.
async fn take_rendered(facts: &BuildFacts, plans: [&LockPlan; 2]) -> Result<Option<Ticket>, String> {
    let mut wants = Vec::new();
    for plan in plans {
        if let LockPlan::Rendered(value) = plan {
            let rendered = facts.render(value, None).await.map_err(|error: HostError| error.to_string())?;
            let specs = read_accesses(&rendered)?;
            wants.extend(specs.iter().map(|spec| spec.on(facts.worker.id, facts.worker_name())));
        }
    }
    let stop = facts.handle.watch(true);
    tokio::select! {
        ticket = facts.engine.locks.take(wants) => Ok(Some(ticket)),
        _ = stop.wait() => Ok(None),
    }
}
