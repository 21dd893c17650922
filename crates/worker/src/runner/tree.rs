//! All that a command has started: who that is, and how to be rid of it.
//!
//! A process belongs to the command when it bears its mark, or when one of its ancestors belongs to it. Between two looks processes
//! come and go, so each look is followed by another until nobody is left. A process is killed by a descriptor that is
//! opened first and checked then: a number that has passed on to somebody else meanwhile is let alone.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use rustix::io::Errno;
use rustix::process::{
    Pid, PidfdFlags, Signal, WaitId, WaitIdOptions, kill_process, pidfd_open, pidfd_send_signal, waitid,
};
use tokio::time::Instant;
use tracing::warn;

use super::mark::Mark;

/// A killed process vanishes within milliseconds, unless a system call holds it; such a one is left to the kernel.
const PATIENCE: Duration = Duration::from_secs(5);
const FIRST_PAUSE_MS: u8 = 1;
const LONGEST_PAUSE_MS: u8 = 50;

/// A command's processes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tree {
    /// The program itself. Nobody has waited for it, so that its number is its own.
    pub(super) root: Pid,
    pub(super) mark: Option<Mark>,
}

impl Tree {
    /// Kills everybody, and returns when they are gone. Blocks the thread.
    pub(super) fn end(self) {
        let give_up_at = Instant::now() + PATIENCE;
        let mut pause_ms = FIRST_PAUSE_MS;
        loop {
            let left = self.living();
            let killed = left.iter().filter(|process| process.kill()).count();
            if killed == 0 || Instant::now() >= give_up_at {
                return report(&left);
            }
            pause(pause_ms);
            pause_ms = (pause_ms * 2).min(LONGEST_PAUSE_MS);
        }
    }

    /// Who is alive, and not beyond our reach.
    fn living(self) -> Vec<Process> {
        let all = Process::all();
        let mut living = Vec::new();
        for number in self.members(&all) {
            let process = &all[&number];
            if !process.is_over {
                living.push(process.clone());
            } else if number != self.root.as_raw_pid() && process.parent == std::process::id().cast_signed() {
                // As the first process of a container we inherit orphans.
                let _reaped = Pid::from_raw(number).map(|pid| waitid(WaitId::Pid(pid), REAP));
            }
        }
        living
    }

    fn members(self, all: &BTreeMap<i32, Process>) -> BTreeSet<i32> {
        let bears = |process: &Process| self.mark.is_some_and(|mark| mark.is_in(&process.limits()));
        let root = self.root.as_raw_pid();
        let mut members: BTreeSet<i32> = all.values().filter(|process| bears(process)).map(|it| it.number).collect();
        members.insert(root);
        loop {
            let known = members.len();
            members.extend(
                all.values()
                    .filter(|process| members.contains(&process.parent))
                    .map(|it| it.number)
                    .collect::<Vec<_>>(),
            );
            if members.len() == known {
                break;
            }
        }
        members.retain(|number| all.contains_key(number));
        members
    }
}

const REAP: WaitIdOptions = WaitIdOptions::EXITED.union(WaitIdOptions::NOHANG);

fn report(left: &[Process]) {
    if !left.is_empty() {
        let names: Vec<String> = left.iter().map(|process| process.number.to_string()).collect();
        warn!("processes of a command could not be ended and still run: {}", names.join(", "));
    }
}

fn pause(milliseconds: u8) {
    // Nothing to wait for but the time.
    let _time_is_over = nix::poll::poll(&mut [], milliseconds);
}

/// A process of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Process {
    number: i32,
    parent: i32,
    /// With the number, this tells it from every other.
    started: u64,
    /// It has ended; only its parent has not heard yet.
    is_over: bool,
}

impl Process {
    fn all() -> BTreeMap<i32, Process> {
        let Ok(entries) = std::fs::read_dir("/proc") else { return BTreeMap::new() };
        let numbers = entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        numbers.filter_map(|number| Some((number, Process::read(number)?))).collect()
    }

    fn read(number: i32) -> Option<Process> {
        // The name may be of any bytes.
        let stat = std::fs::read(format!("/proc/{number}/stat")).ok()?;
        Process::parse(number, &String::from_utf8_lossy(&stat))
    }

    fn parse(number: i32, stat: &str) -> Option<Process> {
        // The name may hold spaces and parentheses; what follows it does not.
        let words: Vec<&str> = stat[stat.rfind(')')? + 1..].split_ascii_whitespace().collect();
        Some(Process {
            number,
            parent: words.get(1)?.parse().ok()?,
            started: words.get(19)?.parse().ok()?,
            is_over: matches!(words[0], "Z" | "X"),
        })
    }

    fn limits(&self) -> String {
        std::fs::read_to_string(format!("/proc/{}/limits", self.number)).unwrap_or_default()
    }

    /// Whether it is worth another look: it was killed, or is gone, or is somebody else by now.
    fn kill(&self) -> bool {
        let Some(pid) = Pid::from_raw(self.number) else { return false };
        let result = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(process) if self.is_still() => pidfd_send_signal(process, Signal::KILL),
            // A kernel without such descriptors.
            Err(Errno::NOSYS) if self.is_still() => kill_process(pid, Signal::KILL),
            Ok(_) | Err(_) => Ok(()),
        };
        result != Err(Errno::PERM)
    }

    fn is_still(&self) -> bool {
        Process::read(self.number).is_some_and(|now| now.started == self.started)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_may_have_any_name() {
        let stat = "42 (a) Z (b) S 7 42 42 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 12345 8 9";
        let expected = Process { number: 42, parent: 7, started: 12345, is_over: false };
        assert_eq!(Process::parse(42, stat), Some(expected));
        assert_eq!(Process::parse(42, "42 (a"), None);
        assert_eq!(Process::parse(42, "42 (a) S 7"), None);
    }

    #[test]
    fn descendants_belong_to_the_tree_and_strangers_do_not() {
        let process = |number, parent| (number, Process { number, parent, started: 1, is_over: false });
        let root = i32::MAX;
        let all = BTreeMap::from(
            [(root, 1), (20, root), (10, 20), (30, 1), (40, 30)].map(|(number, parent)| process(number, parent)),
        );
        let tree = Tree { root: Pid::from_raw(root).unwrap(), mark: None };
        assert_eq!(tree.members(&all), BTreeSet::from([10, 20, root]));
    }
}
