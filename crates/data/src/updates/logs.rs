//! Logs: text in blocks of whole lines. Packing happens before the transaction, so that it holds up nobody.

use ferrobot_model::{LogId, StepId};
use ferrobot_storage::{Tx, logchunks, logs};

use super::Done;
use crate::announce::LOGS;
use crate::{Data, DataError};

/// A log of at most so many chunks is merged together with its end; a longer one afterwards, group by group.
const MERGED_AT_ONCE_MAX: usize = 64;

/// So much text is packed before other tasks get their turn.
const PACKED_AT_ONCE_BYTES: usize = 256 * 1024;

impl Data {
    /// Soon. Type: `s` stdio, `t` text, `h` HTML. The slug is made from the name, unique in the step.
    pub async fn add_log(&self, step: StepId, name: &str, kind: char) -> Result<LogId, DataError> {
        self.soon("add a log", |tx| {
            let log = logs::add(tx, step, name, kind)?;
            self.events().announce(tx, &LOGS, log.0, "new")?;
            Ok(log)
        })
        .await
    }

    /// Appends whole lines (a block that ends with a newline; for type `s` each line already begins with its stream's letter
    /// `o`, `e` or `h`). Soon: returns when the block is in the transaction, and the caller waits while that is busy: this is
    /// the back-pressure.
    pub async fn append_log(&self, log: LogId, block: String) -> Done {
        let mut rest = block.as_str();
        while !rest.is_empty() {
            let (part, after) = rest.split_at(end_of_lines(rest, PACKED_AT_ONCE_BYTES));
            let chunks = self.inner.compression.chunks(part);
            self.soon("append to a log", |tx| {
                if logchunks::append(tx, log, &chunks)? {
                    self.events().announce(tx, &LOGS, log.0, "append")?;
                }
                Ok(())
            })
            .await?;
            rest = after;
        }
        Ok(())
    }

    /// Soon. Merges small chunks (at most 64 KiB or 1,000 lines), compresses, stamps the number of lines. Publishes `logs/<id>/finished`.
    pub async fn finish_log(&self, log: LogId) -> Done {
        let compression = self.inner.compression;
        let groups = self
            .soon("finish a log", |tx| {
                logs::finish(tx, log)?;
                self.events().announce(tx, &LOGS, log.0, "finished")?;
                let groups = logchunks::mergeable(tx, log, compression)?;
                if groups.iter().map(|group| group.chunks).sum::<usize>() > MERGED_AT_ONCE_MAX {
                    return Ok(groups);
                }
                groups.iter().try_for_each(|group| logchunks::merge(tx, log, group, compression))?;
                Ok(Vec::new())
            })
            .await?;
        for group in groups {
            self.soon("merge a log", |tx| logchunks::merge(tx, log, &group, compression)).await?;
        }
        Ok(())
    }
}

/// The text of so many logs is deleted before others get their turn.
const DELETED_AT_ONCE: usize = 50;

impl Data {
    /// Deletes the text of logs of steps that began before `before` (seconds since the epoch); the logs stay, with type
    /// `d`. Soon, in small parts. Answers how many chunks that were.
    pub async fn delete_old_logs(&self, before: i64) -> Result<usize, DataError> {
        let old = self.look("find old logs", move |conn| logs::older_than(conn, before)).await?;
        let mut deleted = 0;
        for some in old.chunks(DELETED_AT_ONCE) {
            let delete = |tx: &mut Tx<'_>| some.iter().map(|log| logs::delete_text(tx, *log)).sum::<Result<usize, _>>();
            deleted += self.soon("delete old logs", delete).await?;
        }
        Ok(deleted)
    }
}

/// Where the line ends that reaches past `wanted` bytes, or the text does.
fn end_of_lines(text: &str, wanted: usize) -> usize {
    match text.as_bytes().get(wanted..) {
        Some(tail) => tail.iter().position(|byte| *byte == b'\n').map_or(text.len(), |end| wanted + end + 1),
        None => text.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_cut_after_a_line() {
        let cases = [
            ("", 2, 0),
            ("ab\n", 9, 3),
            ("ab\ncd\nef\n", 1, 3),
            ("ab\ncd\n", 2, 3),
            ("ab\ncd\n", 3, 6),
            ("abcd", 2, 4),
        ];
        for (text, wanted, expected) in cases {
            assert_eq!(end_of_lines(text, wanted), expected, "{text:?} {wanted}");
        }
    }
}
