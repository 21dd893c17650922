//! Tables `users` and `users_info`: who made a change, by the kind of repository it came from, and what an administrator has added.

use ferrobot_model::{User, UserChange, UserId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::{StorageError, identifier};

/// Kinds of repositories whose authors become users.
const SOURCES: [&str; 7] = ["git", "svn", "hg", "cvs", "darcs", "bzr", "fossil"];

/// Length of `users.identifier`.
const IDENTIFIER_MAX: usize = 256;

/// The user of this identifier.
pub fn of_identifier(conn: &Connection, identifier: &str) -> Result<Option<User>, StorageError> {
    let found = conn
        .prepare_cached("SELECT uid, bb_username FROM users WHERE identifier = ?")?
        .query_row([identifier], |row| Ok((UserId(row.get(0)?), row.get(1)?)))
        .optional()?;
    let Some((id, bb_username)) = found else { return Ok(None) };
    let mut statement =
        conn.prepare_cached("SELECT attr_type, attr_data FROM users_info WHERE uid = ? ORDER BY rowid")?;
    let attributes = statement.query_map([id.0], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let attributes = attributes.collect::<rusqlite::Result<_>>()?;
    Ok(Some(User { id, identifier: identifier.to_owned(), bb_username, attributes }))
}

/// Changes a user.
pub fn change(conn: &Connection, user: UserId, change: &UserChange) -> Result<(), StorageError> {
    if let Some((name, password)) = &change.login {
        conn.prepare_cached("UPDATE users SET bb_username = ?, bb_password = ? WHERE uid = ?")?
            .execute(params![name, password, user.0])?;
    }
    for (kind, data) in &change.attributes {
        conn.prepare_cached(
            "INSERT INTO users_info (uid, attr_type, attr_data) VALUES (?, ?, ?) \
             ON CONFLICT (uid, attr_type) DO UPDATE SET attr_data = excluded.attr_data",
        )?
        .execute(params![user.0, kind, data])?;
    }
    Ok(())
}

/// Removes a user, also from the changes that it has made.
pub fn remove(conn: &Connection, user: UserId) -> Result<(), StorageError> {
    for table in ["change_users", "users_info", "users"] {
        conn.prepare_cached(&format!("DELETE FROM {table} WHERE uid = ?"))?.execute([user.0])?;
    }
    Ok(())
}

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
