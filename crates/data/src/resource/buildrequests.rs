//! Requests for builds, with who claimed them.

use ferrobot_model::{BuildRequestId, BuildsetId};
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::properties;
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "buildrequest",
    plural: "buildrequests",
    fields: &[
        Field::new("buildrequestid", Type::Integer, Column::Pushed("buildrequests.id")),
        Field::new("buildsetid", Type::Integer, Column::Pushed("buildrequests.buildsetid")),
        Field::new("builderid", Type::Integer, Column::Pushed("buildrequests.builderid")),
        Field::new("priority", Type::Integer, Column::Pushed("buildrequests.priority")),
        Field::new(
            "claimed",
            Type::Boolean,
            Column::Flag { yes: "buildrequest_claims.brid IS NOT NULL", no: "buildrequest_claims.brid IS NULL" },
        ),
        Field::nullable("claimed_at", Type::DateTime, Column::Pushed("buildrequest_claims.claimed_at")),
        Field::nullable("claimed_by_masterid", Type::Integer, Column::Pushed("buildrequest_claims.masterid")),
        Field::new("complete", Type::Boolean, Column::Pushed("buildrequests.complete")),
        Field::nullable("results", Type::Integer, Column::Pushed("buildrequests.results")),
        Field::new("submitted_at", Type::DateTime, Column::Pushed("buildrequests.submitted_at")),
        Field::nullable("complete_at", Type::DateTime, Column::Pushed("buildrequests.complete_at")),
        Field::new("waited_for", Type::Boolean, Column::Pushed("buildrequests.waited_for")),
        Field::nullable("properties", Type::SourcedProperties, Column::Opaque),
    ],
};

const SOURCE: Source = Source {
    columns: "buildrequests.id, buildrequests.buildsetid, buildrequests.builderid, buildrequests.priority, \
              buildrequest_claims.claimed_at, buildrequest_claims.masterid, buildrequests.complete, \
              buildrequests.results, buildrequests.submitted_at, buildrequests.complete_at, buildrequests.waited_for",
    from: "buildrequests LEFT JOIN buildrequest_claims ON buildrequest_claims.brid = buildrequests.id",
    key: "buildrequests.id",
    id: Some("buildrequests.id"),
};

/// One request as the API and the events show it.
pub(crate) fn buildrequest_by_id(conn: &Connection, id: BuildRequestId) -> Result<Option<Value>, StorageError> {
    let scope = Scope::all().only("buildrequests.id = ?", id.0);
    select::one(conn, &SOURCE, &scope, |conn, row| to_json(conn, row, &[]))
}

pub(crate) fn single(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Option<Value>, StorageError> {
    let scope = Scope::all().only("buildrequests.id = ?", path.integer("buildrequestid").unwrap_or(-1));
    select::one(conn, &SOURCE, &scope, |conn, row| to_json(conn, row, &spec.properties))
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let scope = match path.integer("builderid") {
        Some(builder) => Scope::all().only("buildrequests.builderid = ?", builder),
        None => Scope::all(),
    };
    select::list(conn, (&ENTITY, &SOURCE), &scope, spec, |conn, row| to_json(conn, row, spec.shown_properties()))
}

/// Further rows of a long list.
pub(crate) fn part(conn: &Connection, ids: &[i64], spec: &ResultSpec) -> Result<Vec<Value>, StorageError> {
    select::by_ids(conn, &SOURCE, ids, |conn, row| to_json(conn, row, spec.shown_properties()))
}

fn to_json(conn: &Connection, row: &Row<'_>, properties: &[String]) -> Result<Value, StorageError> {
    let buildset: i64 = row.get(1)?;
    let claimed_by: Option<i64> = row.get(5)?;
    let properties = if properties.is_empty() {
        Value::Null
    } else {
        Value::Object(properties::of_buildset(conn, BuildsetId(buildset), Some(properties))?)
    };
    Ok(json!({
        "buildrequestid": row.get::<_, i64>(0)?,
        "buildsetid": buildset,
        "builderid": row.get::<_, i64>(2)?,
        "priority": row.get::<_, i64>(3)?,
        "claimed": claimed_by.is_some(),
        "claimed_at": row.get::<_, Option<i64>>(4)?,
        "claimed_by_masterid": claimed_by,
        "complete": row.get::<_, Option<i64>>(6)?.unwrap_or(0) != 0,
        "results": row.get::<_, Option<i64>>(7)?,
        "submitted_at": row.get::<_, i64>(8)?,
        "complete_at": row.get::<_, Option<i64>>(9)?,
        "waited_for": row.get::<_, Option<i64>>(10)?.unwrap_or(0) != 0,
        "properties": properties,
    }))
}
