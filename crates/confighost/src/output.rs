//! Output of the configuration goes to the master's log, line by line, within bounds.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::time::Instant;
use tracing::{info, warn};

/// A longer line is logged in parts.
const LINE_BYTES_MAX: usize = 16 * 1024;
/// Lines a second that are logged; a configuration that prints without end must not fill the disk.
const LINES_PER_SECOND_MAX: u32 = 1000;
/// Last lines of standard error that are kept, for the message when the process dies.
const LAST_LINES: usize = 10;

/// Which of the two streams.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

/// What standard error said last, and, on request, the stacks that Python dumps there.
#[derive(Debug, Default, Clone)]
pub(crate) struct Tail(Arc<Mutex<TailState>>);

#[derive(Debug, Default)]
struct TailState {
    lines: VecDeque<String>,
    stacks: Option<Vec<String>>,
}

impl Tail {
    fn state(&self) -> std::sync::MutexGuard<'_, TailState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The last lines, joined.
    pub(crate) fn last(&self) -> String {
        self.state().lines.iter().map(String::as_str).collect::<Vec<_>>().join("; ")
    }

    /// From now on lines of a stack dump are kept instead of logged.
    pub(crate) fn expect_stacks(&self) {
        self.state().stacks = Some(Vec::new());
    }

    /// The dumped lines so far.
    pub(crate) fn stacks(&self) -> Vec<String> {
        self.state().stacks.clone().unwrap_or_default()
    }

    /// Takes a line; `false` if it was part of a dump.
    fn push(&self, line: &str) -> bool {
        let mut state = self.state();
        if let Some(stacks) = &mut state.stacks
            && is_stack_line(line)
        {
            stacks.push(line.to_owned());
            return false;
        }
        if state.lines.len() == LAST_LINES {
            state.lines.pop_front();
        }
        state.lines.push_back(line.to_owned());
        true
    }
}

fn is_stack_line(line: &str) -> bool {
    line.starts_with("  File \"") || line.starts_with("Thread 0x") || line.starts_with("Current thread 0x")
}

/// Reads a stream to its end.
pub(crate) async fn forward(mut stream: impl AsyncRead + Unpin, source: Source, tail: Tail) {
    let mut budget = Budget::new();
    let mut pending: Vec<u8> = Vec::new();
    let mut buffer = vec![0; 64 * 1024];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        pending.extend_from_slice(&buffer[..count]);
        let mut start = 0;
        while let Some(length) = line_length(&pending[start..]) {
            take(&pending[start..start + length], source, &tail, &mut budget);
            start += length;
        }
        pending.drain(..start);
    }
    if !pending.is_empty() {
        take(&pending, source, &tail, &mut budget);
    }
    budget.report();
}

/// Length of the first complete line, newline included, or of as much as is logged at once.
fn line_length(bytes: &[u8]) -> Option<usize> {
    let end = bytes.iter().take(LINE_BYTES_MAX).position(|byte| *byte == b'\n').map(|at| at + 1);
    end.or((bytes.len() >= LINE_BYTES_MAX).then_some(LINE_BYTES_MAX))
}

fn take(line: &[u8], source: Source, tail: &Tail, budget: &mut Budget) {
    let text = String::from_utf8_lossy(line);
    let text = text.trim_end_matches(['\n', '\r']);
    let log = match source {
        Source::Stdout => true,
        Source::Stderr => tail.push(text),
    };
    if log && budget.spend() {
        match source {
            Source::Stdout => info!(target: "ferrobot::configuration", "{text}"),
            Source::Stderr => warn!(target: "ferrobot::configuration", "{text}"),
        }
    }
}

/// How many lines may still be logged in this second.
struct Budget {
    since: Instant,
    spent: u32,
    left_out: u64,
}

impl Budget {
    fn new() -> Budget {
        Budget { since: Instant::now(), spent: 0, left_out: 0 }
    }

    fn spend(&mut self) -> bool {
        if self.since.elapsed() >= Duration::from_secs(1) {
            self.report();
            *self = Budget::new();
        }
        self.spent += 1;
        let within = self.spent <= LINES_PER_SECOND_MAX;
        self.left_out += u64::from(!within);
        within
    }

    fn report(&self) {
        if self.left_out > 0 {
            warn!("{} lines of the configuration's output are left out: it prints too fast", self.left_out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn keeps_the_last_lines_and_the_stacks() {
        let tail = Tail::default();
        let many: String = (0..30).map(|number| format!("line {number}\n")).collect();
        forward(many.as_bytes(), Source::Stderr, tail.clone()).await;
        assert!(tail.last().starts_with("line 20; line 21"));

        tail.expect_stacks();
        forward(&b"  File \"/x/master.cfg\", line 7 in spin\nother\n"[..], Source::Stderr, tail.clone()).await;
        assert_eq!(tail.stacks(), ["  File \"/x/master.cfg\", line 7 in spin"]);
        assert!(tail.last().ends_with("line 29; other"));
    }

    #[test]
    fn long_lines_come_in_parts() {
        let cases: [(&[u8], Option<usize>); 3] =
            [(b"abc", None), (b"abc\ndef", Some(4)), (&[b'x'; LINE_BYTES_MAX + 5], Some(LINE_BYTES_MAX))];
        for (bytes, expected) in cases {
            assert_eq!(line_length(bytes), expected);
        }
    }

    #[test]
    fn the_budget_of_a_second_is_bounded() {
        let mut budget = Budget::new();
        let logged = (0..LINES_PER_SECOND_MAX * 2).filter(|_| budget.spend()).count();
        assert!(logged >= LINES_PER_SECOND_MAX as usize);
        assert!(budget.left_out > 0 || logged > LINES_PER_SECOND_MAX as usize);
    }
}
