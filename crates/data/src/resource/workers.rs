//! Workers, with the masters that they are connected to and the builders that they are configured for.

use ferrobot_model::WorkerId;
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::{Connection, Row, params};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

static MASTER_ID: Entity = Entity {
    name: "master_id",
    plural: "master_ids",
    fields: &[Field::new("masterid", Type::Integer, Column::Opaque)],
};

static MASTER_BUILDER: Entity = Entity {
    name: "master_builder",
    plural: "master_builders",
    fields: &[
        Field::new("masterid", Type::Integer, Column::Opaque),
        Field::new("builderid", Type::Integer, Column::Opaque),
    ],
};

pub(crate) static ENTITY: Entity = Entity {
    name: "worker",
    plural: "workers",
    fields: &[
        Field::new("workerid", Type::Integer, Column::Own("workers.id")),
        Field::new("name", Type::String, Column::Own("workers.name")),
        Field::new("connected_to", Type::List(&Type::Entity(&MASTER_ID)), Column::Opaque),
        Field::new("configured_on", Type::List(&Type::Entity(&MASTER_BUILDER)), Column::Opaque),
        Field::new("workerinfo", Type::Json, Column::Opaque),
        Field::new("paused", Type::Boolean, Column::Own("workers.paused")),
        Field::nullable("pause_reason", Type::String, Column::Own("workers.pause_reason")),
        Field::new("graceful", Type::Boolean, Column::Own("workers.graceful")),
    ],
};

const SOURCE: Source = Source {
    columns: "workers.id, workers.name, workers.info, workers.paused, workers.pause_reason, workers.graceful",
    from: "workers",
    key: "workers.id",
    id: None,
};

// NULL stands for any master or any builder.
const CONFIGURED: &str = "SELECT builder_masters.masterid, builder_masters.builderid FROM configured_workers \
    JOIN builder_masters ON builder_masters.id = configured_workers.buildermasterid \
    WHERE configured_workers.workerid = ?1 AND (?2 IS NULL OR builder_masters.masterid = ?2) \
    AND (?3 IS NULL OR builder_masters.builderid = ?3) ORDER BY configured_workers.id";
const CONNECTED: &str = "SELECT masterid FROM connected_workers \
    WHERE workerid = ?1 AND (?2 IS NULL OR masterid = ?2) ORDER BY id";

const ON_MASTER: &str = "workers.id IN (SELECT configured_workers.workerid FROM builder_masters \
    JOIN configured_workers ON configured_workers.buildermasterid = builder_masters.id \
    WHERE builder_masters.masterid = ?)";
const ON_BUILDER: &str = "workers.id IN (SELECT configured_workers.workerid FROM builder_masters \
    JOIN configured_workers ON configured_workers.buildermasterid = builder_masters.id \
    WHERE builder_masters.builderid = ?)";
const ON_BOTH: &str = "workers.id IN (SELECT configured_workers.workerid FROM builder_masters \
    JOIN configured_workers ON configured_workers.buildermasterid = builder_masters.id \
    WHERE builder_masters.masterid = ? AND builder_masters.builderid = ?)";

/// Whose view of the worker is shown.
#[derive(Clone, Copy, Default)]
struct View {
    master: Option<i64>,
    builder: Option<i64>,
}

impl View {
    fn of(path: &Arguments) -> View {
        View { master: path.integer("masterid"), builder: path.integer("builderid") }
    }

    fn scope(self) -> Scope {
        match (self.master, self.builder) {
            (None, None) => Scope::all(),
            (Some(master), None) => Scope::all().only(ON_MASTER, master),
            (None, Some(builder)) => Scope::all().only(ON_BUILDER, builder),
            (Some(master), Some(builder)) => Scope::all().only(ON_BOTH, master).with_value(builder),
        }
    }
}

/// One worker as the API and the events show it.
pub(crate) fn worker_by_id(conn: &Connection, id: WorkerId) -> Result<Option<Value>, StorageError> {
    let scope = Scope::all().only("workers.id = ?", id.0);
    let all = ResultSpec::default();
    select::one(conn, &SOURCE, &scope, |conn, row| to_json(conn, row, View::default(), &all))
}

pub(crate) fn single(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Option<Value>, StorageError> {
    let view = View::of(path);
    let scope = match path.text("name") {
        Some(name) => view.scope().only("workers.name = ?", name.to_owned()),
        None => view.scope().only("workers.id = ?", path.integer("workerid").unwrap_or(-1)),
    };
    select::one(conn, &SOURCE, &scope, |conn, row| to_json(conn, row, view, spec))
}

/// The worker that a path names, if there is one.
pub(crate) fn id_of(conn: &Connection, path: &Arguments) -> Result<Option<WorkerId>, StorageError> {
    let worker = single(conn, path, &ResultSpec { fields: vec!["workerid".into()], ..ResultSpec::default() })?;
    Ok(worker.and_then(|worker| worker["workerid"].as_i64()).map(WorkerId))
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let view = View::of(path);
    let scope = view.scope().with_total();
    select::list(conn, (&ENTITY, &SOURCE), &scope, spec, |conn, row| to_json(conn, row, view, spec))
}

fn to_json(conn: &Connection, row: &Row<'_>, view: View, spec: &ResultSpec) -> Result<Value, StorageError> {
    let id: i64 = row.get(0)?;
    let info: String = row.get(2)?;
    let mut connected = Vec::new();
    if spec.shows("connected_to") {
        let mut statement = conn.prepare_cached(CONNECTED)?;
        let mut rows = statement.query(params![id, view.master])?;
        while let Some(row) = rows.next()? {
            connected.push(json!({"masterid": row.get::<_, i64>(0)?}));
        }
    }
    let mut configured = Vec::new();
    if spec.shows("configured_on") {
        let mut statement = conn.prepare_cached(CONFIGURED)?;
        let mut rows = statement.query(params![id, view.master, view.builder])?;
        while let Some(row) = rows.next()? {
            configured.push(json!({"masterid": row.get::<_, i64>(0)?, "builderid": row.get::<_, i64>(1)?}));
        }
    }
    Ok(json!({
        "workerid": id,
        "name": row.get::<_, String>(1)?,
        "workerinfo": serde_json::from_str::<Value>(&info).unwrap_or_default(),
        "paused": row.get::<_, i64>(3)? != 0,
        "pause_reason": row.get::<_, Option<String>>(4)?,
        "graceful": row.get::<_, i64>(5)? != 0,
        "connected_to": connected,
        "configured_on": configured,
    }))
}
