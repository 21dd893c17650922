//! Workers of every kind at real ports, and others who log in.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic anywhere")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

#[path = "../../../transport/tests/it/authority.rs"]
#[expect(dead_code, reason = "the tests of TLS itself need more of it")]
mod authority;
mod away;
mod client;
mod commands;
mod desk;
mod ends;
mod leftovers;
mod logins;
mod programs;
mod reports;
mod silence;
mod tries;
mod websocket;
