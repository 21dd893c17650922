//! The path of the work: change → scheduler → buildset → build request → claim → build → step → command → log → outcome.
//!
//! Owns what happens between the edges. Knows no protocol, no HTTP and no Python: workers are [`WorkerSession`]s, the
//! configuration's functions are calls to a [`Host`], and the kinds that a user can name come from [`Kinds`].
//! Read `master`, then the stages in the order of the path: `change`, `scheduler`, `buildset`, `collapse`, `queue`,
//! `distributor`, `claim`, `build`, `step`, `command`, `log`.

#![warn(missing_docs)]

// Together.
mod engine;
mod generation;
mod guard;
mod kinds;
mod master;
mod service;
mod task;
mod wake;

// The stages of the path.
mod build;
mod buildset;
mod change;
mod changesource;
mod claim;
mod collapse;
mod command;
mod distributor;
mod log;
mod queue;
mod reporter;
mod scheduler;
mod step;
mod tries;

// What they use.
mod control;
mod host;
mod lock;
mod render;
mod revlink;
mod secret;
mod session;
mod worker;

pub use changesource::{ChangeSource, ChangeSourceContext};
pub use generation::Generation;
pub use host::{Host, HostCall, HostError, HostReply, proxy};
pub use kinds::Kinds;
pub use log::LogHandle;
pub use master::{Master, MasterError, MasterOptions, Shutdown, Status};
pub use render::render_snapshot;
pub use reporter::{Reporter, ReporterContext};
pub use scheduler::{
    ForceRequest, Scheduler, SchedulerBuildset, SchedulerContext, SchedulerInput, TriggerRequest, Triggered,
};
pub use secret::check_secrets;
pub use session::{
    AttachError, AuthenticateError, CommandControl, CommandKey, RunningCommand, SessionError, WorkerSession, Workers,
};
pub use step::{
    CommandOptions, CommandOutcome, LineObserver, Step, StepCommon, StepContext, StepError, Summary, Transfer,
};
pub use tries::{StepNews, TriedBuild, Tries, TryJob, TryRequest};
