//! Writes a file that the master sends, block by block, each asked for when the one before is written.

use std::fs::{File, OpenOptions, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use ferrobot_model::{CommandEvent, Stream, Update};

use super::transfer::{End, Limits, on_thread, report};
use super::{Context, Control, Outcome};
use crate::python_text::str_repr;

/// Receives one file.
pub(super) async fn file(context: &mut Context, path: &str, limits: Limits, mode: Option<u32>) -> Outcome {
    let path = context.path(path);
    let opened = on_thread({
        let path = path.clone();
        move || create(&path, mode)
    });
    let Ok(file) = opened.await else {
        let shown = str_repr(&path.to_string_lossy());
        context.out.event(CommandEvent::CloseRead).await;
        context.out.update(Update::Rc(1));
        context.out.text(&Stream::Stderr, &format!("Cannot open file {shown} for download"));
        return Ok(());
    };
    let received = receive(context, file, limits).await;
    context.out.event(CommandEvent::CloseRead).await;
    report(context, received, &path)
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

async fn receive(context: &mut Context, file: File, mut limits: Limits) -> End {
    let mut file = file;
    loop {
        let Some(size) = limits.next() else { return End::TooLarge };
        if !context.out.event(CommandEvent::Read(size)).await {
            return End::Interrupted;
        }
        let data = match context.controls.recv().await {
            Some(Control::Data(data)) => data,
            Some(Control::Refused(reason)) => return End::Refused(reason),
            Some(Control::Interrupt(_)) | None => return End::Interrupted,
        };
        if data.is_empty() {
            return End::Whole;
        }
        // More than was asked for is not the master's to give.
        let data = data.slice(..data.len().min(usize::try_from(size).unwrap_or(usize::MAX)));
        limits.took(data.len());
        match on_thread(move || file.write_all(&data).map(|()| file)).await {
            Ok(same) => file = same,
            Err(error) => return End::Unusable("write", error),
        }
    }
}
