//! Buildsets: adding one, and telling those who wait when one is complete.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use ferrobot_data::{AddedBuildset, BuildRequest, DataError, NewBuildset};
use ferrobot_model::{BuilderId, BuildsetId, Results};
use tokio::sync::oneshot;
use tracing::warn;

use crate::collapse::supersedes;
use crate::engine::Engine;
use crate::guard::lock;
use crate::queue::Waiting;

use ferrobot_config::CollapseRequests;

/// So many completed buildsets are remembered for those who ask a moment too late.
const RECENT_MAX: usize = 1024;

/// Who waits for which buildset.
#[derive(Default)]
pub(crate) struct Completions {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    waiting: HashMap<BuildsetId, Vec<oneshot::Sender<Results>>>,
    recent: HashMap<BuildsetId, Results>,
    order: VecDeque<BuildsetId>,
}

impl Completions {
    /// Tells the result when the buildset is complete.
    pub(crate) fn wait_for(&self, buildset: BuildsetId) -> oneshot::Receiver<Results> {
        let (sender, receiver) = oneshot::channel();
        let mut state = lock(&self.state);
        match state.recent.get(&buildset) {
            Some(results) => {
                let _gone = sender.send(*results);
            }
            None => state.waiting.entry(buildset).or_default().push(sender),
        }
        receiver
    }

    /// A buildset is complete; `false`: that was known.
    pub(crate) fn complete(&self, buildset: BuildsetId, results: Results) -> bool {
        let mut state = lock(&self.state);
        for waiter in state.waiting.remove(&buildset).unwrap_or_default() {
            let _gone = waiter.send(results);
        }
        if state.recent.insert(buildset, results).is_some() {
            return false;
        }
        state.order.push_back(buildset);
        if state.order.len() > RECENT_MAX
            && let Some(oldest) = state.order.pop_front()
        {
            state.recent.remove(&oldest);
        }
        true
    }

    /// Buildsets that somebody waits for.
    pub(crate) fn awaited(&self) -> Vec<BuildsetId> {
        lock(&self.state).waiting.keys().copied().collect()
    }
}

impl Engine {
    /// Adds a buildset, drops what it makes superfluous, and lets it start. Durable.
    pub(crate) async fn add_buildset(&self, buildset: NewBuildset) -> Result<AddedBuildset, DataError> {
        let (priority, waited_for) = (buildset.priority, buildset.waited_for);
        let added = self.data.add_buildset(buildset).await?;
        if added.requests.is_empty() {
            self.data.maybe_complete_buildset(added.id).await?;
        }
        let submitted_at = self.data.clock().now().seconds();
        for (builder, id) in &added.requests {
            let request = BuildRequest {
                id: *id,
                buildset: added.id,
                builder: *builder,
                priority,
                submitted_at,
                waited_for,
                complete: false,
                results: None,
                claimed_by: None,
            };
            let waiting = Waiting::new(request);
            self.collapse_for(&waiting).await;
            lock(&self.queue).insert(waiting);
        }
        self.wake.builders(added.requests.iter().map(|(builder, _)| *builder));
        Ok(added)
    }

    /// Drops the waiting requests of the builder that the new one makes superfluous.
    async fn collapse_for(&self, newer: &Waiting) {
        let older: Vec<Arc<Waiting>> = lock(&self.queue).of_builder(newer.request.builder).cloned().collect();
        if older.is_empty() {
            return;
        }
        if let Err(error) = self.collapse(newer, older).await {
            let id = newer.request.id;
            warn!(buildrequest.id = %id, "request {id} was not compared with the older ones: {error}");
        }
    }

    async fn collapse(&self, newer: &Waiting, older: Vec<Arc<Waiting>>) -> Result<(), DataError> {
        let function = match self.collapse_rule(newer.request.builder) {
            CollapseRequests::Never => return Ok(()),
            CollapseRequests::Default | CollapseRequests::Always => None,
            CollapseRequests::Function(function) => Some(function),
        };
        let Some(work) = newer.work(&self.data).await? else { return Ok(()) };
        for waiting in older {
            let superfluous = match &function {
                Some(function) => self.ask_collapse(function, &newer.request, &waiting.request).await,
                None => waiting.work(&self.data).await?.is_some_and(|other| supersedes(&work, &other)),
            };
            if superfluous {
                self.end_waiting(waiting.request.id, Results::Skipped).await?;
            }
        }
        Ok(())
    }

    /// What the configuration says about collapsing for this builder.
    fn collapse_rule(&self, builder: BuilderId) -> CollapseRequests {
        let setup = self.setup();
        // A builder that is no longer configured keeps its requests for its return.
        let Some(builder) = setup.builder(builder) else { return CollapseRequests::Never };
        match &builder.config.collapse_requests {
            CollapseRequests::Default => setup.generation.config.collapse_requests.clone(),
            own @ (CollapseRequests::Always | CollapseRequests::Never | CollapseRequests::Function(_)) => own.clone(),
        }
    }

    /// Learns of a completed buildset: wakes who waits for it.
    pub(crate) fn buildset_completed(&self, buildset: BuildsetId, results: Results) {
        if self.completions.complete(buildset, results) {
            self.schedulers.buildset_completed(buildset, results);
        }
    }

    /// Looks whether awaited buildsets are complete: for events that were lost.
    pub(crate) async fn recheck_buildsets(&self) -> Result<(), DataError> {
        for id in self.completions.awaited() {
            if let Some(buildset) = self.data.buildset(id).await?
                && buildset.complete
            {
                self.buildset_completed(id, buildset.results.unwrap_or(Results::Success));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_asks_late_is_told_too() {
        let completions = Completions::default();
        let early = completions.wait_for(BuildsetId(1));
        assert!(completions.complete(BuildsetId(1), Results::Failure));
        assert!(!completions.complete(BuildsetId(1), Results::Failure));
        let late = completions.wait_for(BuildsetId(1));
        assert_eq!((early.await.unwrap(), late.await.unwrap()), (Results::Failure, Results::Failure));
        assert!(completions.awaited().is_empty());
    }
}
