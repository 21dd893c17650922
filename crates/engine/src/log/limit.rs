//! `logMaxSize` and `logMaxTailSize`: what is too much is left out of a log, but for its end. Pure.

use std::collections::VecDeque;

/// How much of a log is kept, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) max: Option<u64>,
    pub(crate) tail: Option<u64>,
}

impl Limits {
    pub(crate) const NONE: Limits = Limits { max: None, tail: None };
}

/// Counts what commands print.
pub(crate) struct Limiter {
    limits: Limits,
    seen: u64,
    exceeded: bool,
    tail: VecDeque<String>,
    tail_bytes: u64,
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Limiter {
        Limiter { limits, seen: 0, exceeded: false, tail: VecDeque::new(), tail_bytes: 0 }
    }

    /// Looks at the whole lines of `block` from `from` on, and removes what is too much.
    pub(crate) fn limit(&mut self, block: &mut String, from: usize) {
        let Some(max) = self.limits.max else { return };
        let added = (block.len() - from) as u64;
        if !self.exceeded && self.seen + added <= max {
            self.seen += added;
            return;
        }
        let lines = block.split_off(from);
        for line in lines.split_inclusive('\n') {
            if !self.exceeded && self.seen + line.len() as u64 <= max {
                self.seen += line.len() as u64;
                block.push_str(line);
            } else {
                if !self.exceeded {
                    self.exceeded = true;
                    block.push_str("h\nhOutput exceeded ");
                    block.push_str(&format!("{max} bytes, remaining output has been truncated\n"));
                }
                self.keep_tail(line);
            }
        }
    }

    /// Writes the end of what was left out.
    pub(crate) fn finish(&mut self, block: &mut String) {
        if self.tail.is_empty() {
            return;
        }
        block.push_str(&format!("h\nhFinal {} bytes follow below:\n", self.tail_bytes));
        block.extend(self.tail.drain(..));
    }

    fn keep_tail(&mut self, line: &str) {
        let Some(max) = self.limits.tail.filter(|max| *max > 0) else { return };
        self.tail_bytes += line.len() as u64;
        self.tail.push_back(line.to_owned());
        while self.tail_bytes > max
            && let Some(first) = self.tail.pop_front()
        {
            self.tail_bytes -= first.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limited(limits: Limits, blocks: &[&str]) -> String {
        let mut limiter = Limiter::new(limits);
        let mut out = String::new();
        for block in blocks {
            let from = out.len();
            out.push_str(block);
            limiter.limit(&mut out, from);
        }
        limiter.finish(&mut out);
        out
    }

    #[test]
    fn beginning_and_end_are_kept() {
        let blocks = ["oone\n", "otwo\nothree\n", "ofour\n", "ofive\n"];
        assert_eq!(limited(Limits::NONE, &blocks), blocks.concat());
        assert_eq!(limited(Limits { max: Some(100), tail: Some(5) }, &blocks), blocks.concat());
        assert_eq!(
            limited(Limits { max: Some(10), tail: Some(12) }, &blocks),
            "oone\notwo\nh\nhOutput exceeded 10 bytes, remaining output has been truncated\n\
             h\nhFinal 12 bytes follow below:\nofour\nofive\n"
        );
        assert_eq!(
            limited(Limits { max: Some(7), tail: None }, &blocks),
            "oone\nh\nhOutput exceeded 7 bytes, remaining output has been truncated\n"
        );
    }
}
