//! Tables `changes`, `change_files`, `change_properties` and `change_users`.

use ferrobot_model::{BuildId, ChangeId, SourceStampId};
use rusqlite::{Connection, OptionalExtension, Params, Row, params};
use serde_json::{Map, Value};

use crate::{SourceStamp, StorageError, builds, json, sourcestamps, users};

/// A build of a builder that was never successful would bring the whole history.
const CHANGES_OF_BUILD_MAX: usize = 10_000;

/// A row of `changes`.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct Change {
    pub id: ChangeId,
    pub author: String,
    pub committer: Option<String>,
    pub comments: String,
    pub files: Vec<String>,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub revlink: Option<String>,
    pub when_timestamp: i64,
    pub category: Option<String>,
    pub repository: String,
    pub codebase: String,
    pub project: String,
    /// Name to value; the source of each is `Change`.
    pub properties: Map<String, Value>,
    pub sourcestamp: SourceStampId,
    pub parent_changeids: Vec<ChangeId>,
}

impl Change {
    /// What to build to build this change.
    #[must_use]
    pub fn to_stamp(&self) -> SourceStamp {
        SourceStamp {
            id: Some(self.sourcestamp),
            branch: self.branch.clone(),
            revision: self.revision.clone(),
            repository: self.repository.clone(),
            project: self.project.clone(),
            codebase: self.codebase.clone(),
            ..SourceStamp::default()
        }
    }
}

/// A change that a source found.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct NewChange {
    pub author: String,
    pub committer: Option<String>,
    pub comments: String,
    pub files: Vec<String>,
    pub branch: Option<String>,
    pub revision: Option<String>,
    pub revlink: Option<String>,
    /// Seconds since the epoch; `None` is now.
    pub when_timestamp: Option<i64>,
    pub category: Option<String>,
    pub repository: String,
    pub codebase: String,
    pub project: String,
    /// Name to JSON value; stored with source `Change`.
    pub properties: Map<String, Value>,
    /// `git`, `svn`, …: how to derive the user.
    pub src: Option<String>,
}

const COLUMNS: &str = "changeid, author, committer, comments, branch, revision, revlink, when_timestamp, category,
    repository, codebase, project, sourcestampid, parent_changeids";

/// Adds a change with its source stamp, files, properties and user. Its parent is the newest one of the same line.
pub fn add(conn: &Connection, change: &NewChange, now: i64) -> Result<ChangeId, StorageError> {
    let stamp = sourcestamps::find_or_add(conn, &sourcestamp_of(change), now)?;
    let id = ChangeId(insert_row(conn, change, stamp, now)?);
    for file in &change.files {
        conn.prepare_cached("INSERT INTO change_files (changeid, filename) VALUES (?, ?)")?
            .execute(params![id.0, file])?;
    }
    for (name, value) in &change.properties {
        let sourced = Value::Array(vec![value.clone(), Value::from("Change")]);
        conn.prepare_cached(
            "INSERT INTO change_properties (changeid, property_name, property_value) VALUES (?, ?, ?)",
        )?
        .execute(params![id.0, name, json::to_text(&sourced)])?;
    }
    if let Some(user) = users::of_author(conn, &change.author, change.src.as_deref())? {
        conn.prepare_cached("INSERT INTO change_users (changeid, uid) VALUES (?, ?)")?.execute([id.0, user.0])?;
    }
    Ok(id)
}

/// One change.
pub fn by_id(conn: &Connection, change: ChangeId) -> Result<Option<Change>, StorageError> {
    Ok(select(conn, "WHERE changeid = ?", [change.0])?.pop())
}

/// The changes that have exactly this source stamp, oldest first.
pub fn of_sourcestamp(conn: &Connection, stamp: SourceStampId) -> Result<Vec<Change>, StorageError> {
    select(conn, "WHERE sourcestampid = ? ORDER BY changeid", [stamp.0])
}

/// The newest ones, oldest first.
pub fn recent(conn: &Connection, count: u64) -> Result<Vec<Change>, StorageError> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    let mut changes = select(conn, "ORDER BY changeid DESC LIMIT ?", [count])?;
    changes.reverse();
    Ok(changes)
}

/// The changes that a build brought: per codebase, back from its own to the one of the last successful build of the
/// builder on the same repositories and branches.
pub fn of_build(conn: &Connection, build: BuildId) -> Result<Vec<Change>, StorageError> {
    let mut changes = Vec::new();
    for id in ids_of_build(conn, build)? {
        changes.extend(by_id(conn, id)?);
    }
    Ok(changes)
}

/// The ids of those.
pub fn ids_of_build(conn: &Connection, build: BuildId) -> Result<Vec<ChangeId>, StorageError> {
    let stamps = sourcestamps::of_build(conn, build)?;
    let earlier = match builds::previous_success_on(conn, build, &stamps)? {
        Some(previous) => sourcestamps::of_build(conn, previous)?,
        None => Vec::new(),
    };
    let newest = |stamp: &SourceStamp| stamp.id.map_or(Ok(None), |id| newest_of_sourcestamp(conn, id));
    let mut ids = Vec::new();
    for stamp in &stamps {
        let mut built = None;
        for known in earlier.iter().filter(|earlier| earlier.codebase == stamp.codebase) {
            built = newest(known)?.or(built);
        }
        let mut next = newest(stamp)?;
        while let Some(id) = next {
            if Some(id) == built || ids.len() >= CHANGES_OF_BUILD_MAX {
                break;
            }
            ids.push(id);
            next = parent(conn, id)?;
        }
    }
    Ok(ids)
}

/// The newest change that has exactly this source stamp.
pub fn newest_of_sourcestamp(conn: &Connection, stamp: SourceStampId) -> Result<Option<ChangeId>, StorageError> {
    let mut statement =
        conn.prepare_cached("SELECT changeid FROM changes WHERE sourcestampid = ? ORDER BY changeid DESC LIMIT 1")?;
    Ok(statement.query_row([stamp.0], |row| row.get(0).map(ChangeId)).optional()?)
}

fn parent(conn: &Connection, change: ChangeId) -> Result<Option<ChangeId>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT parent_changeids FROM changes WHERE changeid = ?")?;
    let parent: Option<Option<i64>> = statement.query_row([change.0], |row| row.get(0)).optional()?;
    Ok(parent.flatten().map(ChangeId))
}

fn sourcestamp_of(change: &NewChange) -> SourceStamp {
    SourceStamp {
        branch: change.branch.clone(),
        revision: change.revision.clone(),
        repository: change.repository.clone(),
        project: change.project.clone(),
        codebase: change.codebase.clone(),
        ..SourceStamp::default()
    }
}

fn insert_row(conn: &Connection, change: &NewChange, stamp: SourceStampId, now: i64) -> Result<i64, StorageError> {
    let parent: Option<i64> = conn
        .prepare_cached(
            "SELECT changeid FROM changes WHERE branch IS ? AND repository = ? AND project = ? AND codebase = ?
             ORDER BY changeid DESC LIMIT 1",
        )?
        .query_row(params![change.branch, change.repository, change.project, change.codebase], |row| row.get(0))
        .optional()?;
    let mut statement = conn.prepare_cached(
        "INSERT INTO changes (author, committer, comments, branch, revision, revlink, when_timestamp, category,
            repository, codebase, project, sourcestampid, parent_changeids)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )?;
    Ok(statement.insert(params![
        change.author,
        change.committer,
        change.comments,
        change.branch,
        change.revision,
        change.revlink,
        change.when_timestamp.unwrap_or(now),
        change.category,
        change.repository,
        change.codebase,
        change.project,
        stamp.0,
        parent,
    ])?)
}

fn select(conn: &Connection, condition: &str, parameters: impl Params) -> Result<Vec<Change>, StorageError> {
    let mut statement = conn.prepare_cached(&format!("SELECT {COLUMNS} FROM changes {condition}"))?;
    let rows = statement.query_map(parameters, from_row)?;
    let mut changes: Vec<Change> = rows.collect::<Result<_, _>>()?;
    for change in &mut changes {
        change.files = files(conn, change.id)?;
        change.properties = properties(conn, change.id)?;
    }
    Ok(changes)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Change> {
    Ok(Change {
        id: ChangeId(row.get(0)?),
        author: row.get(1)?,
        committer: row.get(2)?,
        comments: row.get(3)?,
        files: Vec::new(),
        branch: row.get(4)?,
        revision: row.get(5)?,
        revlink: row.get(6)?,
        when_timestamp: row.get(7)?,
        category: row.get(8)?,
        repository: row.get(9)?,
        codebase: row.get(10)?,
        project: row.get(11)?,
        properties: Map::new(),
        sourcestamp: SourceStampId(row.get(12)?),
        parent_changeids: row.get::<_, Option<i64>>(13)?.map(ChangeId).into_iter().collect(),
    })
}

/// Names of the changed files.
pub fn files(conn: &Connection, change: ChangeId) -> Result<Vec<String>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT filename FROM change_files WHERE changeid = ? ORDER BY rowid")?;
    let rows = statement.query_map([change.0], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn properties(conn: &Connection, change: ChangeId) -> Result<Map<String, Value>, StorageError> {
    let mut statement =
        conn.prepare_cached("SELECT property_name, property_value FROM change_properties WHERE changeid = ?")?;
    let mut rows = statement.query([change.0])?;
    let mut properties = Map::new();
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let (value, _source) = json::sourced(row.get_ref(1)?.as_str().unwrap_or_default())
            .map_err(|problem| StorageError::Corrupt(format!("property `{name}` of change {change}: {problem}")))?;
        properties.insert(name, value);
    }
    Ok(properties)
}
