//! Typed updates. "Durable" means: answered when committed and synced. "Soon" means: answered when the
//! statement has run and its id is known; the commit follows within milliseconds, in order with everything else.
//!
//! Each update is one closure in the shared transaction: it changes rows, and announces what it changed.

mod builds;
mod buildsets;
mod codebases;
mod configuration;
mod held;
mod logs;
mod masters;
mod state;
mod steps;
mod test_results;
mod users;
mod workers;

use crate::DataError;

type Done = Result<(), DataError>;
