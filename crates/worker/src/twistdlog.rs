//! `twistd.log`: the worker's log in the form and with the rotation that Buildbot's tools and people know.

use std::fmt::Write as _;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::{Context, SubscriberExt};

use crate::options::LogRotation;

/// A log file that puts itself aside when it has grown.
#[derive(Debug)]
struct RotatingFile {
    path: PathBuf,
    rotation: Option<LogRotation>,
    file: File,
    length: u64,
}

impl RotatingFile {
    fn open(path: &Path, rotation: Option<LogRotation>) -> io::Result<RotatingFile> {
        let file = append_to(path)?;
        let length = file.metadata()?.len();
        Ok(RotatingFile { path: path.to_owned(), rotation, file, length })
    }

    fn write(&mut self, text: &str) -> io::Result<()> {
        self.file.write_all(text.as_bytes())?;
        self.length += text.len() as u64;
        let limit = self.rotation.map_or(0, |rotation| rotation.length);
        if limit > 0 && self.length >= limit.unsigned_abs() { self.rotate() } else { Ok(()) }
    }

    /// `twistd.log` becomes `twistd.log.1`, which becomes `twistd.log.2`, …; the oldest go.
    fn rotate(&mut self) -> io::Result<()> {
        let numbered = |number: u32| PathBuf::from(format!("{}.{number}", self.path.display()));
        let mut last = 1;
        while numbered(last).exists() {
            last += 1;
        }
        let kept = self.rotation.and_then(|rotation| rotation.kept);
        for number in (1..last).rev() {
            if kept.is_some_and(|kept| number >= kept) {
                fs::remove_file(numbered(number))?;
            } else {
                fs::rename(numbered(number), numbered(number + 1))?;
            }
        }
        fs::rename(&self.path, numbered(1))?;
        // Whoever could read it can read the next, whatever mask was set meanwhile.
        let permissions = self.file.metadata()?.permissions();
        self.file = append_to(&self.path)?;
        self.file.set_permissions(permissions)?;
        self.length = 0;
        Ok(())
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

/// Writes events as lines such as `2026-11-24 22:04:44+0000 [-] message`.
#[derive(Debug)]
pub struct TwistdLayer {
    file: Mutex<RotatingFile>,
}

impl TwistdLayer {
    /// Opens the log for appending.
    pub fn open(path: &Path, rotation: Option<LogRotation>) -> io::Result<TwistdLayer> {
        Ok(TwistdLayer { file: Mutex::new(RotatingFile::open(path, rotation)?) })
    }

    fn line(&self, message: &str) {
        // The marks of a line that goes on, as twistd sets them.
        let message = message.replace('\n', "\n\t");
        let line = format!("{} [-] {message}\n", chrono::Local::now().format("%Y-%m-%d %H:%M:%S%z"));
        // There is nobody to tell that the log cannot be written.
        let _full = self.file.lock().unwrap_or_else(PoisonError::into_inner).write(&line);
    }
}

impl<S: Subscriber> Layer<S> for TwistdLayer {
    fn on_event(&self, event: &Event<'_>, _context: Context<'_, S>) {
        if *event.metadata().level() > Level::INFO {
            return;
        }
        let mut message = Message(String::new());
        event.record(&mut message);
        self.line(&message.0);
    }
}

/// The text of an event; its fields are for machines.
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            let _infallible = write!(self.0, "{value:?}");
        }
    }
}

/// Sends this process's events to the log.
pub fn install(path: &Path, rotation: Option<LogRotation>) -> io::Result<()> {
    let layer = TwistdLayer::open(path, rotation)?;
    let subscriber = tracing_subscriber::registry().with(layer);
    tracing::subscriber::set_global_default(subscriber).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn old_files_are_numbered_and_the_oldest_go() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("twistd.log");
        let rotation = Some(LogRotation { length: 10, kept: Some(2) });
        let mut log = RotatingFile::open(&path, rotation).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o604)).unwrap();
        for line in ["first line\n", "second line\n", "third line\n", "rest\n"] {
            log.write(line).unwrap();
        }
        let read = |name: &str| fs::read_to_string(directory.path().join(name)).unwrap();
        assert_eq!(read("twistd.log"), "rest\n");
        assert_eq!(read("twistd.log.1"), "third line\n");
        assert_eq!(read("twistd.log.2"), "second line\n");
        assert!(!directory.path().join("twistd.log.3").exists());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o604);
    }

    #[test]
    fn lines_look_as_twistds() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("twistd.log");
        let layer = TwistdLayer::open(&path, None).unwrap();
        let subscriber = tracing_subscriber::registry().with(layer);
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!(command.id = "7", "message from master: {}", "attached");
            tracing::debug!("not for the log");
            tracing::warn!("two\nlines");
        });
        let text = fs::read_to_string(&path).unwrap();
        let (stamp, rest) = text.split_once(" [-] ").unwrap();
        assert_eq!(stamp.len(), "2026-11-24 22:04:44+0000".len());
        assert!(rest.starts_with("message from master: attached\n"), "{text}");
        assert!(text.ends_with(" [-] two\n\tlines\n"), "{text}");
        assert_eq!(text.lines().count(), 3);
    }
}
