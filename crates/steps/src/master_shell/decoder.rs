//! Bytes that come in blocks become text: characters and line ends that are cut by a block's end wait for the rest.

/// Decodes UTF-8; what is none becomes replacement characters, and line ends of all kinds become newlines.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    pending: Vec<u8>,
}

impl Decoder {
    /// The text of a block.
    pub(super) fn push(&mut self, block: &[u8]) -> String {
        self.pending.extend_from_slice(block);
        let whole = self.pending.len() - cut_tail(&self.pending);
        let text = text_of(&self.pending[..whole]);
        self.pending.drain(..whole);
        text
    }

    /// The text of what was held back, at the end.
    pub(super) fn finish(&mut self) -> String {
        text_of(&std::mem::take(&mut self.pending))
    }
}

fn text_of(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).replace("\r\n", "\n").replace('\r', "\n")
}

/// How many bytes at the end begin a character or a line end that is not complete.
fn cut_tail(bytes: &[u8]) -> usize {
    if bytes.ends_with(b"\r") {
        return 1;
    }
    for (back, byte) in bytes.iter().rev().take(3).enumerate() {
        let length = match byte {
            0b1100_0000..=0b1101_1111 => 2,
            0b1110_0000..=0b1110_1111 => 3,
            0b1111_0000..=0b1111_0111 => 4,
            // In the middle of a character.
            0b1000_0000..=0b1011_1111 => continue,
            _ => return 0,
        };
        let present = back + 1;
        return if present < length { present } else { 0 };
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_survive_any_cut() {
        let text = "aä€😀z";
        for step in 1..=4 {
            let mut decoder = Decoder::default();
            let decoded: String = text.as_bytes().chunks(step).map(|block| decoder.push(block)).collect();
            assert_eq!(decoded + &decoder.finish(), text, "in blocks of {step}");
        }
    }

    #[test]
    fn line_ends_are_newlines() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.push(b"a\r\nb\rc\r"), "a\nb\nc");
        assert_eq!(decoder.push(b"\nd\r"), "\nd");
        assert_eq!(decoder.finish(), "\n");
    }

    #[test]
    fn rubbish_is_replaced() {
        let mut decoder = Decoder::default();
        assert_eq!(decoder.push(b"a\xffb\xc3"), "a\u{fffd}b");
        assert_eq!(decoder.push(b"c"), "\u{fffd}c");
        assert_eq!(decoder.push(b"\xe2\x82"), "");
        assert_eq!(decoder.finish(), "\u{fffd}");
    }
}
