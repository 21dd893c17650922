//! Every page on a small site with history, through the router, without a network.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod pages;
mod site;
