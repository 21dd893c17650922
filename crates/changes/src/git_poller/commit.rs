//! What a change says about its commit.

use ferrobot_model::TextEncoding;

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
    pub(super) fn parse(output: &[u8], encoding: TextEncoding) -> Option<Commit> {
        let mut parts = output.splitn(4, |byte| *byte == 0);
        let mut next = || Some(encoding.decode(parts.next()?).trim().to_owned());
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
pub(super) fn parse_files(output: &[u8], encoding: TextEncoding) -> Vec<String> {
    let names = output.split(|byte| *byte == 0).map(|name| name.strip_prefix(b"\n").unwrap_or(name));
    names.filter(|name| !name.is_empty()).map(|name| encoding.decode(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit() {
        let output = "1700000660\0Änne <a@x>\0Tess <t@x>\0topic one\nlonger text\nßü\n\n\0".as_bytes();
        let commit = Commit::parse(output, TextEncoding::Utf8).unwrap();
        assert_eq!(commit.timestamp, 1_700_000_660);
        assert_eq!((commit.author.as_str(), commit.committer.as_str()), ("Änne <a@x>", "Tess <t@x>"));
        assert_eq!(commit.comments, "topic one\nlonger text\nßü");
        assert_eq!(Commit::parse(b"x\0a\0b\0c", TextEncoding::Utf8), None);
        assert_eq!(Commit::parse(b"1\0a", TextEncoding::Utf8), None);
    }

    #[test]
    fn files() {
        assert_eq!(parse_files("a b\0ü\"\n.c\0".as_bytes(), TextEncoding::Utf8), ["a b", "ü\"\n.c"]);
        assert_eq!(parse_files(b"", TextEncoding::Utf8), [""; 0]);
    }
}
