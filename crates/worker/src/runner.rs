//! Runs one command of a master: the typed command goes in, its events come out, whatever carries them.
//!
//! Read [`CommandRunner::start`], then `shell` for the only command with a life of its own. Every command ends with
//! exactly one [`CommandEvent::Complete`]; dropping the receiver of the events kills what runs.

mod archive;
mod child;
mod directories;
mod download;
mod environment;
mod escalation;
mod glob;
mod header;
mod launch;
mod logfile;
mod lookup;
mod mark;
mod output;
mod process;
mod shell;
mod spawn;
mod transfer;
mod tree;
mod upload;

use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use ferrobot_model::{Command, CommandEvent, TextEncoding, Update};
use tokio::sync::mpsc;
use tokio::time::Instant;

pub use environment::Environment;
pub use output::OutputSettings;

use crate::python_text::failure;
use output::Output;

/// Events that wait for the receiver; behind it is at most half a megabyte of output.
const EVENTS_MAX: usize = 16;
/// What the master says to a running command.
const CONTROLS_MAX: usize = 16;

/// What the master tells a running command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Stop; the reason. The command still ends with its own `Complete`.
    Interrupt(String),
    /// The answer to a `Read` event. Empty: end of file.
    Data(Bytes),
    /// The master refused a block of an upload, or a read; its words.
    Refused(String),
}

/// A command that runs.
#[derive(Debug)]
pub struct Running {
    /// What it reports. Dropping this ends the command.
    pub events: mpsc::Receiver<CommandEvent>,
    /// Where to interrupt it, and to answer its reads.
    pub control: mpsc::Sender<Control>,
}

impl Running {
    /// A command that ends before it began, for arguments that make no sense.
    pub(crate) fn failed(failure: String) -> Running {
        let (events, receiver) = mpsc::channel(2);
        for event in [CommandEvent::Update(Update::Elapsed(0.0)), CommandEvent::Complete(Some(failure))] {
            // There is room for both.
            let _sent = events.try_send(event);
        }
        Running { events: receiver, control: mpsc::channel(1).0 }
    }
}

/// Starts commands in one environment.
#[derive(Debug, Clone)]
pub struct CommandRunner {
    basedir: Arc<Path>,
    environment: Arc<Environment>,
    output: OutputSettings,
    encoding: TextEncoding,
}

impl CommandRunner {
    /// A runner whose commands inherit `environment`; helpers such as `rm` run in `basedir`.
    #[must_use]
    pub fn new(basedir: &Path, environment: Environment, output: OutputSettings) -> CommandRunner {
        CommandRunner {
            basedir: basedir.into(),
            environment: Arc::new(environment),
            output,
            encoding: TextEncoding::Utf8,
        }
    }

    /// A runner with other settings for output.
    #[must_use]
    pub fn with_output(&self, output: OutputSettings) -> CommandRunner {
        CommandRunner { output, ..self.clone() }
    }

    /// A runner whose programs read and write text in another encoding than UTF-8.
    #[must_use]
    pub fn with_encoding(self, encoding: TextEncoding) -> CommandRunner {
        CommandRunner { encoding, ..self }
    }

    /// Starts a command. Its relative paths are below `directory`. Must be called within a tokio runtime.
    #[must_use]
    pub fn start(&self, directory: &Path, command: Command) -> Running {
        let (events, receiver) = mpsc::channel(EVENTS_MAX);
        let (control, controls) = mpsc::channel(CONTROLS_MAX);
        let context = Context {
            out: Output::new(events, self.output.clone(), self.encoding),
            controls,
            basedir: Arc::clone(&self.basedir),
            directory: directory.to_owned(),
            environment: Arc::clone(&self.environment),
            encoding: self.encoding,
        };
        tokio::spawn(run(context, command));
        Running { events: receiver, control }
    }
}

/// What every command has at hand.
struct Context {
    out: Output,
    controls: mpsc::Receiver<Control>,
    basedir: Arc<Path>,
    directory: PathBuf,
    environment: Arc<Environment>,
    encoding: TextEncoding,
}

impl Context {
    /// The place that a command names, as stock workers write it: `..` and a slash at the end stay.
    fn path(&self, path: &str) -> PathBuf {
        self.directory.join(path)
    }
}

/// How a command ended. The exit status has been reported already.
type Outcome = Result<(), Failed>;

/// A command died of something that is not its program's exit status; the text for the master.
struct Failed(String);

/// What becomes of a command whose transfer the master refuses.
pub(crate) fn failure_of_master(text: &str) -> String {
    failure("buildbot_worker.msgpack.RemoteWorkerError", text)
}

async fn run(mut context: Context, command: Command) {
    let started = Instant::now();
    let outcome = match command {
        Command::Shell(shell) => shell::run(&mut context, shell).await,
        Command::MakeDirectory { paths } => directories::make(&mut context, paths).await,
        Command::RemoveDirectory { paths, timeout, max_time, log_environ } => {
            let limits = directories::Limits { timeout, max_time, log_environ };
            directories::remove(&mut context, paths, limits).await
        }
        Command::CopyDirectory { from, to, timeout, max_time, log_environ } => {
            let limits = directories::Limits { timeout, max_time, log_environ };
            directories::copy(&mut context, &from, &to, limits).await
        }
        Command::Stat { path } => lookup::stat(&mut context, &path).await,
        Command::Glob { path } => lookup::glob(&mut context, &path).await,
        Command::ListDirectory { path } => lookup::list_directory(&mut context, &path).await,
        Command::RemoveFile { path } => lookup::remove_file(&mut context, &path).await,
        Command::UploadFile { path, maxsize, blocksize, keepstamp } => {
            upload::file(&mut context, &path, transfer::Limits::new(maxsize, blocksize), keepstamp).await
        }
        Command::UploadDirectory { path, maxsize, blocksize, compress } => {
            let limits = transfer::Limits::new(maxsize, blocksize);
            upload::directory(&mut context, &path, limits, compress.as_deref()).await
        }
        Command::DownloadFile { path, maxsize, blocksize, mode } => {
            download::file(&mut context, &path, transfer::Limits::new(maxsize, blocksize), mode).await
        }
    };
    context.out.update(Update::Elapsed(started.elapsed().as_secs_f64()));
    let _heard = context.out.complete(outcome.err().map(|Failed(text)| text)).await;
}

/// Removes `.` and inner `..` from a path, without a look at the disk.
pub(crate) fn normalise(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}
