//! A log that a step writes: turns blocks of any shape into whole lines with their stream's letter.
//!
//! Secrets are masked (`mask`), then lines are put together (`lines`), then the size limits hold (`limit`).

mod limit;
mod lines;
mod mask;

pub(crate) use limit::Limits;
pub(crate) use mask::Secrets;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use ferrobot_data::{Data, DataError};
use ferrobot_model::LogId;
use tokio::sync::Mutex;

use limit::Limiter;
use lines::{Letter, Lines};
use mask::Masker;

/// Buffered lines are handed on when there are so many bytes of them.
const BLOCK_BYTES: usize = 32 * 1024;

/// A log being written. Cheap to clone; all clones write the same log.
#[derive(Clone)]
pub struct LogHandle {
    inner: Arc<Inner>,
}

struct Inner {
    data: Data,
    id: LogId,
    secrets: Secrets,
    state: Mutex<State>,
    /// What is written is in the log already.
    muted: Arc<AtomicBool>,
}

struct State {
    masker: Masker,
    lines: Lines,
    limiter: Limiter,
    /// Whole lines that are not handed on yet.
    block: String,
    finished: bool,
}

impl LogHandle {
    /// A log of kind `s`, `t` or `h` that was just added.
    pub(crate) fn new(data: &Data, id: LogId, kind: char, secrets: Secrets, limits: Limits) -> LogHandle {
        LogHandle::resumed(data, (id, kind, false), secrets, limits, Arc::default())
    }

    /// A log that an earlier run of the master began, perhaps to its end; muted until what is written is new.
    pub(crate) fn resumed(
        data: &Data,
        (id, kind, finished): (LogId, char, bool),
        secrets: Secrets,
        limits: Limits,
        muted: Arc<AtomicBool>,
    ) -> LogHandle {
        let has_streams = kind == 's';
        let state = State {
            masker: Masker::default(),
            lines: Lines::new(has_streams),
            // Only what commands print is limited: what steps write themselves is theirs to bound.
            limiter: Limiter::new(if has_streams { limits } else { Limits::NONE }),
            block: String::new(),
            finished,
        };
        LogHandle { inner: Arc::new(Inner { data: data.clone(), id, secrets, state: Mutex::new(state), muted }) }
    }

    /// Its row.
    #[must_use]
    pub fn id(&self) -> LogId {
        self.inner.id
    }

    /// Appends standard output (logs of type `s`). Any block: lines are put together across calls.
    pub async fn stdout(&self, text: &str) -> Result<(), DataError> {
        self.write(Letter::Output, text).await
    }

    /// Appends standard error.
    pub async fn stderr(&self, text: &str) -> Result<(), DataError> {
        self.write(Letter::Error, text).await
    }

    /// Appends a header. Its last line ends with the log when it has no newline of its own.
    pub async fn header(&self, text: &str) -> Result<(), DataError> {
        self.write(Letter::Header, text).await
    }

    /// Appends to a log of type `t` or `h`.
    pub async fn text(&self, text: &str) -> Result<(), DataError> {
        self.write(Letter::Output, text).await
    }

    /// Ends unfinished lines and the log. Twice is harmless.
    pub async fn finish(&self) -> Result<(), DataError> {
        let mut state = self.inner.state.lock().await;
        if state.finished {
            return Ok(());
        }
        state.finished = true;
        state.end();
        self.hand_on(&mut state).await?;
        self.inner.data.finish_log(self.inner.id).await
    }

    async fn write(&self, letter: Letter, text: &str) -> Result<(), DataError> {
        self.buffer(letter, text).await?;
        self.flush().await
    }

    /// Appends; what is less than a block may wait for [`LogHandle::flush`]. `true`: something waits.
    pub(crate) async fn buffer(&self, letter: Letter, text: &str) -> Result<bool, DataError> {
        let mut state = self.inner.state.lock().await;
        if state.finished || self.inner.muted.load(Ordering::Relaxed) {
            return Ok(false);
        }
        state.append(&self.inner.secrets, letter, text);
        if state.block.len() >= BLOCK_BYTES {
            self.hand_on(&mut state).await?;
        }
        Ok(!state.block.is_empty())
    }

    /// Appends, and keeps it until [`LogHandle::take_block`]. Answers how many bytes of whole lines there are.
    pub(crate) async fn keep(&self, letter: Letter, text: &str) -> usize {
        let mut state = self.inner.state.lock().await;
        if !state.finished {
            state.append(&self.inner.secrets, letter, text);
        }
        state.block.len()
    }

    /// Whether something of what was taken is not in a line yet, since it may be the beginning of a secret.
    pub(crate) async fn holds_back(&self) -> bool {
        self.inner.state.lock().await.masker.holds_back()
    }

    /// The whole lines that there are, for whoever appends them to the log.
    pub(crate) async fn take_block(&self) -> Option<(LogId, String)> {
        let block = std::mem::take(&mut self.inner.state.lock().await.block);
        (!block.is_empty()).then_some((self.inner.id, block))
    }

    /// Hands on the whole lines that there are.
    pub(crate) async fn flush(&self) -> Result<(), DataError> {
        let mut state = self.inner.state.lock().await;
        self.hand_on(&mut state).await
    }

    async fn hand_on(&self, state: &mut State) -> Result<(), DataError> {
        if state.block.is_empty() {
            return Ok(());
        }
        let block = std::mem::take(&mut state.block);
        self.inner.data.append_log(self.inner.id, block).await
    }
}

impl State {
    fn append(&mut self, secrets: &Secrets, letter: Letter, text: &str) {
        let masked = self.masker.push(secrets, letter, text);
        let from = self.block.len();
        self.lines.push(letter, &masked, &mut self.block);
        if letter != Letter::Header {
            self.limiter.limit(&mut self.block, from);
        }
    }

    fn end(&mut self) {
        for letter in Letter::ALL {
            let held = self.masker.finish(letter);
            self.lines.push(letter, &held, &mut self.block);
        }
        let from = self.block.len();
        self.lines.finish(&mut self.block);
        self.limiter.limit(&mut self.block, from);
        self.limiter.finish(&mut self.block);
    }
}

pub(crate) use lines::Letter as StreamLetter;
