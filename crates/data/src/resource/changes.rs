//! Changes: all of them, those of a build, that of a source stamp.

use ferrobot_model::{ChangeId, SourceStampId};
use ferrobot_storage::StorageError;
use ferrobot_storage::changes as rows;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::resource::{builds, memory, properties, sourcestamps};
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "change",
    plural: "changes",
    fields: &[
        Field::new("changeid", Type::Integer, Column::Pushed("changes.changeid")),
        Field::new(
            "parent_changeids",
            Type::List(&Type::Integer),
            Column::Members {
                query: "SELECT changes.parent_changeids",
                sort: "coalesce(printf('%020d', changes.parent_changeids), '')",
            },
        ),
        Field::new("author", Type::String, Column::Pushed("changes.author")),
        Field::new("committer", Type::String, Column::Pushed("changes.committer")),
        Field::new(
            "files",
            Type::List(&Type::String),
            Column::Members {
                query: "SELECT filename FROM change_files WHERE change_files.changeid = changes.changeid",
                sort: "(SELECT coalesce(group_concat(filename, char(1)), '') FROM \
                       (SELECT filename FROM change_files WHERE change_files.changeid = changes.changeid \
                       ORDER BY rowid))",
            },
        ),
        Field::new("comments", Type::String, Column::Pushed("changes.comments")),
        Field::nullable("revision", Type::String, Column::Pushed("changes.revision")),
        Field::new("when_timestamp", Type::Integer, Column::Pushed("changes.when_timestamp")),
        Field::nullable("branch", Type::String, Column::Pushed("changes.branch")),
        Field::nullable("category", Type::String, Column::Pushed("changes.category")),
        Field::nullable("revlink", Type::String, Column::Pushed("changes.revlink")),
        Field::new("properties", Type::SourcedProperties, Column::Opaque),
        Field::new("repository", Type::String, Column::Pushed("changes.repository")),
        Field::new("project", Type::String, Column::Pushed("changes.project")),
        Field::new("codebase", Type::String, Column::Pushed("changes.codebase")),
        Field::new("sourcestamp", Type::Entity(&sourcestamps::ENTITY), Column::Opaque),
    ],
};

const SOURCE: Source = Source {
    columns: "changes.changeid, changes.author, changes.committer, changes.comments, changes.branch, \
              changes.revision, changes.revlink, changes.when_timestamp, changes.category, \
              changes.parent_changeids, changes.repository, changes.codebase, changes.project, changes.sourcestampid",
    from: "changes",
    key: "changes.changeid",
    id: Some("changes.changeid"),
};

/// One change as the API and the events show it.
pub(crate) fn change_by_id(conn: &Connection, id: ChangeId) -> Result<Option<Value>, StorageError> {
    of_id(conn, id, &ResultSpec::default())
}

pub(crate) fn single(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Option<Value>, StorageError> {
    of_id(conn, ChangeId(path.integer("changeid").unwrap_or(-1)), spec)
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    if path.is_empty() {
        let scope = Scope::all().newest_first();
        return select::list(conn, (&ENTITY, &SOURCE), &scope, spec, |conn, row| to_json(conn, row, spec));
    }
    let ids = match path.integer("ssid") {
        Some(stamp) => rows::newest_of_sourcestamp(conn, SourceStampId(stamp))?.into_iter().collect(),
        None => match builds::id_of(conn, path)? {
            Some(build) => rows::ids_of_build(conn, build)?,
            None => Vec::new(),
        },
    };
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        found.extend(of_id(conn, id, &ResultSpec::default())?);
    }
    memory::list(&ENTITY, found, spec)
}

/// Further rows of a long list.
pub(crate) fn part(conn: &Connection, ids: &[i64], spec: &ResultSpec) -> Result<Vec<Value>, StorageError> {
    select::by_ids(conn, &SOURCE, ids, |conn, row| to_json(conn, row, spec))
}

fn of_id(conn: &Connection, id: ChangeId, spec: &ResultSpec) -> Result<Option<Value>, StorageError> {
    let scope = Scope::all().only("changes.changeid = ?", id.0);
    select::one(conn, &SOURCE, &scope, |conn, row| to_json(conn, row, spec))
}

fn to_json(conn: &Connection, row: &Row<'_>, spec: &ResultSpec) -> Result<Value, StorageError> {
    let id: i64 = row.get(0)?;
    let files = if spec.shows("files") { rows::files(conn, ChangeId(id))? } else { Vec::new() };
    let stamp = SourceStampId(row.get(13)?);
    let stamp = if spec.shows("sourcestamp") { sourcestamps::sourcestamp_by_id(conn, stamp)? } else { None };
    let properties =
        if spec.shows("properties") { properties::of_change(conn, ChangeId(id))? } else { serde_json::Map::new() };
    let parents: Vec<i64> = row.get::<_, Option<i64>>(9)?.into_iter().collect();
    Ok(json!({
        "changeid": id,
        "author": row.get::<_, String>(1)?,
        "committer": row.get::<_, Option<String>>(2)?,
        "comments": row.get::<_, String>(3)?,
        "branch": row.get::<_, Option<String>>(4)?,
        "revision": row.get::<_, Option<String>>(5)?,
        "revlink": row.get::<_, Option<String>>(6)?,
        "when_timestamp": row.get::<_, i64>(7)?,
        "category": row.get::<_, Option<String>>(8)?,
        "parent_changeids": parents,
        "repository": row.get::<_, String>(10)?,
        "codebase": row.get::<_, String>(11)?,
        "project": row.get::<_, String>(12)?,
        "files": files,
        "sourcestamp": stamp,
        "properties": properties,
    }))
}
