//! The worker as a process: started in the foreground or the background, stopped, restarted; one process for a directory.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::sys::stat::{Mode, umask};
use nix::unistd::Pid;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::network;
use crate::options::WorkerOptions;
use crate::runner::normalise;
use crate::tac::{self, TacError};
use crate::twistdlog;

/// Tells a process that it is the background half of `start`.
const DAEMON_VARIABLE: &str = "FERROBOT_WORKER_DAEMON";
/// `start` and `stop` wait so long for the process.
const PATIENCE: Duration = Duration::from_secs(10);
/// Killing what a command has started takes milliseconds, unless the machine is overloaded.
const SHUTDOWN_MAX: Duration = Duration::from_secs(6);
const POLL_EVERY: Duration = Duration::from_millis(50);
/// What a background process may not give to others, unless its settings say so: twistd's value.
const DAEMON_UMASK: u32 = 0o077;
/// The line by which all tools know that the worker is at work.
const ATTACHED: &str = "message from master: attached";

/// Why a verb did not do its work. The text is for the user.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// The directory is not a worker's.
    #[error("{source}\ninvalid worker directory '{directory}'", directory = directory.display())]
    Directory {
        /// Which.
        directory: PathBuf,
        /// Why not.
        source: TacError,
    },
    /// There is one process for the directory already.
    #[error("Another twistd server is running, PID {pid}: stop it first (pid file {path})", path = path.display())]
    AlreadyRunning {
        /// Its number.
        pid: i32,
        /// Where that is written.
        path: PathBuf,
    },
    /// It did not report that it is attached to its master.
    #[error(
        "The worker took more than 10 seconds to start and/or connect to the buildmaster, so it is not certain that it \
         works.\nLook into {log} for a line that says '{ATTACHED}'; until then, host name, port, worker name and password \
         of the master are what to check.",
        log = log.display()
    )]
    NotAttached {
        /// Its log.
        log: PathBuf,
    },
    /// It ended at once.
    #[error("The worker ended at once ({status}); {log} tells why.", log = log.display())]
    Ended {
        /// Its exit status.
        status: std::process::ExitStatus,
        /// Its log.
        log: PathBuf,
    },
    /// It did not end.
    #[error("never saw process go away")]
    NeverEnded,
    /// Something of the system's.
    #[error("cannot {what}: {source}")]
    System {
        /// What failed.
        what: String,
        /// Why.
        source: io::Error,
    },
}

fn system(what: impl Into<String>) -> impl FnOnce(io::Error) -> DaemonError {
    let what = what.into();
    move |source| DaemonError::System { what, source }
}

fn settings(directory: &Path) -> Result<WorkerOptions, DaemonError> {
    tac::read(directory).map_err(|source| DaemonError::Directory { directory: directory.to_owned(), source })
}

/// How `start` is to be done.
#[derive(Debug, Clone)]
pub struct Start<'a> {
    /// The worker's directory.
    pub directory: &'a Path,
    /// Say nothing, and do not wait.
    pub quiet: bool,
    /// The command line that runs this program's worker in the foreground: the program's own name first.
    pub foreground: &'a [OsString],
}

/// Starts the worker in the background, and waits until it is attached.
pub async fn start(request: &Start<'_>, out: &mut dyn Write) -> Result<(), DaemonError> {
    settings(request.directory)?;
    let pidfile = PidFile::new(request.directory);
    if let Some(pid) = pidfile.running() {
        return Err(DaemonError::AlreadyRunning { pid, path: pidfile.path });
    }
    let log = request.directory.join("twistd.log");
    let seen = fs::metadata(&log).map_or(0, |metadata| metadata.len());
    let mut child = spawn_background(request)?;
    if request.quiet {
        return Ok(());
    }
    let _terminal_gone = writeln!(out, "Following twistd.log until startup finished..");
    wait_until_attached(&mut child, &log, seen).await?;
    let _terminal_gone = writeln!(out, "The buildbot-worker appears to have (re)started correctly.");
    Ok(())
}

fn spawn_background(request: &Start<'_>) -> Result<Child, DaemonError> {
    let program = std::env::current_exe().map_err(system("find this program's own file"))?;
    let name = request.foreground.first().map_or(OsStr::new("ferrobot-worker"), OsString::as_os_str);
    Command::new(program)
        .arg0(name)
        .args(request.foreground.iter().skip(1))
        .env(DAEMON_VARIABLE, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(system("start the background process"))
}

async fn wait_until_attached(child: &mut Child, log: &Path, mut seen: u64) -> Result<(), DaemonError> {
    let deadline = Instant::now() + PATIENCE;
    let mut tail = String::new();
    while Instant::now() < deadline {
        if let Ok(mut file) = fs::File::open(log) {
            // The log may have been put aside meanwhile.
            if file.metadata().is_ok_and(|metadata| metadata.len() < seen) {
                seen = 0;
            }
            let mut bytes = Vec::new();
            if file.seek(SeekFrom::Start(seen)).and_then(|_| file.read_to_end(&mut bytes)).is_ok() {
                seen += bytes.len() as u64;
                tail.push_str(&String::from_utf8_lossy(&bytes));
            }
        }
        if tail.contains(ATTACHED) {
            return Ok(());
        }
        if let Ok(Some(status)) = child.try_wait() {
            return Err(DaemonError::Ended { status, log: log.to_owned() });
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
    Err(DaemonError::NotAttached { log: log.to_owned() })
}

/// Whether `stop` found something to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// This process has ended.
    Process(i32),
    /// There was none.
    NotRunning,
}

/// Ends the worker, and waits for that.
pub async fn stop(directory: &Path) -> Result<Stopped, DaemonError> {
    tac::check(directory).map_err(|source| DaemonError::Directory { directory: directory.to_owned(), source })?;
    let pidfile = PidFile::new(directory);
    let Some(pid) = pidfile.read() else { return Ok(Stopped::NotRunning) };
    match kill(Pid::from_raw(pid), Signal::SIGTERM) {
        Ok(()) => {}
        Err(Errno::ESRCH) => return Ok(Stopped::Process(pid)),
        Err(error) => return Err(system(format!("stop process {pid}"))(error.into())),
    }
    let deadline = Instant::now() + PATIENCE;
    while is_alive(pid) {
        if Instant::now() > deadline {
            return Err(DaemonError::NeverEnded);
        }
        tokio::time::sleep(POLL_EVERY).await;
    }
    Ok(Stopped::Process(pid))
}

/// Runs the worker in this process until it is told to end.
pub fn run_foreground(directory: &Path) -> Result<(), DaemonError> {
    let mut options = settings(directory)?;
    let pidfile = PidFile::new(directory).absolute()?;
    let entered = |source| system(format!("enter {}", options.basedir.display()))(source);
    // A link stays one: commands and the master see the directory's name as the administrator has written it.
    let basedir = std::path::absolute(&options.basedir).map_err(entered)?;
    std::env::set_current_dir(&basedir).map_err(entered)?;
    options.basedir = normalise(&basedir);
    let in_background = std::env::var_os(DAEMON_VARIABLE).is_some();
    if in_background {
        // An error means that this process leads a session already.
        let _leader = nix::unistd::setsid();
    }
    let log = options.basedir.join("twistd.log");
    // The mask is not for the log, as with twistd.
    twistdlog::install(&log, options.rotation).map_err(system(format!("write {}", log.display())))?;
    let mask = options.umask.or(in_background.then_some(DAEMON_UMASK));
    if let Some(mask) = mask {
        umask(Mode::from_bits_truncate(mask));
    }
    let _claim = pidfile.claim()?;
    info!("Loading buildbot.tac...");
    info!("Loaded.");
    info!("ferrobot-worker {} starting up.", env!("CARGO_PKG_VERSION"));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(system("start the runtime"))?;
    let result = runtime.block_on(serve(options));
    // Commands that still run are dropped here, and take all that they have started along.
    runtime.shutdown_timeout(SHUTDOWN_MAX);
    if let Err(reason) = result {
        error!("{reason}");
    }
    info!("Main loop terminated.");
    info!("Server Shut Down.");
    Ok(())
}

async fn serve(options: WorkerOptions) -> Result<(), network::WorkerError> {
    let shutdown = CancellationToken::new();
    let signals = tokio::spawn(watch_signals(shutdown.clone()));
    let result = network::run(options, shutdown).await;
    signals.abort();
    result
}

async fn watch_signals(shutdown: CancellationToken) {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt()))
    else {
        return;
    };
    tokio::select! {
        _ = terminate.recv() => info!("Received SIGTERM, shutting down."),
        _ = interrupt.recv() => info!("Received SIGINT, shutting down."),
    }
    shutdown.cancel();
}

/// A process of another user may not be asked, but lives.
fn is_alive(pid: i32) -> bool {
    matches!(kill(Pid::from_raw(pid), None), Ok(()) | Err(Errno::EPERM))
}

/// `twistd.pid`
struct PidFile {
    path: PathBuf,
}

/// This process's own pid file; removed at the end.
struct Claim {
    path: PathBuf,
}

impl PidFile {
    fn new(directory: &Path) -> PidFile {
        PidFile { path: directory.join("twistd.pid") }
    }

    fn absolute(self) -> Result<PidFile, DaemonError> {
        let path = std::path::absolute(&self.path).map_err(system("find the current directory"))?;
        Ok(PidFile { path })
    }

    fn read(&self) -> Option<i32> {
        fs::read_to_string(&self.path).ok()?.trim().parse().ok().filter(|&pid| pid > 1)
    }

    /// The process that is named in it, when that lives.
    fn running(&self) -> Option<i32> {
        let own = i32::try_from(std::process::id()).unwrap_or_default();
        self.read().filter(|&pid| pid != own && is_alive(pid))
    }

    fn claim(self) -> Result<Claim, DaemonError> {
        if let Some(pid) = self.running() {
            return Err(DaemonError::AlreadyRunning { pid, path: self.path });
        }
        fs::write(&self.path, std::process::id().to_string())
            .map_err(system(format!("write {}", self.path.display())))?;
        Ok(Claim { path: self.path })
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // Somebody else may have removed it already.
        let _gone = fs::remove_file(&self.path);
    }
}
