//! A log that a step writes: turns blocks of any shape into whole lines with their stream's letter.

use ferrobot_data::{Data, DataError};
use ferrobot_model::LogId;

/// A log being written. Cheap to clone; all clones write the same log.
#[derive(Clone)]
pub struct LogHandle {
    #[expect(dead_code, reason = "body follows")]
    data: Data,
    #[expect(dead_code, reason = "body follows")]
    id: LogId,
}

#[expect(unused_variables, clippy::unused_async, reason = "bodies follow")]
impl LogHandle {
    /// Its row.
    #[must_use]
    pub fn id(&self) -> LogId {
        self.id
    }

    /// Appends standard output (logs of type `s`). Any block: lines are put together across calls.
    pub async fn stdout(&self, text: &str) -> Result<(), DataError> {
        unimplemented!()
    }

    /// Appends standard error.
    pub async fn stderr(&self, text: &str) -> Result<(), DataError> {
        unimplemented!()
    }

    /// Appends a header; an unfinished line is ended.
    pub async fn header(&self, text: &str) -> Result<(), DataError> {
        unimplemented!()
    }

    /// Appends to a log of type `t` or `h`.
    pub async fn text(&self, text: &str) -> Result<(), DataError> {
        unimplemented!()
    }

    /// Ends unfinished lines and the log. Twice is harmless.
    pub async fn finish(&self) -> Result<(), DataError> {
        unimplemented!()
    }
}
