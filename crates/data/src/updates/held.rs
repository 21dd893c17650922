//! Where builds stand whose commands outlive the master.

use ferrobot_model::{BuildId, BuildRequestId, BuildsetId, LogId, Results, StepId};
use ferrobot_storage::held::{HeldBuild, HeldCommand, HeldSecret};
use ferrobot_storage::{held, logchunks};

use super::Done;
use crate::announce::LOGS;
use crate::{Data, DataError};

impl Data {
    /// Durable. A build begins whose commands outlive the master. `plan` is the digest of what it does.
    pub async fn hold_build(&self, build: BuildId, instance: &str, plan: &str) -> Done {
        self.durably("write down that a build is held", |tx| held::hold_build(tx, build, instance, plan)).await
    }

    /// Soon. It has used these secrets.
    pub async fn hold_secrets(&self, build: BuildId, secrets: &[HeldSecret]) -> Done {
        self.soon("write down which secrets a build has used", |tx| {
            secrets.iter().try_for_each(|secret| held::hold_secret(tx, build, secret))
        })
        .await
    }

    /// Soon. A step of it begins.
    pub async fn hold_step(&self, build: BuildId, place: u64, step: StepId) -> Done {
        self.soon("write down where a build stands", |tx| held::hold_step(tx, build, place, step)).await
    }

    /// Soon. A step of it has ended.
    pub async fn end_held_step(&self, build: BuildId, place: u64, build_text: Option<&str>) -> Done {
        self.soon("write down where a build stands", |tx| held::end_step(tx, build, place, build_text)).await
    }

    /// Soon. Appends whole lines to logs (see [`Data::append_log`]), and notes how far that brings the command: both or neither.
    pub async fn note_held_command(
        &self,
        build: BuildId,
        place: u64,
        command: &HeldCommand,
        blocks: Vec<(LogId, String)>,
    ) -> Done {
        let compression = self.inner.compression;
        let packed: Vec<_> = blocks.iter().map(|(log, block)| (*log, compression.chunks(block))).collect();
        self.soon("append to logs", |tx| {
            for (log, chunks) in &packed {
                if logchunks::append(tx, *log, chunks)? {
                    self.events().announce(tx, &LOGS, log.0, "append")?;
                }
            }
            held::note_command(tx, build, place, command)
        })
        .await
    }

    /// Soon. The build goes on, but cannot be taken up by another master any more.
    pub async fn release_build(&self, build: BuildId) -> Done {
        self.soon("write down that a build is no longer held", |tx| held::release(tx, build)).await
    }

    /// Waits until the disk has everything that was written before.
    pub async fn settled(&self) -> Done {
        self.durably("wait for the disk", |_| Ok(())).await
    }

    /// The unfinished builds of this master that another run of it can take up.
    pub async fn held_builds(&self) -> Result<Vec<HeldBuild>, DataError> {
        let master = self.master_id();
        self.peek("read the builds of an earlier run", |conn| held::all(conn, master)).await
    }

    /// The newest buildset; 0: there is none.
    pub async fn newest_buildset(&self) -> Result<BuildsetId, DataError> {
        self.peek("read the newest buildset", held::newest_buildset).await
    }

    /// The first buildset after another one that a build has triggered.
    pub async fn triggered_after(&self, build: BuildId, after: BuildsetId) -> Result<Option<BuildsetId>, DataError> {
        self.peek("read what a build has triggered", |conn| held::triggered_after(conn, build, after)).await
    }

    /// The logs of a step: row, name, and whether it is complete.
    pub async fn logs_of_step(&self, step: StepId) -> Result<Vec<(LogId, String, bool)>, DataError> {
        self.peek("read the logs of a step", |conn| ferrobot_storage::logs::of_step(conn, step)).await
    }

    /// Durable. A build of an earlier run is not taken up: it ends with these results, and so does its request; with RETRY the
    /// request is given back.
    pub async fn give_up_build(
        &self,
        build: BuildId,
        request: BuildRequestId,
        results: Results,
        state_string: &str,
    ) -> Done {
        self.durably("give up a build of an earlier run", |tx| {
            self.end_unfinished(tx, build, results, Some(state_string))?;
            held::release(tx, build)?;
            self.end_requests(tx, &[request], results)
        })
        .await
    }
}
