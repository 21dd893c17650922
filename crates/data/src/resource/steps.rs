//! Steps of builds.

use ferrobot_model::StepId;
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::types::Value as SqlValue;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::builds;
use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

static URL: Entity = Entity {
    name: "Url",
    plural: "urls",
    fields: &[Field::new("name", Type::String, Column::Opaque), Field::new("url", Type::String, Column::Opaque)],
};

pub(crate) static ENTITY: Entity = Entity {
    name: "step",
    plural: "steps",
    fields: &[
        Field::new("stepid", Type::Integer, Column::Own("steps.id")),
        Field::new("number", Type::Integer, Column::Own("steps.number")),
        Field::new("name", Type::Identifier, Column::Own("steps.name")),
        Field::new("buildid", Type::Integer, Column::Own("steps.buildid")),
        Field::nullable("started_at", Type::DateTime, Column::Own("steps.started_at")),
        Field::nullable("locks_acquired_at", Type::DateTime, Column::Own("steps.locks_acquired_at")),
        Field::new("complete", Type::Boolean, Column::Own("(steps.complete_at IS NOT NULL)")),
        Field::nullable("complete_at", Type::DateTime, Column::Own("steps.complete_at")),
        Field::nullable("results", Type::Integer, Column::Own("steps.results")),
        Field::new("state_string", Type::String, Column::Own("steps.state_string")),
        Field::new("urls", Type::List(&Type::Entity(&URL)), Column::Opaque),
        Field::new("hidden", Type::Boolean, Column::Own("steps.hidden")),
    ],
};

const SOURCE: Source = Source {
    columns: "steps.id, steps.number, steps.name, steps.buildid, steps.started_at, steps.locks_acquired_at, \
              steps.complete_at, steps.state_string, steps.results, steps.urls_json, steps.hidden",
    from: "steps",
    key: "steps.number",
    id: None,
};

/// One step as the API and the events show it.
pub(crate) fn step_by_id(conn: &Connection, id: StepId) -> Result<Option<Value>, StorageError> {
    select::one(conn, &SOURCE, &Scope::all().only("steps.id = ?", id.0), to_json)
}

pub(crate) fn single(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    match id_of(conn, path)? {
        Some(id) => step_by_id(conn, id),
        None => Ok(None),
    }
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let build = builds::id_of(conn, path)?.map_or(-1, |build| build.0);
    let scope = Scope::all().only("steps.buildid = ?", build).with_total();
    select::list(conn, (&ENTITY, &SOURCE), &scope, spec, to_json)
}

/// The step that a path names, by its id or by its build and its number or name.
pub(crate) fn id_of(conn: &Connection, path: &Arguments) -> Result<Option<StepId>, StorageError> {
    if let Some(id) = path.integer("stepid") {
        return Ok(Some(StepId(id)));
    }
    let Some(build) = builds::id_of(conn, path)? else { return Ok(None) };
    let build = SqlValue::Integer(build.0);
    let id = match (path.integer("step_number"), path.text("step_name")) {
        (Some(number), _) => {
            let by_number = "SELECT id FROM steps WHERE buildid = ? AND number = ?";
            select::lookup(conn, by_number, &[build, SqlValue::Integer(number)])?
        }
        (None, Some(name)) => {
            let by_name = "SELECT id FROM steps WHERE buildid = ? AND name = ?";
            select::lookup(conn, by_name, &[build, SqlValue::Text(name.to_owned())])?
        }
        (None, None) => None,
    };
    Ok(id.map(StepId))
}

fn to_json(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    let complete_at: Option<i64> = row.get(6)?;
    let urls: String = row.get(9)?;
    Ok(json!({
        "stepid": row.get::<_, i64>(0)?,
        "number": row.get::<_, i64>(1)?,
        "name": row.get::<_, String>(2)?,
        "buildid": row.get::<_, i64>(3)?,
        "started_at": row.get::<_, Option<i64>>(4)?,
        "locks_acquired_at": row.get::<_, Option<i64>>(5)?,
        "complete": complete_at.is_some(),
        "complete_at": complete_at,
        "state_string": row.get::<_, String>(7)?,
        "results": row.get::<_, Option<i64>>(8)?,
        "urls": serde_json::from_str::<Value>(&urls).unwrap_or_else(|_| json!([])),
        "hidden": row.get::<_, i64>(10)? != 0,
    }))
}
