//! Bytes that come in blocks become text: characters and line ends that are cut by a block's end wait for the rest.

use ferrobot_model::{StreamDecoder, TextEncoding};

/// Decodes text; what is none becomes replacement characters, and line ends of all kinds become newlines.
#[derive(Debug)]
pub(super) struct Decoder {
    characters: StreamDecoder,
    /// The last block ended with a carriage return, which may be half of a line end.
    after_return: bool,
}

impl Decoder {
    pub(super) fn new(encoding: TextEncoding) -> Decoder {
        Decoder { characters: encoding.decoder(), after_return: false }
    }

    /// The text of a block.
    pub(super) fn push(&mut self, block: &[u8]) -> String {
        self.take(block, false)
    }

    /// The text of what was held back, at the end.
    pub(super) fn finish(&mut self) -> String {
        self.take(&[], true)
    }

    fn take(&mut self, block: &[u8], is_last: bool) -> String {
        let mut text = self.characters.decode(block, is_last);
        if std::mem::take(&mut self.after_return) {
            text.insert(0, '\r');
        }
        if !is_last && text.ends_with('\r') {
            text.pop();
            self.after_return = true;
        }
        text.replace("\r\n", "\n").replace('\r', "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_survive_any_cut() {
        let text = "aä€😀z";
        for step in 1..=4 {
            let mut decoder = Decoder::new(TextEncoding::Utf8);
            let decoded: String = text.as_bytes().chunks(step).map(|block| decoder.push(block)).collect();
            assert_eq!(decoded + &decoder.finish(), text, "in blocks of {step}");
        }
    }

    #[test]
    fn line_ends_are_newlines() {
        let mut decoder = Decoder::new(TextEncoding::Utf8);
        assert_eq!(decoder.push(b"a\r\nb\rc\r"), "a\nb\nc");
        assert_eq!(decoder.push(b"\nd\r"), "\nd");
        assert_eq!(decoder.finish(), "\n");
    }

    #[test]
    fn other_encodings_are_read() {
        let mut decoder = Decoder::new(TextEncoding::from_python_name("iso8859-15").unwrap());
        assert_eq!(decoder.push(b"\xe9 \xa4\r") + &decoder.push(b"\n"), "é €\n");
    }

    #[test]
    fn rubbish_is_replaced() {
        let mut decoder = Decoder::new(TextEncoding::Utf8);
        assert_eq!(decoder.push(b"a\xffb\xc3"), "a\u{fffd}b");
        assert_eq!(decoder.push(b"c"), "\u{fffd}c");
        assert_eq!(decoder.push(b"\xe2\x82"), "");
        assert_eq!(decoder.finish(), "\u{fffd}");
    }
}
