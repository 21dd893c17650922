//! Connections, whatever carries them: TCP, TLS over it, sockets in the file system, and proxies in between.
//!
//! `listener` opens what an endpoint of the configuration names and hands out a [`Stream`] with the address of its peer;
//! `secured` speaks TLS as a client. Knows no protocol that is spoken over a connection.

#![warn(missing_docs)]

mod certificates;
mod listener;
mod peer;
mod probing;
mod proxy_header;
mod secured;
mod stream;
mod trusted;
mod validity;
#[cfg(feature = "axum")]
mod web;

pub use certificates::CertificateError;
pub use listener::{ListenError, Listener, Renewal, Renewed};
pub use peer::Peer;
pub use probing::probe_when_silent;
pub use secured::{Identity, Secured, SecuredError, Trust};
pub use stream::Stream;
