//! Table `ferrobot_undelivered_changes`: changes that were accepted and of which not every scheduler has been told yet.
//!
//! Ours alone; Buildbot ignores it. A change enters in the transaction that adds it, so that one is not forgotten when the
//! master dies before its schedulers have seen it.

use ferrobot_model::ChangeId;
use rusqlite::Connection;

use crate::StorageError;

/// Makes the table where it is missing.
pub(crate) fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS ferrobot_undelivered_changes (changeid INTEGER NOT NULL PRIMARY KEY)",
    )
}

/// Writes a new change down.
pub fn note(conn: &Connection, change: ChangeId) -> Result<(), StorageError> {
    conn.prepare_cached("INSERT OR IGNORE INTO ferrobot_undelivered_changes (changeid) VALUES (?)")?
        .execute([change.0])?;
    Ok(())
}

/// Every scheduler has been told.
pub fn forget(conn: &Connection, changes: &[ChangeId]) -> Result<(), StorageError> {
    let mut statement = conn.prepare_cached("DELETE FROM ferrobot_undelivered_changes WHERE changeid = ?")?;
    for change in changes {
        statement.execute([change.0])?;
    }
    Ok(())
}

/// All of them, oldest first.
pub fn all(conn: &Connection) -> Result<Vec<ChangeId>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT changeid FROM ferrobot_undelivered_changes ORDER BY changeid")?;
    let changes = statement.query_map([], |row| row.get(0).map(ChangeId))?.collect::<rusqlite::Result<_>>()?;
    Ok(changes)
}
