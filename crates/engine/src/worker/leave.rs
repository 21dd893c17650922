//! How workers are sent home: when their last build has ended, or at once.

use std::sync::Arc;

use ferrobot_data::DataError;
use ferrobot_model::WorkerId;
use tracing::{info, warn};

use crate::engine::Engine;
use crate::{SessionError, WorkerSession};

impl Engine {
    /// No more builds; when the last has ended, the worker's process is asked to end.
    pub(crate) async fn stop_worker_gracefully(&self, id: WorkerId, reason: &str) -> Result<(), DataError> {
        self.data.set_worker_graceful(id, true).await?;
        self.retire(id, reason);
        self.dismiss_if_idle(id);
        Ok(())
    }

    /// No more builds, and the worker's process is asked to end at once. There is nothing graceful in it, so that its row stays.
    pub(crate) fn stop_worker_now(&self, id: WorkerId, reason: &str) {
        self.retire(id, reason);
        if let Some(session) = self.workers.session(id) {
            self.send_home(session);
        }
    }

    fn retire(&self, id: WorkerId, reason: &str) {
        if let Some(desk) = self.workers.desks().get_mut(&id) {
            desk.graceful = true;
            let name = &desk.setup.config.name;
            info!(worker.name = name, "worker `{name}` is to shut down: {}", reason.escape_debug());
        }
    }

    /// Sends a worker home that is to leave and has nothing more to do.
    pub(crate) fn dismiss_if_idle(&self, id: WorkerId) {
        let session = {
            let desks = self.workers.desks();
            desks.get(&id).filter(|desk| desk.graceful && desk.is_idle()).and_then(|desk| desk.session.clone())
        };
        if let Some(session) = session {
            self.send_home(session);
        }
    }

    fn send_home(&self, session: Arc<dyn WorkerSession>) {
        self.tasks.spawn("worker shutdown", async move {
            match session.shutdown().await {
                // The worker often ends before it answers.
                Ok(()) | Err(SessionError::Lost { .. }) => {}
                Err(error) => warn!("a worker did not shut down: {error}"),
            }
        });
    }
}
