//! Follows files that a command writes, and sends what is added to them.

use std::fs::{File, Metadata};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::time::Duration;

use ferrobot_model::Stream;

/// How often files are looked at.
pub(super) const POLL_EVERY: Duration = Duration::from_secs(2);
/// One look takes at most so much of one file; the rest comes with the next look, which then follows at once.
const POLL_BYTES_MAX: usize = 256 * 1024;

/// One followed file. A file that stays as it was before the command is not sent at all.
pub(super) struct LogFollower {
    stream: Stream,
    path: PathBuf,
    /// Begin at the end that the file has when it is first seen to have changed, as stock workers do.
    follow: bool,
    before: Option<Version>,
    file: Option<File>,
}

#[derive(PartialEq, Eq)]
struct Version {
    size: u64,
    modified: (i64, i64),
    changed: (i64, i64),
    inode: u64,
}

impl Version {
    fn of(metadata: &Metadata) -> Version {
        Version {
            size: metadata.size(),
            modified: (metadata.mtime(), metadata.mtime_nsec()),
            changed: (metadata.ctime(), metadata.ctime_nsec()),
            inode: metadata.ino(),
        }
    }
}

/// What one look found.
pub(super) struct Found {
    pub(super) stream: Stream,
    pub(super) bytes: Vec<u8>,
    /// There is more.
    pub(super) more: bool,
}

impl LogFollower {
    /// Must be made before the command starts.
    pub(super) fn new(name: String, path: PathBuf, follow: bool) -> LogFollower {
        let before = std::fs::metadata(&path).ok().map(|metadata| Version::of(&metadata));
        LogFollower { stream: Stream::Log(name), path, follow, before, file: None }
    }

    /// Reads what is new. What cannot be read now is tried again at the next look.
    pub(super) fn poll(&mut self) -> Option<Found> {
        if self.file.is_none() {
            self.file = self.open();
        }
        let mut bytes = Vec::new();
        let _partial = self.file.as_ref()?.take(POLL_BYTES_MAX as u64).read_to_end(&mut bytes);
        let more = bytes.len() == POLL_BYTES_MAX;
        (!bytes.is_empty()).then(|| Found { stream: self.stream.clone(), bytes, more })
    }

    fn open(&self) -> Option<File> {
        let metadata = std::fs::metadata(&self.path).ok()?;
        // Opening a named pipe would wait for its writer.
        if !metadata.is_file() || Some(Version::of(&metadata)) == self.before {
            return None;
        }
        let mut file = File::open(&self.path).ok()?;
        if self.follow {
            file.seek(SeekFrom::End(0)).ok()?;
        }
        Some(file)
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::Write;

    use super::*;

    fn append(path: &std::path::Path, text: &str) {
        let mut file = fs::OpenOptions::new().append(true).create(true).open(path).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn next(follower: &mut LogFollower) -> String {
        follower.poll().map(|found| String::from_utf8(found.bytes).unwrap()).unwrap_or_default()
    }

    #[test]
    fn only_what_changes_is_sent() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        fs::write(&path, "old\n").unwrap();
        let mut whole = LogFollower::new("log".to_owned(), path.clone(), false);
        let mut tail = LogFollower::new("log".to_owned(), path.clone(), true);
        assert!(whole.poll().is_none() && tail.poll().is_none());
        append(&path, "new\n");
        assert_eq!((next(&mut whole), next(&mut tail)), ("old\nnew\n".to_owned(), String::new()));
        append(&path, "more\n");
        assert_eq!((next(&mut whole), next(&mut tail)), ("more\n".to_owned(), "more\n".to_owned()));
        assert!(whole.poll().is_none());
    }

    #[test]
    fn a_file_may_appear_later() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("later");
        let mut follower = LogFollower::new("log".to_owned(), path.clone(), false);
        assert!(follower.poll().is_none());
        append(&path, &"x".repeat(POLL_BYTES_MAX + 1));
        let found = follower.poll().unwrap();
        assert!(found.more && found.bytes.len() == POLL_BYTES_MAX);
        assert_eq!(next(&mut follower), "x");
    }
}
