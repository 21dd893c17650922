//! Builders, with the masters that run them and their tags.

use ferrobot_model::BuilderId;
use ferrobot_storage::StorageError;
use ferrobot_storage::name_hash;
use ferrobot_storage::rusqlite::types::Value as SqlValue;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "builder",
    plural: "builders",
    fields: &[
        Field::new("builderid", Type::Integer, Column::Own("builders.id")),
        Field::new("name", Type::String, Column::Own("builders.name")),
        Field::new(
            "masterids",
            Type::List(&Type::Integer),
            Column::Members {
                query: "SELECT masterid FROM builder_masters WHERE builderid = builders.id",
                sort: "(SELECT coalesce(group_concat(printf('%020d', masterid), ''), '') FROM \
                       (SELECT masterid FROM builder_masters WHERE builderid = builders.id ORDER BY masterid))",
            },
        ),
        Field::nullable("description", Type::String, Column::Own("builders.description")),
        Field::nullable("description_format", Type::String, Column::Own("builders.description_format")),
        Field::nullable("description_html", Type::String, Column::Own("builders.description_html")),
        Field::nullable("projectid", Type::Integer, Column::Own("builders.projectid")),
        Field::new(
            "tags",
            Type::List(&Type::String),
            Column::Members {
                query: "SELECT tags.name FROM builders_tags JOIN tags ON tags.id = builders_tags.tagid \
                        WHERE builders_tags.builderid = builders.id",
                sort: "(SELECT coalesce(group_concat(name, char(1)), '') FROM (SELECT tags.name FROM builders_tags \
                       JOIN tags ON tags.id = builders_tags.tagid WHERE builders_tags.builderid = builders.id \
                       ORDER BY builders_tags.id))",
            },
        ),
    ],
};

const SOURCE: Source = Source {
    columns: "builders.id, builders.name, builders.description, builders.description_format, \
              builders.description_html, builders.projectid",
    from: "builders",
    key: "builders.id",
    id: None,
};

const OF_MASTER: &str = "builders.id IN (SELECT builderid FROM builder_masters WHERE masterid = ?)";
const OF_WORKER: &str = "builders.id IN (SELECT builder_masters.builderid FROM configured_workers \
    JOIN builder_masters ON builder_masters.id = configured_workers.buildermasterid \
    WHERE configured_workers.workerid = ?)";

/// One builder as the API and the events show it.
pub(crate) fn builder_by_id(conn: &Connection, id: BuilderId) -> Result<Option<Value>, StorageError> {
    let all = ResultSpec::default();
    select::one(conn, &SOURCE, &Scope::all().only("builders.id = ?", id.0), |conn, row| to_json(conn, row, &all))
}

pub(crate) fn single(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Option<Value>, StorageError> {
    let Some(id) = id_of(conn, path)? else { return Ok(None) };
    let mut scope = Scope::all().only("builders.id = ?", id);
    if let Some(master) = path.integer("masterid") {
        scope = scope.only(OF_MASTER, master);
    }
    select::one(conn, &SOURCE, &scope, |conn, row| to_json(conn, row, spec))
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let scope = if let Some(master) = path.integer("masterid") {
        Scope::all().only(OF_MASTER, master)
    } else if let Some(project) = path.integer("projectid") {
        Scope::all().only("builders.projectid = ?", project)
    } else if let Some(worker) = path.integer("workerid") {
        Scope::all().only(OF_WORKER, worker)
    } else {
        Scope::all()
    };
    select::list(conn, (&ENTITY, &SOURCE), &scope.with_total(), spec, |conn, row| to_json(conn, row, spec))
}

/// The builder that a path names, by its id or by its name. An id need not exist.
pub(crate) fn id_of(conn: &Connection, path: &Arguments) -> Result<Option<i64>, StorageError> {
    if let Some(id) = path.integer("builderid") {
        return Ok(Some(id));
    }
    let Some(name) = path.text("buildername") else { return Ok(None) };
    select::lookup(conn, "SELECT id FROM builders WHERE name_hash = ?", &[SqlValue::Text(name_hash(name))])
}

fn to_json(conn: &Connection, row: &Row<'_>, spec: &ResultSpec) -> Result<Value, StorageError> {
    let id: i64 = row.get(0)?;
    let masters = "SELECT masterid FROM builder_masters WHERE builderid = ? ORDER BY masterid";
    let masters: Vec<i64> = if spec.shows("masterids") { select::column(conn, masters, id)? } else { Vec::new() };
    let tags = "SELECT tags.name FROM builders_tags JOIN tags ON tags.id = builders_tags.tagid \
                WHERE builders_tags.builderid = ? ORDER BY builders_tags.id";
    let tags: Vec<String> = if spec.shows("tags") { select::column(conn, tags, id)? } else { Vec::new() };
    Ok(json!({
        "builderid": id,
        "name": row.get::<_, String>(1)?,
        "masterids": masters,
        "description": row.get::<_, Option<String>>(2)?,
        "description_format": row.get::<_, Option<String>>(3)?,
        "description_html": row.get::<_, Option<String>>(4)?,
        "projectid": row.get::<_, Option<i64>>(5)?,
        "tags": tags,
    }))
}
