//! One worker's connection, whatever carries its frames: matches answers to requests. What concerns commands goes to `running`.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use ferrobot_engine::SessionError;
use ferrobot_wire::msgpack::{Frame, text_of};
use ferrobot_wire::websocket;
use rmpv::Value;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use crate::closed::Closed;
use crate::outgoing::Outgoing;
use crate::running::Table;

/// How long a worker may take to answer; it answers at once, before it does the work.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// The state of one connection.
pub(crate) struct Connection {
    worker: String,
    outgoing: Outgoing,
    next_sequence: AtomicU64,
    pending: Mutex<HashMap<u64, oneshot::Sender<Result<Value, String>>>>,
    /// Set when it is known whether the worker holds its commands.
    table: OnceLock<Arc<Table>>,
    leaving: AtomicBool,
    closed: Closed,
    end: CancellationToken,
}

/// Something that a worker asks which is not about a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WorkerRequest {
    /// It wants to be shut down gracefully.
    Shutdown,
}

impl Connection {
    /// Makes a connection; it is for the caller to write what is [`Connection::outgoing`].
    pub(crate) fn new(worker: &str, end: CancellationToken) -> Arc<Connection> {
        Arc::new(Connection {
            worker: worker.to_owned(),
            outgoing: Outgoing::default(),
            next_sequence: AtomicU64::new(0),
            pending: Mutex::default(),
            table: OnceLock::new(),
            leaving: AtomicBool::new(false),
            closed: Closed::new(),
            end,
        })
    }

    pub(crate) fn worker(&self) -> &str {
        &self.worker
    }

    /// The commands of the worker, from now on.
    pub(crate) fn serve_commands(&self, table: &Arc<Table>) {
        let _first = self.table.set(Arc::clone(table));
    }

    /// Frames of the WebSocket.
    pub(crate) fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    /// Waits until the connection has to end.
    pub(crate) async fn ended(&self) {
        self.end.cancelled().await;
    }

    /// Whether the worker has said that its process ends.
    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }

    /// Ends the connection: every waiting request learns the reason.
    pub(crate) fn close(&self, reason: &str) {
        if !self.closed.close(reason) {
            return;
        }
        self.end.cancel();
        lock(&self.pending).clear();
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

    /// Sends a request whose answer nobody waits for: a worker that is busy may take its time.
    pub(crate) async fn tell(&self, op: &str) -> Result<(), SessionError> {
        let seq = self.next_sequence.fetch_add(1, Ordering::Relaxed);
        self.send(Frame::request(seq, op, Vec::new())).await
    }

    pub(crate) fn lost(&self) -> SessionError {
        self.closed.lost(&self.worker)
    }

    async fn send(&self, frame: Frame) -> Result<(), SessionError> {
        tokio::select! {
            // First, since nobody writes any more what is pushed then.
            biased;
            () = self.end.cancelled() => Err(self.lost()),
            () = self.outgoing.push(websocket::binary(&frame.encode())) => Ok(()),
        }
    }

    pub(crate) async fn respond(&self, seq: u64, result: Result<Value, String>) -> Result<(), SessionError> {
        self.send(Frame::response(seq, result)).await
    }

    /// Answers with a failure.
    pub(crate) async fn refuse(&self, seq: u64, failure: &str) -> Result<(), SessionError> {
        self.respond(seq, Err(failure.to_owned())).await
    }

    /// Takes one frame from the peer. What the engine must decide is returned.
    pub(crate) async fn receive(self: &Arc<Self>, frame: Frame) -> Result<Option<WorkerRequest>, SessionError> {
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
        self: &Arc<Self>,
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
            "ferrobot_goodbye" => {
                self.leaving.store(true, Ordering::Relaxed);
                self.respond(seq, Ok(Value::Nil)).await?;
            }
            _ => match self.table.get() {
                Some(table) => table.take(self, seq, op, fields).await?,
                None => self.refuse(seq, "no command was given yet").await?,
            },
        }
        Ok(None)
    }
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_request_to_a_connection_that_is_closed_is_not_waited_for() {
        let connection = Connection::new("w1", CancellationToken::new());
        connection.close("the peer closed the connection");
        let asked = tokio::time::timeout(Duration::from_secs(5), connection.request("print", Vec::new())).await;
        assert!(matches!(asked, Ok(Err(SessionError::Lost { .. }))), "{asked:?}");
    }
}
