//! The protocols between masters and workers, without I/O: bytes in, messages out, and back.
//!
//! Read [`msgpack`] and [`websocket`], which carries it, first, then [`pb`]. Nothing here knows sockets, tasks or the engine. All
//! input is untrusted: each decoder has bounds on size, depth and number of values, and answers nonsense with an error, never
//! with a panic.

#![warn(missing_docs)]

pub mod msgpack;
pub mod pb;
pub mod websocket;
