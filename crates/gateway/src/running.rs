//! The commands that a worker runs for this master: whom each message of a command concerns, and which have been delivered.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use ferrobot_engine::SessionError;
use ferrobot_model::CommandEvent;
use ferrobot_wire::msgpack::{into_text, text_of};
use rmpv::Value;
use tokio::sync::mpsc;
use tracing::warn;

use crate::connection::{Connection, lock};
use crate::masks::Masks;
use crate::updates::read_updates;

/// Events of one command that wait for the engine.
const COMMAND_EVENTS_MAX: usize = 64;

/// The commands of one worker, by id. Held commands outlive their connection.
#[derive(Default)]
pub(crate) struct Table {
    commands: Mutex<HashMap<String, Arc<RunningState>>>,
    /// The worker has sent something for a command that it was not given.
    strayed: AtomicBool,
}

/// One of them.
pub(crate) struct RunningState {
    events: mpsc::Sender<CommandEvent>,
    /// Hides secrets in what the worker says about the command.
    masks: Masks,
    /// Number of the last message that was delivered; only held commands number them. Locked during delivery, so that what
    /// comes twice, over two connections, is delivered once.
    delivered: tokio::sync::Mutex<u64>,
    read: Mutex<Read>,
    /// The worker has taken it.
    pub(crate) started: AtomicBool,
}

/// The latest read of a download.
#[derive(Default)]
struct Read {
    number: Option<u64>,
    /// Where its answer has to go, while it waits.
    waiting: Option<(Weak<Connection>, u64)>,
    /// Kept until the next read: the worker may not have got it.
    answer: Option<Bytes>,
}

impl Table {
    /// Makes a command known, so that its events find their way. `delivered`: the last message that was delivered before.
    pub(crate) fn register(&self, id: &str, masks: Masks, delivered: u64) -> mpsc::Receiver<CommandEvent> {
        let (events, receiver) = mpsc::channel(COMMAND_EVENTS_MAX);
        let delivered = tokio::sync::Mutex::new(delivered);
        let state = RunningState { events, masks, delivered, read: Mutex::default(), started: AtomicBool::new(false) };
        lock(&self.commands).insert(id.to_owned(), Arc::new(state));
        receiver
    }

    pub(crate) fn forget(&self, id: &str) {
        lock(&self.commands).remove(id);
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<RunningState>> {
        lock(&self.commands).get(id).cloned()
    }

    /// All commands.
    pub(crate) fn all(&self) -> Vec<(String, Arc<RunningState>)> {
        lock(&self.commands).iter().map(|(id, state)| (id.clone(), Arc::clone(state))).collect()
    }

    /// The worker is gone, or no longer knows a command: whoever waits for it learns the reason.
    pub(crate) fn lose(&self, id: &str, reason: &str) {
        if let Some(state) = lock(&self.commands).remove(id) {
            state.lose(reason);
        }
    }

    pub(crate) fn lose_all(&self, reason: &str) {
        for (_, state) in lock(&self.commands).drain() {
            state.lose(reason);
        }
    }

    /// Takes a message of a command.
    pub(crate) async fn take(
        &self,
        connection: &Arc<Connection>,
        seq: u64,
        op: &str,
        fields: BTreeMap<String, Value>,
    ) -> Result<(), SessionError> {
        let Some(id) = fields.get("command_id").and_then(text_of) else {
            return connection.refuse(seq, "'message did not contain obligatory \"command_id\" key'").await;
        };
        let Some(state) = self.get(&id) else {
            let worker = connection.worker();
            // Said once: a worker that has lost its way would fill the log.
            if !self.strayed.swap(true, Ordering::Relaxed) {
                warn!(worker.name = worker, "worker `{worker}` sent `{op}` for a command that it was not given");
            }
            return connection.refuse(seq, &format!("unknown command id {id}")).await;
        };
        let number = fields.get("number").and_then(Value::as_u64);
        let mut delivered = state.delivered.lock().await;
        if let Some(number) = number.filter(|number| number <= &*delivered) {
            drop(delivered);
            return state.repeat(connection, seq, number).await;
        }
        match read_events(op, fields) {
            Ok(Incoming::Read(length)) => {
                *lock(&state.read) = Read { number, waiting: Some((Arc::downgrade(connection), seq)), answer: None };
                let _ended = state.events.send(CommandEvent::Read(length)).await;
                *delivered = number.unwrap_or_default();
                Ok(())
            }
            Ok(Incoming::Events(events)) => {
                for event in events {
                    if matches!(event, CommandEvent::Complete(_)) {
                        self.forget(&id);
                    }
                    // An error means that the engine no longer wants to hear of the command.
                    let _ended = state.events.send(state.masks.apply(event)).await;
                }
                if let Some(number) = number {
                    *delivered = number;
                    let _ended = state.events.send(CommandEvent::Mark(number)).await;
                }
                connection.respond(seq, Ok(Value::Nil)).await
            }
            Err(message) => connection.refuse(seq, &message).await,
        }
    }
}

impl RunningState {
    fn lose(&self, reason: &str) {
        // A full queue is dropped with its sender, which the engine sees as the loss it is.
        let _full = self.events.try_send(CommandEvent::Lost(reason.to_owned()));
    }

    /// The last message that was delivered.
    pub(crate) async fn delivered(&self) -> u64 {
        *self.delivered.lock().await
    }

    pub(crate) fn is_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }

    /// A message that was delivered before: only a read needs its answer again.
    async fn repeat(&self, connection: &Arc<Connection>, seq: u64, number: u64) -> Result<(), SessionError> {
        let answer = {
            let mut read = lock(&self.read);
            match &read.answer {
                _ if read.number != Some(number) => None,
                Some(answer) => Some(answer.clone()),
                None => {
                    read.waiting = Some((Arc::downgrade(connection), seq));
                    return Ok(());
                }
            }
        };
        connection.respond(seq, Ok(answer.map_or(Value::Nil, |data| Value::Binary(data.into())))).await
    }

    /// Answers the read that the command waits for, on the connection on which it came. If that is gone, a held command asks
    /// again.
    pub(crate) async fn answer_read(&self, data: Bytes) -> Result<(), SessionError> {
        let (waiting, is_held) = {
            let mut read = lock(&self.read);
            let is_held = read.number.is_some();
            if is_held {
                read.answer = Some(data.clone());
            }
            (read.waiting.take(), is_held)
        };
        let Some((connection, seq)) = waiting.and_then(|(connection, seq)| Some((connection.upgrade()?, seq))) else {
            return Ok(());
        };
        let answered = connection.respond(seq, Ok(Value::Binary(data.into()))).await;
        if is_held { Ok(()) } else { answered }
    }
}

enum Incoming {
    Events(Vec<CommandEvent>),
    Read(u64),
}

/// The worker's operations that belong to a command (inventory D3-03).
fn read_events(op: &str, mut fields: BTreeMap<String, Value>) -> Result<Incoming, String> {
    let args = fields.remove("args").unwrap_or(Value::Nil);
    let number = |name: &str| fields.get(name).and_then(Value::as_f64);
    let event = match op {
        "update" => return Ok(Incoming::Events(read_updates(args).into_iter().map(CommandEvent::Update).collect())),
        "complete" => CommandEvent::Complete(into_text(args)),
        "update_upload_file_write" | "update_upload_directory_write" => match args {
            Value::Binary(bytes) => CommandEvent::Write(Bytes::from(bytes)),
            Value::String(text) => CommandEvent::Write(Bytes::from(text.into_bytes())),
            _ => return Err(format!("`{op}` needs bytes")),
        },
        "update_upload_file_utime" => CommandEvent::Utime(
            number("access_time").ok_or("`access_time` is missing")?,
            number("modified_time").ok_or("`modified_time` is missing")?,
        ),
        "update_upload_file_close" => CommandEvent::CloseWrite,
        "update_upload_directory_unpack" => CommandEvent::Unpack,
        "update_read_file" => {
            let length = fields.get("length").and_then(Value::as_u64).ok_or("`length` is missing")?;
            return Ok(Incoming::Read(length));
        }
        "update_read_file_close" => CommandEvent::CloseRead,
        _ => return Err(format!("unknown operation `{op}`")),
    };
    Ok(Incoming::Events(vec![event]))
}
