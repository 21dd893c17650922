//! Tables `buildsets`, `buildset_properties` and `buildset_sourcestamps`.

use ferrobot_model::{BuildId, BuildRequestId, BuilderId, BuildsetId, ChangeId, Properties, Results};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::Value;

use crate::{SourceStamp, StorageError, json, sourcestamps};

/// What a new buildset consists of.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct NewBuildset {
    pub external_idstring: Option<String>,
    pub reason: String,
    /// Existing ones by `id`, others are found or made.
    pub sourcestamps: Vec<SourceStamp>,
    pub properties: Properties,
    pub builders: Vec<BuilderId>,
    pub waited_for: bool,
    pub parent_build: Option<BuildId>,
    pub parent_relationship: Option<String>,
    /// The build that this one repeats. If that repeats another one, the other one is stored.
    pub rebuilt_build: Option<BuildId>,
    pub priority: i64,
    /// Name of the scheduler, for the event.
    pub scheduler: String,
}

/// A buildset that was added.
#[derive(Debug, Clone, PartialEq)]
pub struct AddedBuildset {
    /// The buildset.
    pub id: BuildsetId,
    /// Its requests, in the order of the builders given.
    pub requests: Vec<(BuilderId, BuildRequestId)>,
}

/// A row of `buildsets`, with what hangs on it.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct Buildset {
    pub id: BuildsetId,
    pub external_idstring: Option<String>,
    pub reason: String,
    pub submitted_at: i64,
    pub complete: bool,
    pub results: Option<Results>,
    pub sourcestamps: Vec<SourceStamp>,
    pub properties: Properties,
    pub parent_build: Option<BuildId>,
    pub parent_relationship: Option<String>,
}

/// Adds a buildset, its source stamps, its properties and a request per builder.
pub fn add(conn: &Connection, buildset: &NewBuildset, now: i64) -> Result<AddedBuildset, StorageError> {
    let rebuilt = match buildset.rebuilt_build {
        Some(build) => first_of_rebuilds(conn, build)?,
        None => None,
    };
    let id = conn
        .prepare_cached(
            "INSERT INTO buildsets (external_idstring, reason, submitted_at, complete, results, parent_buildid,
                parent_relationship, rebuilt_buildid)
             VALUES (?, ?, ?, 0, -1, ?, ?, ?)",
        )?
        .insert(params![
            buildset.external_idstring,
            buildset.reason,
            now,
            buildset.parent_build.map(|build| build.0),
            buildset.parent_relationship,
            rebuilt,
        ])?;
    for (name, property) in buildset.properties.iter() {
        let sourced = Value::Array(vec![property.value.clone(), Value::from(property.source.as_str())]);
        conn.prepare_cached(
            "INSERT INTO buildset_properties (buildsetid, property_name, property_value) VALUES (?, ?, ?)",
        )?
        .execute(params![id, name, json::to_text(&sourced)])?;
    }
    for stamp in &buildset.sourcestamps {
        let stamp = sourcestamps::find_or_add(conn, stamp, now)?;
        conn.prepare_cached("INSERT OR IGNORE INTO buildset_sourcestamps (buildsetid, sourcestampid) VALUES (?, ?)")?
            .execute([id, stamp.0])?;
    }
    let mut requests = Vec::with_capacity(buildset.builders.len());
    let mut request = conn.prepare_cached(
        "INSERT INTO buildrequests (buildsetid, builderid, priority, complete, results, submitted_at, waited_for)
         VALUES (?, ?, ?, 0, -1, ?, ?)",
    )?;
    for builder in &buildset.builders {
        let row = request.insert(params![id, builder.0, buildset.priority, now, buildset.waited_for])?;
        requests.push((*builder, BuildRequestId(row)));
    }
    Ok(AddedBuildset { id: BuildsetId(id), requests })
}

/// Names of the schedulers that have added a buildset for the source stamp of a change.
pub fn schedulers_of_change(conn: &Connection, change: ChangeId) -> Result<Vec<String>, StorageError> {
    let mut statement = conn.prepare_cached(
        "SELECT DISTINCT property_value FROM changes
         JOIN buildset_sourcestamps ON buildset_sourcestamps.sourcestampid = changes.sourcestampid
         JOIN buildset_properties ON buildset_properties.buildsetid = buildset_sourcestamps.buildsetid
         WHERE changeid = ? AND property_name = 'scheduler'",
    )?;
    let values = statement.query_map([change.0], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    let name_of = |value: &String| serde_json::from_str::<Value>(value).ok()?.get(0)?.as_str().map(str::to_owned);
    Ok(values.iter().filter_map(name_of).collect())
}

/// The build that a chain of rebuilds began with: the first one of its request.
fn first_of_rebuilds(conn: &Connection, build: BuildId) -> Result<Option<i64>, StorageError> {
    let mut statement = conn.prepare_cached(
        "SELECT coalesce(buildsets.rebuilt_buildid, (SELECT min(id) FROM builds WHERE buildrequestid = buildrequests.id))
         FROM builds JOIN buildrequests ON buildrequests.id = builds.buildrequestid
         JOIN buildsets ON buildsets.id = buildrequests.buildsetid WHERE builds.id = ?",
    )?;
    Ok(statement.query_row([build.0], |row| row.get(0)).optional()?.flatten())
}

/// One buildset.
pub fn by_id(conn: &Connection, buildset: BuildsetId) -> Result<Option<Buildset>, StorageError> {
    let mut statement = conn.prepare_cached(
        "SELECT id, external_idstring, reason, submitted_at, complete, results, parent_buildid, parent_relationship
         FROM buildsets WHERE id = ?",
    )?;
    let Some(mut found) = statement.query_row([buildset.0], from_row).optional()? else { return Ok(None) };
    found.sourcestamps = sourcestamps::of_buildset(conn, buildset)?;
    found.properties = properties(conn, buildset)?;
    Ok(Some(found))
}

/// Completes the buildset with the worst result of its requests, unless one is open or it is complete already.
/// Answers the result when it was completed by this.
pub fn complete_when_due(conn: &Connection, buildset: BuildsetId, now: i64) -> Result<Option<Results>, StorageError> {
    let mut requests =
        conn.prepare_cached("SELECT coalesce(complete, 0), results FROM buildrequests WHERE buildsetid = ?")?;
    let mut rows = requests.query([buildset.0])?;
    let mut worst = Results::Success;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(0)? == 0 {
            return Ok(None);
        }
        let results = row.get::<_, Option<i64>>(1)?.and_then(Results::from_code);
        worst = results.map_or(worst, |results| worst.worst(results));
    }
    let changed = conn
        .prepare_cached(
            "UPDATE buildsets SET complete = 1, results = ?, complete_at = ? WHERE id = ? AND complete <> 1",
        )?
        .execute([worst.code(), now, buildset.0])?;
    Ok((changed == 1).then_some(worst))
}

/// The properties that requests of the buildset begin with.
pub fn properties(conn: &Connection, buildset: BuildsetId) -> Result<Properties, StorageError> {
    let mut statement =
        conn.prepare_cached("SELECT property_name, property_value FROM buildset_properties WHERE buildsetid = ?")?;
    let mut rows = statement.query([buildset.0])?;
    let mut properties = Properties::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let (value, source) = json::sourced(row.get_ref(1)?.as_str().unwrap_or_default())
            .map_err(|problem| StorageError::Corrupt(format!("property `{name}` of buildset {buildset}: {problem}")))?;
        properties.set(name, value, source);
    }
    Ok(properties)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Buildset> {
    Ok(Buildset {
        id: BuildsetId(row.get(0)?),
        external_idstring: row.get(1)?,
        reason: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
        submitted_at: row.get(3)?,
        complete: row.get(4)?,
        results: row.get::<_, Option<i64>>(5)?.and_then(Results::from_code),
        sourcestamps: Vec::new(),
        properties: Properties::new(),
        parent_build: row.get::<_, Option<i64>>(6)?.map(BuildId),
        parent_relationship: row.get(7)?,
    })
}
