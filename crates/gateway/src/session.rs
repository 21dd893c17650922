//! A MessagePack worker as the engine sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use ferrobot_engine::{CommandControl, RunningCommand, SessionError, WorkerSession};
use ferrobot_model::{Command, CommandEvent, Update, WorkerInfo};
use ferrobot_wire::msgpack::text_of;
use ferrobot_worker::info::FERROBOT_KEY;
use ferrobot_worker::lines::{LINE_LENGTH_MAX, TERMINAL_NEWLINE_RE};
use rmpv::Value;
use tokio::sync::{mpsc, watch};

use crate::commands::{Paths, arguments, map};
use crate::connection::Connection;
use crate::masks::Masks;
use crate::paths::PathRules;
use crate::updates::to_json;

/// What the engine says to a command may wait so long until it is sent.
const CONTROLS_MAX: usize = 16;

/// Blocks of output: at most so many bytes, at least so often (seconds). Buildbot's values.
const BUFFER_SIZE_BYTES: u64 = 64 * 1024;
const BUFFER_TIMEOUT_S: u64 = 5;

pub(crate) struct MsgpackSession {
    connection: Arc<Connection>,
    info: WorkerInfo,
    next_command: AtomicU64,
}

impl MsgpackSession {
    /// Asks the worker about itself and sets how it shall send output.
    pub(crate) async fn greet(connection: Arc<Connection>) -> Result<MsgpackSession, SessionError> {
        let info = connection.request("get_worker_info", Vec::new()).await?;
        let settings = map(vec![
            ("buffer_size", BUFFER_SIZE_BYTES.into()),
            ("buffer_timeout", BUFFER_TIMEOUT_S.into()),
            ("newline_re", TERMINAL_NEWLINE_RE.into()),
            ("max_line_length", LINE_LENGTH_MAX.into()),
        ]);
        connection.request("set_worker_settings", vec![("args", settings)]).await?;
        Ok(MsgpackSession { connection, info: read_info(&info), next_command: AtomicU64::new(1) })
    }

    /// Runs a small command of the session itself and gathers what it reports.
    async fn run(&self, command: Command) -> Result<Vec<Update>, SessionError> {
        let mut running = self.start_command("", "", command).await?;
        let mut updates = Vec::new();
        while let Some(event) = running.events.recv().await {
            match event {
                CommandEvent::Update(update) => updates.push(update),
                CommandEvent::Complete(_) => return Ok(updates),
                CommandEvent::Lost(_) => return Err(self.connection.lost()),
                _ => {}
            }
        }
        Err(self.connection.lost())
    }
}

#[async_trait]
impl WorkerSession for MsgpackSession {
    fn info(&self) -> &WorkerInfo {
        &self.info
    }

    async fn print(&self, message: &str) -> Result<(), SessionError> {
        self.connection.request("print", vec![("message", message.into())]).await.map(drop)
    }

    /// The protocol has no operation for this: the directories are listed and made (inventory D3-05).
    async fn set_builders(&self, builders: &[(String, String)]) -> Result<(), SessionError> {
        let listed = self.run(Command::ListDirectory { path: ".".to_owned() }).await?;
        let existing: BTreeSet<&str> = listed
            .iter()
            .flat_map(|update| match update {
                Update::Files(files) => files.iter().map(String::as_str).collect(),
                _ => Vec::new(),
            })
            .collect();
        let wanted: BTreeSet<&str> = builders.iter().map(|(_, directory)| directory.as_str()).collect();
        let missing: Vec<String> = wanted.difference(&existing).map(|&directory| directory.to_owned()).collect();
        if !missing.is_empty() {
            self.run(Command::MakeDirectory { paths: missing }).await?;
        }
        if self.info.delete_leftover_dirs {
            let leftover: Vec<String> = existing
                .difference(&wanted)
                // With a dot in its name it is a file of the worker's own, such as `buildbot.tac`.
                .filter(|name| **name != "info" && !name.contains('.'))
                .map(|&name| name.to_owned())
                .collect();
            for path in leftover {
                let remove = Command::RemoveDirectory {
                    paths: vec![path],
                    timeout: Some(120.0),
                    max_time: None,
                    log_environ: false,
                };
                self.run(remove).await?;
            }
        }
        Ok(())
    }

    async fn start_build(&self, _builder: &str) -> Result<(), SessionError> {
        Ok(())
    }

    async fn start_command(
        &self,
        builder: &str,
        builder_directory: &str,
        command: Command,
    ) -> Result<RunningCommand, SessionError> {
        let id = self.next_command.fetch_add(1, Ordering::Relaxed).to_string();
        let hides_words = self.info.other.contains_key(FERROBOT_KEY);
        let masks = if hides_words { Masks::default() } else { Masks::of(&command) };
        let events = self.connection.register_command(&id, masks);
        let args = arguments(&command, &Paths::new(&self.info, builder_directory), hides_words);
        let fields = vec![
            ("command_id", id.clone().into()),
            ("command_name", command.name().into()),
            ("builder_name", builder.into()),
            ("args", args),
        ];
        if let Err(error) = self.connection.request("start_command", fields).await {
            self.connection.forget_command(&id);
            return Err(error);
        }
        let (control, controls) = mpsc::channel(CONTROLS_MAX);
        tokio::spawn(carry_controls(Arc::clone(&self.connection), builder.to_owned(), id, controls));
        Ok(RunningCommand { events, control })
    }

    async fn shutdown(&self) -> Result<(), SessionError> {
        self.connection.request("shutdown", Vec::new()).await.map(drop)
    }

    fn disconnect(&self, reason: &str) {
        self.connection.close(reason);
    }

    fn closed(&self) -> watch::Receiver<Option<String>> {
        self.connection.closed()
    }
}

/// Ends with the command: the engine drops its end of the channel then.
async fn carry_controls(
    connection: Arc<Connection>,
    builder: String,
    id: String,
    mut controls: mpsc::Receiver<CommandControl>,
) {
    while let Some(control) = controls.recv().await {
        let sent = match control {
            CommandControl::Interrupt(why) => {
                let fields = vec![
                    ("builder_name", builder.clone().into()),
                    ("command_id", id.clone().into()),
                    ("why", why.into()),
                ];
                connection.request("interrupt_command", fields).await.map(drop)
            }
            CommandControl::Data(data) => connection.answer_read(&id, data).await,
        };
        if matches!(sent, Err(SessionError::Lost { .. })) {
            return;
        }
    }
    connection.forget_command(&id);
}

/// Reads the map that `get_worker_info` answers with; unknown keys are kept.
fn read_info(value: &Value) -> WorkerInfo {
    let mut info = WorkerInfo { system: "posix".to_owned(), ..WorkerInfo::default() };
    let entries = value.as_map().map(Vec::as_slice).unwrap_or_default();
    for (key, value) in entries {
        let Some(key) = text_of(key) else { continue };
        match key.as_str() {
            "admin" => info.admin = text_of(value),
            "host" => info.host = text_of(value),
            "access_uri" => info.access_uri = text_of(value),
            "version" => info.version = text_of(value),
            "system" => info.system = text_of(value).unwrap_or_else(|| "posix".to_owned()),
            "basedir" => info.basedir = text_of(value).unwrap_or_default(),
            "numcpus" => info.numcpus = value.as_i64(),
            "environ" => info.environ = text_map(value),
            "worker_commands" => info.commands = text_map(value),
            "delete_leftover_dirs" => info.delete_leftover_dirs = value.as_bool().unwrap_or(false),
            _ => {
                info.other.insert(key, to_json(value, 0));
            }
        }
    }
    if PathRules::of(&info.system) == PathRules::Posix && info.basedir.is_empty() {
        info.basedir = ".".to_owned();
    }
    info
}

fn text_map(value: &Value) -> BTreeMap<String, String> {
    value
        .as_map()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .filter_map(|(key, value)| Some((text_of(key)?, text_of(value)?)))
        .collect()
}
