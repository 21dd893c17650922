//! The worker from outside: its runner without a network, its connection to a scripted master, and a real Buildbot.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic anywhere")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod daemon;
mod leaving;
mod network;
mod pb;
mod pb_recorded;
mod pb_scripted;
mod place;
mod reference;
mod runner;
mod scripted;
mod side_by_side;
mod stock;
mod tree;
