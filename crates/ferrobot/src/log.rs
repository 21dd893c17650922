//! The master's log, `twistd.log`: one line per event in the form that Buildbot's tools read, rotated by size.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt};
use tracing_subscriber::util::SubscriberInitExt;

use crate::basedir::Settings;

/// Names what is logged, in the syntax of `tracing_subscriber::EnvFilter`.
const FILTER_VARIABLE: &str = "FERROBOT_LOG";

/// Sends what the program says to `twistd.log`, and to the terminal when it runs in the foreground.
pub(crate) fn to_file(settings: &Settings, is_daemon: bool) -> anyhow::Result<()> {
    let path = settings.basedir.join("twistd.log");
    let rotation = Rotation { length: settings.rotate_length, keep: settings.max_rotated_files };
    let file = RotatedFile::open(&path, rotation).with_context(|| format!("open the log `{}`", path.display()))?;
    let to_terminal = !is_daemon && std::io::stderr().is_terminal();
    let filter = EnvFilter::try_from_env(FILTER_VARIABLE).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = Lines { file: Mutex::new(file), to_terminal };
    tracing_subscriber::registry().with(filter).with(lines).try_init().context("start the log")
}

/// Writes events as lines.
struct Lines {
    file: Mutex<RotatedFile>,
    to_terminal: bool,
}

impl<S: Subscriber> Layer<S> for Lines {
    fn on_event(&self, event: &Event<'_>, _context: LayerContext<'_, S>) {
        let mut message = Message::default();
        event.record(&mut message);
        let now = chrono::Local::now().format("%Y-%m-%d %H:%M:%S%z").to_string();
        let line = line(&now, *event.metadata().level(), &message.0);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // A full disk must not stop the master, and there is no place left to say so.
        let _disk_full = file.write(line.as_bytes());
        if self.to_terminal {
            let _terminal_gone = std::io::stderr().write_all(line.as_bytes());
        }
    }
}

/// One event: later lines of a message are indented, as Twisted does it.
fn line(now: &str, level: Level, message: &str) -> String {
    let mark = match level {
        Level::ERROR => "error: ",
        Level::WARN => "warning: ",
        _ => "",
    };
    format!("{now} [-] {mark}{}\n", message.trim_end().replace('\n', "\n\t"))
}

#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            let _infallible = write!(self.0, "{value:?}");
        }
    }
}

/// When a log is rotated, and how many old ones are kept.
#[derive(Debug, Clone, Copy)]
struct Rotation {
    length: Option<u64>,
    keep: Option<u64>,
}

/// A file that is renamed to `NAME.1`, `NAME.2`, … when it has grown.
struct RotatedFile {
    path: PathBuf,
    file: File,
    size: u64,
    rotation: Rotation,
}

impl RotatedFile {
    fn open(path: &Path, rotation: Rotation) -> std::io::Result<RotatedFile> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let size = file.metadata()?.len();
        Ok(RotatedFile { path: path.to_path_buf(), file, size, rotation })
    }

    fn write(&mut self, line: &[u8]) -> std::io::Result<()> {
        if self.rotation.length.is_some_and(|length| self.size >= length) {
            self.rotate()?;
        }
        self.file.write_all(line)?;
        self.size += line.len() as u64;
        Ok(())
    }

    fn rotate(&mut self) -> std::io::Result<()> {
        let mut count = (1..).take_while(|number| self.old(*number).exists()).count() as u64;
        while self.rotation.keep.is_some_and(|keep| count >= keep.max(1)) {
            std::fs::remove_file(self.old(count))?;
            count -= 1;
        }
        for number in (1..=count).rev() {
            std::fs::rename(self.old(number), self.old(number + 1))?;
        }
        std::fs::rename(&self.path, self.old(1))?;
        *self = RotatedFile::open(&self.path, self.rotation)?;
        Ok(())
    }

    fn old(&self, number: u64) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(format!(".{number}"));
        name.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_have_twisted_s_form() {
        let cases = [
            (Level::INFO, "BuildMaster is running", "T [-] BuildMaster is running\n"),
            (Level::WARN, "late", "T [-] warning: late\n"),
            (Level::ERROR, "a\nb\n", "T [-] error: a\n\tb\n"),
        ];
        for (level, message, expected) in cases {
            assert_eq!(line("T", level, message), expected);
        }
    }

    #[test]
    fn a_grown_log_is_rotated_and_old_ones_end() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("twistd.log");
        let rotation = Rotation { length: Some(4), keep: Some(2) };
        let mut file = RotatedFile::open(&path, rotation).unwrap();
        for text in ["one\n", "two\n", "three\n", "four\n"] {
            file.write(text.as_bytes()).unwrap();
        }
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).ok();
        assert_eq!(read("twistd.log").as_deref(), Some("four\n"));
        assert_eq!(read("twistd.log.1").as_deref(), Some("three\n"));
        assert_eq!(read("twistd.log.2").as_deref(), Some("two\n"));
        assert_eq!(read("twistd.log.3"), None);
    }
}
