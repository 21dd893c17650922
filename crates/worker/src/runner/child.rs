//! A program that runs, until its end is taken note of.
//!
//! Its end is looked at without taking the process away: until this value is dropped, the process's number, which is also that
//! of its group, belongs to nobody else and may be signalled. No other child of this process is ever waited for.

use std::io;
use std::os::fd::OwnedFd;

use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, WaitId, WaitIdOptions, pidfd_open, waitid};
use tokio::io::unix::AsyncFd;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    Exited(i32),
    Signalled(i32),
}

/// A child of this process.
#[derive(Debug)]
pub(super) struct Child {
    pid: Pid,
    watch: Watch,
}

/// What tells that it may have ended.
#[derive(Debug)]
enum Watch {
    Descriptor(AsyncFd<OwnedFd>),
    /// Kernels before 5.3.
    Signals(Signal),
}

impl Child {
    /// Takes over a child that nobody has waited for.
    pub(super) fn new(pid: Pid) -> io::Result<Child> {
        let watch = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(process) => Watch::Descriptor(watched(process)?),
            Err(Errno::NOSYS) => Watch::Signals(signal(SignalKind::child())?),
            Err(error) => return Err(error.into()),
        };
        Ok(Child { pid, watch })
    }

    pub(super) fn pid(&self) -> Pid {
        self.pid
    }

    /// Waits for its end. Cancel-safe.
    pub(super) async fn end(&mut self) -> io::Result<End> {
        loop {
            // The signals are listened to since before this look.
            if let Some(end) = self.look()? {
                return Ok(end);
            }
            match &mut self.watch {
                Watch::Descriptor(process) => process.readable().await?.clear_ready(),
                Watch::Signals(signals) => {
                    signals.recv().await;
                }
            }
        }
    }

    fn look(&self) -> io::Result<Option<End>> {
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let Some(status) = waitid(WaitId::Pid(self.pid), options)? else { return Ok(None) };
        Ok(match (status.exit_status(), status.terminating_signal()) {
            (Some(code), _) => Some(End::Exited(code)),
            (None, Some(signal)) => Some(End::Signalled(signal)),
            (None, None) => None,
        })
    }
}

fn watched(process: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: the descriptor is owned, and stays open and the same for as long as it is watched.
    #[expect(unsafe_code, reason = "tokio has no safe way to watch a descriptor of its user's")]
    let watched = unsafe { AsyncFd::register(process) };
    Ok(watched?)
}

impl Drop for Child {
    fn drop(&mut self) {
        let pid = self.pid;
        let gone = waitid(WaitId::Pid(pid), WaitIdOptions::EXITED | WaitIdOptions::NOHANG);
        if let Ok(None) = gone {
            // It was killed, and a system call still holds it.
            std::thread::spawn(move || waitid(WaitId::Pid(pid), WaitIdOptions::EXITED));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn ends_are_seen_in_both_ways_and_with_every_signal() {
        for (script, expected) in
            [("exit 3", End::Exited(3)), ("kill -KILL $$", End::Signalled(9)), ("kill -37 $$", End::Signalled(37))]
        {
            for with_signals in [false, true] {
                let signals = signal(SignalKind::child()).unwrap();
                let mut command = std::process::Command::new("sh");
                #[expect(clippy::zombie_processes, reason = "it is handed over")]
                let started = command.args(["-c", &format!("sleep 0.05; {script}")]).spawn().unwrap();
                let mut child = Child::new(Pid::from_child(&started)).unwrap();
                if with_signals {
                    child.watch = Watch::Signals(signals);
                }
                assert_eq!(child.end().await.unwrap(), expected, "{script}");
                assert_eq!(child.end().await.unwrap(), expected, "{script}");
            }
        }
    }
}
