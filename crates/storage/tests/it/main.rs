//! The state on disk: the tables, the grouped writer, logs.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod logchunks;
mod schema;
mod writer;
