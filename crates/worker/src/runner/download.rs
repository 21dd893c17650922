//! Writes a file that the master sends, block by block, each asked for when the one before is written.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use ferrobot_model::{CommandEvent, Stream, Update};

use super::upload::Limits;
use super::{Context, Control, Failed, Outcome, failure_of_master};
use crate::python_text::{OsError, str_repr};

enum Received {
    Whole,
    TooLarge,
    Interrupted,
    Unwritable(io::Error),
    Refused(String),
}

/// Receives one file.
pub(super) async fn file(context: &mut Context, path: &str, limits: Limits, mode: Option<u32>) -> Outcome {
    let path = context.path(path);
    let shown = str_repr(&path.to_string_lossy());
    let opened = tokio::task::spawn_blocking({
        let path = path.clone();
        move || create(&path, mode)
    });
    let Ok(Ok(file)) = opened.await else {
        context.out.event(CommandEvent::CloseRead).await;
        context.out.update(Update::Rc(1));
        context.out.text(&Stream::Stderr, &format!("Cannot open file {shown} for download"));
        return Ok(());
    };
    let received = receive(context, file, limits).await;
    context.out.event(CommandEvent::CloseRead).await;
    let message = match received {
        Received::Whole => {
            context.out.update(Update::Rc(0));
            return Ok(());
        }
        Received::TooLarge => Some(format!("Maximum filesize reached, truncating file {shown}")),
        Received::Unwritable(error) => Some(format!("Cannot write file {shown}: {}", OsError::of(&error).strerror)),
        Received::Interrupted => None,
        Received::Refused(reason) => {
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

fn create(path: &PathBuf, mode: Option<u32>) -> io::Result<File> {
    if let Some(directory) = path.parent().filter(|directory| *directory != Path::new("") && !directory.exists()) {
        std::fs::create_dir_all(directory)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    if let Some(mode) = mode {
        // Never wider than asked for, not even until it is set below.
        options.mode(mode & 0o666);
    }
    let file = options.open(path)?;
    if let Some(mode) = mode {
        file.set_permissions(Permissions::from_mode(mode & 0o7777))?;
    }
    Ok(file)
}

async fn receive(context: &mut Context, file: File, mut limits: Limits) -> Received {
    let mut file = file;
    loop {
        let Some(size) = limits.next() else { return Received::TooLarge };
        if !context.out.event(CommandEvent::Read(size)).await {
            return Received::Interrupted;
        }
        let data = match context.controls.recv().await {
            Some(Control::Data(data)) => data,
            Some(Control::Refused(reason)) => return Received::Refused(reason),
            Some(Control::Interrupt(_)) | None => return Received::Interrupted,
        };
        if data.is_empty() {
            return Received::Whole;
        }
        // More than was asked for is not the master's to give.
        let data = data.slice(..data.len().min(usize::try_from(size).unwrap_or(usize::MAX)));
        limits.took(data.len());
        match write(file, data).await {
            Ok(same) => file = same,
            Err(error) => return Received::Unwritable(error),
        }
    }
}

async fn write(mut file: File, data: Bytes) -> io::Result<File> {
    let written = tokio::task::spawn_blocking(move || file.write_all(&data).map(|()| file));
    written.await.map_err(io::Error::other)?
}
