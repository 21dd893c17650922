//! One worker's connection, whatever carries its frames: matches answers to requests and events to commands.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use ferrobot_engine::SessionError;
use ferrobot_model::CommandEvent;
use ferrobot_wire::msgpack::{Frame, into_text, text_of};
use rmpv::Value;
use tokio::sync::{mpsc, oneshot, watch};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::closed::Closed;
use crate::masks::Masks;
use crate::updates::read_updates;

/// Frames that wait to be written: a peer that never reads fills this and then only holds up itself.
const OUTGOING_FRAMES_MAX: usize = 256;
/// Events of one command that wait for the engine.
const COMMAND_EVENTS_MAX: usize = 64;
/// How long a worker may take to answer; it answers at once, before it does the work.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// The state of one connection.
pub(crate) struct Connection {
    worker: String,
    outgoing: mpsc::Sender<Frame>,
    next_sequence: AtomicU64,
    pending: Mutex<HashMap<u64, oneshot::Sender<Result<Value, String>>>>,
    commands: Mutex<HashMap<String, RunningState>>,
    closed: Closed,
    end: CancellationToken,
}

#[derive(Clone)]
struct RunningState {
    events: mpsc::Sender<CommandEvent>,
    /// Sequence number of the read that waits for its data.
    pending_read: Arc<Mutex<Option<u64>>>,
    /// Hides secrets in what the worker says about the command.
    masks: Arc<Masks>,
}

/// Something that a worker asks which is not about a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WorkerRequest {
    /// It wants to be shut down gracefully.
    Shutdown,
}

impl Connection {
    /// Makes a connection; the receiver is what has to be written to the peer.
    pub(crate) fn new(worker: &str, end: CancellationToken) -> (Arc<Connection>, mpsc::Receiver<Frame>) {
        let (outgoing, to_write) = mpsc::channel(OUTGOING_FRAMES_MAX);
        let connection = Connection {
            worker: worker.to_owned(),
            outgoing,
            next_sequence: AtomicU64::new(0),
            pending: Mutex::default(),
            commands: Mutex::default(),
            closed: Closed::new(),
            end,
        };
        (Arc::new(connection), to_write)
    }

    pub(crate) fn worker(&self) -> &str {
        &self.worker
    }

    pub(crate) fn closed(&self) -> watch::Receiver<Option<String>> {
        self.closed.subscribe()
    }

    /// Ends the connection: every waiting request and running command learns the reason.
    pub(crate) fn close(&self, reason: &str) {
        if !self.closed.close(reason) {
            return;
        }
        self.end.cancel();
        lock(&self.pending).clear();
        for (_, state) in lock(&self.commands).drain() {
            // A full queue is dropped with its sender, which the engine sees as the loss it is.
            let _full = state.events.try_send(CommandEvent::Lost(reason.to_owned()));
        }
    }

    /// Sends a request and waits for the worker's answer.
    pub(crate) async fn request(&self, op: &str, fields: Vec<(&str, Value)>) -> Result<Value, SessionError> {
        let seq = self.next_sequence.fetch_add(1, Ordering::Relaxed);
        let (sender, answer) = oneshot::channel();
        lock(&self.pending).insert(seq, sender);
        if self.closed.reason().is_some() {
            // Closed meanwhile: nobody would answer.
            lock(&self.pending).remove(&seq);
            return Err(self.lost());
        }
        self.send(Frame::request(seq, op, fields)).await?;
        match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(message))) => {
                Err(SessionError::Refused { worker: self.worker.clone(), operation: op.to_owned(), message })
            }
            Ok(Err(_)) => Err(self.lost()),
            Err(_) => {
                lock(&self.pending).remove(&seq);
                self.close(&format!("no answer to `{op}` within {} s", ANSWER_TIMEOUT.as_secs()));
                Err(self.lost())
            }
        }
    }

    pub(crate) fn lost(&self) -> SessionError {
        self.closed.lost(&self.worker)
    }

    async fn send(&self, frame: Frame) -> Result<(), SessionError> {
        tokio::select! {
            sent = self.outgoing.send(frame) => sent.map_err(|_| self.lost()),
            () = self.end.cancelled() => Err(self.lost()),
        }
    }

    /// Makes a command known, so that its events find their way.
    pub(crate) fn register_command(&self, id: &str, masks: Masks) -> mpsc::Receiver<CommandEvent> {
        let (events, receiver) = mpsc::channel(COMMAND_EVENTS_MAX);
        let state = RunningState { events, pending_read: Arc::default(), masks: Arc::new(masks) };
        lock(&self.commands).insert(id.to_owned(), state);
        receiver
    }

    pub(crate) fn forget_command(&self, id: &str) {
        lock(&self.commands).remove(id);
    }

    /// Answers the read that a command waits for.
    pub(crate) async fn answer_read(&self, id: &str, data: Bytes) -> Result<(), SessionError> {
        let seq = lock(&self.commands).get(id).and_then(|state| lock(&state.pending_read).take());
        match seq {
            Some(seq) => self.respond(seq, Ok(Value::Binary(data.into()))).await,
            None => Ok(()),
        }
    }

    async fn respond(&self, seq: u64, result: Result<Value, String>) -> Result<(), SessionError> {
        self.send(Frame::response(seq, result)).await
    }

    /// Takes one frame from the peer. What the engine must decide is returned.
    pub(crate) async fn receive(&self, frame: Frame) -> Result<Option<WorkerRequest>, SessionError> {
        match frame {
            Frame::Response { seq, result, is_exception } => {
                if let Some(waiting) = lock(&self.pending).remove(&seq) {
                    let answer = if is_exception { Err(text_of(&result).unwrap_or_default()) } else { Ok(result) };
                    let _gone = waiting.send(answer);
                }
                Ok(None)
            }
            Frame::Request { seq, op, fields } => self.handle(seq, &op, fields).await,
        }
    }

    async fn handle(
        &self,
        seq: u64,
        op: &str,
        fields: BTreeMap<String, Value>,
    ) -> Result<Option<WorkerRequest>, SessionError> {
        match op {
            "keepalive" => self.respond(seq, Ok(Value::Nil)).await?,
            "shutdown" => {
                self.respond(seq, Ok(Value::Nil)).await?;
                return Ok(Some(WorkerRequest::Shutdown));
            }
            _ => self.handle_command(seq, op, fields).await?,
        }
        Ok(None)
    }

    async fn handle_command(&self, seq: u64, op: &str, fields: BTreeMap<String, Value>) -> Result<(), SessionError> {
        let Some(id) = fields.get("command_id").and_then(text_of) else {
            return self.respond(seq, Err("'message did not contain obligatory \"command_id\" key'".to_owned())).await;
        };
        let Some(state) = lock(&self.commands).get(&id).cloned() else {
            warn!(
                worker.name = self.worker,
                "worker `{}` sent `{op}` for a command that it was not given", self.worker
            );
            return self.respond(seq, Err(format!("unknown command id {id}"))).await;
        };
        match read_events(op, fields) {
            Ok(Incoming::Read(length)) => {
                *lock(&state.pending_read) = Some(seq);
                let _ended = state.events.send(CommandEvent::Read(length)).await;
                Ok(())
            }
            Ok(Incoming::Events(events)) => {
                for event in events {
                    if matches!(event, CommandEvent::Complete(_)) {
                        self.forget_command(&id);
                    }
                    // An error means that the engine no longer wants to hear of the command.
                    let _ended = state.events.send(state.masks.apply(event)).await;
                }
                self.respond(seq, Ok(Value::Nil)).await
            }
            Err(message) => self.respond(seq, Err(message)).await,
        }
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

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_to_a_connection_that_is_closed_is_not_waited_for() {
        let (connection, _to_write) = Connection::new("w1", CancellationToken::new());
        connection.close("the peer closed the connection");
        let asked = tokio::time::timeout(Duration::from_secs(5), connection.request("print", Vec::new())).await;
        assert!(matches!(asked, Ok(Err(SessionError::Lost { .. }))), "{asked:?}");
    }
}
