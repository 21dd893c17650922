//! The writer: changes run on the caller's own thread inside one shared transaction; a thread of its own commits it.
//!
//! A change costs its statements and an uncontended lock, no hop to another thread. The committing thread holds the lock
//! only while the log is written, not while the disk is waited for: it syncs the write-ahead log itself, afterwards, so
//! that further changes go on meanwhile. (Committing writes the log in order, and a checkpoint syncs the log before it
//! reuses it, so one `fdatasync` after the commit is what `synchronous = FULL` would have done under the lock.)

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex as Lock, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode};
use tokio::sync::{Mutex, MutexGuard as AsyncGuard, oneshot};

use crate::alarm::{Alarm, Ring};
use crate::checkpoint::{Checkpointer, LogSize};
use crate::group::{Committed, Group, Tx, Waiter};
use crate::{Publish, StorageError, connection, schema};

/// Changes that need not be durable at once are committed within this time.
const GROUP_DELAY: Duration = Duration::from_millis(4);

/// How long a change waits for another process that is writing.
const WRITE_LOCK_PATIENCE: Duration = Duration::from_secs(30);

/// How often it looks.
const WRITE_LOCK_RECHECK: Duration = Duration::from_millis(5);

/// When a change is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// When its statements have run: ids are known, the commit follows within milliseconds, in order.
    Soon,
    /// When it is committed and the disk has it.
    Durable,
}

/// The write side of an open database.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    threads: Lock<Vec<JoinHandle<()>>>,
}

struct Shared {
    group: Mutex<Group>,
    /// Something was answered that is not committed.
    uncommitted: AtomicBool,
    alarm: Alarm,
    publish: Publish,
    path: PathBuf,
    /// The write-ahead log, to sync it; `None` where the engine syncs by itself.
    log: Option<File>,
    checkpointer: Checkpointer,
}

impl Writer {
    pub(crate) fn start(mut conn: Connection, path: &Path, publish: Publish) -> Result<Writer, StorageError> {
        let explain = |error| schema::explain(error, path);
        let wal = connection::use_wal(&conn).map_err(explain)?;
        let log = if wal { open_log(&conn, path)? } else { None };
        let synchronous = if log.is_some() { "NORMAL" } else { "FULL" };
        conn.pragma_update(None, "synchronous", synchronous).map_err(explain)?;
        let log_size = LogSize::default();
        if wal {
            log_size.follow(&mut conn).map_err(explain)?;
        }
        let checkpointer = Checkpointer::open(path, log_size).map_err(explain)?;
        let shared = Arc::new(Shared {
            group: Mutex::new(Group::new(conn)),
            uncommitted: AtomicBool::new(false),
            alarm: Alarm::default(),
            publish,
            path: path.to_owned(),
            log,
            checkpointer,
        });
        let (committer, checkpointer) = (Arc::clone(&shared), Arc::clone(&shared));
        let threads = vec![
            spawn("storage commit", move || committer.commit_until_closed())?,
            spawn("storage checkpoint", move || checkpointer.checkpointer.work_until_closed())?,
        ];
        Ok(Writer { shared, threads: Lock::new(threads) })
    }

    pub(crate) async fn write<T, F>(&self, durability: Durability, change: F) -> Result<T, StorageError>
    where
        F: FnOnce(&mut Tx<'_>) -> Result<T, StorageError>,
    {
        let mut group = self.begun().await?;
        self.shared.uncommitted.store(true, Ordering::Release);
        self.shared.alarm.ring_at_latest(Instant::now() + GROUP_DELAY);
        let value = group.run(change)?;
        if durability == Durability::Durable {
            self.wait_for_commit(group, true).await?;
        }
        Ok(value)
    }

    pub(crate) async fn peek<T, F>(&self, look: F) -> Result<T, StorageError>
    where
        F: FnOnce(&Connection) -> Result<T, StorageError>,
    {
        look(self.shared.group.lock().await.conn()?)
    }

    /// Waits until everything answered so far is committed.
    pub(crate) async fn commit_pending(&self) -> Result<(), StorageError> {
        if !self.shared.uncommitted.load(Ordering::Acquire) {
            return Ok(());
        }
        let group = self.shared.group.lock().await;
        if group.is_open() { self.wait_for_commit(group, false).await } else { Ok(()) }
    }

    pub(crate) async fn close(&self) -> Result<(), StorageError> {
        self.shared.close();
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        let join = || threads.into_iter().try_for_each(JoinHandle::join);
        match tokio::task::spawn_blocking(join).await {
            Ok(Ok(())) => Ok(()),
            _ => Err(StorageError::Unusable("a thread of the database died; its last changes may be lost".into())),
        }
    }

    async fn wait_for_commit(&self, mut group: AsyncGuard<'_, Group>, synced: bool) -> Result<(), StorageError> {
        let (answer, answered) = oneshot::channel();
        group.waiters.push(Waiter { synced, answer });
        drop(group);
        self.shared.alarm.ring_at_latest(Instant::now());
        answered.await.unwrap_or(Err(StorageError::Closed))
    }

    /// The group, with its transaction open. Another process may be writing: that is waited for.
    async fn begun(&self) -> Result<AsyncGuard<'_, Group>, StorageError> {
        let mut group = self.shared.group.lock().await;
        let mut waited = Duration::ZERO;
        loop {
            match group.begin() {
                Ok(()) => return Ok(group),
                Err(StorageError::Sqlite(error)) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) => {
                    if waited >= WRITE_LOCK_PATIENCE {
                        return Err(schema::explain(error, &self.shared.path));
                    }
                }
                Err(error) => return Err(error),
            }
            tokio::time::sleep(WRITE_LOCK_RECHECK).await;
            waited += WRITE_LOCK_RECHECK;
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.close();
    }
}

impl Shared {
    fn close(&self) {
        self.checkpointer.close();
        self.alarm.close();
    }

    fn commit_until_closed(&self) {
        loop {
            let ring = self.alarm.wait();
            let mut group = self.group.blocking_lock();
            let committed = group.commit();
            self.uncommitted.store(false, Ordering::Release);
            let closed = match ring {
                Ring::Work => None,
                Ring::Close => group.close(),
            };
            self.settle(group, committed);
            if ring == Ring::Close {
                self.checkpointer.disconnect();
                drop(closed);
                return;
            }
        }
    }

    /// Publishes while the lock is still held, for the order; syncs and answers after.
    fn settle(&self, group: AsyncGuard<'_, Group>, committed: Committed) {
        let Committed { events, waiters, result } = committed;
        if !events.is_empty() {
            (self.publish)(events);
        }
        self.checkpointer.follow_commit();
        drop(group);
        if let Err(error) = &result {
            tracing::error!(%error, "commit to {} failed; the changes of some milliseconds are lost", self.path.display());
        }
        let synced = if waiters.iter().any(|waiter| waiter.synced) { self.sync() } else { Ok(()) };
        for waiter in waiters {
            let answer = match (&result, &synced) {
                (Err(error), _) => Err(self.unwritable(error)),
                (Ok(()), Err(error)) if waiter.synced => Err(self.unwritable(error)),
                _ => Ok(()),
            };
            let _caller_gone = waiter.answer.send(answer);
        }
    }

    fn sync(&self) -> std::io::Result<()> {
        self.log.as_ref().map_or(Ok(()), File::sync_data)
    }

    fn unwritable(&self, error: &dyn std::error::Error) -> StorageError {
        StorageError::Unusable(format!("write to the database {}: {error}; is the disk full?", self.path.display()))
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, StorageError> {
    std::thread::Builder::new()
        .name(name.into())
        .spawn(work)
        .map_err(|error| StorageError::Unusable(format!("start the thread `{name}`: {error}")))
}

/// Opens the write-ahead log beside the database. It lives as long as a connection does, and nobody locks it.
fn open_log(conn: &Connection, path: &Path) -> Result<Option<File>, StorageError> {
    // The log file appears with the first look at the database.
    let _version: i64 = conn.query_row("PRAGMA schema_version", [], |row| row.get(0))?;
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    Ok(File::open(PathBuf::from(name)).ok())
}
