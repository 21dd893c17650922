//! Buildbot's tables on SQLite, the writer that groups many small changes into one transaction, and the pool of
//! connections that read. Seen by the data layer alone.
//!
//! It never decides what a change means, and it never blocks a thread of the runtime for long. Read `writer`, then
//! `group`, then the files that are named as the tables.

mod alarm;
pub mod builders;
pub mod buildrequests;
pub mod builds;
pub mod buildsets;
pub mod changes;
pub mod changesources;
mod checkpoint;
pub mod codebases;
mod compression;
mod connection;
mod error;
mod group;
mod hash;
pub mod held;
pub mod identifier;
mod json;
mod location;
pub mod logchunks;
pub mod logs;
pub mod masters;
mod named;
pub mod objects;
mod pool;
pub mod projects;
mod pyjson;
pub mod schedulers;
mod schema;
pub mod sourcestamps;
pub mod steps;
pub mod test_results;
pub mod undelivered;
pub mod users;
pub mod workers;
mod writer;

pub use builders::BuilderInfo;
pub use buildrequests::{BuildRequest, Claim};
pub use builds::Build;
pub use buildsets::{AddedBuildset, Buildset, NewBuildset};
pub use changes::{Change, NewChange};
pub use codebases::NewCommit;
pub use compression::Method;
pub use error::StorageError;
pub use group::Tx;
pub use hash::name_hash;
pub use location::database_path;
pub use logchunks::LogCompression;
pub use pyjson::{Layout, escape_into, python_json, python_json_nested, python_json_sorted};
pub use rusqlite;
pub use schema::{REVISION, check_current, create_or_check, upgrade};
pub use sourcestamps::{Patch, SourceStamp};
pub use test_results::NewTestResult;
pub use workers::WorkerRow;
pub use writer::Durability;

use std::path::PathBuf;
use std::sync::Arc;

use ferrobot_model::Event;
use rusqlite::Connection;

use pool::ReadPool;
use writer::Writer;

/// Takes the events of a transaction after its commit, in commit order.
pub type Publish = Box<dyn Fn(Vec<Event>) + Send + Sync>;

/// An open database. Cheap to clone.
#[derive(Clone)]
pub struct Storage {
    writer: Arc<Writer>,
    readers: ReadPool,
}

impl Storage {
    /// Opens a database whose tables are current. Blocks for a moment: call it while starting up.
    pub fn open(path: PathBuf, publish: Publish) -> Result<Storage, StorageError> {
        let explain = |error| schema::explain(error, &path);
        schema::must_exist(&path)?;
        let conn = connection::open_writer(&path).map_err(explain)?;
        schema::judge(&schema::state(&conn, &path)?, &path)?;
        connection::can_write(&conn).map_err(explain)?;
        undelivered::prepare(&conn).map_err(explain)?;
        held::prepare(&conn).map_err(explain)?;
        let writer = Writer::start(conn, &path, publish)?;
        Ok(Storage { writer: Arc::new(writer), readers: ReadPool::new(path) })
    }

    /// Runs `change` inside the open transaction, at once and on this thread. When it fails, nothing of it remains.
    pub async fn write<T, F>(&self, durability: Durability, change: F) -> Result<T, StorageError>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, StorageError>,
    {
        self.writer.write(durability, change).await
    }

    /// A short look (a row or a few, by index) that sees everything answered so far. Runs at once, on this thread.
    pub async fn peek<T, F>(&self, look: F) -> Result<T, StorageError>
    where
        F: FnOnce(&Connection) -> Result<T, StorageError>,
    {
        self.writer.peek(look).await
    }

    /// A look of any length, off the runtime's threads. Sees everything answered before, and one state of the database.
    pub async fn read<T, F>(&self, look: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    {
        self.writer.commit_pending().await?;
        self.readers.run(look).await
    }

    /// Makes everything durable, then closes the database. Later calls answer [`StorageError::Closed`].
    pub async fn close(&self) -> Result<(), StorageError> {
        self.readers.close().await;
        self.writer.close().await
    }
}
