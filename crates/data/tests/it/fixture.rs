//! A database of its own for each test, and a clock that stands still until told.

use std::sync::{Arc, Mutex};

use ferrobot_data::{Data, DataOptions};
use ferrobot_model::{Clock, Timestamp};

/// A clock for tests.
#[derive(Debug)]
pub(crate) struct HandClock(Mutex<f64>);

impl HandClock {
    pub(crate) fn advance(&self, seconds: f64) {
        *self.0.lock().unwrap() += seconds;
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp(*self.0.lock().unwrap())
    }
}

/// An open database in a directory that goes away with it.
pub(crate) struct Fixture {
    pub(crate) data: Data,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) dir: tempfile::TempDir,
}

impl Fixture {
    /// A new database; the time is 1,000,000.
    pub(crate) async fn new() -> Fixture {
        let dir = tempfile::tempdir().unwrap();
        ferrobot_storage::create_or_check(URL, dir.path()).unwrap();
        Fixture::open(dir).await
    }

    /// The database that is in the directory.
    pub(crate) async fn open(dir: tempfile::TempDir) -> Fixture {
        let clock = Arc::new(HandClock(Mutex::new(1_000_000.0)));
        let data = Data::open(options(dir.path()), Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
        Fixture { data, clock, dir }
    }
}

pub(crate) const URL: &str = "sqlite:///state.sqlite";

pub(crate) fn options(basedir: &std::path::Path) -> DataOptions {
    DataOptions {
        basedir: basedir.to_owned(),
        db_url: URL.into(),
        master_name: "host:/base".into(),
        log_compression: "gz".into(),
        log_compression_limit: 1024,
    }
}
