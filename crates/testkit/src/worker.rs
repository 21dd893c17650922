//! A worker that does what the test says.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ferrobot_engine::{CommandControl, CommandKey, RunningCommand, SessionError, WorkerSession};
use ferrobot_model::{Command, CommandEvent, CommandLine, Stream, TextEncoding, Update, WorkerInfo};
use tokio::sync::{mpsc, watch};

use crate::wait::in_time;

/// As the real carriers have it.
const EVENTS_MAX: usize = 64;

/// A connected worker. What the master asks of it comes to the test.
pub struct ScriptedWorker {
    session: Arc<Session>,
    started: mpsc::Receiver<StartedCommand>,
}

/// A command that the master started; dropped without an end it is lost.
pub struct StartedCommand {
    /// Name of the builder.
    pub builder: String,
    /// What to do.
    pub command: Command,
    /// Its name on a worker that keeps its commands.
    pub key: Option<CommandKey>,
    events: mpsc::Sender<CommandEvent>,
    controls: mpsc::Receiver<CommandControl>,
}

struct Session {
    name: String,
    /// Names its process, if it keeps its commands.
    instance: Option<String>,
    /// Whether it is connected, where its session outlives that.
    presence: watch::Sender<bool>,
    info: WorkerInfo,
    started: mpsc::Sender<StartedCommand>,
    closed: watch::Sender<Option<String>>,
    /// What the master printed, and asked for, in order.
    heard: Mutex<Vec<String>>,
    /// Whether it answers.
    is_mute: watch::Sender<bool>,
}

impl ScriptedWorker {
    /// A worker that is not connected yet.
    #[must_use]
    pub fn unconnected(name: &str) -> ScriptedWorker {
        ScriptedWorker::of_process(name, None)
    }

    /// A worker that is not connected yet and keeps its commands; `instance` names its process.
    #[must_use]
    pub fn keeping(name: &str, instance: &str) -> ScriptedWorker {
        ScriptedWorker::of_process(name, Some(instance.to_owned()))
    }

    fn of_process(name: &str, instance: Option<String>) -> ScriptedWorker {
        let (sender, started) = mpsc::channel(EVENTS_MAX);
        let commands = ["shell", "mkdir", "stat"].map(|name| (name.to_owned(), "3.3".to_owned()));
        let info = WorkerInfo {
            admin: Some(format!("admin of {name}")),
            version: Some("4.3.0".to_owned()),
            system: "posix".to_owned(),
            basedir: format!("/workers/{name}"),
            commands: commands.into(),
            ..WorkerInfo::default()
        };
        let session = Session {
            name: name.to_owned(),
            instance,
            presence: watch::Sender::new(true),
            info,
            started: sender,
            closed: watch::Sender::new(None),
            heard: Mutex::default(),
            is_mute: watch::Sender::new(false),
        };
        ScriptedWorker { session: Arc::new(session), started }
    }

    pub(crate) fn session(&self) -> Arc<dyn WorkerSession> {
        Arc::clone(&self.session) as Arc<dyn WorkerSession>
    }

    /// The next command that the master starts.
    pub async fn expect_command(&mut self) -> StartedCommand {
        let what = format!("a command on {}", self.session.name);
        in_time(&what, self.started.recv()).await.expect("the session lives as long as the worker")
    }

    /// Does all commands from now on with success, in its own task.
    pub fn succeed_always(mut self) -> ScriptedWorker {
        let (_sender, empty) = mpsc::channel(1);
        let mut started = std::mem::replace(&mut self.started, empty);
        tokio::spawn(async move {
            while let Some(command) = started.recv().await {
                command.print("ok\n").await;
                command.finish(0).await;
            }
        });
        self
    }

    /// The connection breaks.
    pub fn vanish(&self) {
        self.session.close("it vanished");
    }

    /// The connection breaks, which the session outlives; or it is back.
    pub fn set_away(&self, is_away: bool) {
        self.session.presence.send_replace(!is_away);
    }

    /// It stays connected, but answers nothing any more.
    pub fn fall_silent(&self) {
        self.session.is_mute.send_replace(true);
    }

    /// What the master said to it so far.
    #[must_use]
    pub fn heard(&self) -> Vec<String> {
        self.session.heard.lock().expect("no test panics while it holds this").clone()
    }

    /// Whether the connection is closed.
    #[must_use]
    pub fn is_gone(&self) -> bool {
        self.session.closed.borrow().is_some()
    }
}

impl StartedCommand {
    /// The command line, for shell commands.
    #[must_use]
    pub fn line(&self) -> String {
        match &self.command {
            Command::Shell(shell) => match &shell.command {
                CommandLine::Shell(line) => line.text.clone(),
                CommandLine::Words(words) => words.iter().map(|word| word.text.as_str()).collect::<Vec<_>>().join(" "),
            },
            other => other.name().to_owned(),
        }
    }

    /// Reports something.
    pub async fn send(&self, event: CommandEvent) {
        // The master may have given up on the command.
        let _gone = self.events.send(event).await;
    }

    /// Prints standard output.
    pub async fn print(&self, text: &str) {
        self.send(CommandEvent::Update(Update::Output(Stream::Stdout, text.to_owned()))).await;
    }

    /// Ends with an exit status.
    pub async fn finish(self, rc: i64) {
        self.send(CommandEvent::Update(Update::Rc(rc))).await;
        self.send(CommandEvent::Complete(None)).await;
    }

    /// What the master tells the command next.
    pub async fn expect_control(&mut self) -> CommandControl {
        in_time("a word to the command", self.controls.recv()).await.expect("the command still runs")
    }
}

impl Session {
    fn hear(&self, what: String) {
        self.heard.lock().expect("no test panics while it holds this").push(what);
    }

    fn close(&self, reason: &str) {
        self.closed.send_if_modified(|closed| {
            let first = closed.is_none();
            closed.get_or_insert_with(|| reason.to_owned());
            first
        });
    }

    fn lost(&self) -> SessionError {
        let reason = self.closed.borrow().clone().unwrap_or_default();
        SessionError::Lost { worker: self.name.clone(), reason }
    }

    /// An answer takes for ever from a worker that is mute, until its connection is closed.
    async fn answer(&self) -> Result<(), SessionError> {
        let mut closed = self.closed.subscribe();
        let mut mute = self.is_mute.subscribe();
        tokio::select! {
            biased;
            _ = closed.wait_for(Option::is_some) => Err(self.lost()),
            _ = mute.wait_for(|mute| !mute) => Ok(()),
        }
    }
}

#[async_trait]
impl WorkerSession for Session {
    fn info(&self) -> &WorkerInfo {
        &self.info
    }

    async fn print(&self, message: &str) -> Result<(), SessionError> {
        self.hear(format!("print {message}"));
        self.answer().await
    }

    async fn keepalive(&self) -> Result<(), SessionError> {
        self.hear("keepalive".to_owned());
        Ok(())
    }

    async fn set_builders(&self, builders: &[(String, String)]) -> Result<(), SessionError> {
        let names: Vec<&str> = builders.iter().map(|(name, _)| name.as_str()).collect();
        self.hear(format!("builders {}", names.join(", ")));
        self.answer().await
    }

    async fn start_build(&self, builder: &str) -> Result<(), SessionError> {
        self.hear(format!("build for {builder}"));
        self.answer().await
    }

    async fn start_command(
        &self,
        builder: &str,
        builder_directory: &str,
        command: Command,
        key: Option<CommandKey>,
        _log_encoding: TextEncoding,
    ) -> Result<RunningCommand, SessionError> {
        self.answer().await?;
        self.hear(format!("{} in {builder_directory}", command.name()));
        let (sender, events) = mpsc::channel(EVENTS_MAX);
        let (control, controls) = mpsc::channel(EVENTS_MAX);
        let lost = sender.clone();
        let mut closed = self.closed.subscribe();
        tokio::spawn(async move {
            let gone = async {
                let closed = closed.wait_for(Option::is_some).await;
                closed.ok().and_then(|closed| closed.clone()).unwrap_or_default()
            };
            tokio::select! {
                reason = gone => {
                    let _gone = lost.send(CommandEvent::Lost(reason)).await;
                }
                () = lost.closed() => {}
            }
        });
        let started = StartedCommand { builder: builder.to_owned(), command, key, events: sender, controls };
        self.started.send(started).await.map_err(|_| self.lost())?;
        Ok(RunningCommand { events, control })
    }

    fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }

    fn presence(&self) -> Option<watch::Receiver<bool>> {
        self.instance.as_ref().map(|_| self.presence.subscribe())
    }

    async fn shutdown(&self) -> Result<(), SessionError> {
        self.hear("shut down".to_owned());
        self.close("the worker shut down");
        Err(self.lost())
    }

    fn disconnect(&self, reason: &str) {
        self.close(reason);
    }

    fn closed(&self) -> watch::Receiver<Option<String>> {
        self.closed.subscribe()
    }
}
