//! Starts and talks to the Python process that runs `master.cfg`: one process for each generation of the configuration.
//!
//! Owns the interpreter, the embedded Python package, the transport and the conversion of values. Knows nothing of what
//! the configuration means. The protocol is described in the manual's page on the config host.
//! Read `host` (what the rest of the master uses), `process` (the child), then `connection`, `decode`, `encode`.

#![warn(missing_docs)]

mod call;
mod connection;
mod decode;
mod encode;
mod host;
mod interpreter;
mod output;
mod package;
mod process;
mod question;

pub use host::{ConfigHost, HostOptions, Loaded};
pub use process::StartError;
pub use question::MasterCalls;
