//! Tables `objects` and `object_state`: small values that schedulers and change sources keep.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;
use sha1::{Digest, Sha1};

use crate::{StorageError, json, named::Named};

const OBJECTS: Named = Named {
    find: "SELECT id FROM objects WHERE name = ? AND class_name = ?",
    add: "INSERT INTO objects (name, class_name) VALUES (?, ?)",
};

/// Length of `objects.name`.
const OBJECT_NAME_MAX: usize = 128;

/// Length of `object_state.name`.
const STATE_NAME_MAX: usize = 255;

/// A stored value.
pub fn get_state(conn: &Connection, object: &str, class: &str, name: &str) -> Result<Option<Value>, StorageError> {
    let text: Option<String> = conn
        .prepare_cached(
            "SELECT value_json FROM object_state JOIN objects ON objects.id = objectid
             WHERE objects.name = ? AND class_name = ? AND object_state.name = ?",
        )?
        .query_row(params![fitted(object, OBJECT_NAME_MAX), class, fitted(name, STATE_NAME_MAX)], |row| row.get(0))
        .optional()?;
    let parse = |text: String| {
        serde_json::from_str(&text).map_err(|error| {
            StorageError::Corrupt(format!("the value `{name}` of object `{object}` is no JSON: {error}"))
        })
    };
    text.map(parse).transpose()
}

/// Stores a value, replacing the one of this name.
pub fn set_state(conn: &Connection, object: &str, class: &str, name: &str, value: &Value) -> Result<(), StorageError> {
    let object = object_id(conn, object, class)?;
    conn.prepare_cached(
        "INSERT INTO object_state (objectid, name, value_json) VALUES (?, ?, ?)
         ON CONFLICT (objectid, name) DO UPDATE SET value_json = excluded.value_json",
    )?
    .execute(params![object, fitted(name, STATE_NAME_MAX), json::to_text(value)])?;
    Ok(())
}

fn object_id(conn: &Connection, name: &str, class: &str) -> Result<i64, StorageError> {
    let name = fitted(name, OBJECT_NAME_MAX);
    OBJECTS.find_or_add_by(conn, params![name, class], params![name, class])
}

/// A name that is too long for its column is cut in the middle and ends in a hash of the whole.
fn fitted(name: &str, max: usize) -> String {
    if name.chars().count() <= max {
        return name.to_owned();
    }
    let hash = hex::encode(Sha1::digest(name.as_bytes()));
    name.chars().take(max / 2).chain(hash.chars().take(max / 2)).collect()
}
