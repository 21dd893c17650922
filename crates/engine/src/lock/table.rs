//! The locks of a running master: tasks wait here for what the ledger grants.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use tokio::sync::{Notify, oneshot};

use super::{Ledger, Owner, Want};
use crate::guard::lock;

/// All locks of the master.
#[derive(Clone, Default)]
pub(crate) struct Locks {
    inner: Arc<Inner>,
}

#[derive(Default)]
struct Inner {
    state: Mutex<State>,
    next: AtomicU64,
    released: Notify,
}

#[derive(Default)]
struct State {
    ledger: Ledger,
    waiters: HashMap<Owner, oneshot::Sender<()>>,
}

/// Locks that are held, or waited for, until this is dropped.
pub(crate) struct Ticket {
    locks: Locks,
    owner: Owner,
}

impl Locks {
    /// Takes all of `wants` if they are free.
    pub(crate) fn try_take(&self, wants: &[Want]) -> Option<Ticket> {
        let ticket = self.ticket();
        // The state is free again before the ticket of a failed try is dropped, which needs it.
        let is_taken = lock(&self.inner.state).ledger.try_take(ticket.owner, wants);
        is_taken.then_some(ticket)
    }

    /// Takes all of `wants`, waiting for them in line. Dropping the future gives the place up.
    pub(crate) async fn take(&self, wants: Vec<Want>) -> Ticket {
        let ticket = self.ticket();
        let granted = {
            let mut state = lock(&self.inner.state);
            if state.ledger.take_or_wait(ticket.owner, wants) {
                None
            } else {
                let (sender, granted) = oneshot::channel();
                state.waiters.insert(ticket.owner, sender);
                Some(granted)
            }
        };
        if let Some(granted) = granted {
            // The sender is only dropped with the ticket, which this task holds.
            let _granted = granted.await;
        }
        ticket
    }

    /// The state as it is now, to try things out on.
    pub(crate) fn trial(&self) -> Ledger {
        lock(&self.inner.state).ledger.clone()
    }

    /// Completes when some lock was released after the call.
    pub(crate) async fn released(&self) {
        self.inner.released.notified().await;
    }

    fn ticket(&self) -> Ticket {
        Ticket { locks: self.clone(), owner: Owner(self.inner.next.fetch_add(1, Ordering::Relaxed)) }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut state = lock(&self.locks.inner.state);
        state.waiters.remove(&self.owner);
        if !state.ledger.knows(self.owner) {
            return;
        }
        for owner in state.ledger.release(self.owner) {
            if let Some(waiter) = state.waiters.remove(&owner) {
                let _gone = waiter.send(());
            }
        }
        drop(state);
        self.locks.inner.released.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::super::{LockKey, Mode};
    use super::*;

    fn alone(name: &str) -> Vec<Want> {
        let key = LockKey { name: name.to_owned(), worker: None };
        vec![Want { key, mode: Mode::Exclusive, count: 1, max: 1 }]
    }

    #[tokio::test]
    async fn a_dropped_ticket_wakes_the_next_in_line() {
        let locks = Locks::default();
        let first = locks.try_take(&alone("a")).unwrap();
        assert!(locks.try_take(&alone("a")).is_none());
        let waiting = tokio::spawn({
            let locks = locks.clone();
            async move { locks.take(alone("a")).await }
        });
        tokio::task::yield_now().await;
        drop(first);
        let second = waiting.await.unwrap();
        assert!(locks.trial().in_the_way(&alone("a")).is_some());
        drop(second);
        assert!(locks.trial().in_the_way(&alone("a")).is_none());
    }

    #[tokio::test]
    async fn giving_up_leaves_the_line() {
        let locks = Locks::default();
        let held = locks.try_take(&alone("a")).unwrap();
        let mut waiting = Box::pin(locks.take(alone("a")));
        assert!(futures_util::poll!(&mut waiting).is_pending());
        drop(waiting);
        drop(held);
        assert!(locks.try_take(&alone("a")).is_some());
    }
}
