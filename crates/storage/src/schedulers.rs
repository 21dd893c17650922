//! Tables `schedulers`, `scheduler_masters` and `scheduler_changes`.

use ferrobot_model::{ChangeId, MasterId, SchedulerId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{StorageError, named::Named};

const SCHEDULERS: Named = Named {
    find: "SELECT id FROM schedulers WHERE name_hash = ?",
    add: "INSERT INTO schedulers (name, name_hash, enabled) VALUES (?, ?, 1)",
};

/// The row of this name, made (enabled) when there is none.
pub fn find_or_add(conn: &Connection, name: &str) -> Result<SchedulerId, StorageError> {
    Ok(SchedulerId(SCHEDULERS.find_or_add(conn, name)?))
}

/// Lets a master have the scheduler unless another has it; whose it is now.
pub fn claim(conn: &Connection, scheduler: SchedulerId, master: MasterId) -> Result<MasterId, StorageError> {
    conn.prepare_cached("INSERT OR IGNORE INTO scheduler_masters (schedulerid, masterid) VALUES (?, ?)")?
        .execute(params![scheduler.0, master.0])?;
    Ok(owner(conn, scheduler)?.unwrap_or(master))
}

/// The master that has the scheduler.
pub fn owner(conn: &Connection, scheduler: SchedulerId) -> Result<Option<MasterId>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT masterid FROM scheduler_masters WHERE schedulerid = ?")?;
    Ok(statement.query_row([scheduler.0], |row| row.get(0).map(MasterId)).optional()?)
}

/// Gives the scheduler back if this master has it.
pub fn release(conn: &Connection, scheduler: SchedulerId, master: MasterId) -> Result<(), StorageError> {
    conn.prepare_cached("DELETE FROM scheduler_masters WHERE schedulerid = ? AND masterid = ?")?
        .execute(params![scheduler.0, master.0])?;
    Ok(())
}

/// Gives back all schedulers that the master has.
pub fn release_all(conn: &Connection, master: MasterId) -> Result<(), StorageError> {
    conn.prepare_cached("DELETE FROM scheduler_masters WHERE masterid = ?")?.execute([master.0])?;
    Ok(())
}

/// Enables or disables it.
pub fn set_enabled(conn: &Connection, scheduler: SchedulerId, enabled: bool) -> Result<(), StorageError> {
    conn.prepare_cached("UPDATE schedulers SET enabled = ? WHERE id = ?")?.execute(params![enabled, scheduler.0])?;
    Ok(())
}

/// Whether it is enabled; a scheduler that is not there is not.
pub fn is_enabled(conn: &Connection, scheduler: SchedulerId) -> Result<bool, StorageError> {
    let mut statement = conn.prepare_cached("SELECT enabled <> 0 FROM schedulers WHERE id = ?")?;
    let enabled: Option<Option<bool>> = statement.query_row([scheduler.0], |row| row.get(0)).optional()?;
    Ok(enabled.flatten().unwrap_or(false))
}

/// Notes which changes are important to the scheduler.
pub fn classify(conn: &Connection, scheduler: SchedulerId, changes: &[(ChangeId, bool)]) -> Result<(), StorageError> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO scheduler_changes (schedulerid, changeid, important) VALUES (?, ?, ?)
         ON CONFLICT (schedulerid, changeid) DO UPDATE SET important = excluded.important",
    )?;
    for (change, important) in changes {
        statement.execute(params![scheduler.0, change.0, important])?;
    }
    Ok(())
}

/// Forgets classifications of changes below `less_than`, or all.
pub fn flush(conn: &Connection, scheduler: SchedulerId, less_than: Option<ChangeId>) -> Result<(), StorageError> {
    conn.prepare_cached("DELETE FROM scheduler_changes WHERE schedulerid = ? AND changeid < ?")?
        .execute(params![scheduler.0, less_than.map_or(i64::MAX, |change| change.0)])?;
    Ok(())
}

/// The classifications, by change.
pub fn classifications(conn: &Connection, scheduler: SchedulerId) -> Result<Vec<(ChangeId, bool)>, StorageError> {
    let mut statement = conn.prepare_cached(
        "SELECT changeid, coalesce(important, 0) <> 0 FROM scheduler_changes WHERE schedulerid = ? ORDER BY changeid",
    )?;
    let rows = statement.query_map([scheduler.0], |row| Ok((ChangeId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
