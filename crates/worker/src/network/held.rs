//! Commands that outlive their connection: they run on while the master is away, and what they report is kept until it has
//! stored it.
//!
//! A Ferrobot master asks for this with `ferrobot_hold`, right after it has learnt who the worker is. From then on every
//! message of a command has a number, counted from 1. After a reconnection the master names the last number that it has
//! (`ferrobot_resume`), and says what it has stored for good (`ferrobot_stored`, `ferrobot_forget`). Masters that do not ask
//! see a stock worker.

mod spool;

use std::collections::HashMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use ferrobot_model::CommandEvent;
use tokio::sync::{Notify, mpsc};
use tokio::task::{AbortHandle, JoinHandle};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::carrier::{Transfer, join, permit, room};
use super::commands::COMMANDS_MAX;
use super::messages::{self, Kind, Wait};
use super::peer::{Peer, RequestError};
use super::updates;
use crate::runner::{Control, Running};

use spool::Spool;

/// More output than this is not kept for a master that is away: the program waits.
const SPOOL_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// Another limit for that, in bytes.
pub(crate) const SPOOL_VARIABLE: &str = "FERROBOT_SPOOL_BYTES";

/// The commands that are held, by the master's id, over all connections of the process.
pub(super) struct Held {
    /// Names this process among all that ever had its worker's name.
    instance: String,
    basedir: PathBuf,
    spool_bytes_max: u64,
    commands: Mutex<HashMap<String, Arc<HeldCommand>>>,
    /// How long they live without a connection.
    lease: Mutex<Duration>,
    expiry: Mutex<Option<AbortHandle>>,
}

/// One of them.
pub(super) struct HeldCommand {
    id: String,
    control: mpsc::Sender<Control>,
    spool: Mutex<Spool>,
    /// Something was added to the spool, or taken from it.
    changed: Notify,
    /// Nobody wants it any more.
    dropped: CancellationToken,
    sender: Mutex<Option<JoinHandle<()>>>,
    /// Number of the message that waits for its answer: it is sent again even if the master has it.
    unanswered: Mutex<Option<u64>>,
}

impl Held {
    pub(super) fn new(basedir: &Path) -> Arc<Held> {
        let limit = std::env::var(SPOOL_VARIABLE).ok().and_then(|bytes| bytes.parse().ok());
        Arc::new(Held {
            instance: hex::encode(random_bytes()),
            basedir: basedir.to_owned(),
            spool_bytes_max: limit.unwrap_or(SPOOL_BYTES_MAX),
            commands: Mutex::default(),
            lease: Mutex::new(Duration::ZERO),
            expiry: Mutex::default(),
        })
    }

    /// The master holds: answers with who this is and what it still has.
    pub(super) fn hold(&self, lease: Duration) -> (String, Vec<String>) {
        *lock(&self.lease) = lease;
        if let Some(expiry) = lock(&self.expiry).take() {
            expiry.abort();
        }
        let mut ids: Vec<String> = lock(&self.commands).keys().cloned().collect();
        ids.sort();
        (self.instance.clone(), ids)
    }

    pub(super) fn is_empty(&self) -> bool {
        lock(&self.commands).is_empty()
    }

    /// The connection is gone: what is held is given up when no master comes in time.
    pub(super) fn connection_ended(self: &Arc<Held>) {
        if self.is_empty() {
            return;
        }
        let (held, lease) = (Arc::clone(self), *lock(&self.lease));
        let expiry = tokio::spawn(async move {
            tokio::time::sleep(lease).await;
            warn!("no master for {} s: its commands are given up", lease.as_secs());
            held.clear();
        });
        if let Some(earlier) = lock(&self.expiry).replace(expiry.abort_handle()) {
            earlier.abort();
        }
    }

    /// Gives all of them up.
    pub(super) fn clear(&self) {
        for (_, command) in lock(&self.commands).drain() {
            command.dropped.cancel();
        }
    }

    /// Starts a command, unless it has been started already: the master may not have heard the answer.
    pub(super) fn start(
        &self,
        id: &str,
        kind: Kind,
        start: impl FnOnce() -> Running,
    ) -> Result<Arc<HeldCommand>, String> {
        let mut commands = lock(&self.commands);
        if let Some(command) = commands.get(id) {
            return Ok(Arc::clone(command));
        }
        if commands.len() >= COMMANDS_MAX {
            return Err(format!("(command {id}): {COMMANDS_MAX} commands run already"));
        }
        let Running { events, control } = start();
        let command = Arc::new(HeldCommand {
            id: id.to_owned(),
            control,
            spool: Mutex::new(Spool::new(&self.basedir, self.spool_bytes_max)),
            changed: Notify::new(),
            dropped: CancellationToken::new(),
            sender: Mutex::default(),
            unanswered: Mutex::default(),
        });
        commands.insert(id.to_owned(), Arc::clone(&command));
        tokio::spawn({
            let command = Arc::clone(&command);
            async move {
                tokio::select! {
                    () = command.fill(kind, events) => {}
                    // With its events the command itself ends.
                    () = command.dropped.cancelled() => {}
                }
            }
        });
        Ok(command)
    }

    pub(super) fn get(&self, id: &str) -> Option<Arc<HeldCommand>> {
        lock(&self.commands).get(id).cloned()
    }

    /// The master needs nothing more of a command. One that still runs is killed.
    pub(super) fn forget(&self, id: &str) {
        if let Some(command) = lock(&self.commands).remove(id) {
            command.dropped.cancel();
        }
    }
}

impl HeldCommand {
    /// Takes what the command reports, for as long as it reports.
    async fn fill(&self, kind: Kind, mut events: mpsc::Receiver<CommandEvent>) {
        let mut next = events.recv().await;
        while let Some(event) = next.take() {
            let number = lock(&self.spool).next_number();
            let message = match event {
                CommandEvent::Update(first) => {
                    let (updates, other) = join(first, &mut events);
                    next = other;
                    updates::message(messages::UNNUMBERED, &self.id, Some(number), &updates)
                }
                CommandEvent::Complete(failure) => messages::complete(&self.id, number, failure),
                event => match Transfer::of(event) {
                    Some(step) => messages::transfer(&self.id, number, kind, step),
                    None => return,
                },
            };
            self.keep(message).await;
            if next.is_none() {
                next = events.recv().await;
            }
        }
    }

    async fn keep(&self, message: Vec<u8>) {
        loop {
            let changed = self.changed.notified();
            if !lock(&self.spool).is_full() {
                break;
            }
            changed.await;
        }
        if let Err(error) = lock(&self.spool).push(message) {
            warn!(command.id = self.id, "output cannot be kept on disk, so programs wait for the master: {error}");
        }
        self.changed.notify_waiters();
    }

    /// Stops it.
    pub(super) fn interrupt(&self, why: String) {
        info!(command.id = self.id, "asked to interrupt: reason {why}");
        // A command that has not even taken note of the controls before is about to end.
        let _full = self.control.try_send(Control::Interrupt(why));
    }

    /// The master has stored everything up to this message.
    pub(super) fn stored(&self, number: u64) {
        lock(&self.spool).forget_to(number);
        self.changed.notify_waiters();
    }

    /// Sends everything that follows message `after`, on this connection from now on.
    pub(super) fn resume(self: &Arc<HeldCommand>, peer: &Arc<Peer>, after: u64) {
        let (command, peer) = (Arc::clone(self), Arc::clone(peer));
        let mut sender = lock(&self.sender);
        let earlier = sender.take();
        *sender = Some(tokio::spawn(async move {
            if let Some(earlier) = earlier {
                earlier.abort();
                let _stopped = earlier.await;
            }
            let unanswered = lock(&command.unanswered).filter(|number| *number <= after);
            tokio::select! {
                _ended = command.send(&peer, unanswered.unwrap_or(after + 1)) => {}
                () = peer.lost() => {}
                () = command.dropped.cancelled() => {}
            }
        }));
    }

    async fn send(&self, peer: &Peer, from: u64) -> Result<Infallible, RequestError> {
        let room = room();
        let mut refused = false;
        let mut number = from;
        loop {
            let message = self.message(&mut number).await?;
            let wait = messages::wait_of(&message);
            match wait {
                Wait::Room => {
                    peer.post(permit(&room).await?, |seq| messages::with_seq(&message, seq)).await?;
                }
                // The master wants no more of this upload.
                Wait::Verdict if refused => {}
                Wait::Verdict | Wait::Data => {
                    *lock(&self.unanswered) = Some(number);
                    match peer.request_with(|seq| messages::with_seq(&message, seq)).await {
                        Ok(answer) if wait == Wait::Data => {
                            let _ended = self.control.send(Control::Data(messages::data(answer))).await;
                        }
                        Ok(_) => {}
                        Err(RequestError::Refused(text)) => {
                            refused = true;
                            let _ended = self.control.send(Control::Refused(text)).await;
                        }
                        Err(RequestError::Lost) => return Err(RequestError::Lost),
                    }
                    *lock(&self.unanswered) = None;
                }
            }
            number += 1;
        }
    }

    /// The message with this number, when it is there; or the oldest, if that one has been stored already.
    async fn message(&self, number: &mut u64) -> Result<Bytes, RequestError> {
        loop {
            let changed = self.changed.notified();
            let found = {
                let spool = lock(&self.spool);
                // What has been stored before is not sent again.
                *number = spool.first().max(*number);
                spool.get(*number)
            };
            match found {
                Ok(Some(message)) => return Ok(message),
                Ok(None) => changed.await,
                Err(error) => {
                    warn!(command.id = self.id, "kept output cannot be read, so the command is given up: {error}");
                    self.dropped.cancel();
                    return Err(RequestError::Lost);
                }
            }
        }
    }
}

/// Different in each process that ever ran.
fn random_bytes() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the system has random numbers");
    bytes
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
