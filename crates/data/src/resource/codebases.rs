//! Codebases with their branches and commits.

use std::collections::HashMap;

use ferrobot_storage::StorageError;
use ferrobot_storage::name_hash;
use ferrobot_storage::rusqlite::types::Value as SqlValue;
use ferrobot_storage::rusqlite::{Connection, Row};
use serde_json::{Value, json};

use crate::resource::endpoint::Arguments;
use crate::resource::field::{Column, Entity, Field, Type};
use crate::resource::select::{self, Listed, Scope, Source};
use crate::rest::{RestError, ResultSpec};

/// A common ancestor is looked for among so many commits on either side.
const ANCESTORS_MAX: usize = 100_000;

pub(crate) static ENTITY: Entity = Entity {
    name: "codebase",
    plural: "codebases",
    fields: &[
        Field::new("codebaseid", Type::Integer, Column::Pushed("codebases.id")),
        Field::new("projectid", Type::Integer, Column::Pushed("codebases.projectid")),
        Field::new("name", Type::Identifier, Column::Pushed("codebases.name")),
        Field::new("slug", Type::Identifier, Column::Pushed("codebases.slug")),
    ],
};

pub(crate) static BRANCH: Entity = Entity {
    name: "branch",
    plural: "branches",
    fields: &[
        Field::new("branchid", Type::Integer, Column::Pushed("codebase_branches.id")),
        Field::new("codebaseid", Type::Integer, Column::Pushed("codebase_branches.codebaseid")),
        Field::new("name", Type::String, Column::Pushed("codebase_branches.name")),
        Field::new("commitid", Type::Integer, Column::Pushed("codebase_branches.commitid")),
        Field::new("last_timestamp", Type::Integer, Column::Pushed("codebase_branches.last_timestamp")),
    ],
};

pub(crate) static COMMIT: Entity = Entity {
    name: "commit",
    plural: "commits",
    fields: &[
        Field::new("commitid", Type::Integer, Column::Pushed("codebase_commits.id")),
        Field::new("codebaseid", Type::Integer, Column::Pushed("codebase_commits.codebaseid")),
        Field::new("author", Type::String, Column::Pushed("codebase_commits.author")),
        Field::nullable("committer", Type::String, Column::Pushed("codebase_commits.committer")),
        Field::new("comments", Type::String, Column::Pushed("codebase_commits.comments")),
        Field::new("when_timestamp", Type::Integer, Column::Pushed("codebase_commits.when_timestamp")),
        Field::new("revision", Type::String, Column::Own("codebase_commits.revision")),
        Field::nullable("parent_commitid", Type::Integer, Column::Pushed("codebase_commits.parent_commitid")),
    ],
};

pub(crate) static COMMIT_GRAPH: Entity = Entity {
    name: "commit_graph",
    plural: "commit_graphs",
    fields: &[
        Field::new("common", Type::Integer, Column::Opaque),
        Field::new("to1", Type::List(&Type::Integer), Column::Opaque),
        Field::new("to2", Type::List(&Type::Integer), Column::Opaque),
    ],
};

const SOURCE: Source = Source {
    columns: "codebases.id, codebases.projectid, codebases.name, codebases.slug",
    from: "codebases",
    key: "codebases.id",
    id: None,
};
const BRANCHES: Source = Source {
    columns: "codebase_branches.id, codebase_branches.codebaseid, codebase_branches.name, \
              codebase_branches.commitid, codebase_branches.last_timestamp",
    from: "codebase_branches",
    key: "codebase_branches.id",
    id: None,
};
const COMMITS: Source = Source {
    columns: "codebase_commits.id, codebase_commits.codebaseid, codebase_commits.author, \
              codebase_commits.committer, codebase_commits.comments, codebase_commits.when_timestamp, \
              codebase_commits.revision, codebase_commits.parent_commitid",
    from: "codebase_commits",
    key: "codebase_commits.id",
    id: None,
};

/// One codebase as the API and the events show it.
pub(crate) fn codebase_by_id(conn: &Connection, id: i64) -> Result<Option<Value>, StorageError> {
    select::one(conn, &SOURCE, &Scope::all().only("codebases.id = ?", id), codebase)
}

pub(crate) fn single(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    let scope = match (path.text("codebasename"), path.integer("projectid")) {
        (Some(name), Some(project)) => {
            Scope::all().only("codebases.projectid = ?", project).only("codebases.name_hash = ?", name_hash(name))
        }
        _ => Scope::all().only("codebases.id = ?", path.integer("codebaseid").unwrap_or(-1)),
    };
    select::one(conn, &SOURCE, &scope, codebase)
}

pub(crate) fn list(conn: &Connection, spec: &ResultSpec) -> Result<Listed, RestError> {
    select::list(conn, (&ENTITY, &SOURCE), &Scope::all(), spec, codebase)
}

/// One branch as the API and the events show it.
pub(crate) fn branch_by_id(conn: &Connection, id: i64) -> Result<Option<Value>, StorageError> {
    select::one(conn, &BRANCHES, &Scope::all().only("codebase_branches.id = ?", id), branch)
}

/// One commit as the API and the events show it.
pub(crate) fn commit_by_id(conn: &Connection, id: i64) -> Result<Option<Value>, StorageError> {
    select::one(conn, &COMMITS, &Scope::all().only("codebase_commits.id = ?", id), commit)
}

pub(crate) fn one_branch(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    branch_by_id(conn, path.integer("branchid").unwrap_or(-1))
}

pub(crate) fn branches(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let scope = Scope::all().only("codebase_branches.codebaseid = ?", path.integer("codebaseid").unwrap_or(-1));
    select::list(conn, (&BRANCH, &BRANCHES), &scope, spec, branch)
}

pub(crate) fn one_commit(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    commit_by_id(conn, path.integer("commitid").unwrap_or(-1))
}

pub(crate) fn commit_by_revision(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    let scope = Scope::all()
        .only("codebase_commits.codebaseid = ?", path.integer("codebaseid").unwrap_or(-1))
        .only("codebase_commits.revision = ?", path.text("revision").unwrap_or_default().to_owned());
    select::one(conn, &COMMITS, &scope, commit)
}

pub(crate) fn commits(conn: &Connection, path: &Arguments, spec: &ResultSpec) -> Result<Listed, RestError> {
    let scope = Scope::all().only("codebase_commits.codebaseid = ?", path.integer("codebaseid").unwrap_or(-1));
    select::list(conn, (&COMMIT, &COMMITS), &scope, spec, commit)
}

/// The nearest commit that both have come from, and the ways from there to each.
pub(crate) fn common_parent(conn: &Connection, path: &Arguments) -> Result<Option<Value>, StorageError> {
    let first = ancestry(conn, path, "commitid1")?;
    let second = ancestry(conn, path, "commitid2")?;
    let places: HashMap<i64, usize> = first.iter().enumerate().map(|(place, commit)| (*commit, place)).collect();
    let meeting = second.iter().enumerate().find_map(|(place, commit)| Some((*places.get(commit)?, place)));
    let Some((in_first, in_second)) = meeting else { return Ok(None) };
    let way = |commits: &[i64]| -> Vec<i64> { commits.iter().rev().copied().collect() };
    Ok(Some(json!({
        "common": first[in_first],
        "to1": way(&first[..=in_first]),
        "to2": way(&second[..=in_second]),
    })))
}

/// The commits from the first of a range to its second, when one has come from the other.
pub(crate) fn range(conn: &Connection, path: &Arguments) -> Result<Vec<i64>, StorageError> {
    let start = path.integer("commitid1").unwrap_or(-1);
    let mut commits = ancestry(conn, path, "commitid2")?;
    match commits.iter().position(|commit| *commit == start) {
        None => Ok(Vec::new()),
        Some(place) => {
            commits.truncate(place + 1);
            Ok(commits)
        }
    }
}

/// A commit that the path names, and what it has come from, newest first.
fn ancestry(conn: &Connection, path: &Arguments, name: &str) -> Result<Vec<i64>, StorageError> {
    let codebase = SqlValue::Integer(path.integer("codebaseid").unwrap_or(-1));
    let exists = "SELECT id FROM codebase_commits WHERE id = ? AND codebaseid = ?";
    let commit = SqlValue::Integer(path.integer(name).unwrap_or(-1));
    let mut next = select::lookup(conn, exists, &[commit, codebase])?;
    let mut line = Vec::new();
    let mut parent = conn.prepare_cached("SELECT parent_commitid FROM codebase_commits WHERE id = ?")?;
    while let Some(commit) = next
        && line.len() < ANCESTORS_MAX
    {
        line.push(commit);
        next = parent.query_row([commit], |row| row.get(0))?;
    }
    Ok(line)
}

fn codebase(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    Ok(json!({
        "codebaseid": row.get::<_, i64>(0)?,
        "name": row.get::<_, String>(2)?,
        "slug": row.get::<_, String>(3)?,
        "projectid": row.get::<_, i64>(1)?,
    }))
}

fn branch(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    Ok(json!({
        "branchid": row.get::<_, i64>(0)?,
        "codebaseid": row.get::<_, i64>(1)?,
        "name": row.get::<_, String>(2)?,
        "commitid": row.get::<_, Option<i64>>(3)?,
        "last_timestamp": row.get::<_, i64>(4)?,
    }))
}

fn commit(_conn: &Connection, row: &Row<'_>) -> Result<Value, StorageError> {
    Ok(json!({
        "commitid": row.get::<_, i64>(0)?,
        "codebaseid": row.get::<_, i64>(1)?,
        "author": row.get::<_, String>(2)?,
        "committer": row.get::<_, Option<String>>(3)?,
        "comments": row.get::<_, String>(4)?,
        "when_timestamp": row.get::<_, i64>(5)?,
        "revision": row.get::<_, String>(6)?,
        "parent_commitid": row.get::<_, Option<i64>>(7)?,
    }))
}
