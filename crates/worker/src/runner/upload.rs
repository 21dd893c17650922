//! Sends a file, or a directory as a tar archive, block by block; the master answers each block before the next is read.

use std::fs::File;
use std::io::{self, Read, Seek};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use ferrobot_model::{CommandEvent, Stream, Update};
use tokio::sync::mpsc;

use super::archive::{self, Compression};
use super::transfer::{End, Limits, on_thread, report};
use super::{Context, Control, Outcome};
use crate::python_text::{OsError, str_repr};

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
    if !matches!(sent, End::Refused(_)) {
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

async fn send(context: &mut Context, file: File, mut limits: Limits) -> End {
    let mut file = file;
    loop {
        if let Some(end) = stopped(&mut context.controls) {
            return end;
        }
        let Some(size) = limits.next() else { return End::TooLarge };
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
            Err(error) => return End::Unusable("read", error),
        };
        if block.is_empty() {
            return End::Whole;
        }
        limits.took(block.len());
        if !context.out.event(CommandEvent::Write(Bytes::from(block))).await {
            return End::Interrupted;
        }
    }
}

/// What the master has said meanwhile.
fn stopped(controls: &mut mpsc::Receiver<Control>) -> Option<End> {
    match controls.try_recv() {
        Ok(Control::Interrupt(_)) => Some(End::Interrupted),
        Ok(Control::Refused(reason)) => Some(End::Refused(reason)),
        Ok(Control::Data(_)) | Err(_) => None,
    }
}
