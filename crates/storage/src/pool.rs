//! Connections that read: a bounded number, used off the runtime's threads.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use crate::{StorageError, connection};

/// So many reads run at once; more wait. SQLite reads from memory mostly, so processors are the bound.
const READERS_MAX: usize = 8;

/// The pool; connections are opened when first needed.
#[derive(Clone)]
pub(crate) struct ReadPool {
    path: Arc<PathBuf>,
    permits: Arc<Semaphore>,
    idle: Arc<Mutex<Vec<Connection>>>,
}

impl ReadPool {
    pub(crate) fn new(path: PathBuf) -> ReadPool {
        ReadPool {
            path: Arc::new(path),
            permits: Arc::new(Semaphore::new(READERS_MAX)),
            idle: Arc::new(Mutex::new(Vec::new())),
        }
    }

    /// Runs `look` on a thread for blocking work. All its statements see one state of the database.
    pub(crate) async fn run<T, F>(&self, look: F) -> Result<T, StorageError>
    where
        T: Send + 'static,
        F: FnOnce(&Connection) -> Result<T, StorageError> + Send + 'static,
    {
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_closed| StorageError::Closed)?;
        let pool = self.clone();
        let work = move || {
            let _permit = permit;
            let conn = pool.take()?;
            let value = in_one_snapshot(&conn, look);
            pool.idle().push(conn);
            value
        };
        match tokio::task::spawn_blocking(work).await {
            Ok(result) => result,
            Err(failure) if failure.is_panic() => std::panic::resume_unwind(failure.into_panic()),
            Err(_cancelled) => Err(StorageError::Closed),
        }
    }

    /// Refuses further reads and closes idle connections. Waits for running reads.
    pub(crate) async fn close(&self) {
        if let Ok(all) = self.permits.acquire_many(u32::try_from(READERS_MAX).unwrap_or(1)).await {
            all.forget();
        }
        self.permits.close();
        self.idle().clear();
    }

    fn take(&self) -> Result<Connection, StorageError> {
        if let Some(conn) = self.idle().pop() {
            return Ok(conn);
        }
        Ok(connection::open_reader(&self.path)?)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn in_one_snapshot<T>(
    conn: &Connection,
    look: impl FnOnce(&Connection) -> Result<T, StorageError>,
) -> Result<T, StorageError> {
    conn.prepare_cached("BEGIN")?.execute([])?;
    let value = look(conn);
    conn.prepare_cached("COMMIT")?.execute([])?;
    value
}
