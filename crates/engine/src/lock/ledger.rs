//! Who holds what and who waits: all-or-nothing, first come, first served. Pure.

use std::collections::{HashMap, VecDeque};

use ferrobot_model::WorkerId;

/// One lock; a lock of workers is another one on each worker.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct LockKey {
    pub(crate) name: String,
    /// `None` for a lock of the master.
    pub(crate) worker: Option<WorkerId>,
}

/// How a lock is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Together with other counting holders, up to the lock's maximum.
    Counting,
    /// Alone.
    Exclusive,
}

/// One lock that somebody needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Want {
    pub(crate) key: LockKey,
    pub(crate) mode: Mode,
    /// What it takes of the maximum; 0 never waits.
    pub(crate) count: u64,
    pub(crate) max: u64,
}

/// A build or a step that holds or waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Owner(pub(crate) u64);

/// How much of a lock is held, or wanted by those in front in the line.
#[derive(Debug, Clone, Copy, Default)]
struct Use {
    exclusive: bool,
    counted: u64,
}

impl Use {
    fn add(&mut self, want: &Want) {
        match want.mode {
            Mode::Exclusive => self.exclusive = true,
            Mode::Counting => self.counted += want.count,
        }
    }
}

/// The state of all locks.
#[derive(Debug, Clone, Default)]
pub(crate) struct Ledger {
    held: HashMap<LockKey, Use>,
    holders: HashMap<Owner, Vec<Want>>,
    waiting: VecDeque<(Owner, Vec<Want>)>,
}

impl Ledger {
    /// Takes all of `wants` at once, or none of them.
    pub(crate) fn try_take(&mut self, owner: Owner, wants: &[Want]) -> bool {
        if wants.is_empty() {
            return true;
        }
        let ahead = self.everybody_waiting();
        if !wants.iter().all(|want| self.is_free(want, ahead.get(&want.key))) {
            return false;
        }
        self.take(owner, wants.to_vec());
        true
    }

    /// The first of `wants` that is not free now.
    pub(crate) fn in_the_way<'a>(&self, wants: &'a [Want]) -> Option<&'a Want> {
        let ahead = self.everybody_waiting();
        wants.iter().find(|want| !self.is_free(want, ahead.get(&want.key)))
    }

    /// Takes all of `wants` now, or stands in line for them; `true`: they are held.
    pub(crate) fn take_or_wait(&mut self, owner: Owner, wants: Vec<Want>) -> bool {
        if self.try_take(owner, &wants) {
            return true;
        }
        self.waiting.push_back((owner, wants));
        false
    }

    /// Gives up what the owner holds or waits for. Returns who holds now what it waited for.
    pub(crate) fn release(&mut self, owner: Owner) -> Vec<Owner> {
        self.waiting.retain(|(waiter, _)| *waiter != owner);
        for want in self.holders.remove(&owner).unwrap_or_default() {
            if let Some(held) = self.held.get_mut(&want.key) {
                match want.mode {
                    Mode::Exclusive => held.exclusive = false,
                    Mode::Counting => held.counted -= want.count,
                }
                if !held.exclusive && held.counted == 0 {
                    self.held.remove(&want.key);
                }
            }
        }
        self.grant()
    }

    /// Whether the owner holds or waits for anything.
    pub(crate) fn knows(&self, owner: Owner) -> bool {
        self.holders.contains_key(&owner) || self.waiting.iter().any(|(waiter, _)| *waiter == owner)
    }

    /// Whether nobody holds anything.
    #[cfg(test)]
    pub(crate) fn is_idle(&self) -> bool {
        self.held.is_empty() && self.waiting.is_empty()
    }

    fn take(&mut self, owner: Owner, wants: Vec<Want>) {
        for want in &wants {
            self.held.entry(want.key.clone()).or_default().add(want);
        }
        self.holders.entry(owner).or_default().extend(wants);
    }

    /// Lets those in line have what is free for them, the first first.
    fn grant(&mut self) -> Vec<Owner> {
        let mut granted = Vec::new();
        let mut ahead: HashMap<LockKey, Use> = HashMap::new();
        for (owner, wants) in std::mem::take(&mut self.waiting) {
            if wants.iter().all(|want| self.is_free(want, ahead.get(&want.key))) {
                self.take(owner, wants);
                granted.push(owner);
            } else {
                note_ahead(&mut ahead, &wants);
                self.waiting.push_back((owner, wants));
            }
        }
        granted
    }

    fn is_free(&self, want: &Want, ahead: Option<&Use>) -> bool {
        let held = self.held.get(&want.key).copied().unwrap_or_default();
        let ahead = ahead.copied().unwrap_or_default();
        let exclusive = held.exclusive || ahead.exclusive;
        let counted = held.counted + ahead.counted;
        match want.mode {
            Mode::Counting if want.count == 0 => true,
            Mode::Counting => !exclusive && counted + want.count <= want.max,
            Mode::Exclusive => !exclusive && counted == 0,
        }
    }

    fn everybody_waiting(&self) -> HashMap<LockKey, Use> {
        let mut ahead = HashMap::new();
        for (_, wants) in &self.waiting {
            note_ahead(&mut ahead, wants);
        }
        ahead
    }
}

fn note_ahead(ahead: &mut HashMap<LockKey, Use>, wants: &[Want]) {
    for want in wants {
        ahead.entry(want.key.clone()).or_default().add(want);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn want(name: &str, mode: Mode, count: u64, max: u64) -> Want {
        Want { key: LockKey { name: name.to_owned(), worker: None }, mode, count, max }
    }

    #[test]
    fn exclusive_holders_are_alone() {
        let mut ledger = Ledger::default();
        let alone = [want("a", Mode::Exclusive, 1, 3)];
        let together = [want("a", Mode::Counting, 1, 3)];
        assert!(ledger.try_take(Owner(1), &together));
        assert!(ledger.try_take(Owner(2), &together));
        assert!(!ledger.take_or_wait(Owner(3), alone.to_vec()));
        assert!(!ledger.take_or_wait(Owner(4), together.to_vec()), "nobody overtakes the exclusive one that waits");
        assert_eq!(ledger.release(Owner(1)), []);
        assert_eq!(ledger.release(Owner(2)), [Owner(3)]);
        assert_eq!(ledger.release(Owner(3)), [Owner(4)]);
    }

    #[test]
    fn a_set_is_taken_whole_or_not_at_all() {
        let mut ledger = Ledger::default();
        let (a, b) = (want("a", Mode::Exclusive, 1, 1), want("b", Mode::Exclusive, 1, 1));
        assert!(ledger.try_take(Owner(1), std::slice::from_ref(&a)));
        assert!(!ledger.try_take(Owner(2), &[b.clone(), a.clone()]));
        assert!(ledger.try_take(Owner(3), std::slice::from_ref(&b)), "the failed try left `b` free");
        assert_eq!(ledger.in_the_way(&[b.clone(), a]).unwrap().key.name, "b");
    }

    #[test]
    fn a_count_of_zero_never_waits() {
        let mut ledger = Ledger::default();
        assert!(ledger.try_take(Owner(1), &[want("a", Mode::Exclusive, 1, 1)]));
        assert!(ledger.try_take(Owner(2), &[want("a", Mode::Counting, 0, 1)]));
    }

    proptest! {
        /// Whatever comes and goes, the limits hold, and in the end everybody has had its turn.
        #[test]
        fn limits_hold_and_nobody_starves(
            steps in proptest::collection::vec((0u64..8, 0usize..3, any::<bool>(), 1u64..3), 1..80)
        ) {
            let names = ["a", "b", "c"];
            let mut ledger = Ledger::default();
            let mut holding: HashMap<Owner, Vec<Want>> = HashMap::new();
            let mut waiting: HashMap<Owner, Vec<Want>> = HashMap::new();
            for (who, name, exclusive, count) in steps {
                let owner = Owner(who);
                let granted = if holding.remove(&owner).is_some() || waiting.remove(&owner).is_some() {
                    ledger.release(owner)
                } else {
                    let mode = if exclusive { Mode::Exclusive } else { Mode::Counting };
                    let wants = vec![want(names[name], mode, count, 2)];
                    waiting.insert(owner, wants.clone());
                    if ledger.take_or_wait(owner, wants) { vec![owner] } else { vec![] }
                };
                for owner in granted {
                    let wants = waiting.remove(&owner).unwrap();
                    holding.insert(owner, wants);
                }
                for name in names {
                    let mine: Vec<&Want> =
                        holding.values().flatten().filter(|want| want.key.name == name).collect();
                    let exclusive = mine.iter().filter(|want| want.mode == Mode::Exclusive).count();
                    let counted: u64 =
                        mine.iter().filter(|want| want.mode == Mode::Counting).map(|want| want.count).sum();
                    prop_assert!(exclusive <= 1 && (exclusive == 0 || mine.len() == 1) && counted <= 2);
                }
            }
            while let Some(owner) = holding.keys().next().copied() {
                holding.remove(&owner);
                for owner in ledger.release(owner) {
                    let wants = waiting.remove(&owner).unwrap();
                    holding.insert(owner, wants);
                }
            }
            prop_assert!(waiting.is_empty() && ledger.is_idle());
        }
    }
}
