//! A build: its row, its properties, its steps one after the other, its end.
//!
//! `running` is the registry through which a build is stopped; `facts` what its steps know; `steps` the loop over them.

mod facts;
mod held;
mod preparation;
mod properties;
mod proxy;
mod rendering;
mod resume;
mod running;
mod steps;
mod summary;

pub(crate) use facts::BuildFacts;
pub(crate) use held::{Ended, Journal, ended, key, outcome_text, row_of};
pub(crate) use proxy::{callable_of, change_json, sourcestamp_json};
pub(crate) use running::{BuildHandle, Builds, Stop, StopWatch};
pub(crate) use summary::{Descriptions, build_text, join_words, part_of_build_text, running_text, step_text};

use std::pin::pin;
use std::sync::Arc;

use ferrobot_data::DataError;
use ferrobot_model::Results;
use futures_util::FutureExt;
use tracing::{error, info, warn};

use crate::distributor::Assignment;
use crate::engine::Engine;
use crate::guard::lock;

use held::Resumed;
use steps::Outcome;

/// Runs the build of a claimed request to its end and frees what it holds; or leaves it to the next run of the master.
pub(crate) async fn run(engine: &Arc<Engine>, assignment: Assignment) {
    let handle = Arc::clone(&assignment.handle);
    tokio::select! {
        biased;
        () = handle.abandoned() => engine.builds.end(handle.request),
        () = run_to_end(engine, assignment) => {}
    }
}

async fn run_to_end(engine: &Arc<Engine>, assignment: Assignment) {
    let request = assignment.waiting.request.id;
    match begin(engine, &assignment).await {
        Ok(Some(facts)) => run_begun(engine, assignment, facts, None).await,
        Ok(None) => {
            warn!(buildrequest.id = %request, "request {request} has no buildset");
            lock(&engine.queue).done(request);
            engine.release(assignment);
        }
        Err(error) => {
            error!(buildrequest.id = %request, "the build of request {request} could not begin: {error}");
            engine.give_back(request).await;
            engine.release(assignment);
        }
    }
}

/// Makes the row and gathers what is known before the first step.
async fn begin(engine: &Arc<Engine>, assignment: &Assignment) -> Result<Option<Arc<BuildFacts>>, DataError> {
    let data = &engine.data;
    let Some(work) = assignment.waiting.work(data).await? else { return Ok(None) };
    let request = &assignment.waiting.request;
    let (id, number) = data.add_build(assignment.builder.id, request.id, assignment.worker.id).await?;
    assignment.handle.begun(id);
    let facts = BuildFacts::new(engine, assignment, &work, id, number);
    facts.flush_properties().await?;
    data.set_build_state_string(id, "preparing worker").await?;
    data.new_build_event(id).await?;
    info!(
        build.id = %id, builder.name = facts.builder_name(), worker.name = facts.worker_name(),
        "build {} of `{}` starts on worker `{}`", number, facts.builder_name(), facts.worker_name(),
    );
    Ok(Some(facts))
}

async fn run_begun(engine: &Arc<Engine>, assignment: Assignment, facts: Arc<BuildFacts>, resumed: Option<Resumed>) {
    let failed = |error: String| {
        error!(build.id = %facts.id, "build {} could not go on: {error}", facts.id);
        Outcome { results: Results::Exception, texts: Vec::new() }
    };
    // Those of a build that goes on have been rendered.
    let rendered = if resumed.is_some() { Ok(()) } else { facts.render_properties().await };
    let outcome = match rendered {
        Ok(()) => run_steps(&facts, &assignment, resumed).await.unwrap_or_else(|error| failed(error.to_string())),
        Err(error) => failed(format!("a property cannot be rendered: {error}")),
    };
    let stop = facts.stop();
    let text = build_text(outcome.results, stop.as_ref(), &outcome.texts);
    let text = facts.mask(&text);
    info!(
        build.id = %facts.id, builder.name = facts.builder_name(),
        "build {} of `{}` on worker `{}` finished: {text}", facts.number, facts.builder_name(), facts.worker_name(),
    );
    finish(engine, assignment, &facts, outcome.results, &text).await;
}

async fn run_steps(
    facts: &Arc<BuildFacts>,
    assignment: &Assignment,
    resumed: Option<Resumed>,
) -> Result<Outcome, DataError> {
    facts.flush_properties().await?;
    match resumed {
        None => steps::run_all(facts, assignment).await,
        Some(resumed) => steps::run_rest(facts, assignment, resumed).await,
    }
}

/// Writes the end down. What the build holds is free as soon as its end is in line to be written, before the disk has it.
async fn finish(engine: &Arc<Engine>, assignment: Assignment, facts: &BuildFacts, results: Results, text: &str) {
    engine.judge_worker(assignment.worker.id, results);
    let request = assignment.waiting.request.id;
    let requests = [request];
    let mut finishing = pin!(engine.data.finish_build_and_requests(facts.id, results, text, &requests));
    let early = (&mut finishing).now_or_never();
    let is_to_retry = results == Results::Retry && !engine.tasks.ending().is_cancelled();
    let written = async {
        let finished = match early {
            Some(finished) => finished,
            None => finishing.await,
        };
        if let Err(error) = finished {
            error!(build.id = %facts.id, "the end of build {} could not be written: {error}", facts.id);
        }
    };
    if is_to_retry {
        // The request waits again: only when that is written can anybody claim it.
        written.await;
        lock(&engine.queue).put_back(Arc::clone(&assignment.waiting));
        engine.release(assignment);
    } else {
        lock(&engine.queue).done(request);
        engine.release(assignment);
        written.await;
    }
}
