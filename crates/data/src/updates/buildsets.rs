//! Changes, buildsets and requests: the work that is waiting.

use ferrobot_model::{BuildRequestId, BuildsetId, ChangeId, MasterId, Results};
use ferrobot_storage::{StorageError, Tx, buildrequests, buildsets, changes, undelivered};
use serde_json::Value;

use super::Done;
use crate::announce::{BUILDREQUESTS, BUILDSETS, CHANGES};
use crate::resource::buildsets::buildset_by_id;
use crate::{AddedBuildset, Claim, Data, DataError, NewBuildset, NewChange};

impl Data {
    /// Durable. Publishes `changes/<id>/new`.
    pub async fn add_change(&self, change: NewChange) -> Result<ChangeId, DataError> {
        let now = self.now();
        self.durably("add a change", |tx| {
            let id = changes::add(tx, &change, now)?;
            undelivered::note(tx, id)?;
            self.events().announce(tx, &CHANGES, id.0, "new")?;
            Ok(id)
        })
        .await
    }

    /// Soon. Every scheduler has been told of these changes.
    pub async fn changes_delivered(&self, changes: &[ChangeId]) -> Done {
        self.soon("write down that changes are delivered", |tx| undelivered::forget(tx, changes)).await
    }

    /// Changes of which not every scheduler had been told when the master ended, oldest first.
    pub async fn undelivered_changes(&self) -> Result<Vec<ChangeId>, DataError> {
        self.peek("read the changes that are not delivered", undelivered::all).await
    }

    /// Names of the schedulers that have added a buildset for the source stamp of a change.
    pub async fn schedulers_that_built(&self, change: ChangeId) -> Result<Vec<String>, DataError> {
        self.peek("read who has built a change", |conn| buildsets::schedulers_of_change(conn, change)).await
    }

    /// Durable. Publishes `buildsets/<id>/new` and, per request, `buildrequests/<id>/new` (also under builders/ and buildsets/).
    pub async fn add_buildset(&self, buildset: NewBuildset) -> Result<AddedBuildset, DataError> {
        let now = self.now();
        self.durably("add a buildset", |tx| {
            let added = buildsets::add(tx, &buildset, now)?;
            self.announce_new(tx, added.id, &buildset.scheduler)?;
            for (_, request) in &added.requests {
                self.events().announce(tx, &BUILDREQUESTS, request.0, "new")?;
            }
            if added.requests.is_empty() {
                self.complete_buildset_when_due(tx, added.id)?;
            }
            Ok(added)
        })
        .await
    }

    /// Soon. Publishes `buildrequests/<id>/claimed`.
    pub async fn claim_requests(&self, requests: &[BuildRequestId]) -> Result<Claim, DataError> {
        let (master, now) = (self.master_id(), self.now());
        self.soon("claim requests", |tx| {
            let claim = buildrequests::claim(tx, requests, master, now)?;
            if claim == Claim::Won {
                self.announce_requests(tx, requests, "claimed")?;
            }
            Ok(claim)
        })
        .await
    }

    /// Soon. Gives back the claims of this master. Publishes `buildrequests/<id>/unclaimed`.
    pub async fn unclaim_requests(&self, requests: &[BuildRequestId]) -> Done {
        self.soon("give requests back", |tx| self.unclaim(tx, requests, self.master_id())).await
    }

    /// Durable; completes their buildsets too when these were the last ones (in the same transaction). Requests that are
    /// complete already are left alone.
    pub async fn complete_requests(&self, requests: &[BuildRequestId], results: Results) -> Done {
        self.durably("complete requests", |tx| self.end_requests(tx, requests, results)).await
    }

    /// Durable. Requests that are complete keep theirs.
    pub async fn set_request_priority(&self, request: BuildRequestId, priority: i64) -> Done {
        self.durably("set a priority", |tx| buildrequests::set_priority(tx, request, priority).map(drop)).await
    }

    /// Durable. Completes a buildset that has no open requests.
    pub async fn maybe_complete_buildset(&self, buildset: BuildsetId) -> Done {
        self.durably("complete a buildset", |tx| self.complete_buildset_when_due(tx, buildset)).await
    }

    /// Completes requests and what of their buildsets is due. The result RETRY means: give them back instead.
    pub(super) fn end_requests(
        &self,
        tx: &mut Tx<'_>,
        requests: &[BuildRequestId],
        results: Results,
    ) -> Result<(), StorageError> {
        if results == Results::Retry {
            return self.unclaim(tx, requests, self.master_id());
        }
        let completed = buildrequests::complete(tx, requests, results, self.now())?;
        let mut due: Vec<BuildsetId> = Vec::new();
        for (request, buildset) in completed {
            self.events().announce(tx, &BUILDREQUESTS, request.0, "complete")?;
            if !due.contains(&buildset) {
                due.push(buildset);
            }
        }
        due.into_iter().try_for_each(|buildset| self.complete_buildset_when_due(tx, buildset))
    }

    /// Gives back the claims of a master.
    pub(super) fn unclaim(
        &self,
        tx: &mut Tx<'_>,
        requests: &[BuildRequestId],
        master: MasterId,
    ) -> Result<(), StorageError> {
        buildrequests::unclaim(tx, requests, master)?;
        self.announce_requests(tx, requests, "unclaimed")
    }

    fn complete_buildset_when_due(&self, tx: &mut Tx<'_>, buildset: BuildsetId) -> Result<(), StorageError> {
        if buildsets::complete_when_due(tx, buildset, self.now())?.is_some() {
            self.events().announce(tx, &BUILDSETS, buildset.0, "complete")?;
        }
        Ok(())
    }

    fn announce_requests(&self, tx: &mut Tx<'_>, requests: &[BuildRequestId], word: &str) -> Result<(), StorageError> {
        requests.iter().try_for_each(|request| self.events().announce(tx, &BUILDREQUESTS, request.0, word))
    }

    /// A new buildset is announced with its scheduler, and without its relationship and result.
    fn announce_new(&self, tx: &mut Tx<'_>, buildset: BuildsetId, scheduler: &str) -> Result<(), StorageError> {
        self.events().announce_with(tx, &BUILDSETS, "new", |conn| {
            let Some(Value::Object(mut body)) = buildset_by_id(conn, buildset)? else { return Ok(None) };
            body.shift_remove("parent_relationship");
            body.insert("results".into(), Value::Null);
            body.insert("scheduler".into(), Value::from(scheduler));
            Ok(Some(Value::Object(body)))
        })
    }
}
