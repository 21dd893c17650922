//! The door to the state, told as stories.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod fixture;
mod open;
