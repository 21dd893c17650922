//! Schedulers, with the master that runs each.

use ferrobot_model::SchedulerId;
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::masters;
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "scheduler",
    plural: "schedulers",
    fields: &[
        Field::new("schedulerid", Type::Integer, Column::Own("schedulers.id")),
        Field::new("name", Type::String, Column::Own("schedulers.name")),
        Field::new("enabled", Type::Boolean, Column::Own("schedulers.enabled")),
        Field::nullable("master", Type::Entity(&masters::ENTITY), Column::Opaque),
    ],
};

const SOURCE: Source = Source {
    columns: "schedulers.id, schedulers.name, schedulers.enabled, \
              masters.id, masters.name, masters.active, masters.last_active",
    from: "schedulers LEFT JOIN scheduler_masters ON scheduler_masters.schedulerid = schedulers.id \
           LEFT JOIN masters ON masters.id = scheduler_masters.masterid",
    key: "schedulers.id",
    id: None,
};

/// One scheduler as the API and the events show it.
pub(crate) fn scheduler_by_id(conn: &Connection, id: SchedulerId) -> Result<Option<Value>, StorageError> {
    select::one(conn, &SOURCE, &Scope::all().only("schedulers.id = ?", id.0), to_json)
}

pub(crate) fn single(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    let scope = of_master(path).only("schedulers.id = ?", path.integer("schedulerid").unwrap_or(-1));
    select::one(conn, &SOURCE, &scope, to_json)
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    select::list(conn, (&ENTITY, &SOURCE), &of_master(path).with_total(), spec, to_json)
}

fn of_master(path: &Arguments) -> Scope {
    match path.integer("masterid") {
        Some(master) => Scope::all().only("scheduler_masters.masterid = ?", master),
        None => Scope::all(),
    }
}

fn to_json(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    Ok(json!({
        "schedulerid": row.get::<_, i64>(0)?,
        "name": row.get::<_, String>(1)?,
        "enabled": row.get::<_, Option<i64>>(2)?.unwrap_or(1) != 0,
        "master": masters::joined(row, 3)?,
    }))
}
