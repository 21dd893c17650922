//! The steps of a build, one after the other, and what they mean for its result.

use std::sync::Arc;

use ferrobot_data::DataError;
use ferrobot_model::Results;

use super::preparation::{Prepared, acquire_locks, prepare_worker};
use super::{BuildFacts, Stop};
use crate::distributor::Assignment;
use crate::step::{self, Finished, Planned};

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
    let mut progress = Progress { results: None, terminated: false, texts: Vec::new() };
    for object in &assignment.builder.config.factory.steps {
        let stop = facts.stop();
        if stop.as_ref().is_some_and(|stop| !stop.leaves_worker()) {
            break;
        }
        let planned = Planned::read(facts, object);
        if (progress.terminated || stop.is_some()) && !planned.always_runs() {
            continue;
        }
        let after_stop = stop.is_some();
        let finished = step::run(facts, planned, !after_stop).await?;
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
