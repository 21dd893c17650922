//! Buildsets, with their source stamps.

use ferrobot_model::BuildsetId;
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::resource::sourcestamps;
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "buildset",
    plural: "buildsets",
    fields: &[
        Field::new("bsid", Type::Integer, Column::Pushed("buildsets.id")),
        Field::nullable("external_idstring", Type::String, Column::Pushed("buildsets.external_idstring")),
        Field::new("reason", Type::String, Column::Pushed("buildsets.reason")),
        Field::nullable("rebuilt_buildid", Type::Integer, Column::Pushed("buildsets.rebuilt_buildid")),
        Field::new("submitted_at", Type::Integer, Column::Pushed("buildsets.submitted_at")),
        Field::new("complete", Type::Boolean, Column::Pushed("buildsets.complete")),
        Field::nullable("complete_at", Type::Integer, Column::Pushed("buildsets.complete_at")),
        Field::nullable("results", Type::Integer, Column::Pushed("buildsets.results")),
        Field::new("sourcestamps", Type::List(&Type::Entity(&sourcestamps::ENTITY)), Column::Opaque),
        Field::nullable("parent_buildid", Type::Integer, Column::Pushed("buildsets.parent_buildid")),
        Field::nullable("parent_relationship", Type::String, Column::Pushed("buildsets.parent_relationship")),
    ],
};

const SOURCE: Source = Source {
    columns: "buildsets.id, buildsets.external_idstring, buildsets.reason, buildsets.rebuilt_buildid, \
              buildsets.submitted_at, buildsets.complete, buildsets.complete_at, buildsets.results, \
              buildsets.parent_buildid, buildsets.parent_relationship",
    from: "buildsets",
    key: "buildsets.id",
    id: Some("buildsets.id"),
};

/// One buildset as the API and the events show it.
pub(crate) fn buildset_by_id(conn: &Connection, id: BuildsetId) -> Result<Option<Value>, StorageError> {
    let scope = Scope::all().only("buildsets.id = ?", id.0);
    select::one(conn, &SOURCE, &scope, |conn, row| to_json(conn, row, true))
}

pub(crate) fn single(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    buildset_by_id(conn, BuildsetId(path.integer("bsid").unwrap_or(-1)))
}

pub(crate) fn list(conn: &Connection, spec: &ResultSpec) -> Result<Listed, RestError> {
    let stamps = spec.shows("sourcestamps");
    select::list(conn, (&ENTITY, &SOURCE), &Scope::all(), spec, |conn, row| to_json(conn, row, stamps))
}

/// Further rows of a long list.
pub(crate) fn part(conn: &Connection, ids: &[i64], spec: &ResultSpec) -> Result<Vec<Value>, StorageError> {
    select::by_ids(conn, &SOURCE, ids, |conn, row| to_json(conn, row, spec.shows("sourcestamps")))
}

fn to_json(conn: &Connection, row: &Row<'_>, stamps: bool) -> Result<Value, StorageError> {
    let id: i64 = row.get(0)?;
    let stamps = if stamps { sourcestamps::of_buildset(conn, BuildsetId(id))? } else { Vec::new() };
    Ok(json!({
        "bsid": id,
        "external_idstring": row.get::<_, Option<String>>(1)?,
        "reason": row.get::<_, Option<String>>(2)?,
        "rebuilt_buildid": row.get::<_, Option<i64>>(3)?,
        "sourcestamps": stamps,
        "submitted_at": row.get::<_, i64>(4)?,
        "complete": row.get::<_, i64>(5)? != 0,
        "complete_at": row.get::<_, Option<i64>>(6)?,
        "results": row.get::<_, Option<i64>>(7)?,
        "parent_buildid": row.get::<_, Option<i64>>(8)?,
        "parent_relationship": row.get::<_, Option<String>>(9)?,
    }))
}
