//! Tables `ferrobot_held_builds`, `…_steps`, `…_commands` and `…_secrets`: where builds stand whose commands outlive the master.
//!
//! Ours alone; Buildbot ignores them. What is here is written in order with what it is about, so that after a crash a build goes
//! on exactly where its rows and logs end. A build's rows go with its end.

use ferrobot_model::{BuildId, BuildRequestId, BuilderId, BuildsetId, MasterId, Results, StepId, WorkerId};
use rusqlite::{Connection, params};

use crate::StorageError;

const TABLES: [&str; 4] = ["builds", "steps", "commands", "secrets"];

/// A build that was under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldBuild {
    /// Its row.
    pub id: BuildId,
    /// Its number within its builder.
    pub number: i64,
    /// The request that it builds.
    pub request: BuildRequestId,
    /// Its builder.
    pub builder: BuilderId,
    /// Its worker.
    pub worker: WorkerId,
    /// Which process of that worker runs its commands.
    pub instance: String,
    /// Digest of what it does.
    pub plan: String,
    /// Its steps, in order.
    pub steps: Vec<HeldStep>,
    /// The secrets that it has used.
    pub secrets: Vec<HeldSecret>,
}

/// A secret that must not be shown in what a build prints. Its value is nowhere in the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldSecret {
    /// Its name.
    pub name: String,
    /// Enough of a digest to notice that it has changed, too little to learn anything from.
    pub trace: u16,
}

/// A step that began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldStep {
    /// Its row.
    pub id: StepId,
    /// Its number within the build.
    pub number: i64,
    /// Its name.
    pub name: String,
    /// Which of its factory's steps it is, from 0.
    pub place: u64,
    /// `None`: it had not ended.
    pub results: Option<Results>,
    /// What it says for the build's text, when it has ended.
    pub build_text: Option<String>,
    /// Its commands, in order.
    pub commands: Vec<HeldCommand>,
}

/// A command that was about to start, or did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldCommand {
    /// Which of its step's commands it is, from 1.
    pub number: u64,
    /// The worker's last message whose output is in the logs.
    pub mark: u64,
    /// What is known of its outcome, as JSON.
    pub outcome: Option<String>,
    /// It has ended.
    pub is_complete: bool,
    /// Its step saw its output, which it would have to see again.
    pub is_observed: bool,
}

/// Makes the tables where they are missing.
pub(crate) fn prepare(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(
        "CREATE TABLE IF NOT EXISTS ferrobot_held_builds (
             buildid INTEGER NOT NULL PRIMARY KEY, instance TEXT NOT NULL, plan TEXT NOT NULL);
         CREATE TABLE IF NOT EXISTS ferrobot_held_steps (
             buildid INTEGER NOT NULL, place INTEGER NOT NULL, stepid INTEGER NOT NULL, build_text TEXT,
             PRIMARY KEY (buildid, place)) WITHOUT ROWID;
         CREATE TABLE IF NOT EXISTS ferrobot_held_commands (
             buildid INTEGER NOT NULL, place INTEGER NOT NULL, number INTEGER NOT NULL, mark INTEGER NOT NULL, outcome TEXT,
             is_complete INTEGER NOT NULL, is_observed INTEGER NOT NULL,
             PRIMARY KEY (buildid, place, number)) WITHOUT ROWID;
         CREATE TABLE IF NOT EXISTS ferrobot_held_secrets (
             buildid INTEGER NOT NULL, name TEXT NOT NULL, trace INTEGER NOT NULL,
             PRIMARY KEY (buildid, name)) WITHOUT ROWID;",
    )
}

/// A build begins whose commands outlive the master.
pub fn hold_build(conn: &Connection, build: BuildId, instance: &str, plan: &str) -> Result<(), StorageError> {
    conn.prepare_cached("INSERT OR REPLACE INTO ferrobot_held_builds (buildid, instance, plan) VALUES (?, ?, ?)")?
        .execute(params![build.0, instance, plan])?;
    Ok(())
}

/// It has used a secret.
pub fn hold_secret(conn: &Connection, build: BuildId, secret: &HeldSecret) -> Result<(), StorageError> {
    conn.prepare_cached("INSERT OR REPLACE INTO ferrobot_held_secrets (buildid, name, trace) VALUES (?, ?, ?)")?
        .execute(params![build.0, secret.name, secret.trace])?;
    Ok(())
}

/// A step of it begins.
pub fn hold_step(conn: &Connection, build: BuildId, place: u64, step: StepId) -> Result<(), StorageError> {
    conn.prepare_cached("INSERT OR REPLACE INTO ferrobot_held_steps (buildid, place, stepid) VALUES (?, ?, ?)")?
        .execute(params![build.0, place.cast_signed(), step.0])?;
    Ok(())
}

/// A step of it has ended, and says this for the build's text.
pub fn end_step(conn: &Connection, build: BuildId, place: u64, build_text: Option<&str>) -> Result<(), StorageError> {
    conn.prepare_cached("UPDATE ferrobot_held_steps SET build_text = ? WHERE buildid = ? AND place = ?")?
        .execute(params![build_text, build.0, place.cast_signed()])?;
    conn.prepare_cached("DELETE FROM ferrobot_held_commands WHERE buildid = ? AND place = ?")?
        .execute(params![build.0, place.cast_signed()])?;
    Ok(())
}

/// How far a command is.
pub fn note_command(conn: &Connection, build: BuildId, place: u64, command: &HeldCommand) -> Result<(), StorageError> {
    let HeldCommand { number, mark, outcome, is_complete, is_observed } = command;
    conn.prepare_cached(
        "INSERT OR REPLACE INTO ferrobot_held_commands (buildid, place, number, mark, outcome, is_complete, is_observed) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        build.0,
        place.cast_signed(),
        number.cast_signed(),
        mark.cast_signed(),
        outcome,
        is_complete,
        is_observed
    ])?;
    Ok(())
}

/// The newest buildset; 0: there is none.
pub fn newest_buildset(conn: &Connection) -> Result<BuildsetId, StorageError> {
    let newest = conn.prepare_cached("SELECT coalesce(max(id), 0) FROM buildsets")?.query_row([], |row| row.get(0))?;
    Ok(BuildsetId(newest))
}

/// The first buildset after another one that a build has triggered.
pub fn triggered_after(
    conn: &Connection,
    build: BuildId,
    after: BuildsetId,
) -> Result<Option<BuildsetId>, StorageError> {
    let found = conn
        .prepare_cached("SELECT min(id) FROM buildsets WHERE id > ? AND parent_buildid = ?")?
        .query_row([after.0, build.0], |row| row.get::<_, Option<i64>>(0))?;
    Ok(found.map(BuildsetId))
}

/// The build has ended, or cannot be taken up any more. Nothing happens when it was not held.
pub fn release(conn: &Connection, build: BuildId) -> Result<(), StorageError> {
    let [builds, parts @ ..] = TABLES;
    let delete = |table: &str| {
        conn.prepare_cached(&format!("DELETE FROM ferrobot_held_{table} WHERE buildid = ?"))?.execute([build.0])
    };
    // Most builds that end were not held.
    if delete(builds)? > 0 {
        parts.iter().try_for_each(|table| delete(table).map(drop))?;
    }
    Ok(())
}

/// Forgets all builds but these.
pub fn release_others(conn: &Connection, kept: &[BuildId]) -> Result<(), StorageError> {
    let kept = serde_json::Value::from(kept.iter().map(|build| build.0).collect::<Vec<_>>()).to_string();
    for table in TABLES {
        let delete = format!("DELETE FROM ferrobot_held_{table} WHERE buildid NOT IN (SELECT value FROM json_each(?))");
        conn.prepare_cached(&delete)?.execute([&kept])?;
    }
    Ok(())
}

/// The unfinished builds of a master that are held.
pub fn all(conn: &Connection, master: MasterId) -> Result<Vec<HeldBuild>, StorageError> {
    let mut statement = conn.prepare_cached(
        "SELECT b.id, b.number, b.buildrequestid, b.builderid, b.workerid, h.instance, h.plan \
         FROM ferrobot_held_builds h JOIN builds b ON b.id = h.buildid \
         WHERE b.masterid = ? AND b.complete_at IS NULL AND b.workerid IS NOT NULL ORDER BY b.id",
    )?;
    let rows = statement.query_map([master.0], |row| {
        Ok(HeldBuild {
            id: BuildId(row.get(0)?),
            number: row.get(1)?,
            request: BuildRequestId(row.get(2)?),
            builder: BuilderId(row.get(3)?),
            worker: WorkerId(row.get(4)?),
            instance: row.get(5)?,
            plan: row.get(6)?,
            steps: Vec::new(),
            secrets: Vec::new(),
        })
    })?;
    let mut builds: Vec<HeldBuild> = rows.collect::<rusqlite::Result<_>>()?;
    for build in &mut builds {
        build.steps = steps(conn, build.id)?;
        build.secrets = secrets(conn, build.id)?;
    }
    Ok(builds)
}

fn steps(conn: &Connection, build: BuildId) -> Result<Vec<HeldStep>, StorageError> {
    let mut statement = conn.prepare_cached(
        "SELECT s.id, s.number, s.name, h.place, s.results, h.build_text \
         FROM ferrobot_held_steps h JOIN steps s ON s.id = h.stepid AND s.buildid = h.buildid \
         WHERE h.buildid = ? ORDER BY h.place",
    )?;
    let rows = statement.query_map([build.0], |row| {
        Ok(HeldStep {
            id: StepId(row.get(0)?),
            number: row.get(1)?,
            name: row.get(2)?,
            place: row.get::<_, i64>(3)?.cast_unsigned(),
            results: row.get::<_, Option<i64>>(4)?.and_then(Results::from_code),
            build_text: row.get(5)?,
            commands: Vec::new(),
        })
    })?;
    let mut steps: Vec<HeldStep> = rows.collect::<rusqlite::Result<_>>()?;
    for step in &mut steps {
        step.commands = commands(conn, build, step.place)?;
    }
    Ok(steps)
}

fn secrets(conn: &Connection, build: BuildId) -> Result<Vec<HeldSecret>, StorageError> {
    let mut statement = conn.prepare_cached("SELECT name, trace FROM ferrobot_held_secrets WHERE buildid = ?")?;
    let rows = statement.query_map([build.0], |row| Ok(HeldSecret { name: row.get(0)?, trace: row.get(1)? }))?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

fn commands(conn: &Connection, build: BuildId, place: u64) -> Result<Vec<HeldCommand>, StorageError> {
    let mut statement = conn.prepare_cached(
        "SELECT number, mark, outcome, is_complete, is_observed FROM ferrobot_held_commands \
         WHERE buildid = ? AND place = ? ORDER BY number",
    )?;
    let rows = statement.query_map(params![build.0, place.cast_signed()], |row| {
        Ok(HeldCommand {
            number: row.get::<_, i64>(0)?.cast_unsigned(),
            mark: row.get::<_, i64>(1)?.cast_unsigned(),
            outcome: row.get(2)?,
            is_complete: row.get(3)?,
            is_observed: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}
