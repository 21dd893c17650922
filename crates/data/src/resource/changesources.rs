//! Change sources, with the master that runs each.

use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::masters;
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "changesource",
    plural: "changesources",
    fields: &[
        Field::new("changesourceid", Type::Integer, Column::Own("changesources.id")),
        Field::new("name", Type::String, Column::Own("changesources.name")),
        Field::nullable("master", Type::Entity(&masters::ENTITY), Column::Opaque),
    ],
};

const SOURCE: Source = Source {
    columns: "changesources.id, changesources.name, \
              masters.id, masters.name, masters.active, masters.last_active",
    from: "changesources LEFT JOIN changesource_masters ON changesource_masters.changesourceid = changesources.id \
           LEFT JOIN masters ON masters.id = changesource_masters.masterid",
    key: "changesources.id",
    id: None,
};

pub(crate) fn single(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    let scope = of_master(path).only("changesources.id = ?", path.integer("changesourceid").unwrap_or(-1));
    select::one(conn, &SOURCE, &scope, to_json)
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    select::list(conn, (&ENTITY, &SOURCE), &of_master(path).with_total(), spec, to_json)
}

fn of_master(path: &Arguments) -> Scope {
    match path.integer("masterid") {
        Some(master) => Scope::all().only("changesource_masters.masterid = ?", master),
        None => Scope::all(),
    }
}

fn to_json(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    Ok(json!({
        "changesourceid": row.get::<_, i64>(0)?,
        "name": row.get::<_, String>(1)?,
        "master": masters::joined(row, 2)?,
    }))
}
