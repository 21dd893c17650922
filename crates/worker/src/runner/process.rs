//! One running program: its pipes, its end, and the signals for it and for all its children.

use std::io;

use nix::sys::signal::{Signal, kill, killpg};
use nix::unistd::Pid;
use std::os::unix::process::ExitStatusExt;
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio::process::Child;
use tokio::task::JoinHandle;

use super::spawn::Spawned;

/// One read takes at most so much: a pipe's capacity.
const READ_BYTES: usize = 64 * 1024;

/// Where output came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Stdout,
    Stderr,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Exited(i32),
    Signalled(i32),
}

/// A program and its process group. Dropping it kills the group.
pub(super) struct Process {
    child: Child,
    group: Pid,
    stdout: Option<pipe::Receiver>,
    stderr: Option<pipe::Receiver>,
    writer: Option<JoinHandle<()>>,
    end: Option<End>,
    buffer: Box<[u8]>,
}

impl Process {
    pub(super) fn new(spawned: Spawned, input: Option<String>) -> Process {
        let group = Pid::from_raw(spawned.child.id().and_then(|id| i32::try_from(id).ok()).unwrap_or(0));
        let writer = spawned.stdin.zip(input).map(|(pipe, input)| tokio::spawn(write_input(pipe, input)));
        Process {
            child: spawned.child,
            group,
            stdout: Some(spawned.stdout),
            stderr: spawned.stderr,
            writer,
            end: None,
            buffer: vec![0; READ_BYTES].into_boxed_slice(),
        }
    }

    /// The program has ended; children of it may still hold its pipes.
    pub(super) fn end(&self) -> Option<End> {
        self.end
    }

    /// Nobody holds the other end of its pipes.
    pub(super) fn is_silent(&self) -> bool {
        self.stdout.is_none() && self.stderr.is_none()
    }

    /// Waits for output (when `read`) or for the end of the program. Cancel-safe.
    pub(super) async fn wait(&mut self, read: bool) -> io::Result<Option<Source>> {
        tokio::select! {
            // Output that came first is read first; the caller sees to fairness.
            biased;
            ready = readable(self.stdout.as_ref()), if read && self.stdout.is_some() => {
                ready?;
                Ok(Some(Source::Stdout))
            }
            ready = readable(self.stderr.as_ref()), if read && self.stderr.is_some() => {
                ready?;
                Ok(Some(Source::Stderr))
            }
            status = self.child.wait(), if self.end.is_none() => {
                let status = status?;
                self.end = Some(match (status.code(), status.signal()) {
                    (Some(code), _) => End::Exited(code),
                    (None, signal) => End::Signalled(signal.unwrap_or(0)),
                });
                Ok(None)
            }
            else => std::future::pending().await,
        }
    }

    /// What can be read without waiting. Empty at the end of the stream, which is closed then.
    pub(super) fn read(&mut self, source: Source) -> Option<&[u8]> {
        let stream = match source {
            Source::Stdout => &mut self.stdout,
            Source::Stderr => &mut self.stderr,
        };
        match stream.as_ref()?.try_read(&mut self.buffer) {
            Ok(0) => {
                *stream = None;
                None
            }
            Ok(length) => Some(&self.buffer[..length]),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => None,
            // A terminal whose last user is gone answers with an error.
            Err(_) => {
                *stream = None;
                None
            }
        }
    }

    /// Sends a signal to the program and to all of its process group.
    pub(super) fn signal(&self, signal: Signal) {
        if self.group.as_raw() <= 0 {
            return;
        }
        // An error means that there is nobody left to hear it.
        if killpg(self.group, signal).is_err() && self.end.is_none() {
            let _gone = kill(self.group, signal);
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(writer) = &self.writer {
            writer.abort();
        }
        if self.end.is_none() {
            self.signal(Signal::SIGKILL);
        }
    }
}

async fn readable(pipe: Option<&pipe::Receiver>) -> io::Result<()> {
    match pipe {
        Some(pipe) => pipe.readable().await,
        None => std::future::pending().await,
    }
}

async fn write_input(mut pipe: pipe::Sender, input: String) {
    // A program that does not read its input loses the rest, as in a shell's pipeline.
    let _not_read = pipe.write_all(input.as_bytes()).await;
}
