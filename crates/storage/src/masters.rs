//! Table `masters`.

use ferrobot_model::MasterId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{StorageError, hash::name_hash};

/// The row of this name, made (not active) when there is none.
pub fn find_or_add(conn: &Connection, name: &str, now: i64) -> Result<MasterId, StorageError> {
    let hash = name_hash(name);
    let found = conn
        .prepare_cached("SELECT id FROM masters WHERE name_hash = ?")?
        .query_row([&hash], |row| row.get(0))
        .optional()?;
    if let Some(id) = found {
        return Ok(MasterId(id));
    }
    conn.prepare_cached("INSERT INTO masters (name, name_hash, active, last_active) VALUES (?, ?, 0, ?)")?
        .execute(params![name, hash, now])?;
    Ok(MasterId(conn.last_insert_rowid()))
}

/// Stamps the master as running or not; whether that is news.
pub fn set_active(conn: &Connection, master: MasterId, active: bool, now: i64) -> Result<bool, StorageError> {
    let was: i64 =
        conn.prepare_cached("SELECT active FROM masters WHERE id = ?")?.query_row([master.0], |row| row.get(0))?;
    conn.prepare_cached("UPDATE masters SET active = ?, last_active = ? WHERE id = ?")?
        .execute(params![active, now, master.0])?;
    Ok((was != 0) != active)
}
