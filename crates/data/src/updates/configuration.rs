//! What a configuration names: builders, projects, schedulers, change sources. All durable.

use ferrobot_model::{BuilderId, ChangeSourceId, MasterId, ProjectId, SchedulerId, WorkerId};
use ferrobot_storage::rusqlite::Connection;
use ferrobot_storage::{StorageError, Tx, builders, changesources, masters, projects, schedulers, workers};
use serde_json::json;

use super::Done;
use crate::announce::{BUILDERS, PROJECTS, SCHEDULERS};
use crate::{BuilderInfo, Data, DataError, Events};

/// A master that was silent for so long has given up what it claimed.
pub(super) const MASTER_SILENCE_MAX_SECONDS: i64 = 10 * 60;

impl Data {
    /// Id of the builder of this name, made when new. Durable, as are all in this group.
    pub async fn find_builder_id(&self, name: &str) -> Result<BuilderId, DataError> {
        self.durably("find a builder", |tx| builders::find_or_add(tx, name)).await
    }

    /// The builders that this master has now; others are disconnected from it. (fast for 1,000 builders: one transaction)
    pub async fn update_builder_list(&self, builders: &[BuilderId]) -> Done {
        let master = self.master_id();
        self.durably("list the builders", |tx| set_builders(tx, self.events(), master, builders)).await
    }

    /// All builders of a configuration at once, in one transaction: returns the ids in order.
    pub async fn configure_builders(&self, builders: Vec<(String, BuilderInfo)>) -> Result<Vec<BuilderId>, DataError> {
        let master = self.master_id();
        self.durably("configure the builders", |tx| {
            let find = |(name, _): &(String, _)| builders::find_or_add(tx, name);
            let ids: Vec<BuilderId> = builders.iter().map(find).collect::<Result<_, _>>()?;
            set_builders(tx, self.events(), master, &ids)?;
            for (id, (_, info)) in ids.iter().zip(&builders) {
                builders::set_info(tx, *id, info)?;
                self.events().announce(tx, &BUILDERS, id.0, "update")?;
            }
            Ok(ids)
        })
        .await
    }

    /// Id of the project of this name, made when new.
    pub async fn find_project_id(&self, name: &str) -> Result<ProjectId, DataError> {
        self.durably("find a project", |tx| projects::find_or_add(tx, name)).await
    }

    /// Sets slug and description.
    pub async fn update_project_info(
        &self,
        project: ProjectId,
        slug: &str,
        description: Option<&str>,
        format: Option<&str>,
        html: Option<&str>,
    ) -> Done {
        let info = projects::ProjectInfo { slug, description, description_format: format, description_html: html };
        self.durably("describe a project", |tx| {
            projects::set_info(tx, project, info)?;
            self.events().announce(tx, &PROJECTS, project.0, "update")
        })
        .await
    }

    /// Id of the worker of this name, made when new.
    pub async fn find_worker_id(&self, name: &str) -> Result<WorkerId, DataError> {
        self.durably("find a worker", |tx| workers::find_or_add(tx, name)).await
    }

    /// All workers of a configuration, each with the builders that it serves, in one transaction: ids in order. Others are deconfigured.
    pub async fn configure_workers(&self, workers: Vec<(String, Vec<BuilderId>)>) -> Result<Vec<WorkerId>, DataError> {
        let master = self.master_id();
        self.durably("configure the workers", |tx| {
            let mut ids = Vec::with_capacity(workers.len());
            for (name, builders) in &workers {
                let id = workers::find_or_add(tx, name)?;
                workers::configure(tx, id, master, builders)?;
                ids.push(id);
            }
            workers::deconfigure_others(tx, master, &ids)?;
            Ok(ids)
        })
        .await
    }

    /// Id of the scheduler of this name, made when new.
    pub async fn find_scheduler_id(&self, name: &str) -> Result<SchedulerId, DataError> {
        self.durably("find a scheduler", |tx| schedulers::find_or_add(tx, name)).await
    }

    /// Claims (`true`) or releases the scheduler for this master. A claim fails quietly while another running master
    /// has it; see [`Data::scheduler_is_ours`].
    pub async fn set_scheduler_master(&self, scheduler: SchedulerId, active: bool) -> Done {
        let (us, silent) = (self.master_id(), self.now() - MASTER_SILENCE_MAX_SECONDS);
        self.durably("claim a scheduler", |tx| {
            if !active {
                return schedulers::release(tx, scheduler, us);
            }
            let conn: &Connection = tx;
            let claim = || schedulers::claim(conn, scheduler, us);
            claim_or_take_over(conn, (us, silent), claim, |owner| schedulers::release(conn, scheduler, owner))
        })
        .await
    }

    /// Whether this master has the scheduler.
    pub async fn scheduler_is_ours(&self, scheduler: SchedulerId) -> Result<bool, DataError> {
        let us = self.master_id();
        self.peek("look up a scheduler", |conn| Ok(schedulers::owner(conn, scheduler)? == Some(us))).await
    }

    /// Enables or disables it.
    pub async fn scheduler_enable(&self, scheduler: SchedulerId, enabled: bool) -> Done {
        self.durably("enable a scheduler", |tx| {
            schedulers::set_enabled(tx, scheduler, enabled)?;
            self.events().announce(tx, &SCHEDULERS, scheduler.0, "updated")
        })
        .await
    }

    /// Whether it is enabled.
    pub async fn scheduler_enabled(&self, scheduler: SchedulerId) -> Result<bool, DataError> {
        self.peek("look up a scheduler", |conn| schedulers::is_enabled(conn, scheduler)).await
    }

    /// Id of the change source of this name, made when new.
    pub async fn find_changesource_id(&self, name: &str) -> Result<ChangeSourceId, DataError> {
        self.durably("find a change source", |tx| changesources::find_or_add(tx, name)).await
    }

    /// Claims (`true`) or releases the change source for this master.
    pub async fn set_changesource_master(&self, source: ChangeSourceId, active: bool) -> Done {
        let (us, silent) = (self.master_id(), self.now() - MASTER_SILENCE_MAX_SECONDS);
        self.durably("claim a change source", |tx| {
            if !active {
                return changesources::release(tx, source, us);
            }
            let conn: &Connection = tx;
            let claim = || changesources::claim(conn, source, us);
            claim_or_take_over(conn, (us, silent), claim, |owner| changesources::release(conn, source, owner))
        })
        .await
    }
}

/// Lets the master `us` have a thing, unless another one has it that was heard of since `silent`.
fn claim_or_take_over(
    conn: &Connection,
    (us, silent): (MasterId, i64),
    claim: impl Fn() -> Result<MasterId, StorageError>,
    release: impl FnOnce(MasterId) -> Result<(), StorageError>,
) -> Result<(), StorageError> {
    let owner = claim()?;
    if owner != us && masters::is_gone(conn, owner, silent)? {
        release(owner)?;
        claim()?;
    }
    Ok(())
}

/// Makes `builders` those of the master and announces what that started and stopped.
pub(super) fn set_builders(
    tx: &mut Tx<'_>,
    events: &Events,
    master: MasterId,
    builders: &[BuilderId],
) -> Result<(), StorageError> {
    let change = builders::set_of_master(tx, master, builders)?;
    for (word, builders) in [("stopped", change.stopped), ("started", change.started)] {
        for (builder, name) in builders {
            events.announce_key(
                tx,
                &["builders", &builder.to_string(), word],
                || json!({"builderid": builder, "masterid": master, "name": name}),
            );
        }
    }
    Ok(())
}
