//! The path of the work: change → scheduler → buildset → build request → claim → build → step → command → log → outcome.
//!
//! Owns what happens between the edges. Knows no protocol, no HTTP and no Python: workers are [`WorkerSession`]s, the
//! configuration's functions are calls to a [`Host`], and the kinds that a user can name come from [`Kinds`].
//! Read `master`, then the stages in the order of the path.

#![warn(missing_docs)]

mod changesource;
mod host;
mod kinds;
mod log;
#[cfg_attr(not(test), expect(dead_code, reason = "the build stage, which calls it, follows"))]
mod render;
mod scheduler;
mod session;
mod step;

pub use changesource::{ChangeSource, ChangeSourceContext};
pub use host::{Host, HostCall, HostError, HostReply};
pub use kinds::Kinds;
pub use log::LogHandle;
pub use scheduler::{
    ForceRequest, Scheduler, SchedulerBuildset, SchedulerContext, SchedulerInput, TriggerRequest, Triggered,
};
pub use session::{
    AttachError, AuthenticateError, CommandControl, RunningCommand, SessionError, WorkerSession, Workers,
};
pub use step::{
    CommandOptions, CommandOutcome, LineObserver, Step, StepCommon, StepContext, StepError, Summary, Transfer,
};
