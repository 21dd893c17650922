//! What a change says about its commit.

use encoding_rs::Encoding;

/// Format of `git log`: commit time, author, committer, subject and body, with NUL between.
pub(super) const FORMAT: &str = "--format=%ct%x00%aN <%aE>%x00%cN <%cE>%x00%s%n%b";

/// The attributes of a change that come from its commit, except for the files.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Commit {
    pub(super) timestamp: i64,
    pub(super) author: String,
    pub(super) committer: String,
    pub(super) comments: String,
}

impl Commit {
    /// Reads the output of `git log -z` with [`FORMAT`].
    pub(super) fn parse(output: &[u8], decoder: Decoder) -> Option<Commit> {
        let mut parts = output.splitn(4, |byte| *byte == 0);
        let mut next = || Some(decoder.decode(parts.next()?).trim().to_owned());
        let (timestamp, author, committer, comments) = (next()?, next()?, next()?, next()?);
        Some(Commit {
            timestamp: timestamp.parse().ok()?,
            author,
            committer,
            comments: comments.trim_end_matches('\0').trim().to_owned(),
        })
    }
}

/// Reads the output of `git log -z --name-only --format=`.
pub(super) fn parse_files(output: &[u8], decoder: Decoder) -> Vec<String> {
    let names = output.split(|byte| *byte == 0).map(|name| name.strip_prefix(b"\n").unwrap_or(name));
    names.filter(|name| !name.is_empty()).map(|name| decoder.decode(name)).collect()
}

/// Turns bytes of an encoding into text; what is invalid is replaced.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Decoder(&'static Encoding);

impl Decoder {
    /// The encoding of Python's name.
    pub(super) fn new(name: &str) -> Option<Decoder> {
        let name = name.to_ascii_lowercase().replace('_', "-");
        let label = match name.as_str() {
            "latin-1" | "8859" => "latin1",
            other => other,
        };
        Encoding::for_label(label.as_bytes()).map(Decoder)
    }

    fn decode(self, bytes: &[u8]) -> String {
        self.0.decode_without_bom_handling(bytes).0.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf8() -> Decoder {
        Decoder::new("utf-8").unwrap()
    }

    #[test]
    fn a_commit() {
        let output = "1700000660\0Änne <a@x>\0Tess <t@x>\0topic one\nlonger text\nßü\n\n\0".as_bytes();
        let commit = Commit::parse(output, utf8()).unwrap();
        assert_eq!(commit.timestamp, 1_700_000_660);
        assert_eq!((commit.author.as_str(), commit.committer.as_str()), ("Änne <a@x>", "Tess <t@x>"));
        assert_eq!(commit.comments, "topic one\nlonger text\nßü");
        assert_eq!(Commit::parse(b"x\0a\0b\0c", utf8()), None);
        assert_eq!(Commit::parse(b"1\0a", utf8()), None);
    }

    #[test]
    fn files() {
        assert_eq!(parse_files("a b\0ü\"\n.c\0".as_bytes(), utf8()), ["a b", "ü\"\n.c"]);
        assert_eq!(parse_files(b"", utf8()), [""; 0]);
    }

    #[test]
    fn encodings_by_pythons_names() {
        for name in ["utf-8", "utf8", "UTF_8", "latin-1", "latin1", "iso-8859-15", "cp1252", "ascii", "shift_jis"] {
            assert!(Decoder::new(name).is_some(), "{name}");
        }
        assert!(Decoder::new("klingon").is_none());
        assert_eq!(Decoder::new("latin-1").unwrap().decode(b"\xfc"), "ü");
        assert_eq!(utf8().decode(b"a\xffb"), "a\u{fffd}b");
    }
}
