//! Sends a file, or a directory as a tar archive, block by block; the master answers each block before the next is read.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use ferrobot_model::{CommandEvent, Stream, Update};
use tokio::sync::mpsc;

use super::archive::{self, Compression};
use super::{Context, Control, Failed, Outcome, failure_of_master};
use crate::python_text::{OsError, str_repr};

/// No block is larger, whatever the master asks for.
const BLOCK_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// How much may be transferred, and in what pieces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    left: Option<u64>,
    block: u64,
}

impl Limits {
    pub(super) fn new(maxsize: Option<u64>, blocksize: u64) -> Limits {
        Limits { left: maxsize, block: blocksize.clamp(1, BLOCK_BYTES_MAX) }
    }

    /// Size of the next block; `None` when all that is allowed has been transferred.
    pub(super) fn next(&self) -> Option<u64> {
        let size = self.left.map_or(self.block, |left| left.min(self.block));
        (size > 0).then_some(size)
    }

    pub(super) fn took(&mut self, length: usize) {
        if let Some(left) = &mut self.left {
            *left = left.saturating_sub(length as u64);
        }
    }
}

/// How sending went.
enum Sent {
    Whole,
    TooLarge,
    Interrupted,
    Unreadable(io::Error),
    Refused(String),
    Unheard,
}

/// Sends one file.
pub(super) async fn file(context: &mut Context, path: &str, limits: Limits, keepstamp: bool) -> Outcome {
    let path = context.path(path);
    context.out.header(&format!("sending {}\n", path.display()));
    let opened = on_thread({
        let path = path.clone();
        move || open_file(&path)
    });
    let Ok((file, times)) = opened.await else {
        let shown = str_repr(&path.to_string_lossy());
        context.out.event(CommandEvent::CloseWrite).await;
        context.out.update(Update::Rc(1));
        context.out.text(&Stream::Stderr, &format!("Cannot open file {shown} for upload"));
        return Ok(());
    };
    let sent = send(context, file, limits).await;
    context.out.event(CommandEvent::CloseWrite).await;
    if keepstamp {
        context.out.event(CommandEvent::Utime(times.0, times.1)).await;
    }
    report(context, sent, &path)
}

fn open_file(path: &Path) -> io::Result<(File, (f64, f64))> {
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    if metadata.is_dir() {
        return Err(io::Error::from_raw_os_error(libc::EISDIR));
    }
    let time = |seconds: i64, nanoseconds: i64| seconds as f64 + nanoseconds as f64 / 1e9;
    let accessed = time(metadata.atime(), metadata.atime_nsec());
    let modified = time(metadata.mtime(), metadata.mtime_nsec());
    Ok((file, (accessed, modified)))
}

/// Sends a directory.
pub(super) async fn directory(context: &mut Context, path: &str, limits: Limits, compress: Option<&str>) -> Outcome {
    let path = context.path(path);
    let compression = match compress {
        Some("gz") => Compression::Gzip,
        Some("bz2") => Compression::Bzip2,
        _ => Compression::None,
    };
    let packed = on_thread({
        let path = path.clone();
        move || Ok(pack(path, compression))
    });
    let packed = packed.await.unwrap_or_else(|error| Err((error, path.clone())));
    let file = match packed {
        Ok(file) => file,
        Err((error, place)) => {
            let shown = str_repr(&path.to_string_lossy());
            let reason = OsError::of(&error).describe(&str_repr(&place.to_string_lossy()));
            context.out.update(Update::Rc(1));
            context.out.text(&Stream::Stderr, &format!("Cannot read directory {shown} for upload: {reason}"));
            return Ok(());
        }
    };
    context.out.header(&format!("sending {}\n", path.display()));
    let sent = send(context, file, limits).await;
    if !matches!(sent, Sent::Refused(_)) {
        context.out.event(CommandEvent::Unpack).await;
    }
    report(context, sent, &path)
}

fn pack(path: PathBuf, compression: Compression) -> Result<File, archive::PackError> {
    let file = tempfile::tempfile().map_err(|error| (error, std::env::temp_dir()))?;
    let mut file = archive::pack(&path, file, compression)?;
    file.rewind().map_err(|error| (error, path))?;
    Ok(file)
}

async fn send(context: &mut Context, file: File, mut limits: Limits) -> Sent {
    let mut file = file;
    loop {
        if let Some(end) = stopped(&mut context.controls) {
            return end;
        }
        let Some(size) = limits.next() else { return Sent::TooLarge };
        let read = on_thread(move || {
            let mut block = Vec::with_capacity(usize::try_from(size).unwrap_or_default());
            let length = (&file).take(size).read_to_end(&mut block);
            length.map(|_| (file, block))
        });
        let block = match read.await {
            Ok((same, block)) => {
                file = same;
                block
            }
            Err(error) => return Sent::Unreadable(error),
        };
        if block.is_empty() {
            return Sent::Whole;
        }
        limits.took(block.len());
        if !context.out.event(CommandEvent::Write(Bytes::from(block))).await {
            return Sent::Unheard;
        }
    }
}

/// What the master has said meanwhile.
fn stopped(controls: &mut mpsc::Receiver<Control>) -> Option<Sent> {
    match controls.try_recv() {
        Ok(Control::Interrupt(_)) => Some(Sent::Interrupted),
        Ok(Control::Refused(reason)) => Some(Sent::Refused(reason)),
        Ok(Control::Data(_)) | Err(_) => None,
    }
}

fn report(context: &mut Context, sent: Sent, path: &Path) -> Outcome {
    let shown = str_repr(&path.to_string_lossy());
    let message = match sent {
        Sent::Whole => {
            context.out.update(Update::Rc(0));
            return Ok(());
        }
        Sent::TooLarge => Some(format!("Maximum filesize reached, truncating file {shown}")),
        Sent::Unreadable(error) => Some(format!("Cannot read file {shown}: {}", OsError::of(&error).strerror)),
        Sent::Interrupted | Sent::Unheard => None,
        Sent::Refused(reason) => {
            context.out.update(Update::Rc(1));
            return Err(Failed(failure_of_master(&reason)));
        }
    };
    context.out.update(Update::Rc(1));
    if let Some(message) = message {
        context.out.text(&Stream::Stderr, &message);
    }
    Ok(())
}

/// Reads the disk on a thread that may wait for it.
async fn on_thread<T: Send + 'static>(act: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(act).await.map_err(io::Error::other)?
}
