//! A database of its own for each test, and a clock that stands still until told.

use std::sync::{Arc, Mutex};

use ferrobot_data::{BuilderInfo, Data, DataOptions, NewBuildset, SourceStamp};
use ferrobot_model::{BuildId, BuildRequestId, BuilderId, BuildsetId, Clock, StepId, Timestamp, WorkerId};
use ferrobot_storage::rusqlite::Connection;

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
        Fixture::with(|_| {}).await
    }

    /// A new database, opened with other options.
    pub(crate) async fn with(change: impl FnOnce(&mut DataOptions)) -> Fixture {
        let dir = tempfile::tempdir().unwrap();
        ferrobot_storage::create_or_check(URL, dir.path()).unwrap();
        let mut options = options(dir.path());
        change(&mut options);
        Fixture::open_with(dir, options).await
    }

    /// The database that is in the directory.
    pub(crate) async fn open(dir: tempfile::TempDir) -> Fixture {
        let options = options(dir.path());
        Fixture::open_with(dir, options).await
    }

    async fn open_with(dir: tempfile::TempDir, options: DataOptions) -> Fixture {
        let clock = Arc::new(HandClock(Mutex::new(1_000_000.0)));
        let data = Data::open(options, Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
        Fixture { data, clock, dir }
    }

    /// A connection of another program.
    pub(crate) fn other_program(&self) -> Connection {
        Connection::open(self.dir.path().join("state.sqlite")).unwrap()
    }

    /// Closes the database and answers a statement with one column, as text.
    pub(crate) async fn rows(&self, sql: &str) -> Vec<String> {
        // Everything asked for before is committed once this is durable.
        self.data.find_worker_id("w1").await.unwrap();
        rows(&self.other_program(), sql)
    }

    pub(crate) async fn builder(&self, name: &str) -> BuilderId {
        self.data.configure_builders(vec![(name.into(), BuilderInfo::default())]).await.unwrap()[0]
    }

    pub(crate) async fn request(&self, builder: BuilderId) -> (BuildsetId, BuildRequestId) {
        let new = NewBuildset {
            reason: "because".into(),
            sourcestamps: vec![sourcestamp("main", "r1")],
            builders: vec![builder],
            scheduler: "sched".into(),
            ..NewBuildset::default()
        };
        let added = self.data.add_buildset(new).await.unwrap();
        (added.id, added.requests[0].1)
    }

    pub(crate) async fn worker(&self) -> WorkerId {
        self.data.find_worker_id("w1").await.unwrap()
    }

    /// A claimed request with a build.
    pub(crate) async fn build(&self) -> (BuildRequestId, BuildId) {
        let builder = self.builder("b1").await;
        let (_, request) = self.request(builder).await;
        self.data.claim_requests(&[request]).await.unwrap();
        let worker = self.worker().await;
        (request, self.data.add_build(builder, request, worker).await.unwrap().0)
    }

    /// A step of a new build.
    pub(crate) async fn step(&self) -> StepId {
        let (_, build) = self.build().await;
        self.data.add_step(build, "shell").await.unwrap().0
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

pub(crate) fn sourcestamp(branch: &str, revision: &str) -> SourceStamp {
    SourceStamp {
        id: None,
        branch: Some(branch.into()),
        revision: Some(revision.into()),
        repository: "http://repo".into(),
        project: "proj".into(),
        codebase: String::new(),
        patch: None,
        created_at: 0,
    }
}

/// The values of a statement with one column, as text.
pub(crate) fn rows(conn: &Connection, sql: &str) -> Vec<String> {
    let mut statement = conn.prepare(sql).unwrap();
    let texts = statement.query_map([], |row| {
        let value: ferrobot_storage::rusqlite::types::Value = row.get(0)?;
        Ok(match value {
            ferrobot_storage::rusqlite::types::Value::Null => "null".to_owned(),
            ferrobot_storage::rusqlite::types::Value::Integer(number) => number.to_string(),
            ferrobot_storage::rusqlite::types::Value::Real(number) => number.to_string(),
            ferrobot_storage::rusqlite::types::Value::Text(text) => text,
            ferrobot_storage::rusqlite::types::Value::Blob(bytes) => format!("{} bytes", bytes.len()),
        })
    });
    texts.unwrap().collect::<Result<_, _>>().unwrap()
}
