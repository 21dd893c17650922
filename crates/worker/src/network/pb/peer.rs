//! The master as the other end of a connection: calls methods of its objects, and writes what has to be written.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ferrobot_transport::Stream;
use ferrobot_wire::pb::broker::CALLS_MAX;
use ferrobot_wire::pb::{Broker, BrokerError, Failure, Incoming, LocalId, Target, Value};
use tokio::io::{AsyncWriteExt, WriteHalf};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Messages that wait to be written; each is at most a block of output or of a file.
const OUTGOING_MAX: usize = 32;
/// Small messages are written together up to this size.
const WRITE_BYTES_MAX: usize = 64 * 1024;
/// A master that is gone may not take the last bytes.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(1);

/// Why a call has no result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum CallError {
    /// The connection is gone.
    Lost,
    /// The master's method failed.
    Failed(Failure),
}

/// What has to be written.
pub(super) enum Outgoing {
    Call(OutgoingCall),
    Answer { request: i64, result: Result<Value, Failure> },
    Release(Vec<i64>),
    Bytes(Vec<u8>),
}

/// A call of a master's method.
pub(super) struct OutgoingCall {
    target: Target,
    method: &'static str,
    args: Vec<Value>,
    waiting: Waiting,
}

struct Waiting {
    answer: Answer,
    _slot: OwnedSemaphorePermit,
}

enum Answer {
    Result(oneshot::Sender<Result<Value, Failure>>),
    /// The answer only makes room for the next message of the same command.
    Room {
        _permit: OwnedSemaphorePermit,
    },
}

/// One connection's master.
pub(super) struct Peer {
    outgoing: mpsc::Sender<Outgoing>,
    state: Mutex<State>,
    /// Calls that may wait for an answer.
    slots: Arc<Semaphore>,
    ready: CancellationToken,
    lost: CancellationToken,
}

struct State {
    broker: Broker,
    waiting: HashMap<i64, Waiting>,
}

impl Peer {
    /// The receiver is what has to be written. `lost` ends everything that waits.
    pub(super) fn new(lost: CancellationToken) -> (Arc<Peer>, mpsc::Receiver<Outgoing>) {
        let (outgoing, to_write) = mpsc::channel(OUTGOING_MAX);
        let state = Mutex::new(State { broker: Broker::client(), waiting: HashMap::new() });
        let slots = Arc::new(Semaphore::new(CALLS_MAX));
        (Arc::new(Peer { outgoing, state, slots, ready: CancellationToken::new(), lost }), to_write)
    }

    /// The connection is gone.
    pub(super) async fn lost(&self) {
        self.lost.cancelled().await;
    }

    /// Both sides have agreed on how to speak.
    pub(super) async fn ready(&self) {
        self.ready.cancelled().await;
    }

    pub(super) fn is_ready(&self) -> bool {
        self.ready.is_cancelled()
    }

    /// Calls a method and waits for its result.
    pub(super) async fn call(
        &self,
        target: Target,
        method: &'static str,
        args: Vec<Value>,
    ) -> Result<Value, CallError> {
        let (sender, answer) = oneshot::channel();
        self.enqueue(target, method, args, Answer::Result(sender)).await?;
        tokio::select! {
            answer = answer => match answer {
                Ok(result) => result.map_err(CallError::Failed),
                Err(_) => Err(CallError::Lost),
            },
            () = self.lost() => Err(CallError::Lost),
        }
    }

    /// Calls a method whose result does not matter; its answer frees the permit.
    pub(super) async fn post(
        &self,
        target: Target,
        method: &'static str,
        args: Vec<Value>,
        permit: OwnedSemaphorePermit,
    ) -> Result<(), CallError> {
        self.enqueue(target, method, args, Answer::Room { _permit: permit }).await
    }

    async fn enqueue(
        &self,
        target: Target,
        method: &'static str,
        args: Vec<Value>,
        answer: Answer,
    ) -> Result<(), CallError> {
        let slot = tokio::select! {
            slot = Arc::clone(&self.slots).acquire_owned() => slot.map_err(|_| CallError::Lost)?,
            () = self.lost() => return Err(CallError::Lost),
        };
        let waiting = Waiting { answer, _slot: slot };
        self.write(Outgoing::Call(OutgoingCall { target, method, args, waiting })).await
    }

    /// Answers a call of the master.
    pub(super) async fn respond(&self, request: i64, result: Result<Value, Failure>) -> Result<(), CallError> {
        self.write(Outgoing::Answer { request, result }).await
    }

    /// These objects of the master are needed no more.
    pub(super) async fn release(&self, theirs: Vec<i64>) {
        if !theirs.is_empty() {
            let _lost = self.write(Outgoing::Release(theirs)).await;
        }
    }

    /// A new object that the master may call.
    pub(super) fn export(&self) -> Result<LocalId, BrokerError> {
        self.lock().broker.export()
    }

    /// The object is gone, whether the master still knows it or not.
    pub(super) fn withdraw(&self, id: LocalId) {
        self.lock().broker.withdraw(id);
    }

    /// Takes what was received. Answers are delivered; what is left is for the caller.
    pub(super) async fn received(&self, bytes: &[u8]) -> Result<Vec<Incoming>, BrokerError> {
        let (mut left, output) = {
            let mut state = self.lock();
            state.broker.feed(bytes)?;
            let mut left = Vec::new();
            while let Some(incoming) = state.broker.poll() {
                match incoming {
                    Incoming::Answer { request, result } => state.answered(request, result),
                    other => left.push(other),
                }
            }
            (left, state.broker.take_output())
        };
        if !output.is_empty() {
            let _lost = self.write(Outgoing::Bytes(output)).await;
        }
        if left.first() == Some(&Incoming::Ready) {
            left.remove(0);
            self.ready.cancel();
        }
        Ok(left)
    }

    async fn write(&self, message: Outgoing) -> Result<(), CallError> {
        tokio::select! {
            sent = self.outgoing.send(message) => sent.map_err(|_| CallError::Lost),
            () = self.lost() => Err(CallError::Lost),
        }
    }

    /// The message as bytes.
    fn encode(&self, message: Outgoing, bytes: &mut Vec<u8>) -> Result<(), BrokerError> {
        let mut state = self.lock();
        match message {
            Outgoing::Call(call) => {
                let request = state.broker.call(&call.target, call.method, call.args, Vec::new())?;
                state.waiting.insert(request, call.waiting);
            }
            Outgoing::Answer { request, result: Ok(value) } => state.broker.answer(request, &value),
            Outgoing::Answer { request, result: Err(failure) } => state.broker.fail(request, &failure),
            Outgoing::Release(theirs) => theirs.into_iter().for_each(|id| state.broker.release(id)),
            Outgoing::Bytes(ready) => bytes.extend(ready),
        }
        bytes.append(&mut state.broker.take_output());
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answered(&mut self, request: i64, result: Result<Value, Failure>) {
        if let Some(Waiting { answer: Answer::Result(sender), .. }) = self.waiting.remove(&request) {
            let _gone = sender.send(result);
        }
    }
}

/// Writes until the connection ends, and ends it when writing fails.
pub(super) async fn write(
    peer: Arc<Peer>,
    mut socket: WriteHalf<Stream>,
    mut messages: mpsc::Receiver<Outgoing>,
    end: CancellationToken,
) {
    loop {
        let first = tokio::select! {
            message = messages.recv() => message,
            () = end.cancelled() => break,
        };
        let mut bytes = Vec::new();
        let mut next = first;
        let mut encoded = Ok(());
        while let Some(message) = next.take() {
            encoded = peer.encode(message, &mut bytes);
            if encoded.is_ok() && bytes.len() < WRITE_BYTES_MAX {
                next = messages.try_recv().ok();
            }
        }
        let written = tokio::select! {
            written = async {
                socket.write_all(&bytes).await?;
                socket.flush().await
            } => written.is_ok(),
            () = end.cancelled() => false,
        };
        if !written || encoded.is_err() {
            break;
        }
    }
    end.cancel();
    let _closing = tokio::time::timeout(CLOSE_TIMEOUT, socket.shutdown()).await;
}
