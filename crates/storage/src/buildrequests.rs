//! Tables `buildrequests` and `buildrequest_claims`.

use ferrobot_model::{BuildRequestId, BuilderId, BuildsetId, MasterId, Results};
use rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE;
use rusqlite::{Connection, OptionalExtension, Params, Row, params};

use crate::StorageError;

/// A row of `buildrequests`, with its claim.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct BuildRequest {
    pub id: BuildRequestId,
    pub buildset: BuildsetId,
    pub builder: BuilderId,
    pub priority: i64,
    pub submitted_at: i64,
    pub waited_for: bool,
    pub complete: bool,
    pub results: Option<Results>,
    pub claimed_by: Option<MasterId>,
}

/// Whether a claim was won.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// All requests are ours.
    Won,
    /// Somebody else was first with at least one; none was claimed.
    Lost,
}

const SELECT: &str = "SELECT id, buildsetid, builderid, priority, submitted_at, coalesce(waited_for, 0) <> 0,
        coalesce(complete, 0) <> 0, results, claim.masterid
    FROM buildrequests LEFT JOIN buildrequest_claims AS claim ON claim.brid = id";

/// Claims all of `requests` for the master, or none. One statement decides.
pub fn claim(
    conn: &Connection,
    requests: &[BuildRequestId],
    master: MasterId,
    now: i64,
) -> Result<Claim, StorageError> {
    let claimed = if let [request] = requests {
        conn.prepare_cached("INSERT INTO buildrequest_claims (brid, masterid, claimed_at) VALUES (?, ?, ?)")?
            .execute([request.0, master.0, now])
    } else {
        conn.prepare_cached(
            "INSERT INTO buildrequest_claims (brid, masterid, claimed_at) SELECT value, ?, ? FROM json_each(?)",
        )?
        .execute(params![master.0, now, id_list(requests)])
    };
    match claimed {
        Ok(_) => Ok(Claim::Won),
        Err(rusqlite::Error::SqliteFailure(failure, _)) if failure.extended_code == SQLITE_CONSTRAINT_UNIQUE => {
            Ok(Claim::Lost)
        }
        Err(error) => Err(error.into()),
    }
}

/// Gives back the claims that the master has on `requests`.
pub fn unclaim(conn: &Connection, requests: &[BuildRequestId], master: MasterId) -> Result<(), StorageError> {
    let mut statement = conn.prepare_cached("DELETE FROM buildrequest_claims WHERE brid = ? AND masterid = ?")?;
    for request in requests {
        statement.execute([request.0, master.0])?;
    }
    Ok(())
}

/// Completes those of `requests` that are open, and answers which.
pub fn complete(
    conn: &Connection,
    requests: &[BuildRequestId],
    results: Results,
    now: i64,
) -> Result<Vec<(BuildRequestId, BuildsetId)>, StorageError> {
    let mut statement = conn.prepare_cached(
        "UPDATE buildrequests SET complete = 1, results = ?, complete_at = ? WHERE id = ? AND complete <> 1
         RETURNING buildsetid",
    )?;
    let mut completed = Vec::new();
    for request in requests {
        let buildset = statement.query_row([results.code(), now, request.0], |row| row.get(0)).optional()?;
        completed.extend(buildset.map(|buildset| (*request, BuildsetId(buildset))));
    }
    Ok(completed)
}

/// Sets the priority of an open request; whether there was one.
pub fn set_priority(conn: &Connection, request: BuildRequestId, priority: i64) -> Result<bool, StorageError> {
    let changed = conn
        .prepare_cached("UPDATE buildrequests SET priority = ? WHERE id = ? AND complete <> 1")?
        .execute([priority, request.0])?;
    Ok(changed == 1)
}

/// One request.
pub fn by_id(conn: &Connection, request: BuildRequestId) -> Result<Option<BuildRequest>, StorageError> {
    Ok(select(conn, "WHERE id = ?", [request.0])?.pop())
}

/// The requests of a buildset, in order.
pub fn of_buildset(conn: &Connection, buildset: BuildsetId) -> Result<Vec<BuildRequest>, StorageError> {
    select(conn, "WHERE buildsetid = ? ORDER BY id", [buildset.0])
}

/// Open requests that nobody claimed, of one builder or of all that the master has.
pub fn unclaimed(
    conn: &Connection,
    master: MasterId,
    builder: Option<BuilderId>,
) -> Result<Vec<BuildRequest>, StorageError> {
    match builder {
        Some(builder) => {
            select(conn, "WHERE complete = 0 AND claim.brid IS NULL AND +builderid = ? ORDER BY id", [builder.0])
        }
        None => select(
            conn,
            "WHERE complete = 0 AND claim.brid IS NULL
                AND builderid IN (SELECT builderid FROM builder_masters WHERE masterid = ?) ORDER BY id",
            [master.0],
        ),
    }
}

/// Open requests that the master claimed.
pub fn claimed_by(conn: &Connection, master: MasterId) -> Result<Vec<BuildRequest>, StorageError> {
    select(conn, "WHERE complete = 0 AND claim.masterid = ? ORDER BY id", [master.0])
}

fn select(conn: &Connection, condition: &str, parameters: impl Params) -> Result<Vec<BuildRequest>, StorageError> {
    let mut statement = conn.prepare_cached(&format!("{SELECT} {condition}"))?;
    let rows = statement.query_map(parameters, from_row)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<BuildRequest> {
    Ok(BuildRequest {
        id: BuildRequestId(row.get(0)?),
        buildset: BuildsetId(row.get(1)?),
        builder: BuilderId(row.get(2)?),
        priority: row.get(3)?,
        submitted_at: row.get(4)?,
        waited_for: row.get(5)?,
        complete: row.get(6)?,
        results: row.get::<_, Option<i64>>(7)?.and_then(Results::from_code),
        claimed_by: row.get::<_, Option<i64>>(8)?.map(MasterId),
    })
}

fn id_list(requests: &[BuildRequestId]) -> String {
    let ids: Vec<String> = requests.iter().map(ToString::to_string).collect();
    format!("[{}]", ids.join(","))
}
