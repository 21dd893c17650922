//! Tables `builders`, `builders_tags`, `tags` and `builder_masters`.

use std::collections::{BTreeMap, BTreeSet};

use ferrobot_model::{BuilderId, MasterId, ProjectId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{StorageError, named::Named};

const BUILDERS: Named = Named {
    find: "SELECT id FROM builders WHERE name_hash = ?",
    add: "INSERT INTO builders (name, name_hash) VALUES (?, ?)",
};

const TAGS: Named =
    Named { find: "SELECT id FROM tags WHERE name_hash = ?", add: "INSERT INTO tags (name, name_hash) VALUES (?, ?)" };

/// What the configuration says about a builder.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct BuilderInfo {
    /// Description, as written.
    pub description: Option<String>,
    /// `markdown` or none.
    pub description_format: Option<String>,
    /// Rendered description.
    pub description_html: Option<String>,
    /// Its project.
    pub project: Option<ProjectId>,
    /// Its tags.
    pub tags: Vec<String>,
}

/// The row of this name, made when there is none.
pub fn find_or_add(conn: &Connection, name: &str) -> Result<BuilderId, StorageError> {
    Ok(BuilderId(BUILDERS.find_or_add(conn, name)?))
}

/// Sets description, project and tags.
pub fn set_info(conn: &Connection, builder: BuilderId, info: &BuilderInfo) -> Result<(), StorageError> {
    conn.prepare_cached(
        "UPDATE builders SET description = ?, description_format = ?, description_html = ?, projectid = ? WHERE id = ?",
    )?
    .execute(params![
        info.description,
        info.description_format,
        info.description_html,
        info.project.map(|project| project.0),
        builder.0
    ])?;
    let wanted: BTreeSet<i64> = info.tags.iter().map(|tag| TAGS.find_or_add(conn, tag)).collect::<Result<_, _>>()?;
    let present = ids(conn, "SELECT tagid FROM builders_tags WHERE builderid = ?", builder.0)?;
    for tag in present.difference(&wanted) {
        conn.prepare_cached("DELETE FROM builders_tags WHERE builderid = ? AND tagid = ?")?
            .execute(params![builder.0, tag])?;
    }
    for tag in wanted.difference(&present) {
        conn.prepare_cached("INSERT INTO builders_tags (builderid, tagid) VALUES (?, ?)")?
            .execute(params![builder.0, tag])?;
    }
    Ok(())
}

/// What a new list of builders changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ListChange {
    /// Builders that this master did not have before, with their names.
    pub started: Vec<(BuilderId, String)>,
    /// Builders that it no longer has, with their names.
    pub stopped: Vec<(BuilderId, String)>,
}

/// Makes `builders` those of the master.
pub fn set_of_master(conn: &Connection, master: MasterId, builders: &[BuilderId]) -> Result<ListChange, StorageError> {
    let present = names_of_master(conn, master)?;
    let wanted: BTreeSet<BuilderId> = builders.iter().copied().collect();
    let mut change = ListChange::default();
    for (builder, name) in &present {
        if !wanted.contains(builder) {
            conn.prepare_cached("DELETE FROM builder_masters WHERE builderid = ? AND masterid = ?")?
                .execute(params![builder.0, master.0])?;
            change.stopped.push((*builder, name.clone()));
        }
    }
    for builder in wanted {
        if !present.contains_key(&builder) {
            conn.prepare_cached("INSERT INTO builder_masters (builderid, masterid) VALUES (?, ?)")?
                .execute(params![builder.0, master.0])?;
            change.started.push((builder, name(conn, builder)?.unwrap_or_default()));
        }
    }
    Ok(change)
}

/// The name of a builder.
pub fn name(conn: &Connection, builder: BuilderId) -> Result<Option<String>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT name FROM builders WHERE id = ?")?;
    Ok(statement.query_row([builder.0], |row| row.get(0)).optional()?)
}

fn names_of_master(conn: &Connection, master: MasterId) -> Result<BTreeMap<BuilderId, String>, StorageError> {
    let mut statement = conn.prepare_cached(
        "SELECT builders.id, builders.name FROM builder_masters JOIN builders ON builders.id = builderid
         WHERE masterid = ?",
    )?;
    let rows = statement.query_map([master.0], |row| Ok((BuilderId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Ids that a statement with one parameter selects.
pub(crate) fn ids(conn: &Connection, sql: &str, parameter: i64) -> Result<BTreeSet<i64>, StorageError> {
    let mut statement = conn.prepare_cached(sql)?;
    let rows = statement.query_map([parameter], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
