//! The bodies of events: one row as the API shows it.

use ferrobot_model::{BuildsetId, ChangeId, SourceStampId};
use ferrobot_storage::rusqlite::{Connection, OptionalExtension, Row};
use ferrobot_storage::{StorageError, changes, sourcestamps};
use serde_json::{Map, Value, json};

type Body = Result<Option<Value>, StorageError>;

fn one(
    conn: &Connection,
    sql: &str,
    id: i64,
    body: impl FnOnce(&Row<'_>) -> Result<Value, ferrobot_storage::rusqlite::Error>,
) -> Body {
    Ok(conn.prepare_cached(sql)?.query_row([id], body).optional()?)
}

fn int(row: &Row<'_>, column: usize) -> Result<Option<i64>, ferrobot_storage::rusqlite::Error> {
    row.get(column)
}

fn text(row: &Row<'_>, column: usize) -> Result<Option<String>, ferrobot_storage::rusqlite::Error> {
    row.get(column)
}

fn truth(row: &Row<'_>, column: usize) -> Result<bool, ferrobot_storage::rusqlite::Error> {
    Ok(row.get::<_, Option<i64>>(column)?.unwrap_or(0) != 0)
}

pub(crate) fn build(conn: &Connection, id: i64) -> Body {
    let sql = "SELECT id, number, builderid, buildrequestid, workerid, masterid, started_at, complete_at,
            locks_duration_s, state_string, results
        FROM builds WHERE id = ?";
    one(conn, sql, id, |row| {
        Ok(json!({
            "buildid": int(row, 0)?,
            "number": int(row, 1)?,
            "builderid": int(row, 2)?,
            "buildrequestid": int(row, 3)?,
            "workerid": int(row, 4)?,
            "masterid": int(row, 5)?,
            "started_at": int(row, 6)?,
            "complete_at": int(row, 7)?,
            "locks_duration_s": int(row, 8)?,
            "complete": int(row, 7)?.is_some(),
            "state_string": text(row, 9)?,
            "results": int(row, 10)?,
            "properties": {},
        }))
    })
}

pub(crate) fn buildrequest(conn: &Connection, id: i64) -> Body {
    let sql = "SELECT id, buildsetid, builderid, priority, claimed_at, masterid, complete, results, submitted_at,
            complete_at, waited_for
        FROM buildrequests LEFT JOIN buildrequest_claims ON brid = id WHERE id = ?";
    one(conn, sql, id, |row| {
        Ok(json!({
            "buildrequestid": int(row, 0)?,
            "buildsetid": int(row, 1)?,
            "builderid": int(row, 2)?,
            "priority": int(row, 3)?,
            "claimed": int(row, 4)?.is_some(),
            "claimed_at": int(row, 4)?,
            "claimed_by_masterid": int(row, 5)?,
            "complete": truth(row, 6)?,
            "results": int(row, 7)?,
            "submitted_at": int(row, 8)?,
            "complete_at": int(row, 9)?,
            "waited_for": truth(row, 10)?,
            "properties": null,
        }))
    })
}

pub(crate) fn buildset(conn: &Connection, id: i64) -> Body {
    let sql = "SELECT id, external_idstring, reason, rebuilt_buildid, submitted_at, complete, complete_at, results,
            parent_buildid, parent_relationship
        FROM buildsets WHERE id = ?";
    let mut sourcestamps = Vec::new();
    for stamp in sourcestamps::of_buildset(conn, BuildsetId(id))? {
        sourcestamps.extend(stamp.id.map(|id| sourcestamp(conn, id)).transpose()?.flatten());
    }
    one(conn, sql, id, |row| {
        Ok(json!({
            "bsid": int(row, 0)?,
            "external_idstring": text(row, 1)?,
            "reason": text(row, 2)?,
            "rebuilt_buildid": int(row, 3)?,
            "sourcestamps": sourcestamps,
            "submitted_at": int(row, 4)?,
            "complete": truth(row, 5)?,
            "complete_at": int(row, 6)?,
            "results": int(row, 7)?,
            "parent_buildid": int(row, 8)?,
            "parent_relationship": text(row, 9)?,
        }))
    })
}

fn sourcestamp(conn: &Connection, id: SourceStampId) -> Body {
    let patch_id: Option<i64> = conn
        .prepare_cached("SELECT patchid FROM sourcestamps WHERE id = ?")?
        .query_row([id.0], |row| row.get(0))
        .optional()?
        .flatten();
    let Some(stamp) = sourcestamps::by_id(conn, id)? else { return Ok(None) };
    let patch = stamp.patch.map(|patch| {
        json!({
            "patchid": patch_id,
            "body": String::from_utf8_lossy(&patch.body),
            "level": patch.level,
            "subdir": patch.subdir,
            "author": patch.author,
            "comment": patch.comment,
        })
    });
    Ok(Some(json!({
        "ssid": id,
        "branch": stamp.branch,
        "revision": stamp.revision,
        "project": stamp.project,
        "repository": stamp.repository,
        "codebase": stamp.codebase,
        "created_at": stamp.created_at,
        "patch": patch,
    })))
}

pub(crate) fn step(conn: &Connection, id: i64) -> Body {
    let sql = "SELECT id, number, name, buildid, started_at, locks_acquired_at, complete_at, state_string, results,
            urls_json, hidden
        FROM steps WHERE id = ?";
    one(conn, sql, id, |row| {
        let urls: Value = serde_json::from_str(row.get_ref(9)?.as_str()?).unwrap_or_else(|_| json!([]));
        Ok(json!({
            "stepid": int(row, 0)?,
            "number": int(row, 1)?,
            "name": text(row, 2)?,
            "buildid": int(row, 3)?,
            "started_at": int(row, 4)?,
            "locks_acquired_at": int(row, 5)?,
            "complete": int(row, 6)?.is_some(),
            "complete_at": int(row, 6)?,
            "state_string": text(row, 7)?,
            "results": int(row, 8)?,
            "urls": urls,
            "hidden": truth(row, 10)?,
        }))
    })
}

pub(crate) fn log(conn: &Connection, id: i64) -> Body {
    let sql = "SELECT id, name, slug, stepid, complete, num_lines, type FROM logs WHERE id = ?";
    one(conn, sql, id, |row| {
        Ok(json!({
            "logid": int(row, 0)?,
            "name": text(row, 1)?,
            "slug": text(row, 2)?,
            "stepid": int(row, 3)?,
            "complete": truth(row, 4)?,
            "num_lines": int(row, 5)?,
            "type": text(row, 6)?,
        }))
    })
}

pub(crate) fn change(conn: &Connection, id: i64) -> Body {
    let Some(change) = changes::by_id(conn, ChangeId(id))? else { return Ok(None) };
    let properties: Map<String, Value> =
        change.properties.into_iter().map(|(name, value)| (name, json!([value, "Change"]))).collect();
    Ok(Some(json!({
        "changeid": id,
        "author": change.author,
        "committer": change.committer,
        "comments": change.comments,
        "branch": change.branch,
        "revision": change.revision,
        "revlink": change.revlink,
        "when_timestamp": change.when_timestamp,
        "category": change.category,
        "parent_changeids": change.parent_changeids,
        "repository": change.repository,
        "codebase": change.codebase,
        "project": change.project,
        "files": change.files,
        "sourcestamp": sourcestamp(conn, change.sourcestamp)?,
        "properties": properties,
    })))
}

pub(crate) fn builder(conn: &Connection, id: i64) -> Body {
    let masters = column(conn, "SELECT masterid FROM builder_masters WHERE builderid = ? ORDER BY masterid", id)?;
    let tags = column(
        conn,
        "SELECT name FROM builders_tags JOIN tags ON tags.id = tagid WHERE builderid = ? ORDER BY builders_tags.id",
        id,
    )?;
    let sql =
        "SELECT id, name, description, description_format, description_html, projectid FROM builders WHERE id = ?";
    one(conn, sql, id, |row| {
        Ok(json!({
            "builderid": int(row, 0)?,
            "name": text(row, 1)?,
            "masterids": masters,
            "description": text(row, 2)?,
            "description_format": text(row, 3)?,
            "description_html": text(row, 4)?,
            "projectid": int(row, 5)?,
            "tags": tags,
        }))
    })
}

pub(crate) fn worker(conn: &Connection, id: i64) -> Body {
    let connected =
        column(conn, "SELECT json_object('masterid', masterid) FROM connected_workers WHERE workerid = ?", id)?;
    let configured = column(
        conn,
        "SELECT json_object('masterid', masterid, 'builderid', builderid) FROM configured_workers
         JOIN builder_masters ON builder_masters.id = buildermasterid WHERE workerid = ? ORDER BY configured_workers.id",
        id,
    )?;
    let parsed = |texts: Vec<Value>| -> Vec<Value> {
        texts.iter().filter_map(|text| serde_json::from_str(text.as_str()?).ok()).collect()
    };
    let sql = "SELECT id, name, info, paused, pause_reason, graceful FROM workers WHERE id = ?";
    one(conn, sql, id, |row| {
        let info: Value = serde_json::from_str(row.get_ref(2)?.as_str()?).unwrap_or_else(|_| json!({}));
        Ok(json!({
            "workerid": int(row, 0)?,
            "name": text(row, 1)?,
            "workerinfo": info,
            "paused": truth(row, 3)?,
            "pause_reason": text(row, 4)?,
            "graceful": truth(row, 5)?,
            "connected_to": parsed(connected),
            "configured_on": parsed(configured),
        }))
    })
}

pub(crate) fn scheduler(conn: &Connection, id: i64) -> Body {
    let sql = "SELECT schedulers.id, schedulers.name, enabled, masters.id, masters.name, active, last_active
        FROM schedulers LEFT JOIN scheduler_masters ON schedulerid = schedulers.id
        LEFT JOIN masters ON masters.id = masterid WHERE schedulers.id = ?";
    one(conn, sql, id, |row| {
        let master = match int(row, 3)? {
            Some(master) => json!({
                "masterid": master,
                "name": text(row, 4)?,
                "active": truth(row, 5)?,
                "last_active": int(row, 6)?,
            }),
            None => Value::Null,
        };
        Ok(json!({
            "schedulerid": int(row, 0)?,
            "name": text(row, 1)?,
            "enabled": truth(row, 2)?,
            "master": master,
        }))
    })
}

pub(crate) fn project(conn: &Connection, id: i64) -> Body {
    let sql = "SELECT id, name, slug, description, description_format, description_html FROM projects WHERE id = ?";
    one(conn, sql, id, |row| {
        Ok(json!({
            "projectid": int(row, 0)?,
            "name": text(row, 1)?,
            "slug": text(row, 2)?,
            "description": text(row, 3)?,
            "description_format": text(row, 4)?,
            "description_html": text(row, 5)?,
            "active": null,
        }))
    })
}

pub(crate) fn codebase(conn: &Connection, id: i64) -> Body {
    let sql = "SELECT id, name, slug, projectid FROM codebases WHERE id = ?";
    one(conn, sql, id, |row| {
        Ok(json!({
            "codebaseid": int(row, 0)?,
            "name": text(row, 1)?,
            "slug": text(row, 2)?,
            "projectid": int(row, 3)?,
        }))
    })
}

pub(crate) fn master(conn: &Connection, id: i64) -> Body {
    one(conn, "SELECT id, name, active FROM masters WHERE id = ?", id, |row| {
        Ok(json!({"masterid": int(row, 0)?, "name": text(row, 1)?, "active": truth(row, 2)?}))
    })
}

/// Integers or texts that a statement with one parameter selects.
fn column(conn: &Connection, sql: &str, id: i64) -> Result<Vec<Value>, StorageError> {
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([id])?;
    let mut values = Vec::new();
    while let Some(row) = rows.next()? {
        let number = row.get_ref(0)?.as_i64().ok().map(Value::from);
        values.push(match number {
            Some(number) => number,
            None => Value::from(text(row, 0)?),
        });
    }
    Ok(values)
}
