//! What the engine sees of a worker: a session, behind which is one of three carriers.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use ferrobot_model::{Command, CommandEvent, TextEncoding, WorkerInfo};
use tokio::sync::{mpsc, watch};

/// Why a session did not do what it was asked.
#[derive(Debug, Clone, thiserror::Error)]
pub enum SessionError {
    /// The connection is gone.
    #[error("worker `{worker}` went away: {reason}")]
    Lost {
        /// Its name.
        worker: String,
        /// What happened to the connection.
        reason: String,
    },
    /// The worker answered with an exception.
    #[error("worker `{worker}` refused `{operation}`: {message}")]
    Refused {
        /// Its name.
        worker: String,
        /// What it was asked.
        operation: String,
        /// Its words.
        message: String,
    },
}

/// What the engine tells a running command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CommandControl {
    /// Stop; the reason. The command still ends with its own `Complete`.
    Interrupt(String),
    /// The answer to a `Read` event. Empty: end of file.
    Data(Bytes),
    /// Everything up to the message of this number (`CommandEvent::Mark`) is stored.
    Stored(u64),
    /// The end of a command that has a key is stored: the worker may forget it. One without key is forgotten with its handle.
    Forget,
}

/// Names a command on a worker whose commands outlive their session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandKey {
    /// Different from those of all other commands of the master.
    pub id: String,
    /// The last message that an earlier session delivered and that is not wanted again; 0: none.
    pub delivered: u64,
}

/// A command that runs on a worker.
#[derive(Debug)]
pub struct RunningCommand {
    /// What it reports; bounded, so a slow reader slows the worker down.
    pub events: mpsc::Receiver<CommandEvent>,
    /// Where to interrupt it and to answer its reads.
    pub control: mpsc::Sender<CommandControl>,
}

/// An attached worker.
#[async_trait]
pub trait WorkerSession: Send + Sync {
    /// What the worker said about itself.
    fn info(&self) -> &WorkerInfo;

    /// Writes a line into the worker's log and waits for the answer: also the ping.
    async fn print(&self, message: &str) -> Result<(), SessionError>;

    /// A sign of life, so that the network notices a dead connection; whatever the worker answers, and when.
    async fn keepalive(&self) -> Result<(), SessionError>;

    /// Tells the builders (name, directory) that the worker serves.
    async fn set_builders(&self, builders: &[(String, String)]) -> Result<(), SessionError>;

    /// Announces a build of a builder.
    async fn start_build(&self, builder: &str) -> Result<(), SessionError>;

    /// Starts a command below a builder's directory. `key` names it where commands outlive the session; one that runs
    /// already under this key is taken up. `log_encoding` is for output that comes as bytes.
    async fn start_command(
        &self,
        builder: &str,
        builder_directory: &str,
        command: Command,
        key: Option<CommandKey>,
        log_encoding: TextEncoding,
    ) -> Result<RunningCommand, SessionError>;

    /// Names the worker's process, where its commands outlive its connections and the master.
    fn instance(&self) -> Option<&str> {
        None
    }

    /// The commands that it still runs for an earlier session are ended, but for those whose id is wanted.
    async fn keep_commands(
        &self,
        wanted: &(dyn for<'a> Fn(&'a str) -> bool + Send + Sync),
    ) -> Result<(), SessionError> {
        let _ = wanted;
        Ok(())
    }

    /// Whether it is connected, for a session that outlives its connections: `false` while the worker is away.
    fn presence(&self) -> Option<watch::Receiver<bool>> {
        None
    }

    /// Asks the worker's process to end.
    async fn shutdown(&self) -> Result<(), SessionError>;

    /// Closes the connection.
    fn disconnect(&self, reason: &str);

    /// Becomes `Some(reason)` when the connection is gone.
    fn closed(&self) -> watch::Receiver<Option<String>>;
}

/// Why a login was refused. The peer only learns that it was; the log gets the reason.
#[derive(Debug, thiserror::Error)]
pub enum AuthenticateError {
    /// No worker of this name is configured.
    #[error("no worker named `{}` is configured", shown(.0))]
    UnknownName(String),
    /// The password is wrong.
    #[error("worker `{0}` gave a wrong password")]
    WrongPassword(String),
    /// The password's secret could not be read.
    #[error("the password of worker `{worker}` cannot be read: {reason}")]
    PasswordUnavailable {
        /// Which worker.
        worker: String,
        /// Why.
        reason: String,
    },
}

/// A name that a stranger gave, fit for one line of a log.
fn shown(name: &str) -> String {
    const CHARACTERS_MAX: usize = 80;
    let mut shown: String = name.chars().take(CHARACTERS_MAX).flat_map(char::escape_debug).collect();
    if name.chars().nth(CHARACTERS_MAX).is_some() {
        shown.push('…');
    }
    shown
}

/// Why an authenticated worker was not attached.
#[derive(Debug, thiserror::Error)]
pub enum AttachError {
    /// Another connection of this name answers its ping.
    #[error("rejecting duplicate worker: `{0}` is already connected, and its connection is alive")]
    AlreadyConnected(String),
    /// It failed while it was set up.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The master is stopping, or the worker is no longer configured.
    #[error("{0}")]
    NotWanted(String),
}

/// Where carriers bring their workers to; the engine.
#[async_trait]
pub trait Workers: Send + Sync {
    /// Checks a name and password, in constant time.
    async fn authenticate(&self, name: &str, password: &[u8]) -> Result<(), AuthenticateError>;

    /// The stored password of a worker, for carriers whose login is a challenge.
    async fn password(&self, name: &str) -> Result<Vec<u8>, AuthenticateError>;

    /// Brings a worker in: duplicate rule, builders, state, "attached". Returns when it takes builds.
    async fn attach(&self, name: &str, session: Arc<dyn WorkerSession>) -> Result<(), AttachError>;

    /// The worker asked for a graceful shutdown of itself.
    async fn graceful_shutdown_requested(&self, name: &str);
}
