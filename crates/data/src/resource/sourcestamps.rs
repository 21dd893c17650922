//! Source stamps, with their patches. The text of a patch is not shown.

use ferrobot_model::{BuildsetId, SourceStampId};
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{self, Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

static PATCH: Entity = Entity {
    name: "patch",
    plural: "patches",
    fields: &[
        Field::new("patchid", Type::Integer, Column::Opaque),
        Field::new("body", Type::Binary, Column::Opaque),
        Field::new("level", Type::Integer, Column::Opaque),
        Field::new("subdir", Type::String, Column::Opaque),
        Field::new("author", Type::String, Column::Opaque),
        Field::new("comment", Type::String, Column::Opaque),
    ],
};

pub(crate) static ENTITY: Entity = Entity {
    name: "sourcestamp",
    plural: "sourcestamps",
    fields: &[
        Field::new("ssid", Type::Integer, Column::Own("sourcestamps.id")),
        Field::nullable("revision", Type::String, Column::Own("sourcestamps.revision")),
        Field::nullable("branch", Type::String, Column::Own("sourcestamps.branch")),
        Field::new("repository", Type::String, Column::Own("sourcestamps.repository")),
        Field::new("project", Type::String, Column::Own("sourcestamps.project")),
        Field::new("codebase", Type::String, Column::Own("sourcestamps.codebase")),
        Field::nullable("patch", Type::Entity(&PATCH), Column::Opaque),
        Field::new("created_at", Type::DateTime, Column::Own("sourcestamps.created_at")),
    ],
};

const SOURCE: Source = Source {
    columns: "sourcestamps.id, sourcestamps.branch, sourcestamps.revision, sourcestamps.project, \
              sourcestamps.repository, sourcestamps.codebase, sourcestamps.created_at, patches.id, \
              patches.patchlevel, patches.subdir, patches.patch_author, patches.patch_comment",
    from: "sourcestamps LEFT JOIN patches ON patches.id = sourcestamps.patchid",
    key: "sourcestamps.id",
    id: Some("sourcestamps.id"),
};

const OF_BUILDSET: &str = "sourcestamps.id IN (SELECT sourcestampid FROM buildset_sourcestamps WHERE buildsetid = ?)";

/// One source stamp as the API and the events show it.
pub(crate) fn sourcestamp_by_id(conn: &Connection, id: SourceStampId) -> Result<Option<Value>, StorageError> {
    select::one(conn, &SOURCE, &Scope::all().only("sourcestamps.id = ?", id.0), to_json)
}

/// The source stamps of a buildset.
pub(crate) fn of_buildset(conn: &Connection, buildset: BuildsetId) -> Result<Vec<Value>, StorageError> {
    let scope = Scope::all().only(OF_BUILDSET, buildset.0);
    select::all(conn, &SOURCE, &scope, to_json)
}

pub(crate) fn single(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    sourcestamp_by_id(conn, SourceStampId(path.integer("ssid").unwrap_or(-1)))
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let scope = match path.text("buildsetid") {
        Some(buildset) => Scope::all().only(OF_BUILDSET, field::integer(buildset).unwrap_or(-1)),
        None => Scope::all(),
    };
    select::list(conn, (&ENTITY, &SOURCE), &scope.with_total(), spec, to_json)
}

/// Further rows of a long list.
pub(crate) fn part(conn: &Connection, ids: &[i64]) -> Result<Vec<Value>, StorageError> {
    select::by_ids(conn, &SOURCE, ids, to_json)
}

fn to_json(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    let patch = match row.get::<_, Option<i64>>(7)? {
        None => Value::Null,
        Some(patch) => json!({
            "patchid": patch,
            "level": row.get::<_, i64>(8)?,
            "subdir": row.get::<_, Option<String>>(9)?,
            "author": row.get::<_, String>(10)?,
            "comment": row.get::<_, String>(11)?,
            "body": Value::Null,
        }),
    };
    Ok(json!({
        "ssid": row.get::<_, i64>(0)?,
        "branch": row.get::<_, Option<String>>(1)?,
        "revision": row.get::<_, Option<String>>(2)?,
        "project": row.get::<_, String>(3)?,
        "repository": row.get::<_, String>(4)?,
        "codebase": row.get::<_, String>(5)?,
        "created_at": row.get::<_, i64>(6)?,
        "patch": patch,
    }))
}
