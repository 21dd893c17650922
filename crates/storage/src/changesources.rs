//! Tables `changesources` and `changesource_masters`.

use ferrobot_model::{ChangeSourceId, MasterId};
use rusqlite::{Connection, params};

use crate::{StorageError, named::Named};

const CHANGESOURCES: Named = Named {
    find: "SELECT id FROM changesources WHERE name_hash = ?",
    add: "INSERT INTO changesources (name, name_hash) VALUES (?, ?)",
};

/// The row of this name, made when there is none.
pub fn find_or_add(conn: &Connection, name: &str) -> Result<ChangeSourceId, StorageError> {
    Ok(ChangeSourceId(CHANGESOURCES.find_or_add(conn, name)?))
}

/// Lets a master have the change source unless another has it; whose it is now.
pub fn claim(conn: &Connection, source: ChangeSourceId, master: MasterId) -> Result<MasterId, StorageError> {
    conn.prepare_cached("INSERT OR IGNORE INTO changesource_masters (changesourceid, masterid) VALUES (?, ?)")?
        .execute(params![source.0, master.0])?;
    let mut owner = conn.prepare_cached("SELECT masterid FROM changesource_masters WHERE changesourceid = ?")?;
    Ok(MasterId(owner.query_row([source.0], |row| row.get(0))?))
}

/// Gives the change source back if this master has it.
pub fn release(conn: &Connection, source: ChangeSourceId, master: MasterId) -> Result<(), StorageError> {
    conn.prepare_cached("DELETE FROM changesource_masters WHERE changesourceid = ? AND masterid = ?")?
        .execute(params![source.0, master.0])?;
    Ok(())
}

/// Gives back all change sources that the master has.
pub fn release_all(conn: &Connection, master: MasterId) -> Result<(), StorageError> {
    conn.prepare_cached("DELETE FROM changesource_masters WHERE masterid = ?")?.execute([master.0])?;
    Ok(())
}
