//! Rows that are found by what names them and made when there are none.

use rusqlite::{Connection, OptionalExtension, Params, params};

use crate::{StorageError, hash::name_hash};

/// The two statements of such a table: find by what names a row; add one.
pub(crate) struct Named {
    pub(crate) find: &'static str,
    pub(crate) add: &'static str,
}

impl Named {
    /// The id of the row of this name, where the hash of the name finds it.
    pub(crate) fn find_or_add(&self, conn: &Connection, name: &str) -> Result<i64, StorageError> {
        let hash = name_hash(name);
        self.find_or_add_by(conn, [&hash], params![name, hash])
    }

    /// The id of the row that `key` finds; `row` is what it is made of.
    pub(crate) fn find_or_add_by(
        &self,
        conn: &Connection,
        key: impl Params,
        row: impl Params,
    ) -> Result<i64, StorageError> {
        let found = conn.prepare_cached(self.find)?.query_row(key, |row| row.get(0)).optional()?;
        match found {
            Some(id) => Ok(id),
            None => Ok(conn.prepare_cached(self.add)?.insert(row)?),
        }
    }
}
