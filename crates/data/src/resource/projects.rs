//! Projects. Whether one is active (a builder of it runs on some master) is shown only to those who ask for it.

use ferrobot_model::ProjectId;
use ferrobot_storage::StorageError;
use ferrobot_storage::name_hash;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

pub(crate) static ENTITY: Entity = Entity {
    name: "project",
    plural: "projects",
    fields: &[
        Field::new("projectid", Type::Integer, Column::Own("projects.id")),
        Field::new("name", Type::Identifier, Column::Own("projects.name")),
        Field::new("slug", Type::Identifier, Column::Own("projects.slug")),
        Field::nullable(
            "active",
            Type::Boolean,
            Column::Flag {
                yes: "EXISTS (SELECT 1 FROM builders JOIN builder_masters ON builder_masters.builderid = builders.id \
                      WHERE builders.projectid = projects.id)",
                no: "NOT EXISTS (SELECT 1 FROM builders JOIN builder_masters ON builder_masters.builderid = \
                     builders.id WHERE builders.projectid = projects.id)",
            },
        ),
        Field::nullable("description", Type::String, Column::Own("projects.description")),
        Field::nullable("description_format", Type::String, Column::Own("projects.description_format")),
        Field::nullable("description_html", Type::String, Column::Own("projects.description_html")),
    ],
};

const SOURCE: Source = Source {
    columns: "projects.id, projects.name, projects.slug, projects.description, projects.description_format, \
              projects.description_html, \
              EXISTS (SELECT 1 FROM builders JOIN builder_masters ON builder_masters.builderid = builders.id \
              WHERE builders.projectid = projects.id)",
    from: "projects",
    key: "projects.id",
    id: None,
};

/// One project as the API and the events show it.
pub(crate) fn project_by_id(conn: &Connection, id: ProjectId) -> Result<Option<Value>, StorageError> {
    select::one(conn, &SOURCE, &Scope::all().only("projects.id = ?", id.0), |_, row| to_json(row, false))
}

pub(crate) fn single(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    let scope = match path.text("projectname") {
        Some(name) => Scope::all().only("projects.name_hash = ?", name_hash(name)),
        None => Scope::all().only("projects.id = ?", path.integer("projectid").unwrap_or(-1)),
    };
    select::one(conn, &SOURCE, &scope, |_, row| to_json(row, false))
}

pub(crate) fn list(conn: &Connection, spec: &ResultSpec) -> Result<Listed, RestError> {
    let asked = spec.filters.iter().any(|filter| filter.field == "active");
    let scope = Scope::all().with_total();
    select::list(conn, (&ENTITY, &SOURCE), &scope, spec, |_, row| to_json(row, asked))
}

fn to_json(row: &Row<'_>, show_active: bool) -> Result<Value, StorageError> {
    let active = if show_active { Value::Bool(row.get(6)?) } else { Value::Null };
    Ok(json!({
        "projectid": row.get::<_, i64>(0)?,
        "name": row.get::<_, String>(1)?,
        "slug": row.get::<_, String>(2)?,
        "active": active,
        "description": row.get::<_, Option<String>>(3)?,
        "description_format": row.get::<_, Option<String>>(4)?,
        "description_html": row.get::<_, Option<String>>(5)?,
    }))
}
