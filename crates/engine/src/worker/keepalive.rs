//! A word to each worker now and then, so that the network tells of a dead connection before a build needs it.

use std::sync::Arc;
use std::time::Duration;

use ferrobot_model::{WorkerId, wait_of};
use tokio::time::Instant;
use tracing::debug;

use crate::WorkerSession;
use crate::engine::Engine;

impl Engine {
    /// Speaks to the worker every `keepalive_interval`, until its connection ends.
    pub(super) fn keep_alive(&self, id: WorkerId, session: Arc<dyn WorkerSession>) {
        let engine = self.handle();
        let mut closed = session.closed();
        let ending = engine.tasks.ending().clone();
        self.tasks.spawn("worker keepalive", async move {
            tokio::select! {
                () = engine.speak_regularly(id, &*session) => {}
                _ = closed.wait_for(Option::is_some) => {}
                () = ending.cancelled() => {}
            }
        });
    }

    async fn speak_regularly(&self, id: WorkerId, session: &dyn WorkerSession) {
        let Some(changed) = self.workers.changed(id) else { return };
        let mut last = Instant::now();
        loop {
            // Listen before looking, so that no change is missed.
            let changed = changed.notified();
            let interval = self.keepalive_interval(id);
            let due = async {
                match interval {
                    Some(interval) => tokio::time::sleep_until(last + interval).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => {
                    last = Instant::now();
                    // A session may be without its connection for a while.
                    if let Err(error) = session.keepalive().await {
                        debug!("a sign of life was not sent: {error}");
                    }
                }
                () = changed => {}
            }
        }
    }

    fn keepalive_interval(&self, id: WorkerId) -> Option<Duration> {
        let seconds = self.workers.desks().get(&id)?.setup.config.keepalive_interval?;
        Some(wait_of(seconds)).filter(|interval| !interval.is_zero())
    }
}
