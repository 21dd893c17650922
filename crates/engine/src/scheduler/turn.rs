//! When one event concerns several schedulers, the first in the configuration adds its buildset first, as in Buildbot.
//!
//! They look at the event at the same time; only who wants to add a buildset waits for those before it, and not for long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

/// A scheduler that takes longer, because a function of the configuration does, does not hold up those behind it.
const PATIENCE: Duration = Duration::from_millis(200);

/// The schedulers that one event was given to, in the order of the configuration.
struct Turns {
    handled: Vec<AtomicBool>,
    /// A scheduler ended before it came to the event.
    was_missed: AtomicBool,
    changed: Notify,
}

/// One scheduler's place among them. It has handled the event when this is dropped.
pub(crate) struct Turn {
    turns: Arc<Turns>,
    place: usize,
    is_taken: bool,
}

/// The event as a whole.
pub(crate) struct Delivery(Arc<Turns>);

/// Places for so many schedulers, and how all of them have handled the event.
pub(crate) fn turns(count: usize) -> (Delivery, impl Iterator<Item = Turn>) {
    let handled = (0..count).map(|_| AtomicBool::new(false)).collect();
    let turns = Arc::new(Turns { handled, was_missed: AtomicBool::new(false), changed: Notify::new() });
    let delivery = Delivery(Arc::clone(&turns));
    (delivery, (0..count).map(move |place| Turn { turns: Arc::clone(&turns), place, is_taken: false }))
}

impl Turns {
    /// Waits until the first `count` have handled the event.
    async fn wait(&self, count: usize) {
        loop {
            let changed = self.changed.notified();
            if self.handled[..count].iter().all(|handled| handled.load(Ordering::SeqCst)) {
                return;
            }
            changed.await;
        }
    }
}

impl Delivery {
    /// Waits until all are through with the event; whether none has missed it.
    pub(crate) async fn is_complete(&self) -> bool {
        self.0.wait(self.0.handled.len()).await;
        !self.0.was_missed.load(Ordering::SeqCst)
    }
}

impl Turn {
    /// The scheduler begins to handle the event.
    pub(crate) fn take(&mut self) {
        self.is_taken = true;
    }

    /// Waits until all before it have handled the event.
    pub(crate) async fn wait(&self) {
        let _late = tokio::time::timeout(PATIENCE, self.turns.wait(self.place)).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if !self.is_taken {
            self.turns.was_missed.store(true, Ordering::SeqCst);
        }
        self.turns.handled[self.place].store(true, Ordering::SeqCst);
        self.turns.changed.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_last_waits_for_those_before_it() {
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for (place, turn) in turns(4).1.enumerate() {
            let order = Arc::clone(&order);
            // The first is the slowest, the third takes no part.
            let busy = Duration::from_millis(40 - 10 * place as u64);
            tasks.push(tokio::spawn(async move {
                tokio::time::sleep(busy).await;
                if place != 2 {
                    turn.wait().await;
                    order.lock().unwrap().push(place);
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), [0, 1, 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let [first, second]: [Turn; 2] = turns(2).1.collect::<Vec<_>>().try_into().ok().unwrap();
        let before = tokio::time::Instant::now();
        second.wait().await;
        assert_eq!(before.elapsed(), PATIENCE);
        drop(first);
        second.wait().await;
        assert_eq!(before.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn a_scheduler_that_never_came_to_it_has_missed_it() {
        for taken in [[true, true], [true, false]] {
            let (delivery, turns) = turns(2);
            for (mut turn, is_taken) in turns.zip(taken) {
                if is_taken {
                    turn.take();
                }
            }
            assert_eq!(delivery.is_complete().await, taken[1]);
        }
    }
}
