//! Tables `workers`, `connected_workers` and `configured_workers`.

use std::collections::BTreeSet;

use ferrobot_model::{BuilderId, MasterId, WorkerId};
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use crate::{StorageError, builders::ids, json, named::Named};

const WORKERS: Named = Named {
    find: "SELECT id FROM workers WHERE name = ?",
    add: "INSERT INTO workers (name, info, paused, graceful) VALUES (?, '{}', 0, 0)",
};

/// A row of `workers` as the engine needs it.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct WorkerRow {
    pub id: WorkerId,
    pub name: String,
    pub paused: bool,
    pub pause_reason: Option<String>,
    pub graceful: bool,
}

/// The row of this name, made when there is none.
pub fn find_or_add(conn: &Connection, name: &str) -> Result<WorkerId, StorageError> {
    Ok(WorkerId(WORKERS.find_or_add_by(conn, [name], [name])?))
}

/// One row.
pub fn by_id(conn: &Connection, worker: WorkerId) -> Result<Option<WorkerRow>, StorageError> {
    let mut statement =
        conn.prepare_cached("SELECT id, name, paused <> 0, pause_reason, graceful <> 0 FROM workers WHERE id = ?")?;
    let found = statement.query_row([worker.0], |row| {
        Ok(WorkerRow {
            id: WorkerId(row.get(0)?),
            name: row.get(1)?,
            paused: row.get(2)?,
            pause_reason: row.get(3)?,
            graceful: row.get(4)?,
        })
    });
    Ok(found.optional()?)
}

/// Notes that the worker is connected to the master, and what it says about itself.
pub fn connect(conn: &Connection, worker: WorkerId, master: MasterId, info: &Value) -> Result<(), StorageError> {
    conn.prepare_cached("INSERT OR IGNORE INTO connected_workers (masterid, workerid) VALUES (?, ?)")?
        .execute(params![master.0, worker.0])?;
    conn.prepare_cached("UPDATE workers SET info = ? WHERE id = ?")?.execute(params![json::to_text(info), worker.0])?;
    Ok(())
}

/// Notes that the worker is gone.
pub fn disconnect(conn: &Connection, worker: WorkerId, master: MasterId) -> Result<(), StorageError> {
    conn.prepare_cached("DELETE FROM connected_workers WHERE masterid = ? AND workerid = ?")?
        .execute(params![master.0, worker.0])?;
    Ok(())
}

/// Pauses or resumes it.
pub fn set_paused(conn: &Connection, worker: WorkerId, paused: bool, reason: Option<&str>) -> Result<(), StorageError> {
    conn.prepare_cached("UPDATE workers SET paused = ?, pause_reason = ? WHERE id = ?")?
        .execute(params![paused, reason, worker.0])?;
    Ok(())
}

/// Marks it as shutting down or not.
pub fn set_graceful(conn: &Connection, worker: WorkerId, graceful: bool) -> Result<(), StorageError> {
    conn.prepare_cached("UPDATE workers SET graceful = ? WHERE id = ?")?.execute(params![graceful, worker.0])?;
    Ok(())
}

/// Makes `builders` those of the master that the worker serves.
pub fn configure(
    conn: &Connection,
    worker: WorkerId,
    master: MasterId,
    builders: &[BuilderId],
) -> Result<(), StorageError> {
    let mut wanted = BTreeSet::new();
    for builder in builders {
        let mut link = conn.prepare_cached("SELECT id FROM builder_masters WHERE builderid = ? AND masterid = ?")?;
        wanted.extend(link.query_row(params![builder.0, master.0], |row| row.get::<_, i64>(0)).optional()?);
    }
    let of_this_master: BTreeSet<i64> = ids(conn, "SELECT id FROM builder_masters WHERE masterid = ?", master.0)?;
    let all = ids(conn, "SELECT buildermasterid FROM configured_workers WHERE workerid = ?", worker.0)?;
    let present: BTreeSet<i64> = all.intersection(&of_this_master).copied().collect();
    for link in present.difference(&wanted) {
        conn.prepare_cached("DELETE FROM configured_workers WHERE buildermasterid = ? AND workerid = ?")?
            .execute(params![link, worker.0])?;
    }
    for link in wanted.difference(&present) {
        conn.prepare_cached("INSERT INTO configured_workers (buildermasterid, workerid) VALUES (?, ?)")?
            .execute(params![link, worker.0])?;
    }
    Ok(())
}

/// Takes every worker that is not in `workers` off the builders of the master.
pub fn deconfigure_others(conn: &Connection, master: MasterId, workers: &[WorkerId]) -> Result<(), StorageError> {
    let wanted: BTreeSet<i64> = workers.iter().map(|worker| worker.0).collect();
    let present = ids(
        conn,
        "SELECT DISTINCT workerid FROM configured_workers JOIN builder_masters ON builder_masters.id = buildermasterid
         WHERE masterid = ?",
        master.0,
    )?;
    for worker in present.difference(&wanted) {
        configure(conn, WorkerId(*worker), master, &[])?;
    }
    Ok(())
}

/// Nobody is connected to the master any more.
pub fn disconnect_all(conn: &Connection, master: MasterId) -> Result<(), StorageError> {
    conn.prepare_cached("DELETE FROM connected_workers WHERE masterid = ?")?.execute([master.0])?;
    Ok(())
}
