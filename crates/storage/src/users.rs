//! Tables `users` and `users_info`: who made a change, by the kind of repository it came from.

use ferrobot_model::UserId;
use rusqlite::{Connection, OptionalExtension, params};

use crate::{StorageError, identifier};

/// Kinds of repositories whose authors become users.
const SOURCES: [&str; 7] = ["git", "svn", "hg", "cvs", "darcs", "bzr", "fossil"];

/// Length of `users.identifier`.
const IDENTIFIER_MAX: usize = 256;

/// The user that is the author of a change from such a repository, made when new; none for other sources.
pub fn of_author(conn: &Connection, author: &str, source: Option<&str>) -> Result<Option<UserId>, StorageError> {
    match source.filter(|source| SOURCES.contains(source)) {
        Some(source) => Ok(Some(find_or_add(conn, author, source, author)?)),
        None => Ok(None),
    }
}

/// The user with this attribute, made with this identifier (or the next free one) when there is none.
pub fn find_or_add(conn: &Connection, identifier: &str, kind: &str, data: &str) -> Result<UserId, StorageError> {
    let found = conn
        .prepare_cached("SELECT uid FROM users_info WHERE attr_type = ? AND attr_data = ?")?
        .query_row([kind, data], |row| row.get(0))
        .optional()?;
    if let Some(uid) = found {
        return Ok(UserId(uid));
    }
    let mut identifier = identifier.to_owned();
    while is_taken(conn, &identifier)? {
        identifier = identifier::increment(&identifier, IDENTIFIER_MAX);
    }
    let uid = conn.prepare_cached("INSERT INTO users (identifier) VALUES (?)")?.insert([identifier])?;
    conn.prepare_cached("INSERT INTO users_info (uid, attr_type, attr_data) VALUES (?, ?, ?)")?
        .execute(params![uid, kind, data])?;
    Ok(UserId(uid))
}

fn is_taken(conn: &Connection, identifier: &str) -> Result<bool, StorageError> {
    Ok(conn.prepare_cached("SELECT 1 FROM users WHERE identifier = ?")?.exists([identifier])?)
}
