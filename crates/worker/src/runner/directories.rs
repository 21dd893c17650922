//! Making, removing and copying directories.

use std::io;
use std::path::{Path, PathBuf};

use ferrobot_model::{CommandLine, ShellCommand, Stream, Update};
use tokio::time::Instant;

use super::shell::{execute, say_elapsed};
use super::{Context, Failed, Outcome};
use crate::python_text::{OsError, failure, str_repr};

/// Seconds without output for `rm` and `cp`, when the master says nothing else.
const TIMEOUT_S: f64 = 120.0;

/// Limits of a helper program.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) timeout: Option<f64>,
    pub(super) max_time: Option<f64>,
    pub(super) log_environ: bool,
}

/// Makes directories with their parents; stops at the first that cannot be made.
pub(super) async fn make(context: &mut Context, paths: Vec<String>) -> Outcome {
    let paths: Vec<PathBuf> = paths.iter().map(|path| context.path(path)).collect();
    let made = tokio::task::spawn_blocking(move || {
        paths.into_iter().try_for_each(|path| match make_directory(&path) {
            Err(error) => Err((OsError::of(&error), path)),
            Ok(()) => Ok(()),
        })
    });
    match made.await {
        Ok(Ok(())) => context.out.update(Update::Rc(0)),
        Ok(Err((error, path))) => refuse(context, "mkdir", &error, &path),
        Err(panicked) => return Err(Failed(failure("RuntimeError", &panicked.to_string()))),
    }
    Ok(())
}

/// Makes a directory with its parents. That it is its own `.` does not matter, though the system cannot make one of that name.
pub(super) fn make_directory(path: &Path) -> io::Result<()> {
    std::fs::create_dir_all(path.components().collect::<PathBuf>())
}

/// Reports an operating system's error as the exit status and a line in the header.
pub(super) fn refuse(context: &mut Context, operation: &str, error: &OsError, path: &Path) {
    context.out.update(Update::Rc(i64::from(error.errno)));
    context.out.text(&Stream::Header, &format!("{operation}: {}: {}", error.strerror, path.display()));
}

/// Removes directories; what is not writable is made writable, once.
pub(super) async fn remove(context: &mut Context, paths: Vec<String>, limits: Limits) -> Outcome {
    let mut result = 0;
    for path in paths {
        let path = context.path(&path).to_string_lossy().into_owned();
        let mut rc = helper(context, &["rm", "-rf", &path], limits).await?;
        if rc != 0 {
            helper(context, &["chmod", "-Rf", "u+rwx", &path], limits).await?;
            rc = helper(context, &["rm", "-rf", &path], limits).await?;
        }
        if rc != 0 {
            result = rc;
        }
    }
    context.out.update(Update::Rc(result));
    Ok(())
}

/// Copies a directory; into the target, when that exists. What is missing above the target is made.
pub(super) async fn copy(context: &mut Context, from: &str, to: &str, limits: Limits) -> Outcome {
    let from = context.path(from).to_string_lossy().into_owned();
    let to = context.path(to).to_string_lossy().into_owned();
    if let Some((above, _)) = to.rsplit_once('/').filter(|(above, _)| !above.is_empty() && !Path::new(above).exists()) {
        make_directory(Path::new(above)).map_err(|error| Failed(OsError::of(&error).failure(&str_repr(above))))?;
    }
    let rc = helper(context, &["cp", "-R", "-P", "-p", "-v", &from, &to], limits).await?;
    context.out.update(Update::Rc(rc));
    Ok(())
}

async fn helper(context: &mut Context, words: &[&str], limits: Limits) -> Result<i64, Failed> {
    let started = Instant::now();
    let basedir = context.basedir.to_string_lossy().into_owned();
    let command = CommandLine::Words(words.iter().map(|&word| word.into()).collect());
    let shell = ShellCommand {
        timeout: Some(limits.timeout.unwrap_or(TIMEOUT_S)),
        max_time: limits.max_time,
        log_environ: limits.log_environ,
        ..ShellCommand::new(basedir, command)
    };
    let rc = execute(context, shell).await?;
    say_elapsed(context, started);
    Ok(rc)
}
