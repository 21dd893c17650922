//! A worker within the master's own process: the same commands, no connection.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use ferrobot_engine::{CommandControl, CommandKey, RunningCommand, SessionError, WorkerSession};
use ferrobot_model::{Command, TextEncoding, WorkerInfo};
use ferrobot_worker::{CommandRunner, Control, InfoOptions, OutputSettings, Running};
use tokio::sync::{mpsc, watch};

use crate::closed::Closed;

/// What the engine says to a command may wait so long until the command listens.
const CONTROLS_MAX: usize = 16;

/// The session of a local worker.
pub struct LocalSession {
    name: String,
    basedir: PathBuf,
    info: WorkerInfo,
    runner: CommandRunner,
    closed: Closed,
}

impl LocalSession {
    /// Opens a worker that lives in `basedir`, which is made when it is missing.
    pub fn open(name: &str, basedir: &Path) -> Result<LocalSession, SessionError> {
        let refused = |error: std::io::Error| SessionError::Refused {
            worker: name.to_owned(),
            operation: format!("make {}", basedir.display()),
            message: error.to_string(),
        };
        std::fs::create_dir_all(basedir).map_err(refused)?;
        let basedir = std::fs::canonicalize(basedir).map_err(refused)?;
        let environment = ferrobot_worker::info::inherited_environment();
        Ok(LocalSession {
            name: name.to_owned(),
            info: ferrobot_worker::gather(&basedir, &InfoOptions::default()),
            runner: CommandRunner::new(&basedir, environment, OutputSettings::default()),
            basedir,
            closed: Closed::new(),
        })
    }

    fn check_open(&self) -> Result<(), SessionError> {
        if self.closed.reason().is_some() { Err(self.closed.lost(&self.name)) } else { Ok(()) }
    }
}

#[async_trait]
impl WorkerSession for LocalSession {
    fn info(&self) -> &WorkerInfo {
        &self.info
    }

    async fn print(&self, _message: &str) -> Result<(), SessionError> {
        self.check_open()
    }

    /// There is no network in between.
    async fn keepalive(&self) -> Result<(), SessionError> {
        self.check_open()
    }

    async fn set_builders(&self, builders: &[(String, String)]) -> Result<(), SessionError> {
        self.check_open()?;
        for (_, directory) in builders {
            let path = self.basedir.join(directory);
            tokio::fs::create_dir_all(&path).await.map_err(|error| SessionError::Refused {
                worker: self.name.clone(),
                operation: format!("make {}", path.display()),
                message: error.to_string(),
            })?;
        }
        Ok(())
    }

    async fn start_build(&self, _builder: &str) -> Result<(), SessionError> {
        self.check_open()
    }

    async fn start_command(
        &self,
        _builder: &str,
        builder_directory: &str,
        command: Command,
        _key: Option<CommandKey>,
        _log_encoding: TextEncoding,
    ) -> Result<RunningCommand, SessionError> {
        self.check_open()?;
        let Running { events, control } = self.runner.start(&self.basedir.join(builder_directory), command);
        let (sender, controls) = mpsc::channel(CONTROLS_MAX);
        tokio::spawn(carry_controls(controls, control));
        Ok(RunningCommand { events, control: sender })
    }

    /// There is no process of its own to end.
    async fn shutdown(&self) -> Result<(), SessionError> {
        self.disconnect("the worker was shut down");
        Ok(())
    }

    fn disconnect(&self, reason: &str) {
        self.closed.close(reason);
    }

    fn closed(&self) -> watch::Receiver<Option<String>> {
        self.closed.subscribe()
    }
}

/// Ends with the command: the engine drops its end of the channel then.
async fn carry_controls(mut controls: mpsc::Receiver<CommandControl>, command: mpsc::Sender<Control>) {
    while let Some(control) = controls.recv().await {
        let control = match control {
            CommandControl::Interrupt(why) => Control::Interrupt(why),
            CommandControl::Data(data) => Control::Data(data),
            CommandControl::Stored(_) | CommandControl::Forget => continue,
        };
        if command.send(control).await.is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use ferrobot_model::{CommandEvent, CommandLine, ShellCommand, Stream, Update};

    use super::*;

    #[tokio::test]
    async fn commands_run_below_the_builders_directory() {
        let place = tempfile::tempdir().unwrap();
        let session = LocalSession::open("local", &place.path().join("workers/local")).unwrap();
        session.set_builders(&[("b".to_owned(), "b-dir".to_owned())]).await.unwrap();
        let words = ["sh", "-c", "pwd; exit 3"].map(Into::into).to_vec();
        let command = Command::Shell(ShellCommand::new("build", CommandLine::Words(words)));
        let mut running = session.start_command("b", "b-dir", command, None, TextEncoding::Utf8).await.unwrap();
        let (mut out, mut rc) = (String::new(), None);
        while let Some(event) = running.events.recv().await {
            match event {
                CommandEvent::Update(Update::Output(Stream::Stdout, text)) => out.push_str(&text),
                CommandEvent::Update(Update::Rc(code)) => rc = Some(code),
                CommandEvent::Complete(failure) => {
                    assert_eq!(failure, None);
                    break;
                }
                _ => {}
            }
        }
        let expected = std::fs::canonicalize(place.path()).unwrap().join("workers/local/b-dir/build");
        assert_eq!((out.trim(), rc), (expected.to_str().unwrap(), Some(3)));
    }

    #[tokio::test]
    async fn many_work_at_the_same_time() {
        let place = tempfile::tempdir().unwrap();
        // Each waits for all others.
        let meet = "touch ../../../here-$0; while [ $(ls ../../.. | grep -c here-) -lt 10 ]; do sleep 0.02; done";
        let mut running = Vec::new();
        for number in 0..10 {
            let name = format!("local{number}");
            let session = LocalSession::open(&name, &place.path().join(&name)).unwrap();
            let words = ["sh", "-c", meet, &name].map(Into::into).to_vec();
            let command = Command::Shell(ShellCommand::new("build", CommandLine::Words(words)));
            running.push(session.start_command("b", "b", command, None, TextEncoding::Utf8).await.unwrap());
        }
        let all = async {
            for mut command in running {
                let mut rc = None;
                while let Some(event) = command.events.recv().await {
                    if let CommandEvent::Update(Update::Rc(code)) = event {
                        rc = Some(code);
                    }
                }
                assert_eq!(rc, Some(0));
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(60), all).await.unwrap();
    }

    #[tokio::test]
    async fn interrupts_reach_the_command() {
        let place = tempfile::tempdir().unwrap();
        let session = LocalSession::open("local", place.path()).unwrap();
        let words = ["sleep", "1000"].map(Into::into).to_vec();
        let command = Command::Shell(ShellCommand::new(".", CommandLine::Words(words)));
        let mut running = session.start_command("b", "b", command, None, TextEncoding::Utf8).await.unwrap();
        running.control.send(CommandControl::Interrupt("enough".to_owned())).await.unwrap();
        let mut rc = None;
        while let Some(event) = running.events.recv().await {
            if let CommandEvent::Update(Update::Rc(code)) = event {
                rc = Some(code);
            }
        }
        assert_eq!(rc, Some(-1));
    }

    #[tokio::test]
    async fn a_closed_session_takes_nothing() {
        let place = tempfile::tempdir().unwrap();
        let session = LocalSession::open("local", place.path()).unwrap();
        assert!(session.print("ping").await.is_ok());
        session.disconnect("reconfigured");
        session.disconnect("again");
        assert_eq!(session.closed().borrow().as_deref(), Some("reconfigured"));
        assert!(session.print("ping").await.is_err());
    }
}
