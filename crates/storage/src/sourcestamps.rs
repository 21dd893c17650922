//! Tables `sourcestamps` and `patches`. Equal source stamps share one row, found by the hash of their columns; a patch
//! always makes a new one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use ferrobot_model::{BuildId, BuildsetId, SourceStampId};
use rusqlite::{Connection, Row, params};

use crate::{StorageError, hash::hash_of, named::Named};

const SOURCESTAMPS: Named = Named {
    find: "SELECT id FROM sourcestamps WHERE ss_hash = ?",
    add: "INSERT INTO sourcestamps (ss_hash, branch, revision, patchid, repository, codebase, project, created_at)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
};

/// A patch of a source stamp.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Patch {
    /// `-p` level.
    pub level: i64,
    /// The diff itself.
    pub body: Vec<u8>,
    /// Who made it.
    pub author: String,
    /// Why.
    pub comment: String,
    /// Where to apply it.
    pub subdir: Option<String>,
}

/// A row of `sourcestamps`.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct SourceStamp {
    /// Its id; `None` when it is still to be found or made.
    pub id: Option<SourceStampId>,
    /// Branch.
    pub branch: Option<String>,
    /// Revision.
    pub revision: Option<String>,
    /// Repository, `""` for none.
    pub repository: String,
    /// Project, `""` for none.
    pub project: String,
    /// Codebase, `""` for the default.
    pub codebase: String,
    /// Patch.
    pub patch: Option<Patch>,
    /// Seconds since the epoch; 0 when new.
    pub created_at: i64,
}

const COLUMNS: &str = "sourcestamps.id, branch, revision, repository, project, codebase, created_at, patchid,
    patchlevel, patch_base64, patch_author, patch_comment, subdir";

/// The row of a source stamp, made when there is none; one with an id is taken as it is.
pub fn find_or_add(conn: &Connection, stamp: &SourceStamp, now: i64) -> Result<SourceStampId, StorageError> {
    if let Some(id) = stamp.id {
        return Ok(id);
    }
    let patch = stamp.patch.as_ref().filter(|patch| !patch.body.is_empty());
    let patch_id = patch.map(|patch| add_patch(conn, patch)).transpose()?;
    let patch_text = patch_id.map(|id| id.to_string());
    let hash = hash_of(&[
        stamp.branch.as_deref(),
        stamp.revision.as_deref(),
        Some(&stamp.repository),
        Some(&stamp.project),
        Some(&stamp.codebase),
        patch_text.as_deref(),
    ]);
    let row =
        params![hash, stamp.branch, stamp.revision, patch_id, stamp.repository, stamp.codebase, stamp.project, now];
    Ok(SourceStampId(SOURCESTAMPS.find_or_add_by(conn, [&hash], row)?))
}

/// One row, with its patch.
pub fn by_id(conn: &Connection, stamp: SourceStampId) -> Result<Option<SourceStamp>, StorageError> {
    let sql = columns_from(&["FROM sourcestamps LEFT JOIN patches ON patches.id = patchid WHERE sourcestamps.id = ?"]);
    Ok(select(conn, &sql, stamp.0)?.pop())
}

/// Those of a buildset, in the order in which they were given.
pub fn of_buildset(conn: &Connection, buildset: BuildsetId) -> Result<Vec<SourceStamp>, StorageError> {
    let sql = columns_from(&[
        "FROM buildset_sourcestamps AS link JOIN sourcestamps ON sourcestamps.id = link.sourcestampid",
        "LEFT JOIN patches ON patches.id = patchid WHERE link.buildsetid = ? ORDER BY link.id",
    ]);
    select(conn, &sql, buildset.0)
}

/// Those of the buildset that a build was made for.
pub fn of_build(conn: &Connection, build: BuildId) -> Result<Vec<SourceStamp>, StorageError> {
    let sql = columns_from(&[
        "FROM builds JOIN buildrequests ON buildrequests.id = builds.buildrequestid",
        "JOIN buildset_sourcestamps AS link ON link.buildsetid = buildrequests.buildsetid",
        "JOIN sourcestamps ON sourcestamps.id = link.sourcestampid",
        "LEFT JOIN patches ON patches.id = patchid WHERE builds.id = ? ORDER BY link.id",
    ]);
    select(conn, &sql, build.0)
}

fn columns_from(from: &[&str]) -> String {
    format!("SELECT {COLUMNS} {}", from.join(" "))
}

fn select(conn: &Connection, sql: &str, parameter: i64) -> Result<Vec<SourceStamp>, StorageError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([parameter])?;
    let mut stamps = Vec::new();
    while let Some(row) = rows.next()? {
        stamps.push(from_row(row)?);
    }
    Ok(stamps)
}

fn from_row(row: &Row<'_>) -> Result<SourceStamp, StorageError> {
    let has_patch: Option<i64> = row.get(7)?;
    let patch = match (has_patch, row.get::<_, Option<String>>(9)?) {
        (Some(id), Some(text)) => Some(Patch {
            level: row.get(8)?,
            body: BASE64
                .decode(text.trim())
                .map_err(|error| StorageError::Corrupt(format!("patch {id} is no base64: {error}")))?,
            author: row.get(10)?,
            comment: row.get(11)?,
            subdir: row.get(12)?,
        }),
        _ => None,
    };
    Ok(SourceStamp {
        id: Some(SourceStampId(row.get(0)?)),
        branch: row.get(1)?,
        revision: row.get(2)?,
        repository: row.get(3)?,
        project: row.get(4)?,
        codebase: row.get(5)?,
        created_at: row.get(6)?,
        patch,
    })
}

fn add_patch(conn: &Connection, patch: &Patch) -> Result<i64, StorageError> {
    let mut add = conn.prepare_cached(
        "INSERT INTO patches (patchlevel, patch_base64, patch_author, patch_comment, subdir) VALUES (?, ?, ?, ?, ?)",
    )?;
    Ok(add.insert(params![patch.level, BASE64.encode(&patch.body), patch.author, patch.comment, patch.subdir])?)
}
