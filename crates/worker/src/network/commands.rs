//! The commands that run for one connection: where to interrupt each, and how to wait for all of them.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;
use tracing::{debug, info};

use super::carrier::{Wire, carry};
use crate::runner::{Control, Running};

/// So many commands may run at once: more than any machine has use for.
pub(super) const COMMANDS_MAX: usize = 1024;

/// The commands that run, by the master's id.
#[derive(Clone, Default)]
pub(super) struct Commands {
    running: Arc<Mutex<HashMap<String, mpsc::Sender<Control>>>>,
    tasks: TaskTracker,
}

impl Commands {
    /// Starts a command, unless too many run; its events go over the wire. `released` comes after the last of them.
    pub(super) fn start<W, R>(
        &self,
        id: &str,
        start: impl FnOnce() -> Running,
        wire: W,
        released: impl FnOnce(W) -> R + Send + 'static,
    ) -> Result<(), String>
    where
        W: Wire + 'static,
        R: Future<Output = ()> + Send,
    {
        let mut known = lock(&self.running);
        if known.len() >= COMMANDS_MAX {
            return Err(format!("(command {id}): {COMMANDS_MAX} commands run already"));
        }
        let running = start();
        known.insert(id.to_owned(), running.control.clone());
        drop(known);
        let (id, known) = (id.to_owned(), Arc::clone(&self.running));
        self.tasks.spawn(async move {
            let control = running.control.clone();
            carry(&wire, running).await;
            // A newer command may have the same id by now.
            {
                let mut known = lock(&known);
                if known.get(&id).is_some_and(|known| known.same_channel(&control)) {
                    known.remove(&id);
                }
            }
            released(wire).await;
        });
        Ok(())
    }

    /// Stops a command.
    pub(super) fn interrupt(&self, id: &str, why: String) {
        info!(command.id = id, "asked to interrupt: reason {why}");
        match lock(&self.running).get(id) {
            // A command that has not even taken note of the controls before is about to end.
            Some(control) => drop(control.try_send(Control::Interrupt(why))),
            None => debug!("command {id} has ended already"),
        }
    }

    /// Something else that ends with the connection.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(task);
    }

    /// Waits until all have noticed that the connection is gone.
    pub(super) async fn ended(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
