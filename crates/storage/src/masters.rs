//! Table `masters`.

use ferrobot_model::MasterId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{StorageError, hash::name_hash, named::Named};

const MASTERS: Named = Named {
    find: "SELECT id FROM masters WHERE name_hash = ?",
    add: "INSERT INTO masters (name, name_hash, active, last_active) VALUES (?, ?, 0, ?)",
};

/// The row of this name, made (not active) when there is none.
pub fn find_or_add(conn: &Connection, name: &str, now: i64) -> Result<MasterId, StorageError> {
    let hash = name_hash(name);
    Ok(MasterId(MASTERS.find_or_add_by(conn, [&hash], params![name, hash, now])?))
}

/// Stamps the master as running; whether that is news.
pub fn set_active(conn: &Connection, master: MasterId, now: i64) -> Result<bool, StorageError> {
    let was = is_active(conn, master)?;
    conn.prepare_cached("UPDATE masters SET active = 1, last_active = ? WHERE id = ?")?
        .execute(params![now, master.0])?;
    Ok(was == Some(false))
}

/// Marks the master as stopped; whether that is news.
pub fn set_inactive(conn: &Connection, master: MasterId) -> Result<bool, StorageError> {
    let was = is_active(conn, master)?;
    conn.prepare_cached("UPDATE masters SET active = 0 WHERE id = ?")?.execute([master.0])?;
    Ok(was == Some(true))
}

/// Masters that were not heard of since `since`.
pub fn silent_since(conn: &Connection, since: i64) -> Result<Vec<MasterId>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT id FROM masters WHERE last_active < ?")?;
    let rows = statement.query_map([since], |row| row.get(0).map(MasterId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Whether a master is stopped or was not heard of since `since`.
pub fn is_gone(conn: &Connection, master: MasterId, since: i64) -> Result<bool, StorageError> {
    let mut statement = conn.prepare_cached("SELECT active = 0 OR last_active < ? FROM masters WHERE id = ?")?;
    Ok(statement.query_row([since, master.0], |row| row.get(0)).optional()?.unwrap_or(true))
}

fn is_active(conn: &Connection, master: MasterId) -> Result<Option<bool>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT active <> 0 FROM masters WHERE id = ?")?;
    Ok(statement.query_row([master.0], |row| row.get(0)).optional()?)
}
