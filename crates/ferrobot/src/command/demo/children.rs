//! The demo's master and worker processes: started, watched, ended.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::super::start::wait;

/// Cloning a large repository takes its time.
const STAGE_TIMEOUT: Duration = Duration::from_secs(600);
/// How long a process may take to end by itself.
const END_TIMEOUT: Duration = Duration::from_secs(20);

/// Processes that end with the demo.
#[derive(Default)]
pub(super) struct Children(Vec<(&'static str, Child)>);

impl Children {
    pub(super) fn start(
        &mut self,
        name: &'static str,
        program: &Path,
        words: &[&str],
        directory: &Path,
    ) -> anyhow::Result<()> {
        let mut command = Command::new(program);
        command.args(words).arg(directory).stdin(Stdio::null());
        let child = command.spawn().with_context(|| format!("start the {name}"))?;
        self.0.push((name, child));
        Ok(())
    }

    /// Polls until `done`; an error when the time is over or a process has ended.
    pub(super) fn wait_for(&mut self, what: &str, mut done: impl FnMut() -> bool) -> anyhow::Result<()> {
        let deadline = Instant::now() + STAGE_TIMEOUT;
        while !done() {
            for (name, child) in &mut self.0 {
                if let Some(status) = child.try_wait()? {
                    bail!("the {name} ended while the demo waited for {what}: {status}");
                }
            }
            if Instant::now() > deadline {
                bail!("waited {} s in vain for {what}", STAGE_TIMEOUT.as_secs());
            }
            wait();
        }
        Ok(())
    }

    /// Returns on Ctrl-C or when asked to end.
    pub(super) fn wait_for_interrupt(&mut self) -> anyhow::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
            tokio::select! {
                interrupted = tokio::signal::ctrl_c() => interrupted.context("wait for Ctrl-C"),
                _ = terminated.recv() => Ok(()),
            }
        })
    }

    /// Asks all to end, last started first, and waits for them.
    pub(super) fn end(&mut self) {
        for (_, child) in self.0.iter_mut().rev() {
            if let Ok(id) = i32::try_from(child.id()) {
                let _gone_already = kill(Pid::from_raw(id), Signal::SIGTERM);
            }
            let deadline = Instant::now() + END_TIMEOUT;
            while matches!(child.try_wait(), Ok(None)) {
                if Instant::now() > deadline {
                    let _gone_already = child.kill();
                }
                wait();
            }
        }
    }
}
