//! The API, in process, against a database that a real master made and against what that master answered.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod better;
mod events;
mod fixture;
mod headers;
mod hook;
mod logs;
mod long;
mod recorded;
mod rpc;
