//! What sending and receiving files have in common: limits, the thread that waits for the disk, and how it ends.

use std::io;
use std::path::Path;

use ferrobot_model::{Stream, Update};

use super::{Context, Failed, Outcome, failure_of_master};
use crate::python_text::{OsError, str_repr};

/// No block is larger, whatever the master asks for.
const BLOCK_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// How much may be transferred, and in what pieces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    left: Option<u64>,
    block: u64,
}

impl Limits {
    pub(super) fn new(maxsize: Option<u64>, blocksize: u64) -> Limits {
        Limits { left: maxsize, block: blocksize.clamp(1, BLOCK_BYTES_MAX) }
    }

    /// Size of the next block; `None` when all that is allowed has been transferred.
    pub(super) fn next(&self) -> Option<u64> {
        let size = self.left.map_or(self.block, |left| left.min(self.block));
        (size > 0).then_some(size)
    }

    pub(super) fn took(&mut self, length: usize) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(length as u64);
        }
    }
}

/// How a transfer ended.
pub(super) enum End {
    Whole,
    TooLarge,
    /// The master wants no more, or is gone.
    Interrupted,
    /// The file cannot be read or written, as the word says.
    Unusable(&'static str, io::Error),
    Refused(String),
}

/// Reports the exit status, and in words what went wrong.
pub(super) fn report(context: &mut Context, end: End, path: &Path) -> Outcome {
    context.out.update(Update::Rc(i64::from(!matches!(end, End::Whole))));
    let shown = str_repr(&path.to_string_lossy());
    let message = match end {
        End::Whole | End::Interrupted => return Ok(()),
        End::TooLarge => format!("Maximum filesize reached, truncating file {shown}"),
        End::Unusable(what, error) => format!("Cannot {what} file {shown}: {}", OsError::of(&error).strerror),
        End::Refused(reason) => return Err(Failed(failure_of_master(&reason))),
    };
    context.out.text(&Stream::Stderr, &message);
    Ok(())
}

/// Uses the disk on a thread that may wait for it.
pub(super) async fn on_thread<T: Send + 'static>(
    act: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(act).await.map_err(io::Error::other)?
}
