//! Bytes that wait to be written to a peer. Bounded, and without memory while there are none.

use std::mem;
use std::sync::Mutex;

use tokio::sync::Notify;

use crate::connection::lock;

/// A peer that never reads fills this and then only holds up itself. A block of a download has a quarter of it.
const QUEUED_BYTES_MAX: usize = 1024 * 1024;

/// The queue of one connection.
#[derive(Default)]
pub(crate) struct Outgoing {
    queued: Mutex<Vec<u8>>,
    more: Notify,
    room: Notify,
}

impl Outgoing {
    /// Adds bytes, as soon as there is room.
    pub(crate) async fn push(&self, bytes: Vec<u8>) {
        let mut bytes = Some(bytes);
        loop {
            // Listens before it looks, so that no wake-up in between is lost.
            let mut room = std::pin::pin!(self.room.notified());
            room.as_mut().enable();
            if self.try_push(&mut bytes) {
                return;
            }
            room.await;
        }
    }

    fn try_push(&self, bytes: &mut Option<Vec<u8>>) -> bool {
        let mut queued = lock(&self.queued);
        if queued.len() >= QUEUED_BYTES_MAX {
            return false;
        }
        let bytes = bytes.take().unwrap_or_default();
        if queued.is_empty() {
            *queued = bytes;
        } else {
            queued.extend_from_slice(&bytes);
        }
        self.more.notify_one();
        true
    }

    /// All that waits, as soon as there is something.
    pub(crate) async fn take(&self) -> Vec<u8> {
        loop {
            let taken = mem::take(&mut *lock(&self.queued));
            if !taken.is_empty() {
                self.room.notify_waiters();
                return taken;
            }
            self.more.notified().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[tokio::test]
    async fn who_writes_waits_for_who_reads() {
        let outgoing = Arc::new(Outgoing::default());
        outgoing.push(b"one ".to_vec()).await;
        outgoing.push(b"two".to_vec()).await;
        assert_eq!(outgoing.take().await, b"one two");
        outgoing.push(vec![1; QUEUED_BYTES_MAX]).await;
        let waiting = tokio::spawn({
            let outgoing = Arc::clone(&outgoing);
            async move { outgoing.push(vec![2; 1]).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        assert_eq!(outgoing.take().await.len(), QUEUED_BYTES_MAX);
        waiting.await.unwrap();
        assert_eq!(outgoing.take().await, [2]);
    }
}
