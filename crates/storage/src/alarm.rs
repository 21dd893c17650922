//! Tells a thread when to work.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Rings at the earliest time that somebody asked for.
#[derive(Default)]
pub(crate) struct Alarm {
    state: Mutex<AlarmState>,
    changed: Condvar,
}

#[derive(Default)]
struct AlarmState {
    due: Option<Instant>,
    closing: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ring {
    /// Do what is due.
    Work,
    /// Do it a last time.
    Close,
}

impl Alarm {
    pub(crate) fn ring_at_latest(&self, when: Instant) {
        let mut state = self.lock();
        if state.due.is_none_or(|due| due > when) {
            state.due = Some(when);
            drop(state);
            self.changed.notify_one();
        }
    }

    pub(crate) fn close(&self) {
        self.lock().closing = true;
        self.changed.notify_one();
    }

    pub(crate) fn wait(&self) -> Ring {
        let mut state = self.lock();
        loop {
            if state.closing {
                return Ring::Close;
            }
            let now = Instant::now();
            state = match state.due {
                None => self.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
                Some(due) if due <= now => {
                    state.due = None;
                    return Ring::Work;
                }
                Some(due) => self.changed.wait_timeout(state, due - now).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }

    fn lock(&self) -> MutexGuard<'_, AlarmState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
