//! When a command has to die, and how: decisions only, no signals and no clock.
//!
//! First the gentle signal, when the step asks for one; after its time the hard one; after five more seconds the command
//! counts as unkillable.

use std::time::Duration;

use ferrobot_model::wait_of;
use nix::sys::signal::Signal;
use tokio::time::Instant;

/// After the last signal a process has so long to vanish.
const GIVE_UP_AFTER: Duration = Duration::from_secs(5);

/// What a step allows its command.
#[derive(Debug, Clone, Copy)]
pub(super) struct Allowance {
    /// Time without output.
    pub(super) silence: Option<Duration>,
    /// Time at all.
    pub(super) total: Option<Duration>,
    /// Lines of output.
    pub(super) lines: Option<u64>,
    /// Time between the gentle and the hard signal.
    pub(super) grace: Option<Duration>,
    /// The hard signal.
    pub(super) signal: Signal,
}

/// What is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// No output for too long.
    Silent,
    /// It ran for too long.
    TooLong,
    /// Send this signal.
    Send(Signal),
    /// It survived this signal.
    GiveUp(Signal),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Running,
    Asked { kill_at: Instant },
    Killed { give_up_at: Instant },
}

/// Where a command is on its way to the end.
#[derive(Debug)]
pub(super) struct Escalation {
    allowance: Allowance,
    phase: Phase,
    silent_at: Option<Instant>,
    too_long_at: Option<Instant>,
    lines: u64,
}

impl Escalation {
    pub(super) fn new(allowance: Allowance, now: Instant) -> Escalation {
        Escalation {
            allowance,
            phase: Phase::Running,
            silent_at: allowance.silence.map(|time| now + time),
            too_long_at: allowance.total.map(|time| now + time),
            lines: 0,
        }
    }

    /// The command is dying.
    pub(super) fn is_ending(&self) -> bool {
        self.phase != Phase::Running
    }

    /// The last signal has been sent.
    pub(super) fn has_shot(&self) -> bool {
        matches!(self.phase, Phase::Killed { .. })
    }

    /// There was output.
    pub(super) fn heard(&mut self, now: Instant) {
        self.silent_at = self.allowance.silence.map(|time| now + time);
    }

    /// Counts lines; `Some` tells how many there are, when that is too many for the first time.
    pub(super) fn count_lines(&mut self, lines: u64) -> Option<u64> {
        let before = self.lines;
        self.lines += lines;
        let limit = self.allowance.lines?;
        (before <= limit && self.lines > limit && !self.is_ending()).then_some(self.lines)
    }

    /// The command has to end: the signal to send now.
    pub(super) fn begin(&mut self, now: Instant) -> Signal {
        match self.allowance.grace {
            Some(grace) => {
                self.phase = Phase::Asked { kill_at: now + grace };
                Signal::SIGTERM
            }
            None => self.kill(now),
        }
    }

    fn kill(&mut self, now: Instant) -> Signal {
        self.phase = Phase::Killed { give_up_at: now + GIVE_UP_AFTER };
        self.allowance.signal
    }

    /// When [`Escalation::due`] may have an answer.
    pub(super) fn next(&self) -> Option<Instant> {
        match self.phase {
            Phase::Running => match (self.silent_at, self.too_long_at) {
                (Some(silent), Some(too_long)) => Some(silent.min(too_long)),
                (silent, too_long) => silent.or(too_long),
            },
            Phase::Asked { kill_at } => Some(kill_at),
            Phase::Killed { give_up_at } => Some(give_up_at),
        }
    }

    /// What has to be done now.
    pub(super) fn due(&mut self, now: Instant) -> Option<Due> {
        let reached = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        match self.phase {
            Phase::Running if reached(self.too_long_at) => Some(Due::TooLong),
            Phase::Running if reached(self.silent_at) => Some(Due::Silent),
            Phase::Asked { kill_at } if kill_at <= now => Some(Due::Send(self.kill(now))),
            Phase::Killed { give_up_at } if give_up_at <= now => Some(Due::GiveUp(self.allowance.signal)),
            Phase::Running | Phase::Asked { .. } | Phase::Killed { .. } => None,
        }
    }
}

/// Seconds from a master; nothing and zero mean "no limit".
pub(super) fn seconds(value: Option<f64>) -> Option<Duration> {
    value.filter(|&seconds| seconds > 0.0).map(wait_of)
}

/// `KILL`, `SIGTERM`, …; an unknown name is the hardest.
pub(super) fn signal_named(name: Option<&str>) -> Signal {
    let name = name.unwrap_or("KILL");
    let full = if name.starts_with("SIG") { name.to_owned() } else { format!("SIG{name}") };
    full.parse().unwrap_or(Signal::SIGKILL)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWANCE: Allowance =
        Allowance { silence: None, total: None, lines: None, grace: None, signal: Signal::SIGKILL };

    fn after(start: Instant, seconds: u64) -> Instant {
        start + Duration::from_secs(seconds)
    }

    #[test]
    fn silence_and_age_are_noticed() {
        let start = Instant::now();
        let limits = Allowance { silence: seconds(Some(10.0)), total: seconds(Some(15.0)), ..ALLOWANCE };
        let mut escalation = Escalation::new(limits, start);
        assert_eq!(escalation.next(), Some(after(start, 10)));
        assert_eq!(escalation.due(after(start, 9)), None);
        assert_eq!(escalation.due(after(start, 10)), Some(Due::Silent));
        escalation.heard(after(start, 8));
        assert_eq!(escalation.due(after(start, 14)), None);
        assert_eq!(escalation.next(), Some(after(start, 15)));
        assert_eq!(escalation.due(after(start, 20)), Some(Due::TooLong));
    }

    #[test]
    fn the_gentle_signal_comes_first() {
        let start = Instant::now();
        let mut escalation = Escalation::new(Allowance { grace: seconds(Some(3.0)), ..ALLOWANCE }, start);
        assert_eq!(escalation.begin(start), Signal::SIGTERM);
        assert!(escalation.is_ending());
        assert_eq!(escalation.due(after(start, 2)), None);
        assert_eq!(escalation.due(after(start, 3)), Some(Due::Send(Signal::SIGKILL)));
        assert_eq!(escalation.due(after(start, 7)), None);
        assert_eq!(escalation.due(after(start, 8)), Some(Due::GiveUp(Signal::SIGKILL)));
    }

    #[test]
    fn a_dying_command_has_no_other_limits() {
        let start = Instant::now();
        let limits = Allowance { silence: seconds(Some(1.0)), lines: Some(0), ..ALLOWANCE };
        let mut escalation = Escalation::new(limits, start);
        assert_eq!(escalation.begin(start), Signal::SIGKILL);
        assert_eq!(escalation.due(after(start, 2)), None);
        assert_eq!(escalation.count_lines(5), None);
    }

    #[test]
    fn too_many_lines_are_told_once() {
        let mut escalation = Escalation::new(Allowance { lines: Some(5), ..ALLOWANCE }, Instant::now());
        assert_eq!(escalation.count_lines(5), None);
        assert_eq!(escalation.count_lines(95), Some(100));
        assert_eq!(escalation.count_lines(1), None);
    }

    #[test]
    fn signals_have_names() {
        let cases = [
            (None, Signal::SIGKILL),
            (Some("TERM"), Signal::SIGTERM),
            (Some("SIGINT"), Signal::SIGINT),
            (Some("BOGUS"), Signal::SIGKILL),
        ];
        for (name, expected) in cases {
            assert_eq!(signal_named(name), expected);
        }
    }
}
