//! Properties of builds, buildsets and changes: as a bag `{name: [value, source]}` and as a list.

use ferrobot_model::{BuildId, BuildsetId, ChangeId};
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Map, Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::resource::{builds, memory};
use crate::rest::{RestError, ResultSpec};
use crate::{Layout, python_json};

/// A bag has no fields of its own.
pub(crate) static BAG: Entity = Entity { name: "sourcedproperties", plural: "properties", fields: &[] };

pub(crate) static ENTITY: Entity = Entity {
    name: "_property",
    plural: "_properties",
    fields: &[
        Field::new("name", Type::String, Column::Pushed("build_properties.name")),
        Field::new("source", Type::String, Column::Pushed("build_properties.source")),
        Field::new("value", Type::Json, Column::Pushed("build_properties.value")),
    ],
};

const OF_BUILDS: Source = Source {
    columns: "build_properties.name, build_properties.source, build_properties.value",
    from: "build_properties",
    key: "build_properties.rowid",
    id: None,
};

/// The properties of a build; of these names only, when there are names and `*` is not one of them.
pub(crate) fn of_build(
    conn: &Connection,
    build: BuildId,
    names: Option<&[String]>,
) -> Result<Map<String, Value>, StorageError> {
    let mut bag = Map::new();
    let sql = "SELECT name, value, source FROM build_properties WHERE buildid = ? ORDER BY rowid";
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([build.0])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if is_wanted(&name, names) {
            let value = from_text(row.get_ref(1)?.as_str().unwrap_or_default());
            bag.insert(name, json!([value, row.get::<_, String>(2)?]));
        }
    }
    Ok(bag)
}

/// The properties of a buildset, likewise.
pub(crate) fn of_buildset(
    conn: &Connection,
    buildset: BuildsetId,
    names: Option<&[String]>,
) -> Result<Map<String, Value>, StorageError> {
    let sql = "SELECT property_name, property_value FROM buildset_properties WHERE buildsetid = ? ORDER BY rowid";
    pairs(conn, sql, buildset.0, names)
}

/// The properties of a change.
pub(crate) fn of_change(conn: &Connection, change: ChangeId) -> Result<Map<String, Value>, StorageError> {
    let sql = "SELECT property_name, property_value FROM change_properties WHERE changeid = ? ORDER BY rowid";
    pairs(conn, sql, change.0, None)
}

fn pairs(conn: &Connection, sql: &str, id: i64, names: Option<&[String]>) -> Result<Map<String, Value>, StorageError> {
    let mut bag = Map::new();
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        if is_wanted(&name, names) {
            bag.insert(name, from_text(row.get_ref(1)?.as_str().unwrap_or_default()));
        }
    }
    Ok(bag)
}

fn is_wanted(name: &str, names: Option<&[String]>) -> bool {
    names.is_none_or(|names| names.iter().any(|wanted| wanted == name || wanted == "*"))
}

/// A stored value; what is not JSON (Python also writes `NaN`) is shown as text.
fn from_text(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()))
}

pub(crate) fn build_bag(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    match builds::id_of(conn, path)? {
        None => Ok(None),
        Some(build) => Ok(Some(Value::Object(of_build(conn, build, None)?))),
    }
}

pub(crate) fn buildset_bag(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    let buildset = BuildsetId(path.integer("bsid").unwrap_or(-1));
    Ok(Some(Value::Object(of_buildset(conn, buildset, None)?)))
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    if let Some(build) = path.integer("buildid") {
        let scope = Scope::all().only("build_properties.buildid = ?", build);
        return select::list(conn, (&ENTITY, &OF_BUILDS), &scope, spec, to_json);
    }
    let bag = match path.integer("changeid") {
        Some(change) => of_change(conn, ChangeId(change))?,
        None => of_buildset(conn, BuildsetId(path.integer("bsid").unwrap_or(-1)), None)?,
    };
    let rows = bag.into_iter().map(|(name, pair)| {
        let source = pair.get(1).cloned().unwrap_or_default();
        let value = pair.get(0).map(|value| python_json(value, Layout::Spaced));
        json!({"name": name, "source": source, "value": value})
    });
    memory::list(&ENTITY, rows.collect(), spec)
}

fn to_json(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    Ok(json!({
        "name": row.get::<_, String>(0)?,
        "source": row.get::<_, String>(1)?,
        "value": row.get::<_, String>(2)?,
    }))
}
