//! The process of a command on the master: a group of its own, so that its children end with it, and limits on its time.

use std::fs::{File, OpenOptions};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::process::{ExitStatus, Stdio};
use std::str::FromStr;
use std::time::Duration;

use ferrobot_config::Value;
use ferrobot_engine::{LogHandle, StepContext, StepError};
use ferrobot_model::wait_of;
use nix::fcntl::OFlag;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::decoder::Decoder;
use crate::rendered::fault;

/// A command that prints nothing for so long is taken for stuck: Buildbot's value.
const SILENCE_MAX: Duration = Duration::from_secs(300);
/// What was asked to end is killed after so long.
const GRACE: Duration = Duration::from_secs(5);
const BLOCK_BYTES: usize = 16 * 1024;
/// A moment that never comes: longer than any master runs.
const NEVER: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// What to run, and how.
pub(super) struct Program {
    pub(super) argv: Vec<String>,
    pub(super) directory: PathBuf,
    /// Over the master's own environment; `None` removes.
    pub(super) environment: Vec<(String, Option<String>)>,
    pub(super) pty: bool,
    /// Seconds.
    pub(super) runtime: Option<f64>,
    pub(super) interrupt_signal: Signal,
}

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Exited(i32),
    Killed(i32),
}

/// Reads the name of a signal.
pub(super) fn parse_signal(value: &Value) -> Result<Signal, String> {
    let name = value.as_str().ok_or("'interruptSignal' must be the name of a signal, for example 'KILL'")?;
    let full = if name.starts_with("SIG") { name.to_owned() } else { format!("SIG{name}") };
    Signal::from_str(&full).map_err(|_| format!("'interruptSignal' is '{name}', which is no signal of this system"))
}

type Output = Pin<Box<dyn AsyncRead + Send>>;

impl Program {
    /// Runs to the end, or until the step is interrupted and the process has ended of that.
    pub(super) async fn run(&self, context: &StepContext, log: &LogHandle) -> Result<Ended, StepError> {
        let (child, stdout, stderr) = self.spawn().map_err(|error| {
            fault(format!("cannot run {} on the master: {error}", self.argv.first().map_or("", String::as_str)))
        })?;
        let now = Instant::now();
        let runtime = self.runtime.filter(|seconds| *seconds > 0.0).map(wait_of);
        let encoding = context.log_encoding();
        let running = Running {
            group: child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw),
            child,
            outputs: [Some(stdout), stderr],
            decoders: [Decoder::new(encoding), Decoder::new(encoding)],
            silent_until: now + SILENCE_MAX,
            runs_until: now + runtime.unwrap_or(NEVER),
            kill_at: None,
        };
        running.drive(context, log, self.interrupt_signal).await
    }

    fn spawn(&self) -> std::io::Result<(Child, Output, Option<Output>)> {
        let (program, args) = self.argv.split_first().ok_or(std::io::ErrorKind::InvalidInput)?;
        let mut command = Command::new(program);
        command.args(args).current_dir(&self.directory).env("PWD", &self.directory).kill_on_drop(true);
        for (name, value) in &self.environment {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if self.pty {
            return spawn_on_terminal(command);
        }
        command.process_group(0).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let closed = || std::io::Error::other("its output is not connected");
        let stdout = child.stdout.take().ok_or_else(closed)?;
        let stderr = child.stderr.take().ok_or_else(closed)?;
        Ok((child, Box::pin(stdout), Some(Box::pin(stderr))))
    }
}

/// Starts it as the leader of a session, and so of a process group, whose terminal its output goes to.
fn spawn_on_terminal(mut command: Command) -> std::io::Result<(Child, Output, Option<Output>)> {
    let (master, slave) = open_terminal()?;
    let terminal = slave.as_raw_fd();
    let take_terminal = move || {
        nix::unistd::setsid()?;
        // SAFETY: the descriptor is open in the child until exec, and the call touches no memory.
        #[expect(unsafe_code, reason = "nix has no safe call for TIOCSCTTY")]
        let result = unsafe { libc::ioctl(terminal, libc::TIOCSCTTY, 0) };
        if result == 0 { Ok(()) } else { Err(std::io::Error::last_os_error()) }
    };
    command.stdin(slave.try_clone()?).stdout(slave.try_clone()?).stderr(slave.try_clone()?);
    // SAFETY: between fork and exec the closure makes two system calls and allocates nothing.
    #[expect(unsafe_code, reason = "a controlling terminal can only be taken between fork and exec")]
    let child = unsafe { command.pre_exec(take_terminal) }.spawn()?;
    // What is dropped here must go, or the terminal would never be hung up.
    Ok((child, Box::pin(tokio::fs::File::from_std(master)), None))
}

/// Both ends of a terminal. No other child of the master may inherit them, which would keep the terminal from being hung up.
fn open_terminal() -> std::io::Result<(File, File)> {
    let master = nix::pty::posix_openpt(OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC)?;
    nix::pty::grantpt(&master)?;
    nix::pty::unlockpt(&master)?;
    let name = nix::pty::ptsname_r(&master)?;
    let slave = OpenOptions::new().read(true).write(true).custom_flags(OFlag::O_NOCTTY.bits()).open(name)?;
    Ok((File::from(OwnedFd::from(master)), slave))
}

/// A process that runs.
struct Running {
    child: Child,
    group: Option<Pid>,
    /// Standard output and standard error, while they are open.
    outputs: [Option<Output>; 2],
    decoders: [Decoder; 2],
    silent_until: Instant,
    runs_until: Instant,
    /// When what was asked to end is killed.
    kill_at: Option<Instant>,
}

impl Running {
    async fn drive(
        mut self,
        context: &StepContext,
        log: &LogHandle,
        interrupt_signal: Signal,
    ) -> Result<Ended, StepError> {
        let mut status = None;
        let mut interrupted = false;
        let mut blocks = [vec![0; BLOCK_BYTES], vec![0; BLOCK_BYTES]];
        while status.is_none() || self.outputs.iter().any(Option::is_some) {
            let [stdout, stderr] = &mut self.outputs;
            let [out_block, err_block] = &mut blocks;
            let limit = self.kill_at.unwrap_or(self.silent_until.min(self.runs_until));
            tokio::select! {
                length = read(stdout, out_block) => self.take(0, &out_block[..length], log).await?,
                length = read(stderr, err_block) => self.take(1, &err_block[..length], log).await?,
                ended = self.child.wait(), if status.is_none() => {
                    status = Some(ended.map_err(|error| fault(format!("cannot wait for the process: {error}")))?);
                }
                () = tokio::time::sleep_until(limit) => self.stop(Signal::SIGTERM),
                _reason = context.wait_interrupted(), if !interrupted => {
                    interrupted = true;
                    self.stop(interrupt_signal);
                }
            }
        }
        Ok(status.map_or(Ended::Exited(-1), ended))
    }

    /// Asks the process and its children to end; the second time they are killed.
    fn stop(&mut self, signal: Signal) {
        let is_second = self.kill_at.is_some();
        let signal = if is_second { Signal::SIGKILL } else { signal };
        if is_second {
            // Something that left the group may hold the outputs open for ever.
            self.outputs = [None, None];
        }
        self.kill_at = Some(Instant::now() + GRACE);
        if let Some(group) = self.group {
            // They may be gone by themselves.
            let _gone = killpg(group, signal);
        }
    }

    /// A block of output; an empty one is its end.
    async fn take(&mut self, index: usize, block: &[u8], log: &LogHandle) -> Result<(), StepError> {
        let decoder = &mut self.decoders[index];
        let text = if block.is_empty() {
            self.outputs[index] = None;
            decoder.finish()
        } else {
            self.silent_until = Instant::now() + SILENCE_MAX;
            decoder.push(block)
        };
        if index == 0 {
            log.stdout(&text).await?
        } else {
            log.stderr(&text).await?
        }
        Ok(())
    }
}

/// Reads a block; 0 is the end, which a terminal tells by an error. What is closed never reads.
async fn read(output: &mut Option<Output>, block: &mut [u8]) -> usize {
    match output {
        Some(output) => output.read(block).await.unwrap_or(0),
        None => std::future::pending().await,
    }
}

fn ended(status: ExitStatus) -> Ended {
    use std::os::unix::process::ExitStatusExt;
    match (status.code(), status.signal()) {
        (Some(code), _) => Ended::Exited(code),
        (None, signal) => Ended::Killed(signal.unwrap_or_default()),
    }
}

#[cfg(test)]
mod tests {
    use nix::fcntl::{FcntlArg, FdFlag, fcntl};

    use super::*;

    #[test]
    fn terminals_are_not_inherited() {
        let (master, slave) = open_terminal().unwrap();
        for end in [&master, &slave] {
            let flags = FdFlag::from_bits_retain(fcntl(end, FcntlArg::F_GETFD).unwrap());
            assert!(flags.contains(FdFlag::FD_CLOEXEC));
        }
    }
}
