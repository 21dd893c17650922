//! Data that steps attached to builds: listed without their values, which are downloads.

use ferrobot_model::BuildId;
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::builds;
use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "build_data",
    plural: "build_data",
    fields: &[
        Field::new("buildid", Type::Integer, Column::Own("build_data.buildid")),
        Field::new("name", Type::String, Column::Own("build_data.name")),
        Field::new("length", Type::Integer, Column::Own("build_data.length")),
        Field::nullable("value", Type::Binary, Column::Own("NULL")),
        Field::new("source", Type::String, Column::Own("build_data.source")),
    ],
};

const SOURCE: Source = Source {
    columns: "build_data.buildid, build_data.name, build_data.length, build_data.source",
    from: "build_data",
    key: "build_data.id",
    id: None,
};

pub(crate) fn single(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    let (build, name) = names(conn, path)?;
    let scope = Scope::all().only("build_data.buildid = ?", build).only("build_data.name = ?", name);
    select::one(conn, &SOURCE, &scope, to_json)
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let (build, _) = names(conn, path)?;
    let scope = Scope::all().only("build_data.buildid = ?", build).with_total();
    select::list(conn, (&ENTITY, &SOURCE), &scope, spec, to_json)
}

/// Name and value.
pub(crate) fn value(conn: &Connection, path: &Arguments) -> Result<Option<(String, Vec<u8>)>, StorageError> {
    let (build, name) = names(conn, path)?;
    let value = ferrobot_storage::builds::data(conn, BuildId(build), &name)?;
    Ok(value.map(|value| (name, value)))
}

fn names(conn: &Connection, path: &Arguments) -> Result<(i64, String), StorageError> {
    let build = builds::id_of(conn, path)?.map_or(-1, |build| build.0);
    Ok((build, path.text("name").unwrap_or_default().to_owned()))
}

fn to_json(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    Ok(json!({
        "buildid": row.get::<_, i64>(0)?,
        "name": row.get::<_, String>(1)?,
        "value": Value::Null,
        "length": row.get::<_, i64>(2)?,
        "source": row.get::<_, String>(3)?,
    }))
}
