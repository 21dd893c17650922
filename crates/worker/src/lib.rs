//! The worker: runs a master's commands on its machine.
//!
//! Read [`runner`] for what runs commands, whoever asks for them: it needs no network, and serves local workers within a
//! master as well. [`network`] carries it to a master over MessagePack; [`daemon`] and [`cli`] make a program of that.
//! It knows nothing of builds, steps or databases.

#![warn(missing_docs)]

pub mod cli;
mod create;
pub mod daemon;
pub mod info;
pub mod lines;
pub mod network;
pub mod options;
pub mod python_text;
pub mod runner;
pub mod tac;
pub mod twistdlog;

pub use info::{InfoOptions, gather};
pub use network::run;
pub use options::WorkerOptions;
pub use runner::{CommandRunner, Control, Environment, OutputSettings, Running};
