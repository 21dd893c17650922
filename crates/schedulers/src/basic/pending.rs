//! The changes that wait for their tree to become stable.

use std::collections::BTreeMap;

use ferrobot_data::Change;
use ferrobot_model::ChangeId;
use tokio::time::Instant;

/// What shares a timer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Group {
    /// Everything.
    All,
    /// One branch of one repository.
    Branch { codebase: String, project: String, repository: String, branch: Option<String> },
}

impl Group {
    pub(super) fn of(change: &Change) -> Group {
        Group::Branch {
            codebase: change.codebase.clone(),
            project: change.project.clone(),
            repository: change.repository.clone(),
            branch: change.branch.clone(),
        }
    }
}

/// A change that waits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Noted {
    pub(super) id: ChangeId,
    pub(super) codebase: String,
}

/// All that wait.
#[derive(Debug, Default)]
pub(super) struct Pending(BTreeMap<Group, Waiting>);

#[derive(Debug, Default)]
struct Waiting {
    changes: Vec<Noted>,
    /// `None`: no important change yet.
    due: Option<Instant>,
}

impl Pending {
    /// Takes a change in. An important one starts the timer; any one starts a running timer anew.
    pub(super) fn note(&mut self, group: Group, change: &Change, important: bool, due: Instant) {
        let waiting = self.0.entry(group).or_default();
        if waiting.changes.iter().any(|noted| noted.id == change.id) {
            return;
        }
        waiting.changes.push(Noted { id: change.id, codebase: change.codebase.clone() });
        if important || waiting.due.is_some() {
            waiting.due = Some(due);
        }
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    pub(super) fn next_due(&self) -> Option<Instant> {
        self.0.values().filter_map(|waiting| waiting.due).min()
    }

    /// The changes of each group that is stable now, the first to become so first.
    pub(super) fn take_due(&mut self, now: Instant) -> Vec<Vec<Noted>> {
        let mut due: Vec<(Instant, Group)> =
            self.0.iter().filter_map(|(group, waiting)| Some((waiting.due?, group.clone()))).collect();
        due.retain(|(at, _)| *at <= now);
        due.sort();
        due.into_iter().filter_map(|(_, group)| Some(self.0.remove(&group)?.changes)).collect()
    }

    /// The oldest change of a group whose timer runs: from it on the stored classifications are needed after a crash.
    pub(super) fn oldest_waiting(&self) -> Option<ChangeId> {
        let running = self.0.values().filter(|waiting| waiting.due.is_some());
        running.flat_map(|waiting| waiting.changes.iter().map(|noted| noted.id)).min()
    }
}

/// The changes that decide what is built.
pub(super) fn newest_of_each_codebase(changes: &[Noted]) -> Vec<ChangeId> {
    let mut newest: BTreeMap<&str, ChangeId> = BTreeMap::new();
    for Noted { id, codebase } in changes {
        let known = newest.entry(codebase).or_insert(*id);
        *known = (*known).max(*id);
    }
    newest.into_values().collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::testing::change;

    const STABLE: Duration = Duration::from_secs(10);

    type Event = (u64, Change, bool);
    type Built = (u64, Vec<i64>);

    /// `(second, change, important)` in; the seconds at which something is built, with the changes, out.
    fn play(events: &[Event], by_branch: bool) -> Vec<Built> {
        let start = Instant::now();
        let mut pending = Pending::default();
        let mut built = Vec::new();
        let mut fire = |pending: &mut Pending, until: Instant| {
            while let Some(due) = pending.next_due().filter(|due| *due <= until) {
                for changes in pending.take_due(due) {
                    built.push((due.duration_since(start).as_secs(), changes.iter().map(|noted| noted.id.0).collect()));
                }
            }
        };
        for (second, change, important) in events {
            let now = start + Duration::from_secs(*second);
            fire(&mut pending, now);
            let group = if by_branch { Group::of(change) } else { Group::All };
            pending.note(group, change, *important, now + STABLE);
        }
        fire(&mut pending, start + Duration::from_secs(1_000_000));
        built
    }

    fn on(branch: &str, id: i64) -> Change {
        Change { branch: Some(branch.to_owned()), ..change(id) }
    }

    #[tokio::test]
    async fn the_timer_starts_with_an_important_change_and_again_with_any() {
        let cases: [(&[Event], Vec<Built>); 5] = [
            (&[(0, change(1), true)], vec![(10, vec![1])]),
            (&[(0, change(1), false)], vec![]),
            (&[(0, change(1), false), (5, change(2), true)], vec![(15, vec![1, 2])]),
            (&[(0, change(1), true), (9, change(2), false)], vec![(19, vec![1, 2])]),
            (
                &[(0, change(1), true), (11, change(2), false), (30, change(3), true)],
                vec![(10, vec![1]), (40, vec![2, 3])],
            ),
        ];
        for (events, expected) in cases {
            assert_eq!(play(events, false), expected);
        }
    }

    #[tokio::test]
    async fn each_branch_has_its_timer() {
        let events = [(0, on("a", 1), true), (4, on("b", 2), true), (8, on("a", 3), true)];
        assert_eq!(play(&events, true), [(14, vec![2]), (18, vec![1, 3])]);
        assert_eq!(play(&events, false), [(18, vec![1, 2, 3])]);
    }

    #[tokio::test]
    async fn a_change_counts_once() {
        assert_eq!(play(&[(0, change(1), true), (5, change(1), true)], false), [(10, vec![1])]);
    }

    #[tokio::test]
    async fn what_still_waits_is_not_forgotten() {
        let now = Instant::now();
        let mut pending = Pending::default();
        pending.note(Group::of(&on("a", 3)), &on("a", 3), true, now);
        pending.note(Group::of(&on("b", 2)), &on("b", 2), true, now + STABLE);
        pending.note(Group::of(&on("c", 1)), &on("c", 1), false, now);
        assert_eq!(pending.take_due(now).len(), 1);
        // The unimportant change of `c` may wait for ever: it holds nothing back.
        assert_eq!(pending.oldest_waiting(), Some(ChangeId(2)));
    }

    #[test]
    fn the_newest_change_of_each_codebase_decides() {
        let noted = |id, codebase: &str| Noted { id: ChangeId(id), codebase: codebase.to_owned() };
        let newest = newest_of_each_codebase(&[noted(1, "a"), noted(5, "b"), noted(3, "a")]);
        assert_eq!(newest, [ChangeId(3), ChangeId(5)]);
    }
}
