//! The events that one listener has asked for.

use std::future::poll_fn;
use std::task::Poll;

use ferrobot_data::{Events, Subscription};
use ferrobot_model::Event;

/// No page asks for so many different paths.
const PATHS_MAX: usize = 1000;

/// The events that one listener has asked for, path by path.
pub(crate) struct Consumer {
    events: Events,
    consumed: Vec<(String, Subscription)>,
    /// Who is asked first the next time, so that a busy path starves no other.
    turn: usize,
}

impl Consumer {
    pub(crate) fn new(events: Events) -> Consumer {
        Consumer { events, consumed: Vec::new(), turn: 0 }
    }

    /// Listens to a path, in which `*` is any one word. Asking twice changes nothing. Whether there was room.
    pub(crate) fn start(&mut self, path: &str) -> bool {
        if self.consumed.iter().any(|(known, _)| known == path) {
            return true;
        }
        if self.consumed.len() >= PATHS_MAX {
            return false;
        }
        let pattern: Vec<&str> = path.split('/').collect();
        self.consumed.push((path.to_owned(), self.events.subscribe(&pattern)));
        true
    }

    /// Listens no longer; whether it did.
    pub(crate) fn stop(&mut self, path: &str) -> bool {
        let before = self.consumed.len();
        self.consumed.retain(|(known, _)| known != path);
        self.consumed.len() < before
    }

    /// The next event; waits for ever when nothing was asked for.
    pub(crate) async fn next(&mut self) -> Event {
        poll_fn(|context| {
            let count = self.consumed.len();
            for step in 0..count {
                let place = (self.turn + step) % count;
                if let Poll::Ready(Some(event)) = self.consumed[place].1.poll_next(context) {
                    self.turn = place + 1;
                    return Poll::Ready(event);
                }
            }
            Poll::Pending
        })
        .await
    }
}
