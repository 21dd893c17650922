//! Perspective Broker, by which a worker speaks with its master unless told otherwise (inventory D1, D2).
//!
//! Read `session` first: it logs in, offers the master an object for the worker and one for each builder, and serves calls
//! of them. A command reports by calls of an object of the master (`messages`). `peer` is what all of them call through.

mod arguments;
mod builders;
mod messages;
mod peer;
mod session;
mod values;

pub(super) use session::Session;
