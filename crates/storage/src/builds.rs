//! Tables `builds`, `build_properties` and `build_data`.

use std::collections::{BTreeSet, HashMap};

use ferrobot_model::{BuildId, BuildRequestId, BuilderId, MasterId, Properties, Results, WorkerId};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use serde_json::Value;

use crate::{SourceStamp, StorageError, json, sourcestamps};

/// How many successful builds are looked at for one on the same branches.
const PREVIOUS_BUILDS_MAX: i64 = 1000;

/// A row of `builds`.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct Build {
    pub id: BuildId,
    pub number: i64,
    pub builder: BuilderId,
    pub request: BuildRequestId,
    pub worker: Option<WorkerId>,
    pub started_at: i64,
    pub complete_at: Option<i64>,
    pub state_string: String,
    pub results: Option<Results>,
}

const SELECT: &str = "SELECT id, number, builderid, buildrequestid, workerid, started_at, complete_at, state_string,
    results FROM builds";

/// What a new build belongs to.
#[derive(Debug, Clone, Copy)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct NewBuild {
    pub builder: BuilderId,
    pub request: BuildRequestId,
    pub worker: WorkerId,
    pub master: MasterId,
}

/// Adds a build with the next number of its builder.
pub fn add(conn: &Connection, build: NewBuild, now: i64) -> Result<(BuildId, i64), StorageError> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO builds (number, builderid, buildrequestid, workerid, masterid, started_at, locks_duration_s, state_string)
         VALUES ((SELECT coalesce(max(number), 0) + 1 FROM builds WHERE builderid = ?1), ?1, ?2, ?3, ?4, ?5, 0, 'created')
         RETURNING id, number",
    )?;
    let parameters = [build.builder.0, build.request.0, build.worker.0, build.master.0, now];
    Ok(statement.query_row(parameters, |row| Ok((BuildId(row.get(0)?), row.get(1)?)))?)
}

/// Says what the build is doing.
pub fn set_state_string(conn: &Connection, build: BuildId, text: &str) -> Result<(), StorageError> {
    conn.prepare_cached("UPDATE builds SET state_string = ? WHERE id = ?")?.execute(params![text, build.0])?;
    Ok(())
}

/// Adds to the time that the build waited for locks.
pub fn add_locks_duration(conn: &Connection, build: BuildId, seconds: i64) -> Result<(), StorageError> {
    conn.prepare_cached("UPDATE builds SET locks_duration_s = locks_duration_s + ? WHERE id = ?")?
        .execute([seconds, build.0])?;
    Ok(())
}

/// Ends the build. Without a text it keeps the one that it has.
pub fn finish(
    conn: &Connection,
    build: BuildId,
    results: Results,
    state_string: Option<&str>,
    now: i64,
) -> Result<(), StorageError> {
    conn.prepare_cached(
        "UPDATE builds SET complete_at = ?, results = ?, state_string = coalesce(?, state_string) WHERE id = ?",
    )?
    .execute(params![now, results.code(), state_string, build.0])?;
    Ok(())
}

/// One build.
pub fn by_id(conn: &Connection, build: BuildId) -> Result<Option<Build>, StorageError> {
    Ok(select(conn, "WHERE id = ?", [build.0])?.pop())
}

/// The builds of a request, in order.
pub fn of_request(conn: &Connection, request: BuildRequestId) -> Result<Vec<Build>, StorageError> {
    select(conn, "WHERE buildrequestid = ? ORDER BY id", [request.0])
}

/// Builds of the master that never finished.
pub fn unfinished(conn: &Connection, master: MasterId) -> Result<Vec<Build>, StorageError> {
    select(conn, "WHERE masterid = ? AND complete_at IS NULL ORDER BY id", [master.0])
}

/// The newest finished build of the builder below a number; only a successful one if so asked.
pub fn previous(
    conn: &Connection,
    builder: BuilderId,
    before_number: i64,
    only_successful: bool,
) -> Result<Option<Build>, StorageError> {
    let condition = if only_successful {
        "WHERE builderid = ? AND number < ? AND results = 0 ORDER BY number DESC LIMIT 1"
    } else {
        "WHERE builderid = ? AND number < ? AND complete_at IS NOT NULL ORDER BY number DESC LIMIT 1"
    };
    Ok(select(conn, condition, [builder.0, before_number])?.pop())
}

/// The last successful build before `build`, of the same builder, on the same repositories and branches as `stamps`.
pub(crate) fn previous_success_on(
    conn: &Connection,
    build: BuildId,
    stamps: &[SourceStamp],
) -> Result<Option<BuildId>, StorageError> {
    let Some(build) = by_id(conn, build)? else { return Ok(None) };
    let wanted = lines_of(stamps);
    let mut statement = conn.prepare_cached(
        "SELECT id FROM builds WHERE builderid = ? AND number < ? AND results = 0 ORDER BY number DESC LIMIT ?",
    )?;
    let mut rows = statement.query([build.builder.0, build.number, PREVIOUS_BUILDS_MAX])?;
    while let Some(row) = rows.next()? {
        let earlier = BuildId(row.get(0)?);
        if lines_of(&sourcestamps::of_build(conn, earlier)?) == wanted {
            return Ok(Some(earlier));
        }
    }
    Ok(None)
}

fn lines_of(stamps: &[SourceStamp]) -> BTreeSet<(String, Option<String>, String)> {
    stamps.iter().map(|stamp| (stamp.repository.clone(), stamp.branch.clone(), stamp.codebase.clone())).collect()
}

/// The properties of a build.
pub fn properties(conn: &Connection, build: BuildId) -> Result<Properties, StorageError> {
    let mut statement = conn.prepare_cached("SELECT name, value, source FROM build_properties WHERE buildid = ?")?;
    let mut rows = statement.query([build.0])?;
    let mut properties = Properties::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let value: Value = serde_json::from_str(row.get_ref(1)?.as_str().unwrap_or_default()).map_err(|error| {
            StorageError::Corrupt(format!("property `{name}` of build {build} is no JSON: {error}"))
        })?;
        properties.set(name, value, row.get::<_, String>(2)?);
    }
    Ok(properties)
}

/// Sets properties of a build; answers the positions of those that changed something.
pub fn set_properties(
    conn: &Connection,
    build: BuildId,
    properties: &[(String, Value, String)],
) -> Result<Vec<usize>, StorageError> {
    let mut stored = stored_properties(conn, build)?;
    let mut changed = Vec::new();
    for (position, (name, value, source)) in properties.iter().enumerate() {
        let text = json::to_text(value);
        let sql = match stored.get(name) {
            Some((old, by)) if *old == text && by == source => continue,
            Some(_) => "UPDATE build_properties SET value = ?3, source = ?4 WHERE buildid = ?1 AND name = ?2",
            None => "INSERT INTO build_properties (buildid, name, value, source) VALUES (?1, ?2, ?3, ?4)",
        };
        conn.prepare_cached(sql)?.execute(params![build.0, name, text, source])?;
        stored.insert(name.clone(), (text, source.clone()));
        changed.push(position);
    }
    Ok(changed)
}

fn stored_properties(conn: &Connection, build: BuildId) -> Result<HashMap<String, (String, String)>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT name, value, source FROM build_properties WHERE buildid = ?")?;
    let rows = statement.query_map([build.0], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Stores a named blob with the build, replacing the one of this name.
pub fn set_data(conn: &Connection, build: BuildId, name: &str, value: &[u8], source: &str) -> Result<(), StorageError> {
    let length = i64::try_from(value.len()).unwrap_or(i64::MAX);
    conn.prepare_cached(
        "INSERT INTO build_data (buildid, name, value, length, source) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (buildid, name) DO UPDATE
         SET value = excluded.value, length = excluded.length, source = excluded.source",
    )?
    .execute(params![build.0, name, value, length, source])?;
    Ok(())
}

/// A named blob of the build.
pub fn data(conn: &Connection, build: BuildId, name: &str) -> Result<Option<Vec<u8>>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT value FROM build_data WHERE buildid = ? AND name = ?")?;
    Ok(statement.query_row(params![build.0, name], |row| row.get(0)).optional()?)
}

fn select(conn: &Connection, condition: &str, parameters: impl Params) -> Result<Vec<Build>, StorageError> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} {condition}"))?;
    let rows = statement.query_map(parameters, from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Build> {
    Ok(Build {
        id: BuildId(row.get(0)?),
        number: row.get(1)?,
        builder: BuilderId(row.get(2)?),
        request: BuildRequestId(row.get(3)?),
        worker: row.get::<_, Option<i64>>(4)?.map(WorkerId),
        started_at: row.get(5)?,
        complete_at: row.get(6)?,
        state_string: row.get(7)?,
        results: row.get::<_, Option<i64>>(8)?.and_then(Results::from_code),
    })
}
