//! Masters.

use ferrobot_model::MasterId;
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "master",
    plural: "masters",
    fields: &[
        Field::new("masterid", Type::Integer, Column::Own("masters.id")),
        Field::new("name", Type::String, Column::Own("masters.name")),
        Field::new("active", Type::Boolean, Column::Own("masters.active")),
        Field::new("last_active", Type::DateTime, Column::Own("masters.last_active")),
    ],
};

const SOURCE: Source = Source {
    columns: "masters.id, masters.name, masters.active, masters.last_active",
    from: "masters",
    key: "masters.id",
    id: None,
};

const OF_BUILDER: &str = "masters.id IN (SELECT masterid FROM builder_masters WHERE builderid = ?)";

/// One master as the API and the events show it.
pub(crate) fn master_by_id(conn: &Connection, id: MasterId) -> Result<Option<Value>, StorageError> {
    select::one(conn, &SOURCE, &Scope::all().only("masters.id = ?", id.0), to_json)
}

pub(crate) fn single(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    let scope = of_builder(path).only("masters.id = ?", path.integer("masterid").unwrap_or(-1));
    select::one(conn, &SOURCE, &scope, to_json)
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    select::list(conn, (&ENTITY, &SOURCE), &of_builder(path).with_total(), spec, to_json)
}

fn of_builder(path: &Arguments) -> Scope {
    match path.integer("builderid") {
        Some(builder) => Scope::all().only(OF_BUILDER, builder),
        None => Scope::all(),
    }
}

fn to_json(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    joined(row, 0)
}

/// The master of a scheduler or a change source: four columns of a left join, from `first` on.
pub(crate) fn joined(row: &Row<'_>, first: usize) -> Result<Value, StorageError> {
    let Some(id) = row.get::<_, Option<i64>>(first)? else { return Ok(Value::Null) };
    Ok(json!({
        "masterid": id,
        "name": row.get::<_, String>(first + 1)?,
        "active": row.get::<_, i64>(first + 2)? != 0,
        "last_active": row.get::<_, i64>(first + 3)?,
    }))
}
