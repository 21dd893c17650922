//! Carries the events of one running command to the master, and its answers back to the command.

use std::sync::Arc;

use bytes::Bytes;
use ferrobot_model::{CommandEvent, Update};
use rmpv::Value;
use tokio::sync::{Semaphore, mpsc};

use super::peer::{Peer, RequestError, request};
use super::updates;
use crate::runner::{Control, Running, failure_of_master};

/// Messages of one command that the master has not answered yet: a slow master slows the program down.
const UNANSWERED_MAX: usize = 16;
/// Updates are joined in one message up to this size.
const MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// Which operations carry an upload's blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file, or no upload at all.
    File,
    /// A directory.
    Directory,
}

/// Carries until the command is complete or the connection is gone. Dropping the future ends the command.
pub(super) async fn carry(peer: Arc<Peer>, id: String, kind: Kind, running: Running) {
    let Running { events, control } = running;
    let room = Arc::new(Semaphore::new(UNANSWERED_MAX));
    let mut carrier = Carrier { peer: Arc::clone(&peer), id, kind, events, control, room, refused: None };
    tokio::select! {
        _ended = carrier.run() => {}
        () = peer.lost() => {}
    }
}

struct Carrier {
    peer: Arc<Peer>,
    id: String,
    kind: Kind,
    events: mpsc::Receiver<CommandEvent>,
    control: mpsc::Sender<Control>,
    room: Arc<Semaphore>,
    /// The master wants no more blocks of this upload; its words.
    refused: Option<String>,
}

impl Carrier {
    async fn run(&mut self) -> Result<(), RequestError> {
        let mut next = self.events.recv().await;
        while let Some(event) = next.take() {
            match event {
                CommandEvent::Update(update) => next = self.send_updates(update).await?,
                CommandEvent::Complete(failure) => return self.complete(failure).await,
                CommandEvent::Lost(_) => return Ok(()),
                transfer => self.transfer(transfer).await?,
            }
            if next.is_none() {
                next = self.events.recv().await;
            }
        }
        Ok(())
    }

    /// Sends an update and all that follow it at once; answers with an event of another kind that came among them.
    async fn send_updates(&mut self, first: Update) -> Result<Option<CommandEvent>, RequestError> {
        let mut size = weight(&first);
        let mut updates = vec![first];
        let mut other = None;
        while size < MESSAGE_BYTES_MAX {
            match self.events.try_recv() {
                Ok(CommandEvent::Update(update)) => {
                    size += weight(&update);
                    updates.push(update);
                }
                Ok(event) => {
                    other = Some(event);
                    break;
                }
                Err(_) => break,
            }
        }
        let permit = self.permit().await?;
        let id = self.id.as_str();
        self.peer.post(permit, |seq| updates::message(seq, id, &updates)).await?;
        Ok(other)
    }

    async fn complete(&mut self, failure: Option<String>) -> Result<(), RequestError> {
        let permit = self.permit().await?;
        // The command may have ended before it heard of the refusal.
        let refused = self.refused.take().map(|text| failure_of_master(&text));
        let args = failure.or(refused).map_or(Value::Nil, Value::from);
        let fields = vec![("args", args), ("command_id", self.id.as_str().into())];
        self.peer.post(permit, |seq| request(seq, "complete", fields)).await
    }

    async fn permit(&self) -> Result<tokio::sync::OwnedSemaphorePermit, RequestError> {
        Arc::clone(&self.room).acquire_owned().await.map_err(|_| RequestError::Lost)
    }

    /// One step of a file transfer, which waits for the master's answer.
    async fn transfer(&mut self, event: CommandEvent) -> Result<(), RequestError> {
        let directory = self.kind == Kind::Directory;
        let (op, fields) = match event {
            CommandEvent::Write(_) if self.refused.is_some() => return Ok(()),
            CommandEvent::Write(data) if directory => ("update_upload_directory_write", vec![("args", binary(data))]),
            CommandEvent::Write(data) => ("update_upload_file_write", vec![("args", binary(data))]),
            CommandEvent::Utime(accessed, modified) => {
                ("update_upload_file_utime", vec![("access_time", accessed.into()), ("modified_time", modified.into())])
            }
            CommandEvent::CloseWrite => ("update_upload_file_close", Vec::new()),
            CommandEvent::Unpack => ("update_upload_directory_unpack", Vec::new()),
            CommandEvent::Read(length) => return self.read(length).await,
            CommandEvent::CloseRead => ("update_read_file_close", Vec::new()),
            CommandEvent::Update(_) | CommandEvent::Complete(_) | CommandEvent::Lost(_) => return Ok(()),
        };
        match self.ask(op, fields).await {
            Err(RequestError::Refused(text)) => self.tell_refused(text).await,
            answered => answered.map(drop),
        }
    }

    async fn read(&mut self, length: u64) -> Result<(), RequestError> {
        let data = match self.ask("update_read_file", vec![("length", length.into())]).await {
            Ok(Value::Binary(data)) => Bytes::from(data),
            Ok(Value::String(text)) => Bytes::from(text.into_bytes()),
            Ok(_) => Bytes::new(),
            Err(RequestError::Refused(text)) => return self.tell_refused(text).await,
            Err(RequestError::Lost) => return Err(RequestError::Lost),
        };
        let _ended = self.control.send(Control::Data(data)).await;
        Ok(())
    }

    async fn ask(&self, op: &str, mut fields: Vec<(&str, Value)>) -> Result<Value, RequestError> {
        fields.push(("command_id", self.id.as_str().into()));
        self.peer.request(op, fields).await
    }

    async fn tell_refused(&mut self, text: String) -> Result<(), RequestError> {
        self.refused = Some(text.clone());
        let _ended = self.control.send(Control::Refused(text)).await;
        Ok(())
    }
}

fn binary(data: Bytes) -> Value {
    Value::Binary(data.into())
}

fn weight(update: &Update) -> usize {
    match update {
        Update::Output(_, text) => text.len(),
        _ => 16,
    }
}
