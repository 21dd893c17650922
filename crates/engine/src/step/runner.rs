//! One step from its row to its end: name, condition, locks, work, logs, result, text.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use ferrobot_config::{Errors, Object, Value};
use ferrobot_data::{DataError, HeldStep};
use ferrobot_model::{Results, StepFlags, StepId};
use futures_util::FutureExt;
use tokio::time::Instant;
use tracing::{error, warn};

use super::exception::text_of;
use super::{Step, StepCommon, StepContext, StepError};
use crate::Kinds;
use crate::build::{
    BuildFacts, Descriptions, Journal, Stop, join_words, part_of_build_text, row_of, running_text, step_text,
};
use crate::lock::{Ticket, read_accesses};

/// Buildbot's limit.
const NAME_CHARS_MAX: usize = 50;

/// A step of the factory, read.
pub(crate) enum Planned {
    /// The step, and the host's handle of its object.
    Step(Box<dyn Step>, u64),
    /// It cannot be made; the name, and why.
    Broken(String, String),
}

/// How a step ended.
pub(crate) struct Finished {
    pub(crate) results: Results,
    pub(crate) flags: StepFlags,
    /// What it says for the build's text.
    pub(crate) build_text: Option<String>,
}

impl Planned {
    /// Makes the step that the configuration describes.
    pub(crate) fn read(kinds: &Kinds, object: &Arc<Object>) -> Planned {
        let short = object.class.rsplit('.').next().unwrap_or("step").to_owned();
        let Some(make) = kinds.steps.get(object.class.as_str()) else {
            return Planned::Broken(short, format!("{}: no step of class {} is known", object.place, object.class));
        };
        let mut errors = Errors::default();
        match make(object, &mut errors) {
            Some(step) => Planned::Step(step, object.handle),
            None => {
                let told: Vec<String> = errors.errors.iter().map(ToString::to_string).collect();
                Planned::Broken(short, told.join("\n"))
            }
        }
    }

    /// Whether it runs after a failure, too.
    pub(crate) fn always_runs(&self) -> bool {
        match self {
            Planned::Step(step, _) => step.common().always_run,
            Planned::Broken(..) => false,
        }
    }

    /// How the step ended in an earlier run of the master.
    pub(crate) fn finished(&self, step: &HeldStep) -> Finished {
        let flags = match self {
            Planned::Step(step, _) => step.common().flags(),
            Planned::Broken(..) => BROKEN_FLAGS,
        };
        let results = step.results.unwrap_or(Results::Retry);
        Finished { results, flags, build_text: step.build_text.clone() }
    }
}

/// Where a step stands.
pub(crate) struct Spot {
    /// Which of the factory's steps it is, from 0.
    pub(crate) place: u64,
    /// An earlier run of the master began it.
    pub(crate) earlier: Option<HeldStep>,
    /// Its locks, if it has them since then.
    pub(crate) locks: Option<Ticket>,
    /// A stop that came before the step counts for it.
    pub(crate) stop_from_start: bool,
}

/// Runs a step.
pub(crate) async fn run(facts: &Arc<BuildFacts>, planned: Planned, spot: Spot) -> Result<Finished, DataError> {
    match planned {
        Planned::Step(step, handle) => run_step(facts, step, handle, spot).await,
        Planned::Broken(name, why) => fail_broken(facts, &name, &why, &spot).await,
    }
}

async fn run_step(
    facts: &Arc<BuildFacts>,
    mut step: Box<dyn Step>,
    handle: u64,
    spot: Spot,
) -> Result<Finished, DataError> {
    let data = &facts.engine.data;
    let common = step.common().clone();
    let (name, name_error) = name_of(facts, &common, step.default_name()).await;
    let (row, journal) = match &spot.earlier {
        Some(earlier) => (row_of(earlier), Some(Journal::resumed(data, earlier).await?)),
        None => {
            let row = data.add_step(facts.id, &name).await?;
            let journal = begin_journal(facts, &spot, row.0).await?;
            (row, journal)
        }
    };
    let stop = facts.handle.watch(spot.stop_from_start);
    let mut context = StepContext::new(facts, common, stop, row, handle, journal);
    let worked = match name_error {
        None => work(&mut context, step.as_mut(), spot.locks).await,
        Some(error) => {
            facts.engine.data.start_step(context.step_id(), false).await?;
            Err(error)
        }
    };
    let results = settle(&mut context, worked).await?;
    finish(&mut context, step.as_mut(), results).await
}

/// Writes down that the step begins, in a build that another run of the master can take up.
async fn begin_journal(facts: &BuildFacts, spot: &Spot, step: StepId) -> Result<Option<Journal>, DataError> {
    if !facts.handle.is_held() {
        return Ok(None);
    }
    facts.engine.data.hold_step(facts.id, spot.place, step).await?;
    Ok(Some(Journal::new(spot.place)))
}

/// The step's own name, rendered and cut to size.
async fn name_of(facts: &BuildFacts, common: &StepCommon, default: String) -> (String, Option<StepError>) {
    let (name, error) = match &common.name {
        None | Some(Value::None) => (default, None),
        Some(value) => match facts.render(value, None).await {
            Ok(rendered) => (join_words(&rendered).unwrap_or(default), None),
            Err(error) => (default, Some(StepError::Host(error))),
        },
    };
    (name.chars().take(NAME_CHARS_MAX).collect(), error)
}

/// Condition, locks, and the step's own work; `None`: it was skipped.
async fn work(
    context: &mut StepContext,
    step: &mut dyn Step,
    locks: Option<Ticket>,
) -> Result<Option<Results>, StepError> {
    let id = context.step_id();
    let has_locks = !matches!(&context.common.locks, Value::None);
    // Most steps run whenever their turn comes, and need one statement for that.
    let runs_at_once = matches!(context.common.do_step_if, Value::Bool(true)) && !has_locks;
    if !context.is_resumed() {
        context.data().start_step(id, runs_at_once).await?;
    }
    if !runs_at_once && !context.should_run().await? {
        return Ok(None);
    }
    let _ticket = match locks {
        None if has_locks => acquire_locks(context).await?,
        locks => locks,
    };
    if !runs_at_once {
        context.data().set_step_locks_acquired(id).await?;
    }
    let descriptions = descriptions(context).await?;
    let text = running_text(&descriptions, step.summary(None));
    context.set_state_string(&text).await?;
    if let Some(unknown) = step.worker_commands().iter().find(|name| !context.worker_has_command(name)) {
        return Err(StepError::WorkerSetup(format!("worker is too old, does not know about {unknown}")));
    }
    guarded(context, step).await.map(Some)
}

/// Runs the step; a panic in it is its own, and a stop cancels the builds that it waits for.
async fn guarded(context: &mut StepContext, step: &mut dyn Step) -> Result<Results, StepError> {
    let stop = context.stop.clone();
    let build = Arc::clone(&context.build);
    let children = async {
        stop.wait().await;
        cancel_children(&build).await;
        std::future::pending::<()>().await;
    };
    let running = AssertUnwindSafe(step.run(context)).catch_unwind();
    let ended = tokio::select! {
        ended = running => ended,
        () = children => return Err(StepError::Failed),
    };
    // A step that ends at once when it is stopped leaves its children to us.
    if stop.stopped().is_some() {
        cancel_children(&build).await;
    }
    ended.unwrap_or_else(|panic| {
        let message = panic
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| panic.downcast_ref::<String>().cloned())
            .unwrap_or_else(|| "a panic without a message".to_owned());
        error!("a step panicked: {message}");
        Err(StepError::Exception(format!("this is a bug in Ferrobot: {message}")))
    })
}

/// Cancels the requests that the build waits for.
async fn cancel_children(build: &BuildFacts) {
    for request in build.take_children() {
        if let Err(error) = build.engine.cancel_request(request, "parent build was interrupted").await {
            warn!(buildrequest.id = %request, "request {request} could not be cancelled with its parent: {error}");
        }
    }
}

async fn acquire_locks(context: &mut StepContext) -> Result<Option<Ticket>, StepError> {
    let locks = context.common.locks.clone();
    let rendered = context.render(&locks).await?;
    let specs = read_accesses(&rendered).map_err(StepError::Exception)?;
    if specs.is_empty() {
        return Ok(None);
    }
    let build = &context.build;
    let wants = specs.iter().map(|spec| spec.on(build.worker.id, build.worker_name())).collect();
    let began = Instant::now();
    let ticket = tokio::select! {
        ticket = build.engine.locks.take(wants) => ticket,
        stop = context.stop.wait() => {
            return Err(StepError::Cancelled(format!("cancelled while waiting for locks: {}", stop.reason())));
        }
    };
    let seconds = i64::try_from(began.elapsed().as_secs()).unwrap_or(i64::MAX);
    if seconds > 0 {
        context.data().add_build_locks_duration(build.id, seconds).await?;
    }
    Ok(Some(ticket))
}

/// Turns what came of the work into a result, and writes about what went wrong.
async fn settle(context: &mut StepContext, worked: Result<Option<Results>, StepError>) -> Result<Results, DataError> {
    if let Err(StepError::WorkerLost(reason)) = &worked {
        lose_worker(context, reason);
    }
    let (own, text) = match worked {
        Ok(None) => return Ok(Results::Skipped),
        Ok(Some(results)) => (results, None),
        Err(StepError::Data(error)) => return Err(error),
        Err(error) => (results_of(&error), text_of(&error)),
    };
    if let Some(text) = text {
        tell(context.explain(&text).await, context.build.id);
    }
    let Some(stop) = context.stop.stopped() else { return Ok(own) };
    tell(context.add_complete_log("cancelled", stop.reason()).await, context.build.id);
    // Whatever the step made of it: it did not run to its own end.
    Ok(if own == Results::Retry { own } else { stop.results() })
}

fn results_of(error: &StepError) -> Results {
    match error {
        StepError::WorkerLost(_) => Results::Retry,
        StepError::Cancelled(_) => Results::Cancelled,
        StepError::Failed => Results::Failure,
        StepError::Host(_) | StepError::Exception(_) | StepError::WorkerSetup(_) | StepError::Data(_) => {
            Results::Exception
        }
    }
}

/// The connection broke in the middle of a command. Often the build learns it here first; and a connection that loses
/// commands while it pretends to be up must go, or it would lose the next one at once.
fn lose_worker(context: &StepContext, reason: &str) {
    if context.build.handle.stopped().is_none() {
        context.build.handle.stop(Stop::WorkerLost(reason.to_owned()));
    }
    context.build.session.disconnect("it lost a command");
}

fn tell(written: Result<(), StepError>, build: ferrobot_model::BuildId) {
    if let Err(error) = written {
        warn!(build.id = %build, "build {build}: the reason of an error could not be written: {error}");
    }
}

async fn finish(context: &mut StepContext, step: &mut dyn Step, results: Results) -> Result<Finished, DataError> {
    context.finish_logs().await?;
    let hidden = match context.should_hide(results).await {
        Ok(hidden) => hidden,
        Err(error) => {
            tell(context.explain(&text_of(&error).unwrap_or_default()).await, context.build.id);
            context.finish_logs().await?;
            false
        }
    };
    context.build.flush_properties().await?;
    // What cannot be rendered was an error already when the step began.
    let mut descriptions = descriptions(context).await.unwrap_or_default();
    descriptions.done = step.description_done().or(descriptions.done);
    let summary = step.summary(Some(results));
    let text = step_text(&descriptions, &summary, results, step.ending(results));
    let text = context.build.mask(&text);
    context.data().finish_step(context.step_id(), results, hidden, &text).await?;
    let build_text = part_of_build_text(&context.common, summary, &text, results);
    let shown = build_text.as_ref().map(|text| context.build.mask(text));
    context.end_journal(shown.as_deref()).await?;
    Ok(Finished { results, flags: context.common.flags(), build_text })
}

async fn descriptions(context: &mut StepContext) -> Result<Descriptions, StepError> {
    let StepCommon { description, description_done, description_suffix, .. } = &context.common;
    if matches!((description, description_done, description_suffix), (Value::None, Value::None, Value::None)) {
        return Ok(Descriptions::default());
    }
    let (running, done, suffix) = (description.clone(), description_done.clone(), description_suffix.clone());
    Ok(Descriptions {
        running: join_words(&context.render(&running).await?),
        done: join_words(&context.render(&done).await?),
        suffix: join_words(&context.render(&suffix).await?),
    })
}

/// A step that cannot be made fails its build with the reason.
async fn fail_broken(facts: &Arc<BuildFacts>, name: &str, why: &str, spot: &Spot) -> Result<Finished, DataError> {
    let data = &facts.engine.data;
    let (id, _, _) = data.add_step(facts.id, name).await?;
    let journal = begin_journal(facts, spot, id).await?;
    data.start_step(id, true).await?;
    let log = data.add_log(id, "err.text", 't').await?;
    data.append_log(log, format!("{why}\n")).await?;
    data.finish_log(log).await?;
    let text = format!("{name} (exception)");
    data.finish_step(id, Results::Exception, false, &text).await?;
    if journal.is_some() {
        data.end_held_step(facts.id, spot.place, Some(&text)).await?;
    }
    Ok(Finished { results: Results::Exception, flags: BROKEN_FLAGS, build_text: Some(text) })
}

/// What a step that cannot be made means for its build.
const BROKEN_FLAGS: StepFlags = StepFlags {
    halt_on_failure: true,
    flunk_on_warnings: false,
    flunk_on_failure: true,
    warn_on_warnings: false,
    warn_on_failure: false,
    always_run: false,
};
