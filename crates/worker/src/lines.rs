//! Turns a program's output into whole lines, as Buildbot stores them.
//!
//! Output arrives in blocks that end anywhere, also within a character. A carriage return, and the sequences with which
//! progress bars move the cursor, end a line too. A line that is not yet complete waits for its end; a very long one is
//! cut in pieces, so that memory stays flat whatever a program prints.

use std::ops::Range;

use ferrobot_model::{StreamDecoder, TextEncoding};

/// Longest line by default, its newline included: Buildbot's value.
pub const LINE_LENGTH_MAX: usize = 4096;
/// Nothing that ends a line is longer than this; so much of an incomplete line is looked at again.
const ENDING_BYTES_MAX: usize = 24;

/// What ends a line besides `\n`.
#[derive(Debug, Clone, Default)]
pub enum Newlines {
    /// `\r\n`, a carriage return in front of anything, backspaces, and three ways to place the cursor.
    #[default]
    Terminal,
    /// A regular expression of the master's choice.
    Pattern(regex::Regex),
}

/// The expression that masters of Buildbot send for [`Newlines::Terminal`].
pub const TERMINAL_NEWLINE_RE: &str = r"(\r\n|\r(?=.)|\033\[u|\033\[[0-9]+;[0-9]+[Hf]|\033\[2J|\x08+)";

impl Newlines {
    /// Takes a master's expression. `None` when it is not understood.
    #[must_use]
    pub fn from_pattern(pattern: &str) -> Option<Newlines> {
        if pattern == TERMINAL_NEWLINE_RE {
            return Some(Newlines::Terminal);
        }
        regex::RegexBuilder::new(pattern).size_limit(1 << 20).build().ok().map(Newlines::Pattern)
    }

    /// The first ending in `text`, `\n` not counted.
    fn find(&self, text: &str) -> Option<Range<usize>> {
        match self {
            Newlines::Terminal => find_terminal_newline(text.as_bytes()),
            Newlines::Pattern(pattern) => pattern.find_iter(text).find(|found| !found.is_empty()).map(|f| f.range()),
        }
    }
}

/// Splits one stream of output.
#[derive(Debug)]
pub struct LineSplitter {
    newlines: Newlines,
    length_max: usize,
    /// Reads what is not UTF-8.
    decoder: Option<StreamDecoder>,
    /// Bytes of a character that is not complete.
    undecoded: Vec<u8>,
    /// The beginning of a line that is not complete.
    partial: String,
    /// The last ending was a run of backspaces, which may go on in the next block.
    after_backspaces: bool,
}

impl LineSplitter {
    /// A splitter whose lines have at most `length_max` characters, newline included.
    #[must_use]
    pub fn new(newlines: Newlines, length_max: usize) -> LineSplitter {
        LineSplitter {
            newlines,
            length_max: length_max.max(2),
            decoder: None,
            undecoded: Vec::new(),
            partial: String::new(),
            after_backspaces: false,
        }
    }

    /// A splitter for bytes of another encoding than UTF-8.
    #[must_use]
    pub fn of_encoding(self, encoding: TextEncoding) -> LineSplitter {
        LineSplitter { decoder: (encoding != TextEncoding::Utf8).then(|| encoding.decoder()), ..self }
    }

    /// Takes bytes; what is no text becomes U+FFFD. Returns all lines that are now complete, each with its newline.
    pub fn feed_bytes(&mut self, bytes: &[u8]) -> String {
        if let Some(decoder) = &mut self.decoder {
            let text = decoder.decode(bytes, false);
            return self.feed_decoded(&text);
        }
        if self.undecoded.is_empty() {
            return self.decode_and_feed(bytes);
        }
        let mut joined = std::mem::take(&mut self.undecoded);
        joined.extend_from_slice(bytes);
        self.decode_and_feed(&joined)
    }

    fn decode_and_feed(&mut self, bytes: &[u8]) -> String {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.feed_decoded(text),
            Err(error) => {
                let complete = match bytes.utf8_chunks().last() {
                    // The input may have ended within a character: wait for the rest of it.
                    Some(last) if error_at_end(last.invalid(), bytes) => bytes.len() - last.invalid().len(),
                    _ => bytes.len(),
                };
                debug_assert!(error.valid_up_to() <= complete);
                let lines = self.feed_decoded(&String::from_utf8_lossy(&bytes[..complete]));
                self.undecoded = bytes[complete..].to_vec();
                lines
            }
        }
    }

    /// Takes text. Returns all lines that are now complete, each with its newline.
    pub fn feed(&mut self, text: &str) -> String {
        if self.undecoded.is_empty() {
            return self.feed_decoded(text);
        }
        let mut whole = String::from_utf8_lossy(&std::mem::take(&mut self.undecoded)).into_owned();
        whole.push_str(text);
        self.feed_decoded(&whole)
    }

    fn feed_decoded(&mut self, text: &str) -> String {
        let text = if self.after_backspaces { text.trim_start_matches('\u{8}') } else { text };
        if text.is_empty() {
            return String::new();
        }
        self.after_backspaces = false;
        if let Some(ready) = self.feed_plain(text) {
            return ready;
        }
        let mut ready = String::with_capacity(text.len() + self.partial.len());
        // An ending may have begun in what is here already.
        let mut look_from = self.partial.floor_char_boundary(self.partial.len().saturating_sub(ENDING_BYTES_MAX));
        self.partial.push_str(text);
        let pending = std::mem::take(&mut self.partial);
        let mut line_start = 0;
        loop {
            let rest = &pending[look_from..];
            let newline = memchr::memchr(b'\n', rest.as_bytes()).map(|at| at..at + 1);
            let special = self.newlines.find(&rest[..newline.as_ref().map_or(rest.len(), |n| n.end)]);
            let Some(ending) = earlier(newline, special) else { break };
            self.push_line(&mut ready, &pending[line_start..look_from + ending.start]);
            ready.push('\n');
            self.after_backspaces = rest[ending.clone()].ends_with('\u{8}') && look_from + ending.end == pending.len();
            line_start = look_from + ending.end;
            look_from = line_start;
        }
        self.partial = self.cut_long(&mut ready, &pending[line_start..]);
        ready
    }

    /// The common case, without a look at single lines: only `\n` ends them, and none is long.
    fn feed_plain(&mut self, text: &str) -> Option<String> {
        let is_special = |text: &str| memchr::memchr3(b'\r', 0x1b, 0x08, text.as_bytes()).is_some();
        if !matches!(self.newlines, Newlines::Terminal) || is_special(text) || is_special(&self.partial) {
            return None;
        }
        let mut line_start = 0;
        let mut length = self.partial.len();
        for at in memchr::memchr_iter(b'\n', text.as_bytes()) {
            if length + at - line_start >= self.length_max {
                return None;
            }
            length = 0;
            line_start = at + 1;
        }
        if length + text.len() - line_start >= self.length_max {
            return None;
        }
        let mut ready = String::new();
        if line_start > 0 {
            ready.reserve_exact(self.partial.len() + line_start);
            ready.push_str(&self.partial);
            ready.push_str(&text[..line_start]);
            self.partial.clear();
        }
        self.partial.push_str(&text[line_start..]);
        Some(ready)
    }

    /// The stream has ended: what is left becomes a last line.
    pub fn finish(&mut self) -> String {
        let end = self.decoder.as_mut().map_or_else(String::new, |decoder| decoder.decode(&[], true));
        let mut ready = self.feed(&end);
        if self.partial.is_empty() {
            return ready;
        }
        // `\r` counted as an ending only in front of something; now the newline is that.
        ready.push_str(&self.feed("\n"));
        ready
    }

    /// Writes one complete line without its newline, in pieces when it is too long.
    fn push_line(&self, ready: &mut String, line: &str) {
        let last = self.cut_long(ready, line);
        ready.push_str(&last);
    }

    /// Writes all full pieces of a line and returns the rest.
    fn cut_long(&self, ready: &mut String, line: &str) -> String {
        // A character has at least one byte, so short lines need no counting.
        if line.len() < self.length_max {
            return line.to_owned();
        }
        let piece = self.length_max - 1;
        let mut rest = line;
        while let Some((end, _)) = rest.char_indices().nth(piece) {
            ready.push_str(&rest[..end]);
            ready.push('\n');
            rest = &rest[end..];
        }
        rest.to_owned()
    }
}

/// The invalid bytes are the start of a character, and the input ends with them.
fn error_at_end(invalid: &[u8], bytes: &[u8]) -> bool {
    !invalid.is_empty()
        && bytes.ends_with(invalid)
        && std::str::from_utf8(invalid).is_err_and(|error| error.error_len().is_none())
}

fn earlier(one: Option<Range<usize>>, other: Option<Range<usize>>) -> Option<Range<usize>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.start < one.start { other } else { one }),
        (one, other) => one.or(other),
    }
}

fn find_terminal_newline(bytes: &[u8]) -> Option<Range<usize>> {
    let mut from = 0;
    while let Some(found) = memchr::memchr3(b'\r', 0x1b, 0x08, &bytes[from..]) {
        let at = from + found;
        if let Some(length) = ending_length(&bytes[at..]) {
            return Some(at..at + length);
        }
        from = at + 1;
    }
    None
}

/// Length of the ending that `bytes` begins with.
fn ending_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'\r', b'\n', ..] => Some(2),
        [b'\r', _, ..] => Some(1),
        [0x08, ..] => Some(bytes.iter().take_while(|&&byte| byte == 0x08).count()),
        [0x1b, b'[', b'u', ..] => Some(3),
        [0x1b, b'[', b'2', b'J', ..] => Some(4),
        [0x1b, b'[', rest @ ..] => cursor_position_length(rest).map(|length| length + 2),
        _ => None,
    }
}

/// `12;34H` or `12;34f`.
fn cursor_position_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let row = digits(0);
    if row == 0 || bytes.get(row) != Some(&b';') {
        return None;
    }
    let column = digits(row + 1);
    let end = row + 1 + column;
    (column > 0 && matches!(bytes.get(end), Some(b'H' | b'f'))).then_some(end + 1)
}

#[cfg(test)]
mod tests;
