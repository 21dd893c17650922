<<<<<<< HEAD
//! Accepts workers: MessagePack over WebSocket, and workers within the process. Brings each to the engine as a `WorkerSession`.
=======
//! Accepts workers: MessagePack over WebSocket, and those that live in the master's process. Brings each to the engine as a `WorkerSession`.
>>>>>>> 8fa7bc8 (gateway: Run local workers in the master's process)
//!
//! Never decides anything about builds. What a worker sends is untrusted: every answer is matched to a request or a
//! command of that very connection, everything else is refused with an exception frame and one log line.

mod commands;
mod connection;
mod listener;
mod local;
<<<<<<< HEAD
mod masks;
=======
>>>>>>> 8fa7bc8 (gateway: Run local workers in the master's process)
mod paths;
mod session;
mod updates;

pub use listener::{GatewayError, MsgpackListener};
pub use local::LocalSession;
