//! Puts lines together across blocks, each stream for itself, and writes each stream's letter before its lines. Pure.

/// A line that is longer than this is broken: it has to fit into a chunk of the database with its letter.
const LINE_BYTES_MAX: usize = 64 * 1024 - 16;

/// A stream of a log; the letter is how the database marks its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Letter {
    Output,
    Error,
    Header,
}

impl Letter {
    pub(crate) const ALL: [Letter; 3] = [Letter::Output, Letter::Error, Letter::Header];

    fn as_char(self) -> char {
        match self {
            Letter::Output => 'o',
            Letter::Error => 'e',
            Letter::Header => 'h',
        }
    }
}

/// The unfinished lines of a log.
pub(crate) struct Lines {
    has_streams: bool,
    unfinished: [String; 3],
}

impl Lines {
    /// `has_streams`: lines get their letter.
    pub(crate) fn new(has_streams: bool) -> Lines {
        Lines { has_streams, unfinished: Default::default() }
    }

    /// Takes any text; whole lines go to `block`.
    pub(crate) fn push(&mut self, letter: Letter, text: &str, block: &mut String) {
        // Room for the letters of lines of usual length.
        block.reserve(text.len() + text.len() / 32);
        let mut begin = 0;
        for newline in memchr::memchr_iter(b'\n', text.as_bytes()) {
            self.emit(letter, &text[begin..=newline], block);
            begin = newline + 1;
        }
        self.keep(letter, &text[begin..], block);
    }

    /// Ends the unfinished lines.
    pub(crate) fn finish(&mut self, block: &mut String) {
        for letter in Letter::ALL {
            if !self.unfinished[letter as usize].is_empty() {
                self.emit(letter, "\n", block);
            }
        }
    }

    /// Writes one line that ends with a newline, after what was kept of it.
    fn emit(&mut self, letter: Letter, line: &str, block: &mut String) {
        let text = line.strip_suffix('\n').unwrap_or(line);
        if self.unfinished[letter as usize].len() + text.len() > LINE_BYTES_MAX {
            self.keep(letter, text, block);
            return self.emit(letter, "\n", block);
        }
        if self.has_streams {
            block.push(letter.as_char());
        }
        let kept = &mut self.unfinished[letter as usize];
        block.push_str(kept);
        kept.clear();
        block.push_str(line);
    }

    fn keep(&mut self, letter: Letter, text: &str, block: &mut String) {
        let mut text = text;
        while !text.is_empty() {
            let room = LINE_BYTES_MAX - self.unfinished[letter as usize].len();
            let cut = if text.len() <= room { text.len() } else { boundary(text, room) };
            let (head, tail) = text.split_at(cut);
            self.unfinished[letter as usize].push_str(head);
            text = tail;
            if !text.is_empty() {
                self.emit(letter, "\n", block);
            }
        }
    }
}

/// The last character boundary at or before `at`.
fn boundary(text: &str, at: usize) -> usize {
    (0..=at).rev().find(|&index| text.is_char_boundary(index)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn all(has_streams: bool, pieces: &[(Letter, &str)]) -> String {
        let mut lines = Lines::new(has_streams);
        let mut block = String::new();
        for (letter, text) in pieces {
            lines.push(*letter, text, &mut block);
        }
        lines.finish(&mut block);
        block
    }

    #[test]
    fn streams_do_not_mix_within_a_line() {
        use Letter::{Error, Header, Output};
        let pieces = [
            (Header, "sh -c x\n"),
            (Output, "ab"),
            (Error, "er"),
            (Output, "c\nd"),
            (Error, "r\n"),
            (Header, "exit\n"),
        ];
        assert_eq!(all(true, &pieces), "hsh -c x\noabc\neerr\nhexit\nod\n");
        assert_eq!(all(false, &[(Output, "a\n\nb")]), "a\n\nb\n");
        assert_eq!(all(true, &[(Output, "")]), "");
    }

    #[test]
    fn endless_lines_are_broken_and_memory_stays_flat() {
        let mut lines = Lines::new(true);
        let mut block = String::new();
        for _ in 0..40 {
            lines.push(Letter::Output, &"ä".repeat(20_000), &mut block);
            assert!(lines.unfinished[0].len() <= LINE_BYTES_MAX);
        }
        lines.finish(&mut block);
        let whole: String = block.lines().map(|line| line.strip_prefix('o').unwrap()).collect();
        assert_eq!(whole, "ä".repeat(800_000));
        assert!(block.lines().all(|line| line.len() <= LINE_BYTES_MAX + 1));
    }

    #[test]
    fn a_line_that_its_end_makes_too_long_is_broken() {
        let max = "a".repeat(LINE_BYTES_MAX);
        assert_eq!(all(true, &[(Letter::Output, &format!("{max}\n"))]), format!("o{max}\n"));
        let parts = [(Letter::Output, &max[1..]), (Letter::Output, "bcd\n")];
        assert_eq!(all(true, &parts), format!("o{}b\nocd\n", &max[1..]));
        let thrice = format!("{}\n", max.repeat(3));
        assert_eq!(all(false, &[(Letter::Output, &thrice)]), format!("{max}\n{max}\n{max}\n"));
    }

    proptest! {
        /// However a text is cut into blocks, the same lines come out.
        #[test]
        fn cuts_do_not_matter(pieces in proptest::collection::vec("[a\n]{0,6}", 0..12)) {
            let whole: String = pieces.concat();
            let cut: Vec<(Letter, &str)> = pieces.iter().map(|piece| (Letter::Output, piece.as_str())).collect();
            prop_assert_eq!(all(true, &cut), all(true, &[(Letter::Output, &whole)]));
        }
    }
}
