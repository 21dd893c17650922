//! The door to the state, told as stories.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod builds;
mod buildsets;
mod configuration;
mod fixture;
mod history;
mod logs;
mod masters;
mod open;
mod state;
mod story;
mod test_results;
