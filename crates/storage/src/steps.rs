//! Table `steps`.

use std::collections::HashSet;

use ferrobot_model::{BuildId, Results, StepId};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};

use crate::{StorageError, identifier, json};

/// Length of `steps.name`.
const NAME_MAX: usize = 50;

/// A step that was added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddedStep {
    /// Its row.
    pub id: StepId,
    /// Its number in the build, from 0.
    pub number: i64,
    /// Its name, made unique in the build.
    pub name: String,
}

/// Adds a step with the next number of its build. A taken name gets `_1`, `_2`, ….
pub fn add(conn: &Connection, build: BuildId, name: &str) -> Result<AddedStep, StorageError> {
    if let Some(added) = insert(conn, build, name)? {
        return Ok(added);
    }
    let mut statement = conn.prepare_cached("SELECT name FROM steps WHERE buildid = ?")?;
    let names = statement.query_map([build.0], |row| row.get(0))?;
    let taken: HashSet<String> = names.collect::<Result<_, _>>()?;
    for number in 1..=u64::MAX {
        let candidate = identifier::with_suffix(name, number, NAME_MAX);
        if !taken.contains(&candidate)
            && let Some(added) = insert(conn, build, &candidate)?
        {
            return Ok(added);
        }
    }
    Err(StorageError::Corrupt(format!("build {build} has every name of a step")))
}

fn insert(conn: &Connection, build: BuildId, name: &str) -> Result<Option<AddedStep>, StorageError> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO steps (number, name, buildid, state_string, urls_json, hidden)
         VALUES ((SELECT coalesce(max(number), -1) + 1 FROM steps WHERE buildid = ?1), ?2, ?1, 'pending', '[]', 0)
         ON CONFLICT (buildid, name) DO NOTHING RETURNING id, number",
    )?;
    let added = statement.query_row(params![build.0, name], |row| {
        Ok(AddedStep { id: StepId(row.get(0)?), number: row.get(1)?, name: name.to_owned() })
    });
    Ok(added.optional()?)
}

/// Stamps the start, and that it waited for no lock.
pub fn start(conn: &Connection, step: StepId, locks_acquired: bool, now: i64) -> Result<(), StorageError> {
    let sql = if locks_acquired {
        "UPDATE steps SET started_at = ?1, locks_acquired_at = ?1 WHERE id = ?2"
    } else {
        "UPDATE steps SET started_at = ?1 WHERE id = ?2"
    };
    conn.prepare_cached(sql)?.execute([now, step.0])?;
    Ok(())
}

/// Stamps that its locks were acquired.
pub fn set_locks_acquired(conn: &Connection, step: StepId, now: i64) -> Result<(), StorageError> {
    conn.prepare_cached("UPDATE steps SET locks_acquired_at = ? WHERE id = ?")?.execute([now, step.0])?;
    Ok(())
}

/// Says what the step is doing.
pub fn set_state_string(conn: &Connection, step: StepId, text: &str) -> Result<(), StorageError> {
    conn.prepare_cached("UPDATE steps SET state_string = ? WHERE id = ?")?.execute(params![text, step.0])?;
    Ok(())
}

/// Adds a link; the same one twice is one.
pub fn add_url(conn: &Connection, step: StepId, name: &str, url: &str) -> Result<(), StorageError> {
    let text: Option<String> = conn
        .prepare_cached("SELECT urls_json FROM steps WHERE id = ?")?
        .query_row([step.0], |row| row.get(0))
        .optional()?;
    let Some(text) = text else { return Ok(()) };
    let mut urls: Vec<Value> = serde_json::from_str(&text)
        .map_err(|error| StorageError::Corrupt(format!("the links of step {step} are no JSON: {error}")))?;
    let link = json!({"name": name, "url": url});
    if !urls.contains(&link) {
        urls.push(link);
        conn.prepare_cached("UPDATE steps SET urls_json = ? WHERE id = ?")?
            .execute(params![json::to_text(&Value::Array(urls)), step.0])?;
    }
    Ok(())
}

/// Ends the step. Without a text it keeps the one that it has.
pub fn finish(
    conn: &Connection,
    step: StepId,
    results: Results,
    hidden: bool,
    state_string: Option<&str>,
    now: i64,
) -> Result<(), StorageError> {
    conn.prepare_cached(
        "UPDATE steps SET complete_at = ?, results = ?, hidden = ?, state_string = coalesce(?, state_string)
         WHERE id = ?",
    )?
    .execute(params![now, results.code(), hidden, state_string, step.0])?;
    Ok(())
}

/// Steps of the build that never finished.
pub fn unfinished(conn: &Connection, build: BuildId) -> Result<Vec<StepId>, StorageError> {
    let mut statement =
        conn.prepare_cached("SELECT id FROM steps WHERE buildid = ? AND results IS NULL ORDER BY number")?;
    let rows = statement.query_map([build.0], |row| row.get(0).map(StepId))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
