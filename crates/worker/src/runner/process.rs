//! One running program: its pipes, its end, and the signals for it and for all its children.

use std::io;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::io::AsyncWriteExt;
use tokio::net::unix::pipe;
use tokio::task::JoinHandle;

use super::child::{Child, End};
use super::spawn::Spawned;
use super::tree::Tree;

/// One read takes at most so much: a pipe's capacity.
const READ_BYTES: usize = 64 * 1024;

/// Where output came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    Stdout,
    Stderr,
}

/// A program and all that it has started. Dropping it before its end ends them all.
pub(super) struct Process {
    child: Child,
    tree: Tree,
    stdout: Option<pipe::Receiver>,
    stderr: Option<pipe::Receiver>,
    writer: Option<JoinHandle<()>>,
    end: Option<End>,
    /// Nothing that it has started may go on.
    is_condemned: bool,
    buffer: Box<[u8]>,
}

impl Process {
    pub(super) fn new(spawned: Spawned, input: Option<Vec<u8>>) -> Process {
        let writer = spawned.stdin.zip(input).map(|(pipe, input)| tokio::spawn(write_input(pipe, input)));
        Process {
            tree: Tree { root: spawned.child.pid(), mark: spawned.mark },
            child: spawned.child,
            stdout: Some(spawned.stdout),
            stderr: spawned.stderr,
            writer,
            end: None,
            is_condemned: true,
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
            end = self.child.end(), if self.end.is_none() => {
                self.end = Some(end?);
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
    pub(super) fn signal(&self, signal: nix::sys::signal::Signal) {
        // An error means that there is nobody left to hear it.
        let signal = Signal::from_named_raw(signal as i32);
        let _heard = signal.map(|signal| kill_process_group(self.pid(), signal));
    }

    fn pid(&self) -> Pid {
        self.child.pid()
    }

    /// The program has ended by itself: what it has left in the background may stay.
    pub(super) fn pardon(&mut self) {
        self.is_condemned = false;
    }

    /// Kills all that the program has started, and waits until they are gone.
    pub(super) async fn end_tree(&mut self) {
        let tree = self.tree;
        // The program itself is not taken away before this value is dropped.
        if tokio::task::spawn_blocking(move || tree.end()).await.is_ok() {
            self.is_condemned = false;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if let Some(writer) = &self.writer {
            writer.abort();
        }
        if self.is_condemned {
            // The task was dropped, as at the end of a runtime: there is nobody else to do it.
            self.tree.end();
        }
    }
}

async fn readable(pipe: Option<&pipe::Receiver>) -> io::Result<()> {
    match pipe {
        Some(pipe) => pipe.readable().await,
        None => std::future::pending().await,
    }
}

async fn write_input(mut pipe: pipe::Sender, input: Vec<u8>) {
    // A program that does not read its input loses the rest, as in a shell's pipeline.
    let _not_read = pipe.write_all(&input).await;
}
