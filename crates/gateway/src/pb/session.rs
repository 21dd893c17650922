//! A worker as the engine sees it, behind Perspective Broker.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ferrobot_engine::{CommandControl, CommandKey, RunningCommand, SessionError, WorkerSession};
use ferrobot_model::{Command, TextEncoding, WorkerInfo};
use ferrobot_wire::pb::Value;
use tokio::sync::{mpsc, watch};

use super::arguments::{self, Ages};
use super::command::CommandObject;
use super::connection::{CallError, PbConnection};
use super::values::{text_map, to_json};
use crate::connection::lock;

/// What the engine says to a command may wait so long until it is sent.
const CONTROLS_MAX: usize = 16;
/// Events of one command that wait for the engine.
const COMMAND_EVENTS_MAX: usize = 64;

/// One attached worker.
pub(super) struct PbSession {
    name: String,
    connection: Arc<PbConnection>,
    /// The worker's own object.
    mind: i64,
    info: WorkerInfo,
    ages: Ages,
    /// The worker's objects for the builders that it serves.
    builders: Mutex<HashMap<String, i64>>,
    next_command: AtomicU64,
}

impl PbSession {
    /// Asks the worker about itself.
    pub(super) async fn greet(connection: Arc<PbConnection>, name: &str, mind: i64) -> Result<PbSession, SessionError> {
        let mut session = PbSession {
            name: name.to_owned(),
            connection,
            mind,
            info: WorkerInfo::default(),
            ages: Ages::Worker,
            builders: Mutex::default(),
            next_command: AtomicU64::new(0),
        };
        session.print("attached").await?;
        let info = match session.ask("getWorkerInfo", Vec::new()).await {
            Ok(info) => info,
            Err(CallError::Failed(failure))
                if ["builtins", "exceptions"].iter().any(|module| failure.is(&format!("{module}.AttributeError")))
                    || failure.class.ends_with("NoSuchMethod") =>
            {
                session.ages = Ages::Slave;
                session.ask_slave().await?
            }
            Err(error) => return Err(session.error("getWorkerInfo", error)),
        };
        session.info = read_info(&info);
        Ok(session)
    }

    /// A worker from before version 0.9 tells the same in three answers.
    async fn ask_slave(&self) -> Result<Value, SessionError> {
        let mut entries = match self.ask("getSlaveInfo", Vec::new()).await {
            Ok(Value::Dict(entries)) => entries,
            Ok(_) => Vec::new(),
            Err(error) => return Err(self.error("getSlaveInfo", error)),
        };
        for (method, key) in [("getCommands", "worker_commands"), ("getVersion", "version")] {
            // Older ones do not know all of these, and build nevertheless.
            if let Ok(value) = self.ask(method, Vec::new()).await {
                entries.push((key.into(), value));
            }
        }
        Ok(Value::Dict(entries))
    }

    async fn ask(&self, method: &str, args: Vec<Value>) -> Result<Value, CallError> {
        self.call(self.mind, method, args).await
    }

    async fn call(&self, object: i64, method: &str, args: Vec<Value>) -> Result<Value, CallError> {
        self.connection.call(object, method, args, Vec::new()).await
    }

    fn error(&self, operation: &str, error: CallError) -> SessionError {
        match error {
            CallError::Lost => self.connection.lost(&self.name),
            CallError::Failed(failure) => SessionError::Refused {
                worker: self.name.clone(),
                operation: operation.to_owned(),
                message: failure.to_string(),
            },
        }
    }

    fn builder(&self, name: &str) -> Result<i64, SessionError> {
        lock(&self.builders).get(name).copied().ok_or_else(|| SessionError::Refused {
            worker: self.name.clone(),
            operation: "startCommand".to_owned(),
            message: format!("it does not serve builder `{name}`"),
        })
    }

    /// Starts one command of the worker's, which reports to `object`.
    async fn start(&self, builder: i64, command: &Command, object: CommandObject) -> Result<Started, SessionError> {
        let failed = |error| self.error("startCommand", error);
        let object = Arc::new(object);
        let reporter = self.connection.export(Arc::clone(&object) as Arc<_>).map_err(failed)?;
        let transfer = match command {
            Command::UploadFile { .. } | Command::UploadDirectory { .. } => Some(object.writer()),
            Command::DownloadFile { .. } => Some(object.reader()),
            _ => None,
        };
        let transfer = transfer.map(|transfer| self.connection.export(transfer)).transpose().map_err(failed)?;
        object.own(reporter, transfer);
        let id = self.next_command.fetch_add(1, Ordering::Relaxed).to_string();
        let args = arguments::of(command, self.ages, transfer);
        let parts = vec![Value::Ours(reporter.0), id.as_str().into(), arguments::name(command).into(), args];
        if let Err(error) = self.call(builder, "startCommand", parts).await {
            object.withdraw(&self.connection);
            return Err(failed(error));
        }
        Ok(Started { id, object })
    }
}

struct Started {
    id: String,
    object: Arc<CommandObject>,
}

#[async_trait]
impl WorkerSession for PbSession {
    fn info(&self) -> &WorkerInfo {
        &self.info
    }

    async fn print(&self, message: &str) -> Result<(), SessionError> {
        let called = self.connection.call(self.mind, "print", Vec::new(), vec![("message", message.into())]).await;
        called.map(drop).map_err(|error| self.error("print", error))
    }

    async fn keepalive(&self) -> Result<(), SessionError> {
        let told = self.connection.tell(self.mind, "print", vec![("message", "keepalive".into())]).await;
        told.map_err(|error| self.error("print", error))
    }

    async fn set_builders(&self, builders: &[(String, String)]) -> Result<(), SessionError> {
        let list = builders
            .iter()
            .map(|(name, directory)| Value::Tuple(vec![name.as_str().into(), directory.as_str().into()]))
            .collect();
        let answer = self.ask("setBuilderList", vec![Value::List(list)]).await;
        let answer = answer.map_err(|error| self.error("setBuilderList", error))?;
        let entries = answer.as_dict().unwrap_or_default();
        let current: HashMap<String, i64> = entries
            .iter()
            .filter_map(|(name, object)| match object {
                Value::Theirs(object) => Some((name.as_text()?.to_owned(), *object)),
                _ => None,
            })
            .collect();
        let earlier = std::mem::replace(&mut *lock(&self.builders), current);
        for object in earlier.into_values() {
            self.connection.release(object).await;
        }
        Ok(())
    }

    async fn start_build(&self, builder: &str) -> Result<(), SessionError> {
        let builder = self.builder(builder)?;
        self.call(builder, "startBuild", Vec::new()).await.map(drop).map_err(|error| self.error("startBuild", error))
    }

    async fn start_command(
        &self,
        builder: &str,
        _builder_directory: &str,
        command: Command,
        _key: Option<CommandKey>,
        log_encoding: TextEncoding,
    ) -> Result<RunningCommand, SessionError> {
        let builder = self.builder(builder)?;
        let (events, receiver) = mpsc::channel(COMMAND_EVENTS_MAX);
        let started = self.start(builder, &command, CommandObject::new(&self.name, events, log_encoding)).await?;
        let (control, controls) = mpsc::channel(CONTROLS_MAX);
        tokio::spawn(carry_controls(Arc::clone(&self.connection), builder, started, controls));
        Ok(RunningCommand { events: receiver, control })
    }

    async fn shutdown(&self) -> Result<(), SessionError> {
        self.ask("shutdown", Vec::new()).await.map(drop).map_err(|error| self.error("shutdown", error))
    }

    fn disconnect(&self, reason: &str) {
        self.connection.close(reason);
    }

    fn closed(&self) -> watch::Receiver<Option<String>> {
        self.connection.closed()
    }
}

/// Ends with the command: the engine drops its end of the channel then. Tells the command when the connection is gone.
async fn carry_controls(
    connection: Arc<PbConnection>,
    builder: i64,
    started: Started,
    mut controls: mpsc::Receiver<CommandControl>,
) {
    let Started { id, object } = started;
    let mut closed = connection.closed();
    loop {
        let control = tokio::select! {
            control = controls.recv() => control,
            reason = end_of(&mut closed) => {
                object.lost(reason).await;
                None
            }
        };
        match control {
            None => break,
            Some(CommandControl::Interrupt(why)) => {
                let args = vec![id.as_str().into(), why.into()];
                // The command ends by itself, whatever the worker answers.
                let _refused = connection.call(builder, "interruptCommand", args, Vec::new()).await;
            }
            Some(CommandControl::Data(data)) => object.answer_read(&connection, data).await,
            Some(CommandControl::Stored(_) | CommandControl::Forget) => {}
        }
    }
    object.withdraw(&connection);
}

/// Waits until the connection is gone, and tells why.
async fn end_of(closed: &mut watch::Receiver<Option<String>>) -> String {
    closed.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone()).unwrap_or_default()
}

/// Reads the dictionary that `getWorkerInfo` answers with; unknown keys are kept.
fn read_info(value: &Value) -> WorkerInfo {
    let mut info = WorkerInfo { system: "posix".to_owned(), ..WorkerInfo::default() };
    for (key, value) in value.as_dict().unwrap_or_default() {
        let Some(key) = key.as_text() else { continue };
        let text = || value.as_text().map(str::to_owned);
        match key {
            "admin" => info.admin = text(),
            "host" => info.host = text(),
            "access_uri" => info.access_uri = text(),
            "version" => info.version = text(),
            "system" => info.system = text().unwrap_or_else(|| "posix".to_owned()),
            "basedir" => info.basedir = text().unwrap_or_default(),
            "numcpus" => info.numcpus = value.as_integer(),
            "environ" => info.environ = text_map(value),
            "worker_commands" | "slave_commands" => info.commands = text_map(value),
            "delete_leftover_dirs" => info.delete_leftover_dirs = value.as_integer().is_some_and(|flag| flag != 0),
            _ => {
                info.other.insert(key.to_owned(), to_json(value));
            }
        }
    }
    if info.commands.is_empty() {
        info.commands = BTreeMap::from([("shell".to_owned(), "1".to_owned())]);
    }
    info
}
