//! The steps of a build, one after the other, and what they mean for its result.

use std::sync::Arc;

use ferrobot_data::DataError;
use ferrobot_model::Results;

use super::held::{Resumed, Turn};
use super::preparation::{Prepared, acquire_locks, prepare_worker};
use super::{BuildFacts, Stop};
use crate::distributor::Assignment;
use crate::step::{self, Finished, Planned, Spot};

/// How the steps ended.
pub(crate) struct Outcome {
    pub(crate) results: Results,
    /// What steps say for the build's text.
    pub(crate) texts: Vec<String>,
}

/// Where the build stands.
struct Progress {
    results: Option<Results>,
    /// Only steps that always run are left.
    terminated: bool,
    texts: Vec<String>,
}

/// Runs the preparation and all steps.
pub(crate) async fn run_all(facts: &Arc<BuildFacts>, assignment: &Assignment) -> Result<Outcome, DataError> {
    if let Prepared::Ended(results) = prepare_worker(facts).await? {
        return Ok(Outcome { results, texts: Vec::new() });
    }
    let (prepared, _rendered_locks) = acquire_locks(facts).await?;
    if let Prepared::Ended(results) = prepared {
        return Ok(Outcome { results, texts: Vec::new() });
    }
    facts.engine.data.set_build_state_string(facts.id, "building").await?;
    facts.hold().await?;
    run_steps(facts, assignment, Resumed::nothing()).await
}

/// Runs the steps that an earlier run of the master has left.
pub(crate) async fn run_rest(
    facts: &Arc<BuildFacts>,
    assignment: &Assignment,
    resumed: Resumed,
) -> Result<Outcome, DataError> {
    facts.worker_is_ready();
    run_steps(facts, assignment, resumed).await
}

async fn run_steps(
    facts: &Arc<BuildFacts>,
    assignment: &Assignment,
    mut resumed: Resumed,
) -> Result<Outcome, DataError> {
    let mut progress = Progress { results: None, terminated: false, texts: Vec::new() };
    for (place, object) in (0..).zip(&assignment.builder.config.factory.steps) {
        let planned = Planned::read(&facts.engine.kinds, object);
        let (earlier, locks) = match resumed.turn(place) {
            Turn::LeftOut => continue,
            Turn::Ended(step) => {
                progress.note(planned.finished(&step));
                continue;
            }
            Turn::Interrupted(step, locks) => (Some(step), locks),
            Turn::New => (None, None),
        };
        let stop = facts.stop();
        if stop.as_ref().is_some_and(|stop| !stop.leaves_worker()) {
            break;
        }
        if earlier.is_none() && (progress.terminated || stop.is_some()) && !planned.always_runs() {
            continue;
        }
        let spot = Spot { place, earlier, locks, stop_from_start: stop.is_none() };
        let finished = step::run(facts, planned, spot).await?;
        progress.note(finished);
    }
    Ok(progress.outcome(facts.stop()))
}

impl Progress {
    fn note(&mut self, finished: Finished) {
        let verdict = finished.flags.judge(finished.results);
        self.results = Some(self.results.map_or(verdict.results, |results| results.worst(verdict.results)));
        self.terminated |= verdict.terminate;
        self.texts.extend(finished.build_text);
    }

    fn outcome(self, stop: Option<Stop>) -> Outcome {
        let own = self.results.unwrap_or(Results::Success);
        let results = match stop {
            Some(stop) => own.worst(stop.results()),
            None => own,
        };
        Outcome { results, texts: self.texts }
    }
}
