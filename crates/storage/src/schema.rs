//! The schema: Buildbot 4.3's tables, and whether a database has them.
//!
//! The tables are the reference's, column by column, so that a site can come over and go back.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension};

use crate::{StorageError, connection, location::database_path};

/// Makes all tables and indexes, and stamps the revision.
const CREATE: &str = include_str!("schema.sql");

/// The revision that the tables have; what `alembic_version` holds.
pub const REVISION: &str = "067";

/// The first revision of the chain.
const OLDEST_REVISION: u32 = 59;

/// Another program that holds the file longer than this holds it for good.
const INSPECTION_PATIENCE: Duration = Duration::from_secs(1);

/// What is in a database file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SchemaState {
    /// Nothing at all.
    Empty,
    /// The tables that we know.
    Current,
    /// Tables of an earlier release, with their revision.
    Older(String),
    /// Tables of a later release, with their revision.
    Newer(String),
    /// Tables from before revisions were stamped; upgrading takes an intermediate release.
    Ancient {
        /// The release to upgrade with first.
        through: &'static str,
    },
    /// Tables that are not ours.
    Foreign,
    /// Our revision, but not all of our tables.
    Incomplete {
        /// One that is missing.
        table: String,
    },
}

/// Makes the tables when the database is missing or empty, otherwise checks that they are current.
pub fn create_or_check(url: &str, basedir: &Path) -> Result<(), StorageError> {
    let path = database_path(url, basedir)?;
    let mut conn = open_for_inspection(&path, OpenFlags::SQLITE_OPEN_CREATE)?;
    match state(&conn, &path)? {
        SchemaState::Empty => create(&mut conn, &path),
        found => judge(&found, &path),
    }
}

/// Checks that the database has the tables that this program works with. The error says what to do.
pub fn check_current(url: &str, basedir: &Path) -> Result<(), StorageError> {
    let path = database_path(url, basedir)?;
    must_exist(&path)?;
    judge(&state(&open_for_inspection(&path, OpenFlags::empty())?, &path)?, &path)
}

/// A missing file is not made by accident.
pub(crate) fn must_exist(path: &Path) -> Result<(), StorageError> {
    if path.exists() {
        return Ok(());
    }
    Err(StorageError::Unusable(format!(
        "the database {} does not exist; make it with `create-master`, or run `upgrade-master`",
        path.display()
    )))
}

/// Brings the database to the current revision: makes what is missing, leaves alone what is current.
pub fn upgrade(url: &str, basedir: &Path) -> Result<(), StorageError> {
    let path = database_path(url, basedir)?;
    let mut conn = open_for_inspection(&path, OpenFlags::SQLITE_OPEN_CREATE)?;
    match state(&conn, &path)? {
        SchemaState::Empty => create(&mut conn, &path),
        SchemaState::Older(revision) => Err(StorageError::Unusable(format!(
            "the database {} has the tables of an older Buildbot (revision {revision}); run `upgrade-master` of Buildbot 4.3 on it first",
            path.display()
        ))),
        found => judge(&found, &path),
    }
}

/// Tells what the database holds.
pub(crate) fn state(conn: &Connection, path: &Path) -> Result<SchemaState, StorageError> {
    let explain = |error: rusqlite::Error| explain(error, path);
    let mut statement = conn.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").map_err(explain)?;
    let tables: Vec<String> = statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(explain)?;
    let has = |name: &str| tables.iter().any(|table| table == name);
    if has("alembic_version") {
        let revision: Option<String> = conn
            .query_row("SELECT version_num FROM alembic_version", [], |row| row.get(0))
            .optional()
            .map_err(explain)?;
        let state = compare(revision.as_deref().unwrap_or_default());
        let missing = table_names().find(|name| !has(name));
        return Ok(match (state, missing) {
            (SchemaState::Current, Some(table)) => SchemaState::Incomplete { table: table.to_owned() },
            (state, _) => state,
        });
    }
    if has("migrate_version") {
        let version: i64 = conn
            .query_row("SELECT version FROM migrate_version", [], |row| row.get(0))
            .optional()
            .map_err(explain)?
            .unwrap_or(0);
        return Ok(SchemaState::Ancient { through: if version < 40 { "0.9" } else { "3.0" } });
    }
    if has("version") {
        return Ok(SchemaState::Ancient { through: "0.9" });
    }
    let ours = tables.iter().filter(|table| !table.starts_with("sqlite_")).count();
    Ok(if ours == 0 { SchemaState::Empty } else { SchemaState::Foreign })
}

/// The names of all tables.
fn table_names() -> impl Iterator<Item = &'static str> {
    CREATE.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.split([' ', '(']).next())
}

fn compare(revision: &str) -> SchemaState {
    if revision == REVISION {
        return SchemaState::Current;
    }
    match revision.parse::<u32>() {
        Ok(number) if (OLDEST_REVISION..67).contains(&number) => SchemaState::Older(revision.to_owned()),
        _ => SchemaState::Newer(revision.to_owned()),
    }
}

fn create(conn: &mut Connection, path: &Path) -> Result<(), StorageError> {
    let explain = |error: rusqlite::Error| explain(error, path);
    connection::use_wal(conn).map_err(explain)?;
    let transaction = conn.transaction().map_err(explain)?;
    transaction.execute_batch(CREATE).map_err(explain)?;
    transaction.commit().map_err(explain)
}

/// Turns what was found into the advice for the user.
pub(crate) fn judge(state: &SchemaState, path: &Path) -> Result<(), StorageError> {
    let path = path.display();
    let advice = match state {
        SchemaState::Current => return Ok(()),
        SchemaState::Empty => format!("the database {path} has no tables; run `upgrade-master` to make them"),
        SchemaState::Older(revision) => format!(
            "the database {path} has the tables of an older release (revision {revision}, needed {REVISION}); run `upgrade-master`"
        ),
        SchemaState::Newer(revision) => format!(
            "the database {path} has the tables of a newer release (revision {revision}, known {REVISION}); use that release"
        ),
        SchemaState::Ancient { through } => format!(
            "the database {path} is from before Buildbot {through}; upgrade it with Buildbot {through} first, then with 4.3"
        ),
        SchemaState::Incomplete { table } => {
            format!("the database {path} is damaged: it lacks the table `{table}`; restore it from a backup")
        }
        SchemaState::Foreign => format!("the database {path} holds tables of another program; choose another file"),
    };
    Err(StorageError::Unusable(advice))
}

fn open_for_inspection(path: &Path, extra: OpenFlags) -> Result<Connection, StorageError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | extra;
    let explain = |error| explain(error, path);
    let conn = Connection::open_with_flags(path, flags).map_err(explain)?;
    conn.busy_timeout(INSPECTION_PATIENCE).map_err(explain)?;
    Ok(conn)
}

/// Words for the failures that a user can mend.
pub(crate) fn explain(error: rusqlite::Error, path: &Path) -> StorageError {
    let path = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => StorageError::Unusable(format!(
            "{path} is not an SQLite database, or is damaged ({error}); restore it from a backup or move it away"
        )),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StorageError::Unusable(format!(
            "the database {path} is locked by another program; is another master running in this directory?"
        )),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied) => {
            StorageError::Unusable(format!(
                "the database {path} cannot be opened for writing ({error}); check that the file and its directory exist and belong to this user"
            ))
        }
        _ => StorageError::Sqlite(error),
    }
}
