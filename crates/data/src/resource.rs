//! The resources of the path-based API: how each looks, which rows it is made of, and under which paths it is found.
//!
//! Read `field` and `endpoint`, then `select`, then one resource, for example `builds`. The text of logs is not here:
//! it is read in blocks, by `logtext`.

pub(crate) mod build_data;
pub(crate) mod builders;
pub(crate) mod buildrequests;
pub(crate) mod builds;
pub(crate) mod buildsets;
pub(crate) mod changes;
pub(crate) mod changesources;
pub(crate) mod codebases;
pub(crate) mod endpoint;
pub(crate) mod field;
pub(crate) mod forceschedulers;
pub(crate) mod logs;
pub(crate) mod masters;
pub(crate) mod memory;
pub(crate) mod projects;
pub(crate) mod properties;
pub(crate) mod query;
pub(crate) mod schedulers;
pub(crate) mod select;
pub(crate) mod sourcestamps;
pub(crate) mod spec;
pub(crate) mod steps;
pub(crate) mod term;
pub(crate) mod test_results;
pub(crate) mod workers;

use ferrobot_storage::StorageError;
use ferrobot_storage::rusqlite::Connection;
use serde_json::Value;

use crate::rest::{RestError, ResultSpec};
use endpoint::{Arguments, Endpoint};
use select::Listed;

/// The one resource that a path names.
pub(crate) fn single(
    conn: &Connection,
    endpoint: Endpoint,
    path: &Arguments,
    spec: &ResultSpec,
) -> Result<Option<Value>, StorageError> {
    match endpoint {
        Endpoint::BuildDataNoValue => build_data::single(conn, path),
        Endpoint::Builder => builders::single(conn, path, spec),
        Endpoint::BuildRequest => buildrequests::single(conn, path, spec),
        Endpoint::Build => builds::single(conn, path, spec),
        Endpoint::Buildset => buildsets::single(conn, path),
        Endpoint::Change => changes::single(conn, path, spec),
        Endpoint::ChangeSource => changesources::single(conn, path),
        Endpoint::CodebaseBranch => codebases::one_branch(conn, path),
        Endpoint::CodebaseCommit => codebases::one_commit(conn, path),
        Endpoint::CodebaseCommitByRevision => codebases::commit_by_revision(conn, path),
        Endpoint::CodebaseCommitsGraph => codebases::common_parent(conn, path),
        Endpoint::Codebase => codebases::single(conn, path),
        Endpoint::Log => logs::single(conn, path),
        Endpoint::Master => masters::single(conn, path),
        Endpoint::Project => projects::single(conn, path),
        Endpoint::BuildsetProperties => properties::buildset_bag(conn, path),
        Endpoint::BuildProperties => properties::build_bag(conn, path),
        Endpoint::Scheduler => schedulers::single(conn, path),
        Endpoint::SourceStamp => sourcestamps::single(conn, path),
        Endpoint::Step => steps::single(conn, path),
        Endpoint::TestResultSet => test_results::one_set(conn, path),
        Endpoint::Worker => workers::single(conn, path, spec),
        // Lists, downloads and what is not a row are answered elsewhere.
        _ => Ok(None),
    }
}

/// The resources that a path names.
pub(crate) fn collection(
    conn: &Connection,
    endpoint: Endpoint,
    path: &Arguments,
    spec: &ResultSpec,
) -> Result<Listed, RestError> {
    match endpoint {
        Endpoint::BuildDatasNoValue => build_data::list(conn, path, spec),
        Endpoint::Builders => builders::list(conn, path, spec),
        Endpoint::BuildRequests => buildrequests::list(conn, path, spec),
        Endpoint::BuildTriggeredBuilds => builds::triggered(conn, path, spec),
        Endpoint::Builds => builds::list(conn, path, spec),
        Endpoint::Buildsets => buildsets::list(conn, spec),
        Endpoint::Changes => changes::list(conn, path, spec),
        Endpoint::ChangeSources => changesources::list(conn, path, spec),
        Endpoint::CodebaseBranches => codebases::branches(conn, path, spec),
        Endpoint::CodebaseCommits => codebases::commits(conn, path, spec),
        Endpoint::Codebases => codebases::list(conn, spec),
        Endpoint::Logs => logs::list(conn, path, spec),
        Endpoint::Masters => masters::list(conn, path, spec),
        Endpoint::Projects => projects::list(conn, spec),
        Endpoint::PropertiesList => properties::list(conn, path, spec),
        Endpoint::Root => memory::list(&spec::ROOT_LINK, spec::root_links(), spec),
        Endpoint::Spec => memory::list(&spec::ENTITY, spec::rows(), spec),
        Endpoint::Schedulers => schedulers::list(conn, path, spec),
        Endpoint::SourceStamps => sourcestamps::list(conn, path, spec),
        Endpoint::Steps => steps::list(conn, path, spec),
        Endpoint::TestResultSets => test_results::sets(conn, path, spec),
        Endpoint::TestResultSetsFromCommitRange => test_results::sets_of_commits(conn, path, spec),
        Endpoint::TestResults => test_results::list(conn, path, spec),
        Endpoint::Workers => workers::list(conn, path, spec),
        other => Err(RestError::Internal(format!("{other:?} is not a list of rows"))),
    }
}

/// Further rows of a long list, by their ids.
pub(crate) fn part(
    conn: &Connection,
    endpoint: Endpoint,
    ids: &[i64],
    spec: &ResultSpec,
) -> Result<Vec<Value>, StorageError> {
    let rows = match endpoint {
        Endpoint::BuildRequests => buildrequests::part(conn, ids, spec),
        Endpoint::Builds | Endpoint::BuildTriggeredBuilds => builds::part(conn, ids, spec),
        Endpoint::Buildsets => buildsets::part(conn, ids, spec),
        Endpoint::Changes => changes::part(conn, ids, spec),
        Endpoint::SourceStamps => sourcestamps::part(conn, ids),
        Endpoint::TestResults => test_results::part(conn, ids),
        // Other tables are as long as the configuration, or as one build.
        _ => Ok(Vec::new()),
    }?;
    Ok(rows.into_iter().map(|row| select::select_fields(row, &spec.fields)).collect())
}

#[cfg(test)]
mod tests;
