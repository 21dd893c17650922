//! The text of a log as a stream of blocks, so that memory stays flat however long the log is.

use crate::Data;
use crate::resource::logs::LogHead;
use crate::rest::RestError;
use ferrobot_model::LogId;

/// About so much text is read at a time.
const BLOCK_BYTES: usize = 256 * 1024;

/// Text that is read when it is asked for.
pub struct LogText {
    data: Data,
    log: LogId,
    next_line: i64,
    last_line: i64,
    /// Take the letter of the stream from each line.
    strip_streams: bool,
    /// Text that comes before what is still to be read.
    pending: Option<String>,
    ended: bool,
}

impl LogText {
    /// The lines from `first` to `last`, as stored.
    pub(crate) fn lines(data: &Data, log: LogId, first: i64, last: i64) -> LogText {
        let data = data.clone();
        LogText { data, log, next_line: first, last_line: last, strip_streams: false, pending: None, ended: false }
    }

    /// The whole text for a reader of files: what a download begins with, and lines without letters.
    pub(crate) fn download(data: &Data, head: &LogHead) -> LogText {
        let preamble = Some(head.preamble()).filter(|text| !text.is_empty());
        let text = LogText::lines(data, head.id, 0, i64::MAX);
        LogText { strip_streams: head.has_streams(), pending: preamble, ..text }
    }

    /// The next block of text; `None` at the end.
    pub async fn next_block(&mut self) -> Option<Result<String, RestError>> {
        if let Some(text) = self.pending.take() {
            return Some(Ok(text));
        }
        if self.ended || self.next_line > self.last_line {
            return None;
        }
        match self.data.log_block(self.log, self.next_line, BLOCK_BYTES).await {
            Err(error) => {
                self.ended = true;
                Some(Err(error.into()))
            }
            Ok((text, _)) if text.is_empty() => {
                self.ended = true;
                None
            }
            Ok((text, next)) => {
                let text = if next > self.last_line.saturating_add(1) { self.cut(&text) } else { text };
                self.next_line = next;
                Some(Ok(if self.strip_streams { without_streams(&text) } else { text }))
            }
        }
    }

    /// All that is left, for those who know that it is short.
    pub async fn collect(mut self) -> Result<String, RestError> {
        let mut all = String::new();
        while let Some(block) = self.next_block().await {
            all.push_str(&block?);
        }
        Ok(all)
    }

    /// Reads ahead at least `bytes`; whether that was all.
    pub(crate) async fn read_ahead(&mut self, bytes: usize) -> Result<bool, RestError> {
        let mut ahead = String::new();
        while ahead.len() < bytes {
            match self.next_block().await {
                None => {
                    self.pending = Some(ahead).filter(|text| !text.is_empty());
                    return Ok(true);
                }
                Some(block) => ahead.push_str(&block?),
            }
        }
        self.pending = Some(ahead);
        Ok(false)
    }

    fn cut(&self, text: &str) -> String {
        let lines = usize::try_from(self.last_line - self.next_line + 1).unwrap_or(usize::MAX);
        text.split_inclusive('\n').take(lines).collect()
    }
}

/// Lines without their first letter.
fn without_streams(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let mut characters = line.chars();
        characters.next();
        out.push_str(if line == "\n" { line } else { characters.as_str() });
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_streams_are_taken_off() {
        assert_eq!(without_streams("oone\ne\u{fc}\no\n\nhend\n"), "one\n\u{fc}\n\n\nend\n");
    }
}
