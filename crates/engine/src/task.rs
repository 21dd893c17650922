//! The engine's tasks: each has a name, is counted while it runs, and is waited for at the end.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument, debug_span};

use crate::guard::lock;

/// All tasks of one master.
#[derive(Clone, Default)]
pub(crate) struct Tasks {
    tracker: TaskTracker,
    end: CancellationToken,
    running: Arc<Mutex<BTreeMap<&'static str, usize>>>,
}

/// Counts a task for as long as it lives, however it ends.
struct Counted {
    name: &'static str,
    running: Arc<Mutex<BTreeMap<&'static str, usize>>>,
}

impl Tasks {
    /// Starts a task. It has to end by itself soon after [`Tasks::ending`] says so.
    pub(crate) fn spawn(&self, name: &'static str, task: impl Future<Output = ()> + Send + 'static) {
        *lock(&self.running).entry(name).or_default() += 1;
        let counted = Counted { name, running: Arc::clone(&self.running) };
        let span = debug_span!("task", task.name = name);
        self.tracker.spawn(
            async move {
                let _counted = counted;
                task.await;
            }
            .instrument(span),
        );
    }

    /// Tells when the master ends.
    pub(crate) fn ending(&self) -> &CancellationToken {
        &self.end
    }

    /// How many tasks run, by name.
    pub(crate) fn running(&self) -> BTreeMap<&'static str, usize> {
        lock(&self.running).clone()
    }

    /// Ends all tasks; `false`: some were still running after `patience`.
    pub(crate) async fn end(&self, patience: Duration) -> bool {
        self.end.cancel();
        self.tracker.close();
        tokio::time::timeout(patience, self.tracker.wait()).await.is_ok()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        let mut running = lock(&self.running);
        if let Some(count) = running.get_mut(self.name) {
            *count -= 1;
            if *count == 0 {
                running.remove(self.name);
            }
        }
    }
}
