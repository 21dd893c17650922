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
    changed: Notify,
}

/// One scheduler's place among them. It has handled the event when this is dropped.
pub(crate) struct Turn {
    turns: Arc<Turns>,
    place: usize,
}

/// Places for so many schedulers.
pub(crate) fn turns(count: usize) -> impl Iterator<Item = Turn> {
    let handled = (0..count).map(|_| AtomicBool::new(false)).collect();
    let turns = Arc::new(Turns { handled, changed: Notify::new() });
    (0..count).map(move |place| Turn { turns: Arc::clone(&turns), place })
}

impl Turn {
    /// Waits until all before it have handled the event.
    pub(crate) async fn wait(&self) {
        let all_before = async {
            loop {
                let changed = self.turns.changed.notified();
                if self.turns.handled[..self.place].iter().all(|handled| handled.load(Ordering::SeqCst)) {
                    return;
                }
                changed.await;
            }
        };
        let _late = tokio::time::timeout(PATIENCE, all_before).await;
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
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
        for (place, turn) in turns(4).enumerate() {
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
        let [first, second]: [Turn; 2] = turns(2).collect::<Vec<_>>().try_into().ok().unwrap();
        let before = tokio::time::Instant::now();
        second.wait().await;
        assert_eq!(before.elapsed(), PATIENCE);
        drop(first);
        second.wait().await;
        assert_eq!(before.elapsed(), PATIENCE);
    }
}
