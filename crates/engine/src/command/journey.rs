//! How far a command is, as far as another run of the master could take it up.
//!
//! The worker numbers its messages. What they print goes to the logs in one piece with the number of the last of them, so that
//! the logs always end where a message ends.

use ferrobot_data::{Data, DataError, HeldCommand};
use ferrobot_model::{BuildId, LogId};

use crate::CommandKey;
use crate::build::{BuildFacts, Ended, ended, key, outcome_text};
use crate::log::Secrets;
use crate::step::CommandOutcome;

/// Lines are written when there are so many bytes of them.
const BLOCK_BYTES: usize = 64 * 1024;
/// A worker keeps so much of what a step would have to see again; what has more cannot be taken up.
const OBSERVED_BYTES_MAX: u64 = 64 * 1024 * 1024;

pub(super) struct Journey {
    build: BuildId,
    place: u64,
    entry: HeldCommand,
    /// The last message that is here.
    last: u64,
    /// Messages up to this one were written by an earlier run of the master.
    written_before: u64,
    /// All were.
    was_complete: bool,
    /// A part of the next message is here.
    is_in_message: bool,
    wants_arrival: bool,
    bytes: usize,
    printed_bytes: u64,
    /// The worker has been told of this.
    told: u64,
}

impl Journey {
    pub(super) fn new(build: &BuildFacts, place: u64, entry: HeldCommand) -> Journey {
        let key = key(build.id, place, &entry);
        Journey {
            build: build.id,
            place,
            last: key.delivered,
            written_before: entry.mark,
            was_complete: entry.is_complete,
            entry,
            is_in_message: false,
            wants_arrival: false,
            bytes: 0,
            printed_bytes: 0,
            told: key.delivered,
        }
    }

    pub(super) fn key(&self) -> CommandKey {
        key(self.build, self.place, &self.entry)
    }

    /// What is known already of how it ends. Of a command that is seen again all will be told again.
    pub(super) fn outcome_so_far(&self) -> CommandOutcome {
        if self.entry.is_observed {
            return CommandOutcome::default();
        }
        ended(&self.entry).map(|ended| ended.outcome).unwrap_or_default()
    }

    /// Writes the entry as it is.
    pub(super) async fn note(&self, data: &Data, blocks: Vec<(LogId, String)>) -> Result<(), DataError> {
        data.note_held_command(self.build, self.place, &self.entry, blocks).await
    }

    /// A part of a message comes.
    pub(super) fn take_part(&mut self) {
        self.is_in_message = true;
    }

    /// No message is here only in part.
    pub(super) fn is_whole(&self) -> bool {
        !self.is_in_message
    }

    /// The next message's end is to be written down.
    pub(super) fn want_arrival(&mut self) {
        self.wants_arrival = true;
    }

    /// Whether the message that comes now was written by an earlier run of the master.
    pub(super) fn is_behind(&self) -> bool {
        self.was_complete || self.last < self.written_before
    }

    /// `waiting`: so many bytes wait in a log.
    pub(super) fn add_bytes(&mut self, waiting: usize) {
        self.bytes = self.bytes.max(waiting);
    }

    /// A message is complete; whether that has to be written down at once.
    pub(super) fn is_due(&mut self, number: u64) -> bool {
        self.last = number;
        self.is_in_message = false;
        self.wants_arrival || self.bytes >= BLOCK_BYTES
    }

    /// Writes down where the command is; `false`: its outcome is too long for that, or has a secret.
    pub(super) async fn arrive(
        &mut self,
        data: &Data,
        blocks: Vec<(LogId, String)>,
        ended: &Ended,
        is_complete: bool,
        secrets: &Secrets,
    ) -> Result<bool, DataError> {
        self.wants_arrival = false;
        self.bytes = 0;
        self.entry.mark = self.entry.mark.max(self.last);
        self.entry.outcome = outcome_text(ended, secrets);
        self.entry.is_complete |= is_complete;
        self.note(data, blocks).await?;
        Ok(self.entry.outcome.is_some())
    }

    /// So many bytes were printed.
    pub(super) fn take_output(&mut self, bytes: usize) {
        self.printed_bytes += bytes as u64;
    }

    /// Whether the step sees what the command prints.
    pub(super) fn is_observed(&self) -> bool {
        self.entry.is_observed
    }

    /// The message up to which the worker need keep nothing, if it does not know.
    pub(super) fn stored(&mut self) -> Option<u64> {
        let is_kept = self.entry.is_observed && self.printed_bytes <= OBSERVED_BYTES_MAX;
        if is_kept || self.entry.mark <= self.told {
            return None;
        }
        self.told = self.entry.mark;
        Some(self.told)
    }
}
