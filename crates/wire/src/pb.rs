//! Perspective Broker, the protocol of Twisted that stock workers and tools speak by default (inventory D1).
//!
//! Three layers, each without I/O: [`banana`] turns bytes into nested lists and back, [`jelly`] gives those the meaning of
//! Python's values, and [`broker`] makes method calls on objects of the other side. [`login`] is the challenge that a
//! client has to answer first.

pub mod banana;
pub mod broker;
pub mod jelly;
pub mod login;

pub use broker::{Broker, BrokerError, Call, Incoming, LocalId, Target};
pub use jelly::{Failure, Value};
