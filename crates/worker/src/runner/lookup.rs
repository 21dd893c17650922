//! Looking at the worker's disk: `stat`, `glob`, `listdir`, and removing one file.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;

use ferrobot_model::Update;

use super::directories::refuse;
use super::{Context, Failed, Outcome, glob};
use crate::python_text::{OsError, failure};

/// The ten numbers of `os.stat`.
pub(super) async fn stat(context: &mut Context, path: &str) -> Outcome {
    let look = |path: PathBuf| {
        let status = std::fs::metadata(path)?;
        let numbers = [
            f64::from(status.mode()),
            status.ino() as f64,
            status.dev() as f64,
            status.nlink() as f64,
            f64::from(status.uid()),
            f64::from(status.gid()),
            status.size() as f64,
            status.atime() as f64,
            status.mtime() as f64,
            status.ctime() as f64,
        ];
        Ok(Some(Update::Stat(numbers.to_vec())))
    };
    on_disk(context, "stat", path, look).await
}

/// The paths that match a pattern.
pub(super) async fn glob(context: &mut Context, pattern: &str) -> Outcome {
    on_disk(context, "glob", pattern, |pattern| Ok(Some(Update::Files(glob::matches(&pattern.to_string_lossy())))))
        .await
}

/// The names in a directory.
pub(super) async fn list_directory(context: &mut Context, path: &str) -> Outcome {
    let list = |path: PathBuf| {
        let names = std::fs::read_dir(path)?
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect::<io::Result<Vec<String>>>()?;
        Ok(Some(Update::Files(names)))
    };
    on_disk(context, "listdir", path, list).await
}

/// Removes a file.
pub(super) async fn remove_file(context: &mut Context, path: &str) -> Outcome {
    on_disk(context, "rmfile", path, |path| std::fs::remove_file(path).map(|()| None)).await
}

/// Does something with a path on a thread that may wait for the disk, and reports how it went.
async fn on_disk<F>(context: &mut Context, operation: &str, path: &str, act: F) -> Outcome
where
    F: FnOnce(PathBuf) -> io::Result<Option<Update>> + Send + 'static,
{
    // A trailing slash means something to `glob`, so that an absolute path stays as it is.
    let path = context.path(path);
    let given = path.clone();
    match tokio::task::spawn_blocking(move || act(given)).await {
        Ok(Ok(found)) => {
            if let Some(found) = found {
                context.out.update(found);
            }
            context.out.update(Update::Rc(0));
        }
        Ok(Err(error)) => refuse(context, operation, &OsError::of(&error), &path),
        Err(panicked) => return Err(Failed(failure("RuntimeError", &panicked.to_string()))),
    }
    Ok(())
}
