//! What a master asks of a worker, and what comes back (inventory D4).
//!
//! The carriers (MessagePack, Perspective Broker, in-process) translate these to their own names and
//! argument forms. Paths are relative to the builder's directory on the worker, or absolute.

use std::collections::BTreeMap;

use bytes::Bytes;

/// One word of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arg {
    /// What the worker executes.
    pub text: String,
    /// What logs show instead, when the word holds a secret.
    pub shown: Option<String>,
}

impl From<&str> for Arg {
    fn from(text: &str) -> Arg {
        Arg { text: text.to_owned(), shown: None }
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Arg {
        Arg { text, shown: None }
    }
}

/// What to execute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandLine {
    /// Run by `/bin/sh -c`.
    Shell(Arg),
    /// Run directly.
    Words(Vec<Arg>),
}

/// A value in the `env` of a command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EnvironmentValue {
    /// Set, after expansion of `${NAME}` on the worker.
    Set(String),
    /// A list, joined with the worker's path separator.
    Join(Vec<String>),
    /// Removed from the environment.
    Unset,
}

/// A file on the worker that is sent as a log while the command runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogFile {
    /// Relative to the command's working directory.
    pub filename: String,
    /// Start at the end of the file as it is when the command starts.
    pub follow: bool,
}

/// The `shell` command. Times are in seconds.
#[derive(Debug, Clone, PartialEq)]
pub struct ShellCommand {
    /// Working directory.
    pub workdir: String,
    /// What to execute.
    pub command: CommandLine,
    /// Added to the worker's environment.
    pub env: BTreeMap<String, EnvironmentValue>,
    /// Kill after so many seconds without output.
    pub timeout: Option<f64>,
    /// Kill after so many seconds.
    pub max_time: Option<f64>,
    /// Kill after so many lines of output.
    pub max_lines: Option<i64>,
    /// Send SIGTERM first, and the harder signal so many seconds later.
    pub sigterm_time: Option<f64>,
    /// Send standard output.
    pub want_stdout: bool,
    /// Send standard error.
    pub want_stderr: bool,
    /// Written to standard input, which is then closed.
    pub initial_stdin: Option<String>,
    /// Log name to file.
    pub logfiles: Vec<(String, LogFile)>,
    /// Run on a pseudo terminal.
    pub use_pty: bool,
    /// Show the environment in the header.
    pub log_environ: bool,
    /// `KILL`, `TERM`, …; `None` is the worker's default (`KILL`).
    pub interrupt_signal: Option<String>,
}

impl ShellCommand {
    /// A command with Buildbot's defaults: 20 minutes without output, no other limit.
    #[must_use]
    pub fn new(workdir: impl Into<String>, command: CommandLine) -> ShellCommand {
        ShellCommand {
            workdir: workdir.into(),
            command,
            env: BTreeMap::new(),
            timeout: Some(1200.0),
            max_time: None,
            max_lines: None,
            sigterm_time: None,
            want_stdout: true,
            want_stderr: true,
            initial_stdin: None,
            logfiles: Vec::new(),
            use_pty: false,
            log_environ: true,
            interrupt_signal: None,
        }
    }
}

/// One command for a worker.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the arguments that inventory D4 names")]
pub enum Command {
    /// Run a program.
    Shell(ShellCommand),
    /// Send a file to the master: answered by `Write`, `Utime` and `CloseWrite` events.
    UploadFile { path: String, maxsize: Option<u64>, blocksize: u64, keepstamp: bool },
    /// Send a directory as a tar archive: answered by `Write` events and `Unpack`. `compress`: `gz` or `bz2`.
    UploadDirectory { path: String, maxsize: Option<u64>, blocksize: u64, compress: Option<String> },
    /// Write a file from the master: asks by `Read` and `CloseRead` events.
    DownloadFile { path: String, maxsize: Option<u64>, blocksize: u64, mode: Option<u32> },
    /// Create directories, with their parents.
    MakeDirectory { paths: Vec<String> },
    /// Remove directories with all that is in them.
    RemoveDirectory { paths: Vec<String>, timeout: Option<f64>, max_time: Option<f64>, log_environ: bool },
    /// Copy a directory.
    CopyDirectory { from: String, to: String, timeout: Option<f64>, max_time: Option<f64>, log_environ: bool },
    /// Answered by an update `Stat`.
    Stat { path: String },
    /// Answered by an update `Files`.
    Glob { path: String },
    /// Answered by an update `Files`.
    ListDirectory { path: String },
    /// Remove one file.
    RemoveFile { path: String },
}

impl Command {
    /// The MessagePack protocol's name of the command.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Command::Shell(_) => "shell",
            Command::UploadFile { .. } => "upload_file",
            Command::UploadDirectory { .. } => "upload_directory",
            Command::DownloadFile { .. } => "download_file",
            Command::MakeDirectory { .. } => "mkdir",
            Command::RemoveDirectory { .. } => "rmdir",
            Command::CopyDirectory { .. } => "cpdir",
            Command::Stat { .. } => "stat",
            Command::Glob { .. } => "glob",
            Command::ListDirectory { .. } => "listdir",
            Command::RemoveFile { .. } => "rmfile",
        }
    }
}

/// Where a piece of output belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stream {
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
    /// What the worker says about the command.
    Header,
    /// A log file, by its log's name.
    Log(String),
}

/// Something that a running command reports.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// A block of output. May end in the middle of a line.
    Output(Stream, String),
    /// The exit status; negative for a signal.
    Rc(i64),
    /// Seconds that the command took.
    Elapsed(f64),
    /// `timeout`, `timeout_without_output`, `max_lines_failure`.
    FailureReason(String),
    /// The ten numbers of `os.stat`.
    Stat(Vec<f64>),
    /// Names from `glob` and `listdir`.
    Files(Vec<String>),
    /// Any other key, as JSON.
    Other(String, serde_json::Value),
}

/// What a session delivers for a running command, in order; the last is `Complete` or `Lost`.
#[derive(Debug)]
pub enum CommandEvent {
    /// The command reports something.
    Update(Update),
    /// The worker sends bytes of an upload.
    Write(Bytes),
    /// The worker tells the times of the uploaded file: access and modification, seconds since the epoch.
    Utime(f64, f64),
    /// The upload is complete.
    CloseWrite,
    /// The uploaded archive is complete: unpack it.
    Unpack,
    /// The worker asks for up to so many bytes of the download. Answer through the command's handle.
    Read(u64),
    /// The worker needs no more bytes.
    CloseRead,
    /// Everything up to the worker's message of this number has been delivered. Only of workers that keep their commands
    /// while the connection is gone.
    Mark(u64),
    /// The command ended; `Some` is the worker's failure text.
    Complete(Option<String>),
    /// The connection is gone; the reason.
    Lost(String),
}

/// What a worker says about itself when it attaches (inventory D5).
#[derive(Debug, Clone, Default, PartialEq)]
pub struct WorkerInfo {
    /// Contents of `info/admin`.
    pub admin: Option<String>,
    /// Contents of `info/host`.
    pub host: Option<String>,
    /// Contents of `info/access_uri`.
    pub access_uri: Option<String>,
    /// The worker's version, for example `4.3.0`.
    pub version: Option<String>,
    /// `posix` or `nt`.
    pub system: String,
    /// The worker's base directory.
    pub basedir: String,
    /// Number of processors.
    pub numcpus: Option<i64>,
    /// The worker's environment.
    pub environ: BTreeMap<String, String>,
    /// Command name to version.
    pub commands: BTreeMap<String, String>,
    /// The worker removes directories of builders that it no longer has.
    pub delete_leftover_dirs: bool,
    /// Everything else that it sent, `os_id` and the like included.
    pub other: BTreeMap<String, serde_json::Value>,
}
