//! Watches a master's log for the lines that say how a start or a reconfiguration went.

use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// From this line on the log says why a start failed.
const FAILURE: &str = "while starting BuildMaster";

/// What to watch for.
pub(crate) struct Watch {
    /// Lines before one with this text are of an earlier run.
    pub(crate) started_with: &'static str,
    /// How long to watch.
    pub(crate) timeout: Duration,
    /// Whether the lines are shown.
    pub(crate) shows: bool,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The master is up.
    Running,
    /// It ended.
    Failed,
    /// The new configuration is in force.
    Reconfigured,
    /// The old configuration is still in force.
    ReconfigFailed,
    /// No such line came.
    TimedOut,
}

/// A log from a position on.
pub(crate) struct Follow {
    log: PathBuf,
    position: u64,
    started: bool,
    /// The lines that say why the start failed have begun.
    explains: bool,
    rest: String,
}

impl Follow {
    /// From the present end of the log.
    pub(crate) fn from_end(log: &Path) -> Follow {
        let position = std::fs::metadata(log).map_or(0, |metadata| metadata.len());
        Follow { log: log.to_path_buf(), position, started: false, explains: false, rest: String::new() }
    }

    /// Watches until a line decides, the time is over or `ended` says that the process is gone.
    pub(crate) fn until_decided(mut self, watch: &Watch, mut ended: impl FnMut() -> bool) -> Outcome {
        let deadline = Instant::now() + watch.timeout;
        loop {
            // Asked before the log is read, so that its last lines are seen.
            let gone = ended();
            if let Some(outcome) = self.look(watch) {
                return outcome;
            }
            if gone {
                return Outcome::Failed;
            }
            if Instant::now() > deadline {
                return Outcome::TimedOut;
            }
            wait();
        }
    }

    fn look(&mut self, watch: &Watch) -> Option<Outcome> {
        let new = self.read_new();
        self.rest += &new;
        while let Some(end) = self.rest.find('\n') {
            let line: String = self.rest.drain(..=end).collect();
            self.started |= line.contains(watch.started_with);
            if !self.started {
                continue;
            }
            let outcome = decides(&line);
            self.explains |= line.contains(FAILURE);
            if watch.shows || (self.explains && outcome.is_none()) {
                super::say(line.trim_end());
            }
            if outcome.is_some() {
                return outcome;
            }
        }
        None
    }

    fn read_new(&mut self) -> String {
        let mut text = Vec::new();
        let read = std::fs::File::open(&self.log).and_then(|mut file| {
            // A shorter log is a new one: the old one was rotated away.
            if file.metadata()?.len() < self.position {
                self.position = 0;
            }
            file.seek(SeekFrom::Start(self.position))?;
            file.read_to_end(&mut text)
        });
        self.position += read.unwrap_or(0) as u64;
        String::from_utf8_lossy(&text).into_owned()
    }
}

fn decides(line: &str) -> Option<Outcome> {
    const SIGNS: &[(&str, Outcome)] = &[
        ("BuildMaster is running", Outcome::Running),
        ("BuildMaster startup failed", Outcome::Failed),
        ("configuration update aborted", Outcome::ReconfigFailed),
        ("configuration update partially applied", Outcome::ReconfigFailed),
        ("configuration update complete", Outcome::Reconfigured),
        ("Server Shut Down", Outcome::Failed),
    ];
    SIGNS.iter().find(|(sign, _)| line.contains(sign)).map(|(_, outcome)| *outcome)
}

#[expect(clippy::disallowed_methods, reason = "a command that waits for another process has nothing else to do")]
pub(crate) fn wait() {
    std::thread::sleep(LOOK_EVERY);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcome_of(old: &str, new: &str) -> Outcome {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("twistd.log");
        std::fs::write(&log, old).unwrap();
        let follow = Follow::from_end(&log);
        std::fs::write(&log, format!("{old}{new}")).unwrap();
        let watch = Watch { started_with: "Starting BuildMaster", timeout: Duration::ZERO, shows: false };
        follow.until_decided(&watch, || false)
    }

    #[test]
    fn only_lines_of_this_start_decide() {
        let cases = [
            ("", "x Starting BuildMaster\nBuildMaster is running\n", Outcome::Running),
            ("BuildMaster is running\n", "x Starting BuildMaster\n", Outcome::TimedOut),
            ("", "Server Shut Down\nStarting BuildMaster\nBuildMaster startup failed\n", Outcome::Failed),
            ("", "Starting BuildMaster\nBuildMaster is runn", Outcome::TimedOut),
        ];
        for (old, new, expected) in cases {
            assert_eq!(outcome_of(old, new), expected, "{old:?} {new:?}");
        }
    }
}
