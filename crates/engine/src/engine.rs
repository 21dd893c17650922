//! What all stages of one master share.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64};
use std::sync::{Arc, Mutex, RwLock, Weak};

use ferrobot_data::Data;

use crate::Kinds;
use crate::build::Builds;
use crate::buildset::Completions;
use crate::changesource::ChangeSources;
use crate::generation::Setup;
use crate::guard::{read, write};
use crate::lock::Locks;
use crate::queue::Queue;
use crate::reporter::Reporters;
use crate::scheduler::Schedulers;
use crate::task::Tasks;
use crate::wake::Wake;
use crate::worker::Pool;

/// The shared state of one master.
pub(crate) struct Engine {
    this: Weak<Engine>,
    pub(crate) basedir: PathBuf,
    pub(crate) data: Data,
    pub(crate) kinds: Arc<Kinds>,
    setup: RwLock<Arc<Setup>>,
    pub(crate) queue: Mutex<Queue>,
    pub(crate) workers: Pool,
    pub(crate) builds: Builds,
    pub(crate) completions: Completions,
    pub(crate) schedulers: Schedulers,
    pub(crate) change_sources: ChangeSources,
    pub(crate) reporters: Reporters,
    pub(crate) locks: Locks,
    pub(crate) wake: Wake,
    pub(crate) tasks: Tasks,
    /// Only builds that running builds wait for start.
    pub(crate) closing: AtomicBool,
    /// Counts assignments.
    pub(crate) assignments: AtomicU64,
}

impl Engine {
    pub(crate) fn new(basedir: PathBuf, data: Data, kinds: Arc<Kinds>, setup: Setup) -> Arc<Engine> {
        let workers = Pool::default();
        workers.configure(&setup, data.clock().now());
        Arc::new_cyclic(|this| Engine {
            this: Weak::clone(this),
            basedir,
            data,
            kinds,
            setup: RwLock::new(Arc::new(setup)),
            queue: Mutex::default(),
            workers,
            builds: Builds::default(),
            completions: Completions::default(),
            schedulers: Schedulers::default(),
            change_sources: ChangeSources::default(),
            reporters: Reporters::default(),
            locks: Locks::default(),
            wake: Wake::default(),
            tasks: Tasks::default(),
            closing: AtomicBool::new(false),
            assignments: AtomicU64::new(1),
        })
    }

    /// The engine again, for a task of its own.
    pub(crate) fn handle(&self) -> Arc<Engine> {
        self.this.upgrade().expect("whoever calls this holds the engine")
    }

    /// The configuration in force.
    pub(crate) fn setup(&self) -> Arc<Setup> {
        Arc::clone(&read(&self.setup))
    }

    /// Puts another configuration in force.
    pub(crate) fn install(&self, setup: Arc<Setup>) {
        *write(&self.setup) = setup;
    }
}
