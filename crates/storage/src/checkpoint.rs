//! Copies the write-ahead log back into the database, on a thread of its own, so that nobody waits for it.
//!
//! A passive checkpoint runs beside the writer. While changes never pause it cannot come to an end, and the log would
//! grow for ever; so from a certain size on one is done with the writer held still, when only the last pages are left.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::Instant;

use rusqlite::Connection;
use tokio::sync::Mutex;

use crate::alarm::{Alarm, Ring};
use crate::connection;
use crate::group::Group;

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
    path: PathBuf,
    size: LogSize,
    /// Not before the log has so many pages.
    due_at: AtomicI32,
    alarm: Alarm,
}

impl Checkpointer {
    pub(crate) fn new(path: &Path, size: LogSize) -> Checkpointer {
        Checkpointer { path: path.to_owned(), size, due_at: AtomicI32::new(PASSIVE_PAGES), alarm: Alarm::default() }
    }

    /// Called after a commit.
    pub(crate) fn ring_when_due(&self) {
        if self.size.pages() >= self.due_at.load(Ordering::Relaxed) {
            self.alarm.ring_at_latest(Instant::now());
        } else if self.size.pages() < PASSIVE_PAGES {
            // The log began anew.
            self.due_at.store(PASSIVE_PAGES, Ordering::Relaxed);
        }
    }

    pub(crate) fn close(&self) {
        self.alarm.close();
    }

    pub(crate) fn work_until_closed(&self, group: &Mutex<Group>) {
        let conn = match connection::open_checkpointer(&self.path) {
            Ok(conn) => conn,
            Err(error) => {
                tracing::error!(%error, "the write-ahead log of {} will grow: cannot open it", self.path.display());
                return;
            }
        };
        while self.alarm.wait() == Ring::Work {
            let copied = if self.size.pages() >= FORCED_PAGES {
                let _writer_held_still = group.blocking_lock();
                copy_back(&conn, "RESTART")
            } else {
                copy_back(&conn, "PASSIVE")
            };
            if let Err(error) = copied {
                tracing::warn!(%error, "cannot copy the write-ahead log of {} back", self.path.display());
            }
            self.due_at.store(self.size.pages() + PASSIVE_PAGES, Ordering::Relaxed);
        }
    }
}

fn copy_back(conn: &Connection, mode: &str) -> rusqlite::Result<()> {
    // The row says whether readers were in the way; then the next time does it.
    conn.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |_| Ok(()))
}
