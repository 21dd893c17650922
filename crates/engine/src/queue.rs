//! The waiting requests, in memory: what the distributor looks at.
//!
//! Filled from the database at start and by every added buildset; compared with the database now and then, so that a
//! request that another master added is found too.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use ferrobot_data::{BuildRequest, Buildset, Change, Data, DataError};
use ferrobot_model::{BuildRequestId, BuilderId};
use tokio::sync::OnceCell;

/// A request that waits.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) request: BuildRequest,
    work: OnceCell<Arc<Work>>,
}

/// What a request asks to build.
#[derive(Debug, Clone)]
pub(crate) struct Work {
    pub(crate) buildset: Buildset,
    /// Changes of each source stamp, in the order of the buildset's source stamps.
    pub(crate) changes: Vec<Vec<Change>>,
}

/// All waiting requests.
#[derive(Default)]
pub(crate) struct Queue {
    lines: HashMap<BuilderId, Line>,
    requests: HashMap<BuildRequestId, Arc<Waiting>>,
    /// Taken out by the distributor, not yet claimed or put back.
    taken: HashSet<BuildRequestId>,
}

/// The requests of one builder.
#[derive(Default)]
struct Line {
    /// Highest priority first, then oldest.
    order: BTreeSet<(Reverse<i64>, BuildRequestId)>,
    ages: BTreeSet<(i64, BuildRequestId)>,
}

impl Waiting {
    pub(crate) fn new(request: BuildRequest) -> Waiting {
        Waiting { request, work: OnceCell::new() }
    }

    /// What it asks to build; read once.
    pub(crate) async fn work(&self, data: &Data) -> Result<Option<Arc<Work>>, DataError> {
        if let Some(work) = self.work.get() {
            return Ok(Some(Arc::clone(work)));
        }
        let Some(work) = Work::read(data, &self.request).await? else { return Ok(None) };
        Ok(Some(Arc::clone(self.work.get_or_init(|| async { Arc::new(work) }).await)))
    }
}

impl Work {
    async fn read(data: &Data, request: &BuildRequest) -> Result<Option<Work>, DataError> {
        let Some(buildset) = data.buildset(request.buildset).await? else { return Ok(None) };
        let mut changes = Vec::with_capacity(buildset.sourcestamps.len());
        for sourcestamp in &buildset.sourcestamps {
            changes.push(match sourcestamp.id {
                Some(id) => data.changes_of_sourcestamp(id).await?,
                None => Vec::new(),
            });
        }
        Ok(Some(Work { buildset, changes }))
    }
}

impl Queue {
    /// Adds a request; `false`: it is known already.
    pub(crate) fn insert(&mut self, waiting: Waiting) -> bool {
        let id = waiting.request.id;
        if self.requests.contains_key(&id) || self.taken.contains(&id) {
            return false;
        }
        self.put(Arc::new(waiting));
        true
    }

    fn put(&mut self, waiting: Arc<Waiting>) {
        let BuildRequest { id, builder, priority, submitted_at, .. } = waiting.request;
        let line = self.lines.entry(builder).or_default();
        line.order.insert((Reverse(priority), id));
        line.ages.insert((submitted_at, id));
        self.requests.insert(id, waiting);
    }

    /// Removes a request that waits no longer.
    pub(crate) fn remove(&mut self, id: BuildRequestId) -> Option<Arc<Waiting>> {
        let waiting = self.requests.remove(&id)?;
        let BuildRequest { builder, priority, submitted_at, .. } = waiting.request;
        if let Some(line) = self.lines.get_mut(&builder) {
            line.order.remove(&(Reverse(priority), id));
            line.ages.remove(&(submitted_at, id));
            if line.order.is_empty() {
                self.lines.remove(&builder);
            }
        }
        Some(waiting)
    }

    /// Takes a request out to start it. It is then either [`Queue::done`] or [`Queue::put_back`].
    pub(crate) fn take(&mut self, id: BuildRequestId) -> Option<Arc<Waiting>> {
        let waiting = self.remove(id)?;
        self.taken.insert(id);
        Some(waiting)
    }

    /// The request that was taken out is finished.
    pub(crate) fn done(&mut self, id: BuildRequestId) {
        self.taken.remove(&id);
    }

    /// The request that was taken out waits again.
    pub(crate) fn put_back(&mut self, waiting: Arc<Waiting>) {
        self.taken.remove(&waiting.request.id);
        if !self.requests.contains_key(&waiting.request.id) {
            self.put(waiting);
        }
    }

    /// Changes the priority of a waiting request; `false`: it does not wait.
    pub(crate) fn set_priority(&mut self, id: BuildRequestId, priority: i64) -> bool {
        let Some(waiting) = self.remove(id) else { return false };
        let request = BuildRequest { priority, ..waiting.request.clone() };
        self.put(Arc::new(Waiting { request, work: waiting.work.clone() }));
        true
    }

    /// A waiting request.
    pub(crate) fn get(&self, id: BuildRequestId) -> Option<&Arc<Waiting>> {
        self.requests.get(&id)
    }

    /// The waiting requests of a builder, in the order in which they start.
    pub(crate) fn of_builder(&self, builder: BuilderId) -> impl Iterator<Item = &Arc<Waiting>> {
        self.lines.get(&builder).into_iter().flat_map(|line| &line.order).filter_map(|(_, id)| self.requests.get(id))
    }

    /// When the oldest waiting request of a builder was submitted.
    pub(crate) fn oldest(&self, builder: BuilderId) -> Option<i64> {
        self.lines.get(&builder)?.ages.first().map(|(submitted_at, _)| *submitted_at)
    }

    /// Whether a builder has anything to do.
    pub(crate) fn has_work(&self, builder: BuilderId) -> bool {
        self.lines.contains_key(&builder)
    }

    /// Builders that have something to do.
    pub(crate) fn builders(&self) -> impl Iterator<Item = BuilderId> {
        self.lines.keys().copied()
    }
}

#[cfg(test)]
mod tests {
    use ferrobot_model::BuildsetId;

    use super::*;

    fn request(id: i64, builder: i64, priority: i64, submitted_at: i64) -> Waiting {
        Waiting::new(BuildRequest {
            id: BuildRequestId(id),
            buildset: BuildsetId(id),
            builder: BuilderId(builder),
            priority,
            submitted_at,
            waited_for: false,
            complete: false,
            results: None,
            claimed_by: None,
        })
    }

    fn order(queue: &Queue, builder: i64) -> Vec<i64> {
        queue.of_builder(BuilderId(builder)).map(|waiting| waiting.request.id.0).collect()
    }

    #[test]
    fn requests_stand_in_line_by_priority_then_age() {
        let mut queue = Queue::default();
        for (id, priority) in [(1, 0), (2, 5), (3, 5), (4, 9), (5, 0)] {
            assert!(queue.insert(request(id, 1, priority, 100 + id)));
        }
        assert_eq!(order(&queue, 1), [4, 2, 3, 1, 5]);
        assert_eq!(queue.oldest(BuilderId(1)), Some(101));
        assert!(queue.set_priority(BuildRequestId(5), 10));
        assert_eq!(order(&queue, 1), [5, 4, 2, 3, 1]);
    }

    #[test]
    fn a_request_that_is_being_started_is_not_added_again() {
        let mut queue = Queue::default();
        queue.insert(request(1, 1, 0, 1));
        let waiting = queue.take(BuildRequestId(1)).unwrap();
        assert!(!queue.insert(request(1, 1, 0, 1)));
        assert!(!queue.has_work(BuilderId(1)));
        queue.put_back(waiting);
        assert_eq!(order(&queue, 1), [1]);
        queue.take(BuildRequestId(1));
        queue.done(BuildRequestId(1));
        assert!(queue.insert(request(1, 1, 0, 1)), "a retried request comes back");
    }
}
