//! Quarantine: a worker whose builds end with exceptions is left alone for a while, longer each time, so that it does not eat up
//! the queue.

use std::time::Duration;

use ferrobot_model::{Results, Timestamp, WorkerId};
use tracing::info;

use crate::engine::Engine;

const SHORTEST: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(60 * 60);

/// Where a worker stands.
#[derive(Debug)]
pub(crate) struct Quarantine {
    /// Counts quarantines; even: it is in none.
    turn: u64,
    next: Duration,
    /// When the one that is on ends.
    until: Timestamp,
}

impl Default for Quarantine {
    fn default() -> Quarantine {
        Quarantine { turn: 0, next: SHORTEST, until: Timestamp(0.0) }
    }
}

impl Quarantine {
    /// Whether the worker is to be left alone.
    pub(crate) fn is_on(&self) -> bool {
        !self.turn.is_multiple_of(2)
    }

    /// When it may build again, if it is to be left alone.
    pub(crate) fn until(&self) -> Option<Timestamp> {
        self.is_on().then_some(self.until)
    }

    /// Begins a quarantine; its number and length. `None`: one is on.
    fn begin(&mut self, now: Timestamp) -> Option<(u64, Duration)> {
        if self.is_on() {
            return None;
        }
        self.turn += 1;
        let length = self.next;
        self.until = Timestamp(now.0 + length.as_secs_f64());
        self.next = (self.next * 2).min(LONGEST);
        Some((self.turn, length))
    }

    /// Ends the quarantine of this number, or whichever is on; `false`: it has ended already.
    fn end(&mut self, turn: Option<u64>) -> bool {
        let ends = self.is_on() && turn.is_none_or(|turn| turn == self.turn);
        if ends {
            self.turn += 1;
        }
        ends
    }

    /// It behaves again.
    fn forgive(&mut self) {
        self.next = SHORTEST;
    }
}

impl Engine {
    /// Learns from the end of a build on the worker.
    pub(crate) fn judge_worker(&self, id: WorkerId, results: Results) {
        match results {
            Results::Exception => self.quarantine(id),
            Results::Retry => {}
            Results::Success | Results::Warnings | Results::Failure | Results::Skipped | Results::Cancelled => {
                if let Some(desk) = self.workers.desks().get_mut(&id) {
                    desk.quarantine.forgive();
                }
            }
        }
    }

    /// Leaves the worker alone for a while.
    pub(crate) fn quarantine(&self, id: WorkerId) {
        let now = self.data.clock().now();
        let (name, turn, length) = {
            let mut desks = self.workers.desks();
            let Some(desk) = desks.get_mut(&id) else { return };
            let Some((turn, length)) = desk.quarantine.begin(now) else { return };
            (desk.setup.config.name.clone(), turn, length)
        };
        info!(worker.name = name, "worker `{name}` is in quarantine for {} s", length.as_secs());
        let engine = self.handle();
        self.tasks.spawn("quarantine", async move {
            tokio::select! {
                () = tokio::time::sleep(length) => engine.end_quarantine(id, Some(turn)),
                () = engine.tasks.ending().cancelled() => {}
            }
        });
    }

    /// Lets the worker build again.
    pub(crate) fn end_quarantine(&self, id: WorkerId, turn: Option<u64>) {
        let builders = {
            let mut desks = self.workers.desks();
            let Some(desk) = desks.get_mut(&id) else { return };
            if !desk.quarantine.end(turn) {
                return;
            }
            desk.setup.builders.clone()
        };
        self.wake.builders(builders);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_quarantine_is_longer_until_it_is_forgiven() {
        let mut quarantine = Quarantine::default();
        let mut lengths = Vec::new();
        for _ in 0..10 {
            let (turn, length) = quarantine.begin(Timestamp(100.0)).unwrap();
            assert!(quarantine.is_on() && quarantine.begin(Timestamp(101.0)).is_none());
            assert_eq!(quarantine.until(), Some(Timestamp(100.0 + length.as_secs_f64())));
            assert!(quarantine.end(Some(turn)) && !quarantine.end(Some(turn)));
            lengths.push(length.as_secs());
        }
        assert_eq!(lengths, [10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600]);
        quarantine.forgive();
        assert_eq!(quarantine.begin(Timestamp(0.0)).unwrap().1, SHORTEST);
        assert!(quarantine.end(None));
    }
}
