//! Builds, with those of a request, of a change, of a worker, and those that another build triggered.

use ferrobot_model::BuildId;
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::Connection;
use ferrobot_storage::rusqlite::Row;
use ferrobot_storage::rusqlite::types::Value as SqlValue;
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::resource::{builders, properties};
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "build",
    plural: "builds",
    fields: &[
        Field::new("buildid", Type::Integer, Column::Pushed("builds.id")),
        Field::new("number", Type::Integer, Column::Pushed("builds.number")),
        Field::new("builderid", Type::Integer, Column::Pushed("builds.builderid")),
        Field::new("buildrequestid", Type::Integer, Column::Pushed("builds.buildrequestid")),
        Field::new("workerid", Type::Integer, Column::Pushed("builds.workerid")),
        Field::new("masterid", Type::Integer, Column::Pushed("builds.masterid")),
        Field::new("started_at", Type::DateTime, Column::Pushed("builds.started_at")),
        Field::new(
            "complete",
            Type::Boolean,
            Column::Flag { yes: "builds.complete_at IS NOT NULL", no: "builds.complete_at IS NULL" },
        ),
        Field::nullable("complete_at", Type::DateTime, Column::Pushed("builds.complete_at")),
        Field::new("locks_duration_s", Type::Integer, Column::Pushed("builds.locks_duration_s")),
        Field::nullable("results", Type::Integer, Column::Pushed("builds.results")),
        Field::new("state_string", Type::String, Column::Pushed("builds.state_string")),
        Field::nullable("properties", Type::SourcedProperties, Column::Opaque),
    ],
};

const SOURCE: Source = Source {
    columns: "builds.id, builds.number, builds.builderid, builds.buildrequestid, builds.workerid, builds.masterid, \
              builds.started_at, builds.complete_at, builds.locks_duration_s, builds.state_string, builds.results",
    from: "builds",
    key: "builds.id",
    id: Some("builds.id"),
};

const OF_CHANGE: &str = "builds.buildrequestid IN (\
    SELECT buildrequests.id FROM changes \
    JOIN buildset_sourcestamps ON buildset_sourcestamps.sourcestampid = changes.sourcestampid \
    JOIN buildrequests ON buildrequests.buildsetid = buildset_sourcestamps.buildsetid \
    WHERE changes.changeid = ?)";

// What a build triggers is younger than what asked for the build: the bound spares a scan of the whole past.
const TRIGGERED_BY: &str = "builds.buildrequestid IN (\
    SELECT buildrequests.id FROM builds AS parent \
    JOIN buildrequests AS own ON own.id = parent.buildrequestid \
    JOIN buildsets ON buildsets.id > own.buildsetid AND buildsets.parent_buildid = parent.id \
    JOIN buildrequests ON buildrequests.buildsetid = buildsets.id \
    WHERE parent.id = ?)";

/// One build as the API and the events show it.
pub(crate) fn build_by_id(conn: &Connection, id: BuildId) -> Result<Option<Value>, StorageError> {
    select::one(conn, &SOURCE, &Scope::all().only("builds.id = ?", id.0), |conn, row| to_json(conn, row, &[]))
}

pub(crate) fn single(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Option<Value>, StorageError> {
    let Some(id) = id_of(conn, path)? else { return Ok(None) };
    let scope = Scope::all().only("builds.id = ?", id.0);
    select::one(conn, &SOURCE, &scope, |conn, row| to_json(conn, row, &spec.properties))
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let scope = if let Some(request) = path.integer("buildrequestid") {
        Scope::all().only("builds.buildrequestid = ?", request)
    } else if let Some(change) = path.integer("changeid") {
        Scope::all().only(OF_CHANGE, change).with_total()
    } else if let Some(worker) = path.integer("workerid") {
        Scope::all().only("builds.workerid = ?", worker)
    } else if path.is_empty() {
        Scope::all()
    } else {
        let builder = builders::id_of(conn, path)?.unwrap_or(-1);
        Scope::all().only("builds.builderid = ?", builder).sorted_by("builds.number")
    };
    list_scope(conn, &scope, spec)
}

pub(crate) fn triggered(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let parent = path.integer("buildid").unwrap_or(-1);
    list_scope(conn, &Scope::all().only(TRIGGERED_BY, parent).with_total(), spec)
}

/// The build that a path names, by its id or by builder and number.
pub(crate) fn id_of(conn: &Connection, path: &Arguments) -> Result<Option<BuildId>, StorageError> {
    if let Some(id) = path.integer("buildid") {
        return Ok(Some(BuildId(id)));
    }
    let (Some(builder), Some(number)) = (builders::id_of(conn, path)?, path.integer("build_number")) else {
        return Ok(None);
    };
    let by_number = "SELECT id FROM builds WHERE builderid = ? AND number = ?";
    let id = select::lookup(conn, by_number, &[SqlValue::Integer(builder), SqlValue::Integer(number)])?;
    Ok(id.map(BuildId))
}

/// Further rows of a long list.
pub(crate) fn part(conn: &Connection, ids: &[i64], spec: &ResultSpec) -> Result<Vec<Value>, StorageError> {
    select::by_ids(conn, &SOURCE, ids, |conn, row| to_json(conn, row, spec.shown_properties()))
}

fn list_scope(conn: &Connection, scope: &Scope, spec: &ResultSpec) -> Result<Listed, RestError> {
    select::list(conn, (&ENTITY, &SOURCE), scope, spec, |conn, row| to_json(conn, row, spec.shown_properties()))
}

fn to_json(conn: &Connection, row: &Row<'_>, properties: &[String]) -> Result<Value, StorageError> {
    let id: i64 = row.get(0)?;
    let complete_at: Option<i64> = row.get(7)?;
    let properties = if properties.is_empty() {
        serde_json::Map::new()
    } else {
        properties::of_build(conn, BuildId(id), Some(properties))?
    };
    Ok(json!({
        "buildid": id,
        "number": row.get::<_, i64>(1)?,
        "builderid": row.get::<_, i64>(2)?,
        "buildrequestid": row.get::<_, i64>(3)?,
        "workerid": row.get::<_, Option<i64>>(4)?,
        "masterid": row.get::<_, i64>(5)?,
        "started_at": row.get::<_, i64>(6)?,
        "complete_at": complete_at,
        "locks_duration_s": row.get::<_, i64>(8)?,
        "complete": complete_at.is_some(),
        "state_string": row.get::<_, String>(9)?,
        "results": row.get::<_, Option<i64>>(10)?,
        "properties": properties,
    }))
}
