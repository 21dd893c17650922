//! When a connection's next keepalive is due.

use std::time::Duration;

use tokio::time::Instant;

/// The time of the next keepalive, if there are any.
pub(super) struct Keepalive {
    every: Option<Duration>,
    next: Instant,
}

impl Keepalive {
    pub(super) fn new(every: Option<Duration>) -> Keepalive {
        Keepalive { every, next: Instant::now() + every.unwrap_or_default() }
    }

    /// Waits until one is due, and plans the next.
    pub(super) async fn due(&mut self) {
        match self.every {
            Some(every) => {
                tokio::time::sleep_until(self.next).await;
                self.next = Instant::now() + every;
            }
            None => std::future::pending().await,
        }
    }
}
