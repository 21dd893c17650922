//! `/` and `/application.spec`: which paths there are, and what they answer with.

use serde_json::{Value, json};

use crate::resource::endpoint::ENDPOINTS;
use crate::resource::field::{Column, Entity, Field, Type};

pub(crate) static ENTITY: Entity = Entity {
    name: "spec",
    plural: "specs",
    fields: &[
        Field::new("path", Type::String, Column::Opaque),
        Field::new("type", Type::String, Column::Opaque),
        Field::new("plural", Type::String, Column::Opaque),
        Field::new("type_spec", Type::Json, Column::Opaque),
    ],
};

pub(crate) static ROOT_LINK: Entity =
    Entity { name: "rootlink", plural: "rootlinks", fields: &[Field::new("name", Type::String, Column::Opaque)] };

const ROOT_LINKS: [&str; 14] = [
    "builders",
    "builds",
    "buildrequests",
    "codebases",
    "workers",
    "logchunks",
    "buildsets",
    "changes",
    "changesources",
    "masters",
    "sourcestamps",
    "schedulers",
    "forceschedulers",
    "projects",
];

/// The rows of `/application.spec`, by path.
pub(crate) fn rows() -> Vec<Value> {
    let mut rows: Vec<(&str, Value)> = Vec::new();
    for (endpoint, patterns) in ENDPOINTS {
        let entity = endpoint.entity();
        for pattern in *patterns {
            let path = &pattern[1..];
            let row = json!({
                "path": path,
                "type": entity.name,
                "plural": entity.plural,
                "type_spec": entity.spec(false),
            });
            rows.push((path, row));
        }
    }
    rows.sort_by_key(|(path, _)| *path);
    rows.into_iter().map(|(_, row)| row).collect()
}

/// The rows of `/`.
pub(crate) fn root_links() -> Vec<Value> {
    ROOT_LINKS.iter().map(|name| json!({"name": name})).collect()
}
