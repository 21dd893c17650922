//! What a command prints: line ends of all kinds become newlines, overlong lines are broken; then it is observed and collected.
//! Pure. Workers do the first two themselves where their protocol has it; then this finds nothing to do.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ferrobot_model::Stream;

use crate::LineObserver;

/// Longer lines are broken; Buildbot's value, in characters.
const LINE_CHARS_MAX: usize = 4096;
/// More than this is never held back to see how an escape sequence or a run of backspaces goes on.
const ESCAPE_BYTES_MAX: usize = 32;
/// More output than this is not collected for the step; it is still logged.
const COLLECTED_BYTES_MAX: usize = 64 * 1024 * 1024;

/// The output of one command.
pub(crate) struct Output<'a> {
    streams: BTreeMap<Stream, Shaper>,
    observer: Option<&'a mut dyn LineObserver>,
    /// Unfinished lines of the observer.
    unobserved: BTreeMap<Stream, String>,
    collect_stdout: bool,
    collect_stderr: bool,
    stdout: String,
    stderr: String,
}

impl<'a> Output<'a> {
    pub(crate) fn new(
        collect_stdout: bool,
        collect_stderr: bool,
        observer: Option<&'a mut dyn LineObserver>,
    ) -> Output<'a> {
        Output {
            streams: BTreeMap::new(),
            observer,
            unobserved: BTreeMap::new(),
            collect_stdout,
            collect_stderr,
            stdout: String::new(),
            stderr: String::new(),
        }
    }

    /// Whether somebody sees the lines as they come, and would have to see them again.
    pub(crate) fn is_observed(&self) -> bool {
        self.observer.is_some()
    }

    /// Takes a block as it comes; returns what goes to the log.
    pub(crate) fn take<'t>(&mut self, stream: &Stream, text: &'t str) -> Cow<'t, str> {
        let shaped = self.streams.entry(stream.clone()).or_default().push(text);
        self.note(stream, &shaped);
        shaped
    }

    /// The end: what was held back, by stream.
    pub(crate) fn finish(&mut self) -> Vec<(Stream, String)> {
        let ends = self.streams.iter_mut().map(|(stream, shaper)| (stream.clone(), shaper.finish()));
        let ends: Vec<(Stream, String)> = ends.filter(|(_, text)| !text.is_empty()).collect();
        for (stream, text) in &ends {
            self.note(stream, text);
        }
        if let Some(observer) = self.observer.as_mut() {
            for (stream, line) in std::mem::take(&mut self.unobserved) {
                if !line.is_empty() {
                    observer.line(&stream, &line);
                }
            }
        }
        ends
    }

    /// Standard output and standard error, where they were asked for.
    pub(crate) fn collected(&mut self) -> (String, String) {
        (std::mem::take(&mut self.stdout), std::mem::take(&mut self.stderr))
    }

    fn note(&mut self, stream: &Stream, text: &str) {
        match stream {
            Stream::Stdout if self.collect_stdout => collect(&mut self.stdout, text),
            Stream::Stderr if self.collect_stderr => collect(&mut self.stderr, text),
            Stream::Stdout | Stream::Stderr | Stream::Header | Stream::Log(_) => {}
        }
        let Some(observer) = self.observer.as_mut() else { return };
        let unfinished = self.unobserved.entry(stream.clone()).or_default();
        for piece in text.split_inclusive('\n') {
            match piece.strip_suffix('\n') {
                None => unfinished.push_str(piece),
                Some(line) if unfinished.is_empty() => observer.line(stream, line),
                Some(line) => {
                    unfinished.push_str(line);
                    observer.line(stream, unfinished);
                    unfinished.clear();
                }
            }
        }
    }
}

fn collect(collected: &mut String, text: &str) {
    if collected.len() + text.len() <= COLLECTED_BYTES_MAX {
        collected.push_str(text);
    }
}

/// Shapes one stream.
#[derive(Default)]
struct Shaper {
    /// The beginning of what may be a line end, when its rest comes.
    held: String,
    /// Characters of the unfinished line.
    column: usize,
}

impl Shaper {
    fn push<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        if self.held.is_empty() && !has_control(text) {
            return self.break_lines(Cow::Borrowed(text));
        }
        let whole = std::mem::take(&mut self.held) + text;
        let mut shaped = String::with_capacity(whole.len());
        let held = replace_line_ends(&whole, &mut shaped, false).to_owned();
        self.held = held;
        Cow::Owned(self.break_lines(Cow::Owned(shaped)).into_owned())
    }

    fn finish(&mut self) -> String {
        let whole = std::mem::take(&mut self.held);
        let mut shaped = String::new();
        replace_line_ends(&whole, &mut shaped, true);
        self.break_lines(Cow::Owned(shaped)).into_owned()
    }

    /// Breaks lines that are too long.
    fn break_lines<'t>(&mut self, text: Cow<'t, str>) -> Cow<'t, str> {
        if lines_are_short(text.as_bytes(), self.column) {
            self.column = match memchr::memrchr(b'\n', text.as_bytes()) {
                Some(last) => text[last + 1..].chars().count(),
                None => self.column + text.chars().count(),
            };
            return text;
        }
        let mut broken = String::with_capacity(text.len() + text.len() / LINE_CHARS_MAX + 1);
        for character in text.chars() {
            if character == '\n' {
                self.column = 0;
            } else {
                if self.column == LINE_CHARS_MAX {
                    broken.push('\n');
                    self.column = 0;
                }
                self.column += 1;
            }
            broken.push(character);
        }
        Cow::Owned(broken)
    }
}

/// Whether anything in the text may end a line besides a newline.
fn has_control(text: &str) -> bool {
    memchr::memchr3(b'\r', 0x08, 0x1b, text.as_bytes()).is_some()
}

/// Whether no line has more than [`LINE_CHARS_MAX`] bytes, which are never fewer than its characters; `column` of the first one
/// came before.
fn lines_are_short(text: &[u8], column: usize) -> bool {
    let mut begin = 0;
    let mut room = LINE_CHARS_MAX.saturating_sub(column);
    // The last newline that ends a short line is found from behind: few steps for many lines.
    while text.len() - begin > room {
        match memchr::memrchr(b'\n', &text[begin..=begin + room]) {
            Some(newline) => begin += newline + 1,
            None => return false,
        }
        room = LINE_CHARS_MAX;
    }
    true
}

/// Appends `text` to `shaped` with its line ends made newlines; returns the end that is undecided.
///
/// A line ends at `\r\n`, at a lone `\r` that something follows, at a run of backspaces, and where a terminal's cursor is
/// moved: `ESC [u`, `ESC [2J`, `ESC [row;columnH`, `ESC [row;columnf`.
fn replace_line_ends<'t>(text: &'t str, shaped: &mut String, is_end: bool) -> &'t str {
    let bytes = text.as_bytes();
    let (mut copied, mut at) = (0, 0);
    while let Some(found) = bytes[at..].iter().position(|byte| matches!(byte, b'\r' | 0x08 | 0x1b)) {
        at += found;
        match line_end(&bytes[at..], is_end) {
            LineEnd::Long(length) => {
                shaped.push_str(&text[copied..at]);
                shaped.push('\n');
                at += length;
                copied = at;
            }
            LineEnd::None => at += 1,
            LineEnd::Undecided => {
                shaped.push_str(&text[copied..at]);
                return &text[at..];
            }
        }
    }
    shaped.push_str(&text[copied..]);
    ""
}

enum LineEnd {
    /// A line end of so many bytes.
    Long(usize),
    None,
    Undecided,
}

fn line_end(bytes: &[u8], is_end: bool) -> LineEnd {
    let undecided = if is_end { LineEnd::None } else { LineEnd::Undecided };
    match bytes {
        [b'\r', b'\n', ..] => LineEnd::Long(2),
        [b'\r', _, ..] => LineEnd::Long(1),
        [b'\r'] => undecided,
        [0x08, ..] => {
            let run = bytes.iter().take_while(|&&byte| byte == 0x08).count();
            let may_go_on = run == bytes.len() && run <= ESCAPE_BYTES_MAX && !is_end;
            if may_go_on { LineEnd::Undecided } else { LineEnd::Long(run) }
        }
        [0x1b, b'[', b'u', ..] => LineEnd::Long(3),
        [0x1b, b'[', b'2', b'J', ..] => LineEnd::Long(4),
        [0x1b, b'[', rest @ ..] => match cursor_position(rest) {
            LineEnd::Long(length) => LineEnd::Long(length + 2),
            LineEnd::Undecided if bytes.len() <= ESCAPE_BYTES_MAX => undecided,
            LineEnd::Undecided | LineEnd::None => LineEnd::None,
        },
        [0x1b] => undecided,
        _ => LineEnd::None,
    }
}

/// `row;columnH` or `row;columnf`.
fn cursor_position(bytes: &[u8]) -> LineEnd {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let row = digits(0);
    match bytes.get(row) {
        None => return LineEnd::Undecided,
        Some(b';') if row > 0 => {}
        Some(_) => return LineEnd::None,
    }
    let column = digits(row + 1);
    match bytes.get(row + 1 + column) {
        None => LineEnd::Undecided,
        Some(b'H' | b'f') if column > 0 => LineEnd::Long(row + column + 2),
        Some(_) => LineEnd::None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shaped(pieces: &[&str]) -> String {
        let mut shaper = Shaper::default();
        let mut out: String = pieces.iter().map(|piece| shaper.push(piece).into_owned()).collect();
        out.push_str(&shaper.finish());
        out
    }

    #[test]
    fn all_line_ends_become_newlines() {
        let cases = [
            // Recorded of Buildbot.
            (
                "one\r\ntwo\rthree\r\r\nfour\n\rfive\x08\x08!\n\n\nlast without newline",
                "one\ntwo\nthree\n\nfour\n\nfive\n!\n\n\nlast without newline",
            ),
            (
                "\x1b[31mred\x1b[0m plain \x1b[1;32mbold green\x1b[m\n\x1b[2K\x1b[1Aerased",
                "\x1b[31mred\x1b[0m plain \x1b[1;32mbold green\x1b[m\n\x1b[2K\x1b[1Aerased",
            ),
            ("a\x1b[2Jb\x1b[12;3Hc\x1b[1;1fd\x1b[ue", "a\nb\nc\nd\ne"),
            ("ends with \r", "ends with \r"),
            ("a\u{85}b\u{2028}c\x0bd\x0ce", "a\u{85}b\u{2028}c\x0bd\x0ce"),
        ];
        for (text, expected) in cases {
            assert_eq!(shaped(&[text]), expected);
            for cut in (0..=text.len()).filter(|&cut| text.is_char_boundary(cut)) {
                assert_eq!(shaped(&[&text[..cut], &text[cut..]]), expected, "{text:?} cut at {cut}");
            }
        }
    }

    #[test]
    fn long_lines_are_broken_and_short_ones_are_not_touched() {
        let long = "x".repeat(30_000);
        let broken = shaped(&[&long[..1000], &long[1000..], "\nshort\n"]);
        let lengths: Vec<usize> = broken.lines().map(str::len).collect();
        assert_eq!(lengths, [4096, 4096, 4096, 4096, 4096, 4096, 4096, 1328, 5]);
        let exact = "ä".repeat(4096) + "\n";
        assert_eq!(shaped(&[&exact]), exact);
    }

    #[test]
    fn observers_see_whole_lines_of_each_stream() {
        struct Seen(Vec<String>);
        impl LineObserver for Seen {
            fn line(&mut self, stream: &Stream, line: &str) {
                self.0.push(format!("{stream:?}: {line}"));
            }
        }
        let mut seen = Seen(vec![]);
        let mut output = Output::new(true, false, Some(&mut seen));
        for (stream, text) in
            [(Stream::Stdout, "a\nb"), (Stream::Stderr, "e\r"), (Stream::Stdout, "c\r"), (Stream::Stdout, "\nd")]
        {
            output.take(&stream, text);
        }
        output.finish();
        assert_eq!(output.collected(), ("a\nbc\nd".to_owned(), String::new()));
        assert_eq!(seen.0, ["Stdout: a", "Stdout: bc", "Stdout: d", "Stderr: e\r"]);
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(pieces in proptest::collection::vec("[a\r\n\x08\x1b\\[2;Hu]{0,6}", 0..10)) {
            let cut: Vec<&str> = pieces.iter().map(String::as_str).collect();
            prop_assert_eq!(shaped(&cut), shaped(&[&pieces.concat()]));
        }
    }
}
