//! Whole change sources in a running master.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod git;
