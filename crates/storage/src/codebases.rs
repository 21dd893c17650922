//! Tables `codebases`, `codebase_commits` and `codebase_branches`.

use ferrobot_model::{CodebaseId, CommitId, ProjectId};
use rusqlite::{Connection, params};

use crate::{StorageError, hash::name_hash, named::Named};

const CODEBASES: Named = Named {
    find: "SELECT id FROM codebases WHERE projectid = ? AND name_hash = ?",
    add: "INSERT INTO codebases (projectid, name, name_hash, slug) VALUES (?1, ?2, ?3, ?2)",
};

/// The codebase of this name in the project, made when there is none.
pub fn find_or_add(conn: &Connection, project: ProjectId, name: &str) -> Result<CodebaseId, StorageError> {
    let hash = name_hash(name);
    let id = CODEBASES.find_or_add_by(conn, params![project.0, hash], params![project.0, name, hash])?;
    Ok(CodebaseId(id))
}

/// Sets the name in paths.
pub fn set_slug(conn: &Connection, codebase: CodebaseId, slug: &str) -> Result<(), StorageError> {
    conn.prepare_cached("UPDATE codebases SET slug = ? WHERE id = ?")?.execute(params![slug, codebase.0])?;
    Ok(())
}

/// A commit of a codebase.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the fields are the columns")]
pub struct NewCommit {
    pub codebase: CodebaseId,
    pub author: String,
    pub committer: Option<String>,
    pub comments: String,
    /// Seconds since the epoch.
    pub when_timestamp: i64,
    pub revision: String,
    pub parent: Option<CommitId>,
}

/// Adds a commit. The revision must be new in its codebase.
pub fn add_commit(conn: &Connection, commit: &NewCommit) -> Result<CommitId, StorageError> {
    let mut add = conn.prepare_cached(
        "INSERT INTO codebase_commits (codebaseid, author, committer, comments, when_timestamp, revision, parent_commitid)
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )?;
    let id = add.insert(params![
        commit.codebase.0,
        commit.author,
        commit.committer,
        commit.comments,
        commit.when_timestamp,
        commit.revision,
        commit.parent.map(|parent| parent.0),
    ])?;
    Ok(CommitId(id))
}

/// Says where a branch stands, made when new; its row.
pub fn set_branch(
    conn: &Connection,
    codebase: CodebaseId,
    name: &str,
    commit: Option<CommitId>,
    last_timestamp: i64,
) -> Result<i64, StorageError> {
    let mut statement = conn.prepare_cached(
        "INSERT INTO codebase_branches (codebaseid, name, name_hash, commitid, last_timestamp) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (codebaseid, name_hash) DO UPDATE
         SET commitid = excluded.commitid, last_timestamp = excluded.last_timestamp
         RETURNING id",
    )?;
    let commit = commit.map(|commit| commit.0);
    Ok(statement.query_row(params![codebase.0, name, name_hash(name), commit, last_timestamp], |row| row.get(0))?)
}
