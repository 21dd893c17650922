//! The vocabulary: ids, results, properties, events, worker commands, time. No I/O, no async runtime.
//!
//! Read `results`, `properties` and `command` first; everything else is small.

#![warn(missing_docs)]

mod clock;
mod command;
mod encoding;
pub mod endpoint;
mod event;
mod ids;
mod properties;
mod results;
mod seconds;
mod user;

pub use clock::{Clock, SystemClock, Timestamp};
pub use command::{
    Arg, Command, CommandEvent, CommandLine, EnvironmentValue, LogFile, ShellCommand, Stream, Update, WorkerInfo,
};
pub use encoding::{StreamDecoder, TextEncoding};
pub use event::Event;
pub use ids::*;
pub use properties::{Properties, Property};
pub use results::{Results, StepFlags, Verdict};
pub use seconds::{LONGEST, NotSeconds, span_of, wait_of};
pub use user::{User, UserChange};
