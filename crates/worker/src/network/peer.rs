//! The master as the other end of a connection: numbers requests and matches answers to them.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use ferrobot_wire::msgpack::Frame;
use rmpv::Value;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Messages that wait to be written; each is at most a block of output or of a file.
const OUTGOING_MAX: usize = 32;

/// Why a request has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum RequestError {
    /// The connection is gone.
    Lost,
    /// The master answered with an exception; its words.
    Refused(String),
}

enum Waiting {
    Answer(oneshot::Sender<Result<Value, String>>),
    /// The answer only makes room for the next message of the same command.
    Room {
        _permit: OwnedSemaphorePermit,
    },
}

/// One connection's master.
pub(super) struct Peer {
    outgoing: mpsc::Sender<Vec<u8>>,
    next_seq: AtomicU64,
    waiting: Mutex<HashMap<u64, Waiting>>,
    lost: CancellationToken,
}

impl Peer {
    /// The receiver is what has to be written. `lost` ends everything that waits.
    pub(super) fn new(lost: CancellationToken) -> (Arc<Peer>, mpsc::Receiver<Vec<u8>>) {
        let (outgoing, to_write) = mpsc::channel(OUTGOING_MAX);
        let peer = Peer { outgoing, next_seq: AtomicU64::new(0), waiting: Mutex::default(), lost };
        (Arc::new(peer), to_write)
    }

    /// The connection is gone.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Asks for something and waits for the result.
    pub(super) async fn request(&self, op: &str, fields: Vec<(&str, Value)>) -> Result<Value, RequestError> {
        self.request_with(|seq| Frame::request(seq, op, fields).encode()).await
    }

    /// [`Peer::request`] of a message that is made here.
    pub(super) async fn request_with(&self, message: impl FnOnce(u64) -> Vec<u8>) -> Result<Value, RequestError> {
        let (sender, answer) = oneshot::channel();
        let seq = self.wait_for(Waiting::Answer(sender));
        self.write(message(seq)).await?;
        tokio::select! {
            answer = answer => match answer {
                Ok(Ok(value)) => Ok(value),
                Ok(Err(text)) => Err(RequestError::Refused(text)),
                Err(_) => Err(RequestError::Lost),
            },
            () = self.lost() => Err(RequestError::Lost),
        }
    }

    /// Sends a request whose answer nobody waits for.
    pub(super) async fn tell(&self, op: &str) -> Result<(), RequestError> {
        let seq = self.next_seq.fetch_add(1, Ordering::Relaxed);
        self.write(Frame::request(seq, op, Vec::new()).encode()).await
    }

    /// Sends a request whose result does not matter; its answer frees the permit.
    pub(super) async fn post(
        &self,
        permit: OwnedSemaphorePermit,
        message: impl FnOnce(u64) -> Vec<u8>,
    ) -> Result<(), RequestError> {
        let seq = self.wait_for(Waiting::Room { _permit: permit });
        self.write(message(seq)).await
    }

    fn wait_for(&self, waiting: Waiting) -> u64 {
        let seq = self.next_seq.fetch_add(1, Ordering::Relaxed);
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).insert(seq, waiting);
        seq
    }

    async fn write(&self, message: Vec<u8>) -> Result<(), RequestError> {
        tokio::select! {
            sent = self.outgoing.send(message) => sent.map_err(|_| RequestError::Lost),
            () = self.lost() => Err(RequestError::Lost),
        }
    }

    /// Answers a request of the master.
    pub(super) async fn respond(&self, seq: u64, result: Result<Value, String>) -> Result<(), RequestError> {
        self.write(Frame::response(seq, result).encode()).await
    }

    /// The master has answered. An answer to nothing is ignored.
    pub(super) fn answered(&self, seq: u64, result: Value, is_exception: bool) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner).remove(&seq);
        if let Some(Waiting::Answer(sender)) = waiting {
            let answer = if is_exception { Err(result.as_str().unwrap_or("exception").to_owned()) } else { Ok(result) };
            let _gone = sender.send(answer);
        }
    }
}
