//! Gathers what a command reports, and hands it on in blocks.
//!
//! Nothing here waits: the command's own loop sends one event when the receiver has room, and stops reading the program's
//! output while too much is waiting. So a slow master slows the program down, and memory stays flat.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use ferrobot_model::{CommandEvent, Stream, TextEncoding, Update};
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::lines::{LINE_LENGTH_MAX, LineSplitter, Newlines};

/// A program is not read while more than this is waiting for the master.
const WAITING_BYTES_MAX: usize = 512 * 1024;

/// How output is cut into blocks.
#[derive(Debug, Clone)]
pub struct OutputSettings {
    /// A block is handed on when it has grown to this.
    pub buffer_size: usize,
    /// A smaller block is handed on after this time.
    pub buffer_timeout: Duration,
    /// What ends a line.
    pub newlines: Newlines,
    /// Longest line in characters, newline included.
    pub line_length_max: usize,
}

impl Default for OutputSettings {
    /// Buildbot's values, but output is handed on at once.
    fn default() -> OutputSettings {
        OutputSettings {
            buffer_size: 64 * 1024,
            buffer_timeout: Duration::ZERO,
            newlines: Newlines::Terminal,
            line_length_max: LINE_LENGTH_MAX,
        }
    }
}

/// The events of one command on their way out.
pub(super) struct Output {
    events: mpsc::Sender<CommandEvent>,
    settings: OutputSettings,
    /// How the program writes text. What the worker says itself does not go through it.
    encoding: TextEncoding,
    streams: BTreeMap<Stream, LineSplitter>,
    /// Updates that may still grow, and their size.
    block: Vec<Update>,
    block_bytes: usize,
    /// When the block is handed on however small it is.
    block_due: Option<Instant>,
    ready: VecDeque<CommandEvent>,
    ready_bytes: usize,
}

impl Output {
    pub(super) fn new(events: mpsc::Sender<CommandEvent>, settings: OutputSettings, encoding: TextEncoding) -> Output {
        Output {
            events,
            settings,
            encoding,
            streams: BTreeMap::new(),
            block: Vec::new(),
            block_bytes: 0,
            block_due: None,
            ready: VecDeque::new(),
            ready_bytes: 0,
        }
    }

    /// Bytes that the program, or a log file, has produced.
    pub(super) fn bytes(&mut self, stream: &Stream, bytes: &[u8]) {
        let lines = self.splitter(stream).feed_bytes(bytes);
        self.lines(stream, lines);
    }

    /// Something the worker itself says. Without a newline at its end it waits for more.
    pub(super) fn text(&mut self, stream: &Stream, text: &str) {
        let lines = self.splitter(stream).feed(text);
        self.lines(stream, lines);
    }

    /// A line in the header.
    pub(super) fn header(&mut self, text: &str) {
        self.text(&Stream::Header, text);
    }

    fn splitter(&mut self, stream: &Stream) -> &mut LineSplitter {
        let OutputSettings { newlines, line_length_max, .. } = &self.settings;
        self.streams
            .entry(stream.clone())
            .or_insert_with(|| LineSplitter::new(newlines.clone(), *line_length_max).of_encoding(self.encoding))
    }

    fn lines(&mut self, stream: &Stream, lines: String) {
        if lines.is_empty() {
            return;
        }
        let bytes = lines.len();
        match self.block.last_mut() {
            Some(Update::Output(last, text)) if last == stream => text.push_str(&lines),
            _ => self.block.push(Update::Output(stream.clone(), lines)),
        }
        self.grown(bytes);
    }

    /// Something other than output.
    pub(super) fn update(&mut self, update: Update) {
        self.block.push(update);
        self.grown(16);
    }

    fn grown(&mut self, bytes: usize) {
        self.block_bytes += bytes;
        if self.block_bytes >= self.settings.buffer_size || self.settings.buffer_timeout.is_zero() {
            self.release();
        } else if self.block_due.is_none() {
            self.block_due = Some(Instant::now() + self.settings.buffer_timeout);
        }
    }

    /// The block is complete.
    pub(super) fn release(&mut self) {
        self.block_due = None;
        self.ready_bytes += std::mem::take(&mut self.block_bytes);
        self.ready.extend(self.block.drain(..).map(CommandEvent::Update));
    }

    /// When [`Output::release`] is due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.block_due
    }

    /// More may be put in.
    pub(super) fn has_room(&self) -> bool {
        self.ready_bytes < WAITING_BYTES_MAX
    }

    pub(super) fn has_ready(&self) -> bool {
        !self.ready.is_empty()
    }

    /// Sends one event, when there is one and the receiver has room. `false`: nobody listens any more.
    pub(super) async fn send_one(&mut self) -> bool {
        let Ok(permit) = self.events.reserve().await else { return false };
        if let Some(event) = self.ready.pop_front() {
            if let CommandEvent::Update(Update::Output(_, text)) = &event {
                self.ready_bytes = self.ready_bytes.saturating_sub(text.len());
            }
            if self.ready.is_empty() {
                self.ready_bytes = 0;
            }
            permit.send(event);
        }
        true
    }

    /// Sends everything that is complete. `false`: nobody listens any more.
    pub(super) async fn send_ready(&mut self) -> bool {
        while self.has_ready() {
            if !self.send_one().await {
                return false;
            }
        }
        true
    }

    /// Sends everything up to now, and then an event of a transfer.
    pub(super) async fn event(&mut self, event: CommandEvent) -> bool {
        self.release();
        self.ready.push_back(event);
        self.send_ready().await
    }

    /// The command has ended: unfinished lines (of log files first, of standard output last), and the end itself.
    pub(super) async fn complete(&mut self, failure: Option<String>) -> bool {
        for (stream, mut splitter) in std::mem::take(&mut self.streams).into_iter().rev() {
            let rest = splitter.finish();
            self.lines(&stream, rest);
        }
        self.event(CommandEvent::Complete(failure)).await
    }

    /// Tells when nobody listens any more.
    pub(super) fn listener(&self) -> mpsc::Sender<CommandEvent> {
        self.events.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn unfinished_lines_come_out_in_the_order_of_the_stock_worker() {
        let (events, mut received) = mpsc::channel(16);
        let mut out = Output::new(events, OutputSettings::default(), TextEncoding::Utf8);
        let streams = [Stream::Stdout, Stream::Log("a.log".to_owned()), Stream::Header, Stream::Stderr];
        for stream in &streams {
            out.bytes(stream, b"cut");
        }
        out.complete(None).await;
        drop(out);
        let mut order = Vec::new();
        while let Some(event) = received.recv().await {
            if let CommandEvent::Update(Update::Output(stream, _)) = event {
                order.push(stream);
            }
        }
        assert_eq!(order, [Stream::Log("a.log".to_owned()), Stream::Header, Stream::Stderr, Stream::Stdout]);
    }
}
