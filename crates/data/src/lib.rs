//! The only door to the state: typed updates, events, typed reads for the engine, and Buildbot's path-based API.
//!
//! Everything that reads or changes state goes through [`Data`]. An event is published after its change is committed.
//! Read `updates`, then `announce`, then `rows`, then `resource/`.

mod announce;
mod control;
mod error;
mod events;
mod logtext;
mod pyrepr;
mod reads;
mod resource;
mod rest;
mod rows;
mod updates;

pub use control::{Control, ControlError, Controller, Hindrance, WorkerAction};
pub use error::DataError;
pub use events::{Events, Subscription};
pub use ferrobot_storage::held::{HeldBuild, HeldCommand, HeldSecret, HeldStep};
pub use ferrobot_storage::{
    Layout, StorageError as DatabaseError, check_current, create_or_check, escape_into, python_json,
    python_json_nested, python_json_sorted, upgrade,
};
pub use logtext::LogText;
pub use pyrepr::{python_repr, python_repr_bytes, python_repr_text};
pub use rest::{Filter, LongList, Operator, RawBody, Reply, RestError, ResultSpec};
pub use rows::*;

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use ferrobot_model::{Clock, MasterId};
use ferrobot_storage::rusqlite::Connection;
use ferrobot_storage::{Durability, LogCompression, Method, Storage, StorageError, Tx, database_path, masters};

/// How to open the state.
#[derive(Debug, Clone)]
pub struct DataOptions {
    /// The master's base directory; relative SQLite paths start here.
    pub basedir: PathBuf,
    /// `sqlite:///state.sqlite` and the like.
    pub db_url: String,
    /// Name of this master in `masters`: `HOST:BASEDIR`.
    pub master_name: String,
    /// `raw`, `gz`, `bz2`, `lz4`, `zstd`, `br`.
    pub log_compression: String,
    /// Chunks of at least so many bytes are compressed; 0 never.
    pub log_compression_limit: u64,
}

/// The door.
#[derive(Clone)]
pub struct Data {
    inner: Arc<Inner>,
}

impl std::fmt::Debug for Data {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Data of master {}", self.inner.master)
    }
}

pub(crate) struct Inner {
    pub(crate) storage: Storage,
    pub(crate) master: MasterId,
    pub(crate) compression: LogCompression,
    pub(crate) events: Events,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) controller: OnceLock<Arc<dyn Controller>>,
}

impl Data {
    /// Opens the database and makes this master known. The schema must be current.
    pub async fn open(options: DataOptions, clock: Arc<dyn Clock>) -> Result<Data, DataError> {
        let path = database_path(&options.db_url, &options.basedir)?;
        let compression = compression_of(&options)?;
        let events = Events::default();
        let bus = events.clone();
        let publish = Box::new(move |batch: Vec<_>| batch.into_iter().for_each(|event| bus.publish(event)));
        let opened = tokio::task::spawn_blocking(move || Storage::open(path, publish)).await;
        let storage = opened.map_err(|_panicked| DataError::Closed)??;
        let now = clock.now().seconds();
        let find = |tx: &mut Tx<'_>| masters::find_or_add(tx, &options.master_name, now);
        let master = storage.write(Durability::Durable, find).await?;
        let controller = OnceLock::new();
        Ok(Data { inner: Arc::new(Inner { storage, master, compression, events, clock, controller }) })
    }

    /// Row of this master in `masters`.
    #[must_use]
    pub fn master_id(&self) -> MasterId {
        self.inner.master
    }

    /// The event bus.
    #[must_use]
    pub fn events(&self) -> &Events {
        &self.inner.events
    }

    /// The clock that stamps the rows.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.inner.clock
    }

    /// Names who carries out control actions. Called once, at start-up.
    pub fn set_controller(&self, controller: Arc<dyn Controller>) {
        let _already_set = self.inner.controller.set(controller);
    }

    /// Who carries out control actions, when the master runs.
    #[must_use]
    pub fn controller(&self) -> Option<&Arc<dyn Controller>> {
        self.inner.controller.get()
    }

    /// Waits until everything that was asked for so far is durable, then closes the database.
    pub async fn close(&self) -> Result<(), DataError> {
        Ok(self.inner.storage.close().await?)
    }

    /// The database below.
    pub(crate) fn storage(&self) -> &Storage {
        &self.inner.storage
    }

    /// The time that rows are stamped with.
    pub(crate) fn now(&self) -> i64 {
        self.inner.clock.now().seconds()
    }

    /// A change that is answered as soon as it has run; `what` completes "failed to …".
    pub(crate) async fn soon<T>(
        &self,
        what: &'static str,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, StorageError>,
    ) -> Result<T, DataError> {
        self.storage().write(Durability::Soon, change).await.map_err(|error| DataError::while_doing(what, error))
    }

    /// A change that is answered when the disk has it; `what` completes "failed to …".
    pub(crate) async fn durably<T>(
        &self,
        what: &'static str,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, StorageError>,
    ) -> Result<T, DataError> {
        self.storage().write(Durability::Durable, change).await.map_err(|error| DataError::while_doing(what, error))
    }

    /// A short look that sees everything answered so far; `what` completes "failed to …".
    pub(crate) async fn peek<T>(
        &self,
        what: &'static str,
        look: impl FnOnce(&Connection) -> Result<T, StorageError>,
    ) -> Result<T, DataError> {
        self.storage().peek(look).await.map_err(|error| DataError::while_doing(what, error))
    }

    /// A longer look, off the runtime's threads; `what` completes "failed to …".
    pub(crate) async fn look<T: Send + 'static>(
        &self,
        what: &'static str,
        look: impl FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, DataError> {
        self.storage().read(look).await.map_err(|error| DataError::while_doing(what, error))
    }
}

fn compression_of(options: &DataOptions) -> Result<LogCompression, DataError> {
    let Some(method) = Method::from_name(&options.log_compression) else {
        return Err(DataError::Unusable(format!(
            "logs cannot be compressed by `{}`; known are raw, gz, bz2, lz4, zstd and br",
            options.log_compression
        )));
    };
    Ok(LogCompression { method, from_bytes: options.log_compression_limit })
}
