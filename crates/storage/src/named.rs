//! Rows that are found by the hash of their name and made when there are none.

use rusqlite::{Connection, OptionalExtension, params};

use crate::{StorageError, hash::name_hash};

/// The two statements of such a table: find by hash; add with name and hash.
pub(crate) struct Named {
    pub(crate) find: &'static str,
    pub(crate) add: &'static str,
}

impl Named {
    /// The id of the row of this name.
    pub(crate) fn find_or_add(&self, conn: &Connection, name: &str) -> Result<i64, StorageError> {
        let hash = name_hash(name);
        let found = conn.prepare_cached(self.find)?.query_row([&hash], |row| row.get(0)).optional()?;
        match found {
            Some(id) => Ok(id),
            None => Ok(conn.prepare_cached(self.add)?.insert(params![name, hash])?),
        }
    }
}
