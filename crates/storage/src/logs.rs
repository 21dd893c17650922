//! Table `logs`.

use ferrobot_model::{LogId, StepId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{StorageError, identifier};

/// Length of `logs.slug`.
const SLUG_MAX: usize = 50;

/// Adds a log. Its slug is made from the name, unique in the step.
pub fn add(conn: &Connection, step: StepId, name: &str, kind: char) -> Result<LogId, StorageError> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO logs (name, slug, stepid, complete, num_lines, type) VALUES (?, ?, ?, 0, 0, ?)
         ON CONFLICT (stepid, slug) DO NOTHING RETURNING id",
    )?;
    let kind = kind.to_string();
    let mut slug = identifier::force(name, SLUG_MAX);
    loop {
        let added = statement.query_row(params![name, slug, step.0, kind], |row| row.get(0)).optional()?;
        match added {
            Some(id) => return Ok(LogId(id)),
            None => slug = identifier::increment(&slug, SLUG_MAX),
        }
    }
}

/// Counts lines in; answers the number of the first of them, or nothing when there is no such log.
pub fn count_lines(conn: &Connection, log: LogId, lines: i64) -> Result<Option<i64>, StorageError> {
    let mut statement =
        conn.prepare_cached("UPDATE logs SET num_lines = num_lines + ? WHERE id = ? RETURNING num_lines")?;
    let total: Option<i64> = statement.query_row([lines, log.0], |row| row.get(0)).optional()?;
    Ok(total.map(|total| total - lines))
}

/// Marks the log as complete.
pub fn finish(conn: &Connection, log: LogId) -> Result<(), StorageError> {
    conn.prepare_cached("UPDATE logs SET complete = 1 WHERE id = ?")?.execute([log.0])?;
    Ok(())
}

/// The log of a step by its slug.
pub fn by_slug(conn: &Connection, step: StepId, slug: &str) -> Result<Option<LogId>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT id FROM logs WHERE stepid = ? AND slug = ?")?;
    Ok(statement.query_row(params![step.0, slug], |row| row.get(0).map(LogId)).optional()?)
}

/// Logs of steps that began before a time and still have their text, oldest first.
pub fn older_than(conn: &Connection, before: i64) -> Result<Vec<LogId>, StorageError> {
    // Steps begin in about the order of their ids, so the newest of the old ones bounds them all.
    let newest: Option<i64> = conn
        .prepare_cached("SELECT id FROM steps WHERE started_at < ? ORDER BY started_at DESC, id DESC LIMIT 1")?
        .query_row([before], |row| row.get(0))
        .optional()?;
    let Some(newest) = newest else { return Ok(Vec::new()) };
    let mut statement = conn.prepare_cached("SELECT id FROM logs WHERE stepid <= ? AND type <> 'd' ORDER BY id")?;
    let rows = statement.query_map([newest], |row| row.get(0).map(LogId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Deletes the text of a log; what remains says so. Answers how many chunks there were.
pub fn delete_text(conn: &Connection, log: LogId) -> Result<usize, StorageError> {
    conn.prepare_cached("UPDATE logs SET type = 'd' WHERE id = ?")?.execute([log.0])?;
    Ok(conn.prepare_cached("DELETE FROM logchunks WHERE logid = ?")?.execute([log.0])?)
}

/// The logs of a step: row, name, and whether it is complete.
pub fn of_step(conn: &Connection, step: StepId) -> Result<Vec<(LogId, String, bool)>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT id, name, complete FROM logs WHERE stepid = ? ORDER BY id")?;
    let rows = statement
        .query_map([step.0], |row| Ok((LogId(row.get(0)?), row.get(1)?, row.get::<_, i64>(2)? != 0)))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(rows)
}

/// Logs of the step that never finished.
pub fn unfinished(conn: &Connection, step: StepId) -> Result<Vec<LogId>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT id FROM logs WHERE stepid = ? AND complete = 0 ORDER BY id")?;
    let rows = statement.query_map([step.0], |row| row.get(0).map(LogId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
