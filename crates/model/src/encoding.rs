//! Encodings of text other than UTF-8, by the names that Python has for them.

use std::borrow::Cow;

use encoding_rs::{Decoder, Encoding};

/// How a program reads and writes text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum TextEncoding {
    /// UTF-8.
    #[default]
    Utf8,
    /// Seven bits.
    Ascii,
    /// ISO 8859-1, in which each byte is the character of its number. (What the web calls so is Windows-1252.)
    Latin1,
    /// One of the WHATWG Encoding Standard.
    Other(&'static Encoding),
}

impl TextEncoding {
    /// The encoding that Python knows by this name. `None` when it is not known, or is not one of bytes that are text.
    #[must_use]
    pub fn from_python_name(name: &str) -> Option<TextEncoding> {
        let name = name.trim().to_ascii_lowercase().replace(['_', ' '], "-");
        match name.as_str() {
            "utf-8" | "utf8" | "u8" | "cp65001" => return Some(TextEncoding::Utf8),
            "ascii" | "us-ascii" | "646" => return Some(TextEncoding::Ascii),
            "latin-1" | "latin1" | "latin" | "l1" | "iso-8859-1" | "iso8859-1" | "8859" | "cp819" => {
                return Some(TextEncoding::Latin1);
            }
            _ => {}
        }
        let labels = [
            name.clone(),
            name.replace("cp125", "windows-125"),
            name.replace("latin-", "latin"),
            name.replace('-', ""),
        ];
        let found = labels.iter().find_map(|label| Encoding::for_label_no_replacement(label.as_bytes()))?;
        // Those of 16 bits cannot be written, and a program would not understand them.
        (found.output_encoding() == found).then_some(TextEncoding::Other(found))
    }

    /// The bytes of a text; an error names the first character that has none.
    pub fn encode(self, text: &str) -> Result<Cow<'_, [u8]>, char> {
        let bytewise = |last: u32| {
            let bytes = text.chars().map(|letter| {
                u8::try_from(u32::from(letter)).ok().filter(|&byte| u32::from(byte) <= last).ok_or(letter)
            });
            bytes.collect::<Result<Vec<u8>, char>>().map(Cow::Owned)
        };
        match self {
            TextEncoding::Utf8 => Ok(Cow::Borrowed(text.as_bytes())),
            TextEncoding::Ascii => bytewise(0x7f),
            TextEncoding::Latin1 => bytewise(0xff),
            TextEncoding::Other(encoding) => {
                let unknown = |letter: &char| encoding.encode(letter.encode_utf8(&mut [0; 4])).2;
                let (bytes, _, has_unknown) = encoding.encode(text);
                match has_unknown.then(|| text.chars().find(unknown)).flatten() {
                    Some(letter) => Err(letter),
                    None => Ok(bytes),
                }
            }
        }
    }

    /// The text of these bytes; what is no text becomes U+FFFD.
    #[must_use]
    pub fn decode(self, bytes: &[u8]) -> String {
        self.decoder().decode(bytes, true)
    }

    /// Reads a stream of it.
    #[must_use]
    pub fn decoder(self) -> StreamDecoder {
        let stateful =
            |encoding: &'static Encoding| StreamDecoder::Stateful(encoding.new_decoder_without_bom_handling());
        match self {
            TextEncoding::Utf8 => stateful(encoding_rs::UTF_8),
            TextEncoding::Ascii => StreamDecoder::Bytewise(0x7f),
            TextEncoding::Latin1 => StreamDecoder::Bytewise(0xff),
            TextEncoding::Other(encoding) => stateful(encoding),
        }
    }
}

/// Decodes bytes that end anywhere, also within a character.
pub enum StreamDecoder {
    /// Each byte up to the last one is a character.
    Bytewise(u8),
    /// One whose characters have several.
    Stateful(Decoder),
}

impl std::fmt::Debug for StreamDecoder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StreamDecoder")
    }
}

impl StreamDecoder {
    /// The text so far; what is no text becomes U+FFFD. `is_last`: nothing follows.
    pub fn decode(&mut self, bytes: &[u8], is_last: bool) -> String {
        match self {
            StreamDecoder::Bytewise(last) => bytes
                .iter()
                .map(|&byte| if byte <= *last { char::from(byte) } else { char::REPLACEMENT_CHARACTER })
                .collect(),
            StreamDecoder::Stateful(decoder) => {
                let mut text =
                    String::with_capacity(decoder.max_utf8_buffer_length(bytes.len()).unwrap_or(bytes.len() * 3));
                let _all_fits = decoder.decode_to_string(bytes, &mut text, is_last);
                text
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> TextEncoding {
        TextEncoding::from_python_name(name).unwrap()
    }

    #[test]
    fn python_s_names_are_known() {
        let same = [
            ("utf_8", TextEncoding::Utf8),
            ("UTF-8", TextEncoding::Utf8),
            ("latin-1", TextEncoding::Latin1),
            ("ISO_8859_1", TextEncoding::Latin1),
            ("ascii", TextEncoding::Ascii),
            ("cp1252", TextEncoding::Other(encoding_rs::WINDOWS_1252)),
            ("latin2", TextEncoding::Other(encoding_rs::ISO_8859_2)),
            ("iso8859-15", TextEncoding::Other(encoding_rs::ISO_8859_15)),
            ("euc_jp", TextEncoding::Other(encoding_rs::EUC_JP)),
            ("shift_jis", TextEncoding::Other(encoding_rs::SHIFT_JIS)),
            ("koi8_r", TextEncoding::Other(encoding_rs::KOI8_R)),
            ("gb18030", TextEncoding::Other(encoding_rs::GB18030)),
            ("big5", TextEncoding::Other(encoding_rs::BIG5)),
        ];
        for (name, encoding) in same {
            assert_eq!(TextEncoding::from_python_name(name), Some(encoding), "{name}");
        }
        for unknown in ["", "no-such", "utf-16", "utf_16_le", "hex", "replacement"] {
            assert_eq!(TextEncoding::from_python_name(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn text_goes_out_and_comes_back() {
        for (name, text, bytes) in [
            ("utf-8", "aä€😀z", "aä€😀z".as_bytes()),
            ("latin-1", "grüße", b"gr\xfc\xdfe"),
            ("cp1252", "5 €", b"5 \x80"),
            ("euc-jp", "日本", b"\xc6\xfc\xcb\xdc"),
            ("shift_jis", "日本", b"\x93\xfa\x96\x7b"),
        ] {
            let encoding = named(name);
            assert_eq!(encoding.encode(text).unwrap(), bytes, "{name}");
            for cut in 0..=bytes.len() {
                let mut decoder = encoding.decoder();
                let (front, back) = bytes.split_at(cut);
                assert_eq!(decoder.decode(front, false) + &decoder.decode(back, true), text, "{name}, cut at {cut}");
            }
        }
        assert_eq!(named("ascii").decoder().decode(b"a\xfcb", true), "a\u{fffd}b");
        assert_eq!(named("euc-jp").decoder().decode(b"a\xc6", true), "a\u{fffd}");
    }

    #[test]
    fn what_has_no_bytes_is_named() {
        assert_eq!(named("latin-1").encode("a€b"), Err('€'));
        assert_eq!(named("ascii").encode("aüb"), Err('ü'));
        assert_eq!(named("cp1252").encode("a日b"), Err('日'));
        assert_eq!(named("koi8-r").encode("да").unwrap().len(), 2);
    }
}
