//! A whole master for tests: a real engine on a real database in a temporary directory, and workers that do what the test says.
//!
//! `site` describes a configuration, `master` runs it, `worker` is a scripted worker, `kinds` are small steps and schedulers
//! that need no other crate, `story` tells what happened.

mod kinds;
mod master;
mod site;
mod story;
mod wait;
mod worker;

pub use kinds::kinds;
pub use master::{Answers, Register, TestMaster};
pub use site::{Builder, Site, StepObject, act, shell};
pub use wait::eventually;
pub use worker::{ScriptedWorker, StartedCommand};
