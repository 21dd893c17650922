//! Logs, and where their text is found.

use ferrobot_model::LogId;
use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::{Connection, OptionalExtension, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::resource::steps;
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "log",
    plural: "logs",
    fields: &[
        Field::new("logid", Type::Integer, Column::Own("logs.id")),
        Field::new("name", Type::String, Column::Own("logs.name")),
        Field::new("slug", Type::Identifier, Column::Own("logs.slug")),
        Field::new("stepid", Type::Integer, Column::Own("logs.stepid")),
        Field::new("complete", Type::Boolean, Column::Own("logs.complete")),
        Field::new("num_lines", Type::Integer, Column::Own("logs.num_lines")),
        Field::new("type", Type::Identifier, Column::Own("logs.type")),
    ],
};

pub(crate) static CHUNK: Entity = Entity {
    name: "logchunk",
    plural: "logchunks",
    fields: &[
        Field::new("logid", Type::Integer, Column::Opaque),
        Field::new("firstline", Type::Integer, Column::Opaque),
        Field::new("content", Type::String, Column::Opaque),
    ],
};

const SOURCE: Source = Source {
    columns: "logs.id, logs.name, logs.slug, logs.stepid, logs.complete, logs.num_lines, logs.type",
    from: "logs",
    key: "logs.id",
    id: None,
};

/// What is known of a log before its text is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LogHead {
    pub(crate) id: LogId,
    pub(crate) lines: i64,
    /// `s`, `t`, `h` or `d`.
    pub(crate) kind: String,
    pub(crate) slug: String,
    pub(crate) builder: String,
    pub(crate) build_number: i64,
    pub(crate) step: String,
    pub(crate) worker: Option<String>,
}

/// One log as the API and the events show it.
pub(crate) fn log_by_id(conn: &Connection, id: LogId) -> Result<Option<Value>, StorageError> {
    select::one(conn, &SOURCE, &Scope::all().only("logs.id = ?", id.0), to_json)
}

pub(crate) fn single(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    match id_of(conn, path)? {
        Some(id) => log_by_id(conn, id),
        None => Ok(None),
    }
}

pub(crate) fn list(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let step = steps::id_of(conn, path)?.map_or(-1, |step| step.0);
    let scope = Scope::all().only("logs.stepid = ?", step).with_total();
    select::list(conn, (&ENTITY, &SOURCE), &scope, spec, to_json)
}

fn id_of(conn: &Connection, path: &Arguments) -> Result<Option<LogId>, StorageError> {
    if let Some(id) = path.integer("logid") {
        return Ok(Some(LogId(id)));
    }
    let (Some(step), Some(slug)) = (steps::id_of(conn, path)?, path.text("log_slug")) else { return Ok(None) };
    ferrobot_storage::logs::by_slug(conn, step, slug)
}

/// The log that a path names.
pub(crate) fn head(conn: &Connection, path: &Arguments) -> Result<Option<LogHead>, StorageError> {
    let Some(id) = id_of(conn, path)? else { return Ok(None) };
    let head = conn
        .prepare_cached(
            "SELECT logs.num_lines, logs.type, logs.slug, builders.name, builds.number, steps.name, workers.name \
             FROM logs JOIN steps ON steps.id = logs.stepid JOIN builds ON builds.id = steps.buildid \
             JOIN builders ON builders.id = builds.builderid LEFT JOIN workers ON workers.id = builds.workerid \
             WHERE logs.id = ?",
        )?
        .query_row([id.0], |row| {
            Ok(LogHead {
                id,
                lines: row.get(0)?,
                kind: row.get(1)?,
                slug: row.get(2)?,
                builder: row.get(3)?,
                build_number: row.get(4)?,
                step: row.get(5)?,
                worker: row.get(6)?,
            })
        })
        .optional()?;
    Ok(head)
}

impl LogHead {
    /// What a browser is told to call the download.
    pub(crate) fn filename(&self) -> String {
        format!("{}_build_{}_step_{}_log_{}", self.builder, self.build_number, self.step, self.slug)
    }

    /// The MIME type of the text.
    pub(crate) fn mime_type(&self) -> &'static str {
        if self.kind == "h" { "text/html" } else { "text/plain" }
    }

    /// What a download of standard output begins with.
    pub(crate) fn preamble(&self) -> String {
        if !self.has_streams() {
            return String::new();
        }
        let worker = self.worker.as_ref().map(|name| format!("Worker name: {name}\n")).unwrap_or_default();
        format!("Builder: {}\nBuild number: {}\n{worker}", self.builder, self.build_number)
    }

    /// Whether each line begins with the letter of its stream.
    pub(crate) fn has_streams(&self) -> bool {
        self.kind == "s"
    }
}

fn to_json(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    Ok(json!({
        "logid": row.get::<_, i64>(0)?,
        "name": row.get::<_, String>(1)?,
        "slug": row.get::<_, String>(2)?,
        "stepid": row.get::<_, i64>(3)?,
        "complete": row.get::<_, i64>(4)? != 0,
        "num_lines": row.get::<_, i64>(5)?,
        "type": row.get::<_, String>(6)?,
    }))
}
