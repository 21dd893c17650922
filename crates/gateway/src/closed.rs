//! Whether a session's connection has ended, and why.

use ferrobot_engine::SessionError;
use tokio::sync::watch;

/// The reason of the end, once there is one.
pub(crate) struct Closed(watch::Sender<Option<String>>);

impl Closed {
    pub(crate) fn new() -> Closed {
        Closed(watch::Sender::new(None))
    }

    /// Ends it; `false`: it had ended before, and the first reason stays.
    pub(crate) fn close(&self, reason: &str) -> bool {
        self.0.send_if_modified(|closed| {
            let first = closed.is_none();
            closed.get_or_insert_with(|| reason.to_owned());
            first
        })
    }

    pub(crate) fn subscribe(&self) -> watch::Receiver<Option<String>> {
        self.0.subscribe()
    }

    /// Waits for the end.
    pub(crate) async fn wait(&self) {
        let mut closed = self.0.subscribe();
        // The sender is here, so it cannot fail.
        let _closed = closed.wait_for(Option::is_some).await;
    }

    pub(crate) fn reason(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// The error of everything that is asked of a connection that is gone.
    pub(crate) fn lost(&self, worker: &str) -> SessionError {
        let reason = self.reason().unwrap_or_else(|| "the connection is closing".to_owned());
        SessionError::Lost { worker: worker.to_owned(), reason }
    }
}
