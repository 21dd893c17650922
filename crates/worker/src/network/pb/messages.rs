//! The messages of one command: calls of the object by which the master knows it, and of the file that it transfers.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use ferrobot_model::Update;
use ferrobot_wire::pb::{Failure, Target, Value};
use tokio::sync::OwnedSemaphorePermit;

use super::peer::{CallError, Peer};
use super::values;
use crate::network::carrier::{Transfer, Wire};
use crate::network::peer::RequestError;

/// One command, as the master knows it.
pub(super) struct CommandCalls {
    peer: Arc<Peer>,
    /// The master's object for the command.
    command: i64,
    /// The master's object for the file that is read or written.
    file: Option<i64>,
    /// All objects that came with the command.
    theirs: Vec<i64>,
    /// How the master refused the last step of a transfer.
    refusal: Mutex<Option<Failure>>,
}

impl CommandCalls {
    pub(super) fn new(peer: Arc<Peer>, command: i64, file: Option<i64>, theirs: Vec<i64>) -> CommandCalls {
        CommandCalls { peer, command, file, theirs, refusal: Mutex::default() }
    }

    /// The master may forget the command's objects.
    pub(super) async fn release(self) {
        self.peer.release(self.theirs).await;
    }

    fn refused(&self, failure: Failure) -> RequestError {
        let text = failure.to_string();
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = Some(failure);
        RequestError::Refused(text)
    }
}

impl Wire for CommandCalls {
    async fn updates(&self, updates: &[Update], permit: OwnedSemaphorePermit) -> Result<(), RequestError> {
        let args = vec![values::updates(updates)];
        self.peer.post(Target::Id(self.command), "update", args, permit).await.map_err(|_| RequestError::Lost)
    }

    async fn complete(&self, failure: Option<String>, permit: OwnedSemaphorePermit) -> Result<(), RequestError> {
        let refusal = self.refusal.lock().unwrap_or_else(PoisonError::into_inner).take();
        let failure = match (failure, refusal) {
            (None, _) => Value::None,
            // What the master itself has said is better than our words for it.
            (Some(_), Some(refusal)) => refusal.to_value(),
            (Some(text), None) => values::failure(&text).to_value(),
        };
        let posted = self.peer.post(Target::Id(self.command), "complete", vec![failure], permit).await;
        posted.map_err(|_| RequestError::Lost)
    }

    async fn transfer(&self, step: Transfer) -> Result<Bytes, RequestError> {
        let Some(file) = self.file else {
            return Err(RequestError::Refused("the master has named no file to transfer".to_owned()));
        };
        let (method, args) = match step {
            Transfer::Write(data) => ("write", vec![Value::Bytes(data)]),
            Transfer::Utime(accessed, modified) => {
                ("utime", vec![Value::Tuple(vec![Value::Float(accessed), Value::Float(modified)])])
            }
            Transfer::CloseWrite | Transfer::CloseRead => ("close", Vec::new()),
            Transfer::Unpack => ("unpack", Vec::new()),
            Transfer::Read(length) => ("read", vec![Value::Integer(i64::try_from(length).unwrap_or(i64::MAX))]),
        };
        match self.peer.call(Target::Id(file), method, args).await {
            Ok(Value::Bytes(data)) => Ok(data),
            Ok(Value::Text(text)) => Ok(Bytes::from(text.into_bytes())),
            Ok(_) => Ok(Bytes::new()),
            Err(CallError::Failed(failure)) => Err(self.refused(failure)),
            Err(CallError::Lost) => Err(RequestError::Lost),
        }
    }

    async fn lost(&self) {
        self.peer.lost().await;
    }
}
