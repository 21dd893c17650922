//! Accepts workers: MessagePack over WebSocket, Perspective Broker, and workers within the process. Brings each to the engine as a `WorkerSession`.
//!
//! Never decides anything about builds. What a worker sends is untrusted: every answer is matched to a request or a
//! command of that very connection, everything else is refused with an exception frame and one log line.

mod closed;
mod commands;
mod connection;
mod directories;
mod frames;
mod handshake;
mod listener;
mod local;
mod masks;
mod outgoing;
mod paths;
mod pb;
mod running;
mod session;
mod updates;

pub use listener::MsgpackListener;
pub use local::LocalSession;
pub use pb::{
    Account, Accounts, Caller, ChangeSink, NoAccounts, PbListener, Perspective, SentChange, SentChanges, TryUser,
    UserAdmin, UserDirectory,
};
