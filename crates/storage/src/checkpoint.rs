//! Copies the write-ahead log back into the database, on a thread of its own, so that nobody waits for it.
//!
//! A passive checkpoint runs beside the writer. While changes never pause it cannot come to an end, and the log would
//! grow for ever; so from a certain size on one is done with the writer held still, when only the last pages are left.

use std::path::Path;
use std::sync::atomic::{AtomicI32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use rusqlite::Connection;

use crate::alarm::{Alarm, Ring};
use crate::connection;

/// Copy back when the log has so many pages: 4 MiB; and again after so many more.
const PASSIVE_PAGES: i32 = 1024;

/// Hold the writer still when the log has so many pages: 64 MiB.
const FORCED_PAGES: i32 = 16 * 1024;

/// How many pages the log has, told by the writer's connection after each commit.
#[derive(Clone, Default)]
pub(crate) struct LogSize(Arc<AtomicI32>);

impl LogSize {
    /// Lets `conn` tell its commits. From then on it no longer copies back by itself.
    pub(crate) fn follow(&self, conn: &mut Connection) -> rusqlite::Result<()> {
        let pages = Arc::clone(&self.0);
        conn.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, count| {
            pages.store(count, Ordering::Relaxed);
            Ok(())
        }))
    }

    fn pages(&self) -> i32 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Knows when the log is to be copied back, and does it.
pub(crate) struct Checkpointer {
    /// `None` when closed.
    conn: Mutex<Option<Connection>>,
    size: LogSize,
    /// Not before the log has so many pages.
    due_at: AtomicI32,
    forced_at: AtomicI32,
    alarm: Alarm,
}

impl Checkpointer {
    pub(crate) fn open(path: &Path, size: LogSize) -> rusqlite::Result<Checkpointer> {
        Ok(Checkpointer {
            conn: Mutex::new(Some(connection::open_checkpointer(path)?)),
            size,
            due_at: AtomicI32::new(PASSIVE_PAGES),
            forced_at: AtomicI32::new(FORCED_PAGES),
            alarm: Alarm::default(),
        })
    }

    /// Called after a commit, while the writer is held still.
    pub(crate) fn follow_commit(&self) {
        let pages = self.size.pages();
        if pages < PASSIVE_PAGES {
            // The log began anew.
            self.due_at.store(PASSIVE_PAGES, Ordering::Relaxed);
            self.forced_at.store(FORCED_PAGES, Ordering::Relaxed);
        } else if pages >= self.forced_at.load(Ordering::Relaxed) {
            self.copy_back("RESTART");
            // A reader may have been in the way; the log goes on then, and this is not done again for each commit.
            self.forced_at.store(pages.saturating_add(PASSIVE_PAGES), Ordering::Relaxed);
        } else if pages >= self.due_at.load(Ordering::Relaxed) {
            self.alarm.ring_at_latest(Instant::now());
        }
    }

    /// Ends the thread.
    pub(crate) fn close(&self) {
        self.alarm.close();
    }

    /// Gives up the connection, so that the last one to close copies back what is left.
    pub(crate) fn disconnect(&self) {
        drop(self.conn().take());
    }

    pub(crate) fn work_until_closed(&self) {
        while self.alarm.wait() == Ring::Work {
            self.copy_back("PASSIVE");
            self.due_at.store(self.size.pages().saturating_add(PASSIVE_PAGES), Ordering::Relaxed);
        }
    }

    fn copy_back(&self, mode: &str) {
        let guard = self.conn();
        let Some(conn) = guard.as_ref() else { return };
        // The row says whether readers were in the way; then the next time does it.
        if let Err(error) = conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(())) {
            tracing::warn!(%error, "cannot copy the write-ahead log back into the database");
        }
    }

    fn conn(&self) -> MutexGuard<'_, Option<Connection>> {
        self.conn.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
