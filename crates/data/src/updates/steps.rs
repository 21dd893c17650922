//! Steps. All soon.

use ferrobot_model::{BuildId, Results, StepId};
use ferrobot_storage::{StorageError, Tx, steps};

use super::Done;
use crate::announce::STEPS;
use crate::{Data, DataError};

impl Data {
    /// Soon: id, number, and the name made unique in the build. State string `pending`.
    pub async fn add_step(&self, build: BuildId, name: &str) -> Result<(StepId, i64, String), DataError> {
        self.soon("add a step", |tx| {
            let added = steps::add(tx, build, name)?;
            self.events().announce(tx, &STEPS, added.id.0, "new")?;
            Ok((added.id, added.number, added.name))
        })
        .await
    }

    /// Soon. `locks_acquired` also stamps `locks_acquired_at`.
    pub async fn start_step(&self, step: StepId, locks_acquired: bool) -> Done {
        let now = self.now();
        self.change_step(step, "started", |tx| steps::start(tx, step, locks_acquired, now)).await
    }

    /// Stamps that its locks were acquired.
    pub async fn set_step_locks_acquired(&self, step: StepId) -> Done {
        let now = self.now();
        self.change_step(step, "updated", |tx| steps::set_locks_acquired(tx, step, now)).await
    }

    /// Says what the step is doing.
    pub async fn set_step_state_string(&self, step: StepId, text: &str) -> Done {
        self.change_step(step, "updated", |tx| steps::set_state_string(tx, step, text)).await
    }

    /// Adds a link; the same one twice is one.
    pub async fn add_step_url(&self, step: StepId, name: &str, url: &str) -> Done {
        self.change_step(step, "updated", |tx| steps::add_url(tx, step, name, url)).await
    }

    /// Ends it.
    pub async fn finish_step(&self, step: StepId, results: Results, hidden: bool, state_string: &str) -> Done {
        let now = self.now();
        self.change_step(step, "finished", |tx| steps::finish(tx, step, results, hidden, Some(state_string), now)).await
    }

    async fn change_step(
        &self,
        step: StepId,
        word: &str,
        change: impl FnOnce(&mut Tx<'_>) -> Result<(), StorageError>,
    ) -> Done {
        self.soon("change a step", |tx| {
            change(tx)?;
            self.events().announce(tx, &STEPS, step.0, word)
        })
        .await
    }
}
