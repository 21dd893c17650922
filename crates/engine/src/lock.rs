//! Locks of builds and steps: counting or exclusive, for the master or per worker, granted in the order of asking.
//!
//! `ledger` decides, `table` carries it out for tasks.

mod ledger;
mod plan;
mod table;

pub(crate) use ledger::{Ledger, LockKey, Mode, Owner, Want};
pub(crate) use plan::{LockPlan, LockSpec, read_accesses};
pub(crate) use table::{Locks, Ticket};
