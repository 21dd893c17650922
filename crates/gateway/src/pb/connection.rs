//! One connection: calls methods of the peer's objects, and lets the peer call ours.

use std::collections::HashMap;
use std::future::poll_fn;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Poll, ready};
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_engine::SessionError;
use ferrobot_wire::pb::{Broker, BrokerError, Call, Failure, Incoming, LocalId, Target, Value};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::sync::{oneshot, watch};
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::closed::Closed;
use crate::connection::lock;
use crate::outgoing::Outgoing;

/// One read takes at most so much.
const READ_BYTES: usize = 16 * 1024;
/// How long a peer may take to answer; it answers at once, before it does the work.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);
/// One write may take so long; a peer that has stopped reading is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);

/// What one of our objects does with a call.
pub(super) enum Reply {
    /// The answer.
    Now(Result<Value, Failure>),
    /// The object answers later, by the call's number.
    Later,
}

impl Reply {
    pub(super) const NONE: Reply = Reply::Now(Ok(Value::None));

    pub(super) fn no_such_method(call: &Call) -> Reply {
        Reply::Now(Err(Failure::no_such_method(&call.method)))
    }
}

/// An object of ours that a peer may call. Calls come one after the other: what takes long has to answer later.
#[async_trait]
pub(super) trait LocalObject: Send + Sync {
    async fn call(&self, connection: &Arc<PbConnection>, call: Call) -> Reply;
}

/// Why a call has no result.
#[derive(Debug)]
pub(super) enum CallError {
    Lost,
    Failed(Failure),
}

fn refused(error: BrokerError) -> CallError {
    CallError::Failed(Failure::new("twisted.spread.pb.Error", error.to_string()))
}

/// The state of one connection.
pub(super) struct PbConnection {
    /// For messages.
    peer: String,
    broker: Mutex<Broker>,
    outgoing: Outgoing,
    /// Held while output is taken and handed over, so that it stays in order.
    in_order: tokio::sync::Mutex<()>,
    waiting: Mutex<HashMap<i64, oneshot::Sender<Result<Value, Failure>>>>,
    objects: Mutex<HashMap<i64, Arc<dyn LocalObject>>>,
    closed: Closed,
    end: CancellationToken,
}

impl PbConnection {
    /// Makes a connection; it is for the caller to [`PbConnection::read`] and [`PbConnection::write`].
    pub(super) fn new(peer: &str, end: CancellationToken) -> Arc<PbConnection> {
        Arc::new(PbConnection {
            peer: peer.to_owned(),
            broker: Mutex::new(Broker::server()),
            outgoing: Outgoing::default(),
            in_order: tokio::sync::Mutex::new(()),
            waiting: Mutex::default(),
            objects: Mutex::default(),
            closed: Closed::new(),
            end,
        })
    }

    pub(super) fn peer(&self) -> &str {
        &self.peer
    }

    pub(super) fn closed(&self) -> watch::Receiver<Option<String>> {
        self.closed.subscribe()
    }

    /// Messages of any size are taken from now on.
    pub(super) fn trust(&self) {
        lock(&self.broker).trust();
    }

    /// Ends the connection: every waiting call learns it.
    pub(super) fn close(&self, reason: &str) {
        if self.closed.close(reason) {
            self.end.cancel();
            lock(&self.waiting).clear();
            lock(&self.objects).clear();
        }
    }

    /// The error of everything that is asked of a connection that is gone.
    pub(super) fn lost(&self, worker: &str) -> SessionError {
        self.closed.lost(worker)
    }

    /// Makes an object known to the peer.
    pub(super) fn export(&self, object: Arc<dyn LocalObject>) -> Result<LocalId, CallError> {
        let id = lock(&self.broker).export().map_err(refused)?;
        lock(&self.objects).insert(id.0, object);
        Ok(id)
    }

    /// Drops an object, whether or not the peer still knows it.
    pub(super) fn withdraw(&self, id: LocalId) {
        lock(&self.broker).withdraw(id);
        lock(&self.objects).remove(&id.0);
    }

    /// We no longer need an object of the peer.
    pub(super) async fn release(&self, theirs: i64) {
        lock(&self.broker).release(theirs);
        // A connection that is gone has no references either.
        let _gone = self.flush().await;
    }

    /// Calls a method and waits for its result.
    pub(super) async fn call(
        &self,
        theirs: i64,
        method: &str,
        args: Vec<Value>,
        kwargs: Vec<(&str, Value)>,
    ) -> Result<Value, CallError> {
        let (sender, answer) = oneshot::channel();
        let request = {
            let mut broker = lock(&self.broker);
            let called = broker.call(&Target::Id(theirs), method, args, kwargs);
            let request = called.map_err(refused)?;
            lock(&self.waiting).insert(request, sender);
            request
        };
        self.flush().await?;
        match tokio::time::timeout(ANSWER_TIMEOUT, answer).await {
            Ok(Ok(Ok(value))) => Ok(value),
            Ok(Ok(Err(failure))) => Err(CallError::Failed(failure)),
            Ok(Err(_)) => Err(CallError::Lost),
            Err(_) => {
                lock(&self.waiting).remove(&request);
                self.close(&format!("no answer to `{method}` within {} s", ANSWER_TIMEOUT.as_secs()));
                Err(CallError::Lost)
            }
        }
    }

    /// Calls a method whose answer nobody waits for: a peer that is busy may take its time.
    pub(super) async fn tell(&self, theirs: i64, method: &str, kwargs: Vec<(&str, Value)>) -> Result<(), CallError> {
        lock(&self.broker).call(&Target::Id(theirs), method, Vec::new(), kwargs).map_err(refused)?;
        self.flush().await
    }

    /// Answers a call of the peer.
    pub(super) async fn answer(&self, request: i64, result: Result<Value, Failure>) -> Result<(), CallError> {
        {
            let mut broker = lock(&self.broker);
            match &result {
                Ok(value) => broker.answer(request, value),
                Err(failure) => broker.fail(request, failure),
            }
        }
        self.flush().await
    }

    async fn flush(&self) -> Result<(), CallError> {
        let _in_order = self.in_order.lock().await;
        let output = lock(&self.broker).take_output();
        if output.is_empty() {
            return Ok(());
        }
        tokio::select! {
            // First, since nobody writes any more what is pushed then.
            biased;
            () = self.end.cancelled() => Err(CallError::Lost),
            () = self.outgoing.push(output) => Ok(()),
        }
    }

    /// Reads until the connection ends; answers with the reason.
    pub(super) async fn read(
        self: &Arc<PbConnection>,
        stream: &mut (impl AsyncRead + Unpin),
        names: &HashMap<&str, Arc<dyn LocalObject>>,
    ) -> String {
        if self.flush().await.is_err() {
            return "the peer closed the connection".to_owned();
        }
        loop {
            let received = tokio::select! {
                received = self.receive(stream) => received,
                () = self.end.cancelled() => return "the master closed the connection".to_owned(),
            };
            match received {
                Ok(true) => {}
                Ok(false) => return "the peer closed the connection".to_owned(),
                Err(reason) => return reason,
            }
            // On the heap, so that a connection does not keep the room for it while it waits.
            if Box::pin(self.handle_all(names)).await.is_err() {
                return "the peer closed the connection".to_owned();
            }
            // A peer that never stops leaves the others their turn.
            tokio::task::yield_now().await;
        }
    }

    async fn handle_all(
        self: &Arc<PbConnection>,
        names: &HashMap<&str, Arc<dyn LocalObject>>,
    ) -> Result<(), CallError> {
        loop {
            let incoming = lock(&self.broker).poll();
            let Some(incoming) = incoming else { break };
            self.handle(incoming, names).await;
            // Without this, thousands of small messages that came at once would be taken in one turn.
            tokio::task::coop::consume_budget().await;
        }
        self.flush().await
    }

    /// Takes what is there. The buffer is on the stack only while there is something: thousands of idle connections have
    /// none.
    async fn receive(&self, stream: &mut (impl AsyncRead + Unpin)) -> Result<bool, String> {
        poll_fn(|context| {
            let mut bytes = [MaybeUninit::uninit(); READ_BYTES];
            let mut buffer = ReadBuf::uninit(&mut bytes);
            if let Err(error) = ready!(Pin::new(&mut *stream).poll_read(context, &mut buffer)) {
                return Poll::Ready(Err(error.to_string()));
            }
            let received = buffer.filled();
            let fed = lock(&self.broker).feed(received);
            let fed = fed.map_err(|error| format!("the peer sent nonsense: {error}"));
            Poll::Ready(fed.map(|()| !received.is_empty()))
        })
        .await
    }

    /// Writes until the connection ends.
    pub(super) async fn write(&self, stream: &mut (impl AsyncWrite + Unpin)) {
        loop {
            let bytes = tokio::select! {
                bytes = self.outgoing.take() => bytes,
                () = self.end.cancelled() => break,
            };
            let written = async {
                stream.write_all(&bytes).await?;
                stream.flush().await
            };
            if !matches!(tokio::time::timeout(WRITE_TIMEOUT, written).await, Ok(Ok(()))) {
                break;
            }
        }
        self.end.cancel();
    }

    async fn handle(self: &Arc<PbConnection>, incoming: Incoming, names: &HashMap<&str, Arc<dyn LocalObject>>) {
        match incoming {
            Incoming::Ready => {}
            Incoming::Answer { request, result } => {
                if let Some(waiting) = lock(&self.waiting).remove(&request) {
                    let _gone = waiting.send(result);
                }
            }
            Incoming::Released(id) => {
                lock(&self.objects).remove(&id.0);
            }
            Incoming::Call(call) => {
                let object = match &call.target {
                    Target::Id(id) => lock(&self.objects).get(id).cloned(),
                    Target::Name(name) => names.get(name.as_str()).cloned(),
                };
                let (request, answer_wanted) = (call.request, call.answer_wanted);
                let reply = match object {
                    Some(object) => object.call(self, call).await,
                    None => {
                        debug!("{} called `{}` of an object that it was not given", self.peer, call.method);
                        Reply::Now(Err(Failure::new("twisted.spread.pb.Error", "Invalid Object ID")))
                    }
                };
                if let (Reply::Now(result), true) = (reply, answer_wanted) {
                    let _gone = self.answer(request, result).await;
                }
            }
        }
    }
}
