//! Carries the events of one running command to the master, and its answers back to the command.

use std::sync::Arc;

use bytes::Bytes;
use ferrobot_model::{CommandEvent, Update};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::peer::RequestError;
use crate::runner::{Control, Running, failure_of_master};

/// Messages of one command that the master has not answered yet: a slow master slows the program down.
const UNANSWERED_MAX: usize = 16;
/// Updates are joined in one message up to this size.
const MESSAGE_BYTES_MAX: usize = 256 * 1024;

/// One step of a file transfer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Transfer {
    /// A block of an upload.
    Write(Bytes),
    /// Times of access and modification.
    Utime(f64, f64),
    /// The upload is complete.
    CloseWrite,
    /// The archive is complete.
    Unpack,
    /// Up to so many bytes of a download are wanted.
    Read(u64),
    /// No more are.
    CloseRead,
}

impl Transfer {
    /// The step that an event is.
    pub(super) fn of(event: CommandEvent) -> Option<Transfer> {
        Some(match event {
            CommandEvent::Write(data) => Transfer::Write(data),
            CommandEvent::Utime(accessed, modified) => Transfer::Utime(accessed, modified),
            CommandEvent::CloseWrite => Transfer::CloseWrite,
            CommandEvent::Unpack => Transfer::Unpack,
            CommandEvent::Read(length) => Transfer::Read(length),
            CommandEvent::CloseRead => Transfer::CloseRead,
            CommandEvent::Update(_) | CommandEvent::Mark(_) | CommandEvent::Complete(_) | CommandEvent::Lost(_) => {
                return None;
            }
        })
    }
}

/// How the messages of one command reach the master: what differs between the protocols.
pub(super) trait Wire: Send + Sync {
    /// Sends updates, at least one. Their answer frees the permit.
    fn updates(
        &self,
        updates: &[Update],
        permit: OwnedSemaphorePermit,
    ) -> impl Future<Output = Result<(), RequestError>> + Send;

    /// Tells that the command has ended, and of what it died.
    fn complete(
        &self,
        failure: Option<String>,
        permit: OwnedSemaphorePermit,
    ) -> impl Future<Output = Result<(), RequestError>> + Send;

    /// Makes one step of a transfer, and waits for the master's answer: the bytes, for a read.
    fn transfer(&self, step: Transfer) -> impl Future<Output = Result<Bytes, RequestError>> + Send;

    /// The connection is gone.
    fn lost(&self) -> impl Future<Output = ()> + Send;
}

/// Carries until the command is complete or the connection is gone. Dropping the future ends the command.
pub(super) async fn carry(wire: &impl Wire, running: Running) {
    let Running { events, control } = running;
    let mut carrier = Carrier { wire, events, control, room: room(), refused: None };
    tokio::select! {
        _ended = carrier.run() => {}
        () = wire.lost() => {}
    }
}

struct Carrier<'a, W> {
    wire: &'a W,
    events: mpsc::Receiver<CommandEvent>,
    control: mpsc::Sender<Control>,
    room: Arc<Semaphore>,
    /// The master wants no more blocks of this upload; its words.
    refused: Option<String>,
}

impl<W: Wire> Carrier<'_, W> {
    async fn run(&mut self) -> Result<(), RequestError> {
        let mut next = self.events.recv().await;
        while let Some(event) = next.take() {
            match event {
                CommandEvent::Update(update) => next = self.send_updates(update).await?,
                CommandEvent::Complete(failure) => return self.complete(failure).await,
                CommandEvent::Lost(_) | CommandEvent::Mark(_) => return Ok(()),
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
        let (mut updates, other) = join(first, &mut self.events);
        if self.refused.is_some() {
            // The command may have ended before it heard of the refusal, but it has not succeeded.
            for rc in updates.iter_mut().filter(|update| **update == Update::Rc(0)) {
                *rc = Update::Rc(1);
            }
        }
        self.wire.updates(&updates, permit(&self.room).await?).await?;
        Ok(other)
    }

    async fn complete(&mut self, failure: Option<String>) -> Result<(), RequestError> {
        let permit = permit(&self.room).await?;
        // The command may have ended before it heard of the refusal.
        let refused = self.refused.take().map(|text| failure_of_master(&text));
        self.wire.complete(failure.or(refused), permit).await
    }

    /// One step of a file transfer, which waits for the master's answer.
    async fn transfer(&mut self, event: CommandEvent) -> Result<(), RequestError> {
        let Some(step) = Transfer::of(event) else { return Ok(()) };
        if self.refused.is_some() && matches!(step, Transfer::Write(_) | Transfer::Unpack) {
            return Ok(());
        }
        let is_read = matches!(step, Transfer::Read(_));
        match self.wire.transfer(step).await {
            Ok(data) if is_read => {
                let _ended = self.control.send(Control::Data(data)).await;
                Ok(())
            }
            Ok(_) => Ok(()),
            Err(RequestError::Refused(text)) => self.tell_refused(text).await,
            Err(RequestError::Lost) => Err(RequestError::Lost),
        }
    }

    async fn tell_refused(&mut self, text: String) -> Result<(), RequestError> {
        self.refused = Some(text.clone());
        let _ended = self.control.send(Control::Refused(text)).await;
        Ok(())
    }
}

/// Room for the messages of one command that the master has not answered yet.
pub(super) fn room() -> Arc<Semaphore> {
    Arc::new(Semaphore::new(UNANSWERED_MAX))
}

/// Waits for room for one message; its answer has to free it.
pub(super) async fn permit(room: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit, RequestError> {
    Arc::clone(room).acquire_owned().await.map_err(|_| RequestError::Lost)
}

/// An update and all that follow it at once, up to a message's size; and an event of another kind that came among them.
pub(super) fn join(first: Update, events: &mut mpsc::Receiver<CommandEvent>) -> (Vec<Update>, Option<CommandEvent>) {
    let mut size = weight(&first);
    let mut updates = vec![first];
    while size < MESSAGE_BYTES_MAX {
        match events.try_recv() {
            Ok(CommandEvent::Update(update)) => {
                size += weight(&update);
                updates.push(update);
            }
            Ok(event) => return (updates, Some(event)),
            Err(_) => break,
        }
    }
    (updates, None)
}

fn weight(update: &Update) -> usize {
    match update {
        Update::Output(_, text) => text.len(),
        _ => 16,
    }
}
