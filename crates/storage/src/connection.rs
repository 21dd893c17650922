//! How every connection is set up.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

/// Statements that stay prepared per connection; more than there are different ones in the code.
const STATEMENTS_MAX: usize = 512;

/// How long a reader waits for another process that holds the whole file.
const READER_PATIENCE: Duration = Duration::from_secs(10);

/// Another program that holds the file longer than this, while we start, holds it for good.
const STARTING_PATIENCE: Duration = Duration::from_secs(5);

/// Opens the connection that writes.
pub(crate) fn open_writer(path: &Path) -> rusqlite::Result<Connection> {
    let conn = open(path)?;
    // Waiting for another process happens outside, where it blocks no thread of the runtime.
    conn.busy_timeout(Duration::ZERO)?;
    conn.execute_batch("PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000; PRAGMA temp_store = MEMORY;")?;
    Ok(conn)
}

/// Whether nobody keeps us from writing. Blocks for a while.
pub(crate) fn can_write(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(STARTING_PATIENCE)?;
    conn.execute_batch("BEGIN IMMEDIATE; ROLLBACK")?;
    conn.busy_timeout(Duration::ZERO)
}

/// Opens a connection that only reads.
pub(crate) fn open_reader(path: &Path) -> rusqlite::Result<Connection> {
    let conn = open(path)?;
    conn.busy_timeout(READER_PATIENCE)?;
    conn.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -8000; PRAGMA temp_store = MEMORY;")?;
    Ok(conn)
}

/// Opens the connection that copies the write-ahead log back. It waits for nobody.
pub(crate) fn open_checkpointer(path: &Path) -> rusqlite::Result<Connection> {
    let conn = open(path)?;
    conn.busy_timeout(Duration::ZERO)?;
    Ok(conn)
}

/// Switches to the write-ahead log; whether that worked (some network file systems cannot).
pub(crate) fn use_wal(conn: &Connection) -> rusqlite::Result<bool> {
    let mode: String = conn.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    Ok(mode.eq_ignore_ascii_case("wal"))
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn = Connection::open_with_flags(path, flags)?;
    conn.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Without this some statements are planned anew whenever another value is bound.
    conn.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(conn)
}
