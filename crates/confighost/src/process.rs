//! The child process: how it is started, watched and ended.

use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use tokio::net::UnixStream;
use tokio::process::{Child, Command};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::interpreter;
use crate::output::{self, Source, Tail};
use crate::package::Package;

/// The oldest Python that the package is written for.
const OLDEST_PYTHON: &str = "3.9";
/// What `host.py` says when it meets an older one.
const TOO_OLD: &str = "FERROBOT-PYTHON-TOO-OLD ";
/// How long the exit status of a process that has closed its connection may take.
const EXIT_WAIT: Duration = Duration::from_secs(2);

/// Why there is no config host.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No interpreter.
    #[error(
        "find a Python interpreter for the configuration: {wanted} does not exist; \
         install Python {OLDEST_PYTHON} or later, or name one"
    )]
    NoPython {
        /// What was looked for.
        wanted: String,
    },
    /// An interpreter that is too old.
    #[error(
        "run the configuration with {python}: it is Python {version}, and {OLDEST_PYTHON} is the oldest that will do"
    )]
    TooOld {
        /// The interpreter.
        python: PathBuf,
        /// Its version.
        version: String,
    },
    /// The package could not be written.
    #[error("unpack the Python package `buildbot`: {0}")]
    Package(#[source] std::io::Error),
    /// The interpreter could not be started.
    #[error("start {python}: {source}")]
    Spawn {
        /// The interpreter.
        python: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It started, and does not do what it should.
    #[error("start the configuration's process with {python}: {detail}")]
    Unusable {
        /// The interpreter.
        python: PathBuf,
        /// What it did or said.
        detail: String,
    },
}

/// A started child, and its end of life.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) python: PathBuf,
    pub(crate) tail: Tail,
    pid: Pid,
    /// `None` while it lives, then how it ended.
    pub(crate) ended: watch::Receiver<Option<String>>,
}

/// What [`Process::spawn`] gives besides the process.
pub(crate) struct Spawned {
    pub(crate) process: Process,
    pub(crate) socket: UnixStream,
    pub(crate) child: Child,
    /// Ends when all of standard error is read.
    pub(crate) stderr: JoinHandle<()>,
    pub(crate) ended: watch::Sender<Option<String>>,
}

impl Process {
    /// Starts the interpreter. The socket is the child's standard input, until the package takes it from there.
    pub(crate) fn spawn(python: Option<&Path>, package: &Package, directory: &Path) -> Result<Spawned, StartError> {
        let Some(interpreter) = interpreter::find(python) else {
            let wanted = python.map_or_else(|| "`python3`".to_owned(), |python| format!("`{}`", python.display()));
            return Err(StartError::NoPython { wanted });
        };
        let failed = |source| StartError::Spawn { python: interpreter.clone(), source };
        let (ours, theirs) = std::os::unix::net::UnixStream::pair().map_err(failed)?;
        ours.set_nonblocking(true).map_err(failed)?;
        let socket = UnixStream::from_std(ours).map_err(failed)?;
        let mut child = Command::new(&interpreter)
            .arg(package.script())
            .current_dir(directory)
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            // A terminal's signals are for the master; and what the configuration starts ends with it.
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(failed)?;
        let tail = Tail::default();
        if let Some(stdout) = child.stdout.take() {
            tokio::spawn(output::forward(stdout, Source::Stdout, tail.clone()));
        }
        let (stderr, lines) = (child.stderr.take(), tail.clone());
        let stderr = tokio::spawn(async move {
            if let Some(stderr) = stderr {
                output::forward(stderr, Source::Stderr, lines).await;
            }
        });
        let pid = Pid::from_raw(child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or_default());
        let (ended_sender, ended) = watch::channel(None);
        let process = Process { python: interpreter, tail, pid, ended };
        Ok(Spawned { process, socket, child, stderr, ended: ended_sender })
    }

    /// Asks Python to write the stacks of its threads to standard error.
    pub(crate) fn dump_stacks(&self) {
        if self.is_alive() {
            self.tail.expect_stacks();
            let _ = kill(self.pid, Signal::SIGUSR1);
        }
    }

    /// Its id.
    pub(crate) fn pid(&self) -> i32 {
        self.pid.as_raw()
    }

    /// Ends it and what it has started, at once.
    pub(crate) fn kill(&self) {
        if self.is_alive() {
            let _ = killpg(self.pid, Signal::SIGKILL);
        }
    }

    /// Whether it has not ended, as far as is known.
    pub(crate) fn is_alive(&self) -> bool {
        self.pid.as_raw() > 0 && self.ended.borrow().is_none()
    }

    /// Waits for the end of the process, and says how it came.
    pub(crate) async fn wait_ended(&self) -> String {
        let mut ended = self.ended.clone();
        match ended.wait_for(Option::is_some).await {
            Ok(reason) => reason.clone().unwrap_or_default(),
            Err(_) => "its watcher is gone".to_owned(),
        }
    }

    /// What an early end means.
    pub(crate) fn start_error(&self, ended: &str) -> StartError {
        let python = self.python.clone();
        let said = self.tail.last();
        match said.split_once(TOO_OLD) {
            Some((_, version)) => StartError::TooOld { python, version: version.trim().to_owned() },
            None => StartError::Unusable { python, detail: ended.to_owned() },
        }
    }
}

/// How the child ended, once its connection is closed for `reason`. One that goes on without a connection is killed, and
/// so is whatever the configuration has started and left behind.
pub(crate) async fn last_words(mut child: Child, stderr: JoinHandle<()>, reason: String, tail: &Tail) -> String {
    let group = child.id().and_then(|pid| i32::try_from(pid).ok());
    let status = timeout(EXIT_WAIT, child.wait()).await;
    if let Some(group) = group {
        let _ = killpg(Pid::from_raw(group), Signal::SIGKILL);
    }
    let how = match status {
        Ok(Ok(status)) => format!("the process of the configuration ended ({status})"),
        Ok(Err(error)) => format!("the process of the configuration cannot be waited for ({error})"),
        Err(_) => format!("the process of the configuration was ended: {reason}"),
    };
    let _ = child.wait().await;
    // A process that left the group may hold the stream open.
    let _ = timeout(EXIT_WAIT, stderr).await;
    let said = tail.last();
    if said.is_empty() { how } else { format!("{how}; it said last: {said}") }
}
