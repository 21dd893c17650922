//! Whole steps: a real engine on a real database, and a worker that runs real commands in the test's directory.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod bench;
mod files;
mod git;
mod master_shell;
mod properties;
mod shell;
mod trigger;
mod warnings;
