//! Masters: who runs, and what a master that stopped leaves behind.

use ferrobot_model::{BuildId, MasterId, Results};
use ferrobot_storage::{
    StorageError, Tx, buildrequests, builds, changesources, held, logs, masters, schedulers, steps, workers,
};

use super::Done;
use super::configuration::{MASTER_SILENCE_MAX_SECONDS, set_builders};
use crate::announce::{BUILDS, LOGS, MASTERS, STEPS};
use crate::{Data, DataError};

impl Data {
    /// Stamps this master as running. Called at start-up and every minute.
    pub async fn master_active(&self) -> Done {
        let (master, now) = (self.master_id(), self.now());
        self.durably("stamp this master", |tx| {
            if masters::set_active(tx, master, now)? {
                self.events().announce(tx, &MASTERS, master.0, "started")?;
            }
            Ok(())
        })
        .await
    }

    /// Marks this master as stopped; what it had left open ends as after a crash. Not for a master whose next run takes up
    /// builds: its rows are left as a crash leaves them, so that Buildbot cleans up after it too.
    pub async fn master_stopped(&self) -> Done {
        let master = self.master_id();
        self.durably("stop this master", |tx| self.retire(tx, master).map(drop)).await
    }

    /// After a crash: builds of this master that never finished end with RETRY (open steps and logs too), their requests become
    /// unclaimed; but for those that are taken up.
    pub async fn recover(&self, kept: &[BuildId]) -> Result<Vec<BuildId>, DataError> {
        let master = self.master_id();
        self.durably("recover the builds of a crash", |tx| {
            held::release_others(tx, kept)?;
            self.clean_up_after(tx, master, kept)
        })
        .await
    }

    /// Retires other masters that were silent for ten minutes: their claims are free again.
    pub async fn expire_masters(&self) -> Done {
        let (us, since) = (self.master_id(), self.now() - MASTER_SILENCE_MAX_SECONDS);
        self.durably("retire silent masters", |tx| {
            for master in masters::silent_since(tx, since)? {
                if master != us {
                    self.retire(tx, master)?;
                }
            }
            Ok(())
        })
        .await
    }

    fn retire(&self, tx: &mut Tx<'_>, master: MasterId) -> Result<(), StorageError> {
        if masters::set_inactive(tx, master)? {
            self.clean_up_after(tx, master, &[])?;
            self.events().announce(tx, &MASTERS, master.0, "stopped")?;
        }
        Ok(())
    }

    fn clean_up_after(
        &self,
        tx: &mut Tx<'_>,
        master: MasterId,
        kept: &[BuildId],
    ) -> Result<Vec<BuildId>, StorageError> {
        workers::deconfigure_others(tx, master, &[])?;
        workers::disconnect_all(tx, master)?;
        set_builders(tx, self.events(), master, &[])?;
        schedulers::release_all(tx, master)?;
        changesources::release_all(tx, master)?;
        let mut ended = Vec::new();
        let mut kept_requests = Vec::new();
        for build in builds::unfinished(tx, master)? {
            if kept.contains(&build.id) {
                kept_requests.push(build.request);
                continue;
            }
            self.end_unfinished(tx, build.id, Results::Retry, None)?;
            ended.push(build.id);
        }
        let mut claimed: Vec<_> =
            buildrequests::claimed_by(tx, master)?.into_iter().map(|request| request.id).collect();
        claimed.retain(|request| !kept_requests.contains(request));
        self.unclaim(tx, &claimed, master)?;
        Ok(ended)
    }

    pub(super) fn end_unfinished(
        &self,
        tx: &mut Tx<'_>,
        build: BuildId,
        results: Results,
        state_string: Option<&str>,
    ) -> Result<(), StorageError> {
        let now = self.now();
        for step in steps::unfinished(tx, build)? {
            for log in logs::unfinished(tx, step)? {
                logs::finish(tx, log)?;
                self.events().announce(tx, &LOGS, log.0, "finished")?;
            }
            steps::finish(tx, step, results, false, None, now)?;
            self.events().announce(tx, &STEPS, step.0, "finished")?;
        }
        builds::finish(tx, build, results, state_string, now)?;
        self.events().announce(tx, &BUILDS, build.0, "finished")
    }
}
