//! Whole schedulers in a running master: changes go in, buildsets come out.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod changes;
mod dependent;
mod force;
mod site;
mod timed;
mod tries;
