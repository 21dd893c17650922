//! Which paths there are: every pattern with the endpoint that answers it.
//!
//! In a pattern `n:` is an integer, `i:` an identifier, `s:` any text, and `:` any text that Buildbot takes for a number.

use crate::resource::field::{self, Entity};
use crate::resource::{
    build_data, builders, buildrequests, builds, buildsets, changes, changesources, codebases, forceschedulers, logs,
    masters, projects, properties, schedulers, sourcestamps, spec, steps, test_results, workers,
};

/// What answers a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Endpoint {
    BuildDatasNoValue,
    BuildDataNoValue,
    BuildData,
    Builder,
    Builders,
    BuildRequest,
    BuildRequests,
    Build,
    BuildTriggeredBuilds,
    Builds,
    Buildset,
    Buildsets,
    Change,
    Changes,
    ChangeSource,
    ChangeSources,
    CodebaseBranch,
    CodebaseBranches,
    CodebaseCommit,
    CodebaseCommitByRevision,
    CodebaseCommits,
    CodebaseCommitsGraph,
    Codebase,
    Codebases,
    ForceScheduler,
    ForceSchedulers,
    LogChunk,
    RawLogChunk,
    RawInlineLogChunk,
    Log,
    Logs,
    Master,
    Masters,
    Project,
    Projects,
    BuildsetProperties,
    BuildProperties,
    PropertiesList,
    Root,
    Spec,
    Scheduler,
    Schedulers,
    SourceStamp,
    SourceStamps,
    Step,
    Steps,
    TestResultSets,
    TestResultSetsFromCommitRange,
    TestResultSet,
    TestResults,
    Worker,
    Workers,
}

/// The endpoints and their patterns, in Buildbot's order: error texts show it.
pub(crate) const ENDPOINTS: &[(Endpoint, &[&str])] = {
    use Endpoint::*;
    &[
        (
            BuildDatasNoValue,
            &[
                "/builders/n:builderid/builds/n:build_number/data",
                "/builders/s:buildername/builds/n:build_number/data",
                "/builds/n:buildid/data",
            ],
        ),
        (
            BuildDataNoValue,
            &[
                "/builders/n:builderid/builds/n:build_number/data/i:name",
                "/builders/s:buildername/builds/n:build_number/data/i:name",
                "/builds/n:buildid/data/i:name",
            ],
        ),
        (
            BuildData,
            &[
                "/builders/n:builderid/builds/n:build_number/data/i:name/value",
                "/builders/s:buildername/builds/n:build_number/data/i:name/value",
                "/builds/n:buildid/data/i:name/value",
            ],
        ),
        (Builder, &["/builders/n:builderid", "/builders/s:buildername", "/masters/n:masterid/builders/n:builderid"]),
        (
            Builders,
            &[
                "/builders",
                "/masters/n:masterid/builders",
                "/projects/n:projectid/builders",
                "/workers/n:workerid/builders",
            ],
        ),
        (BuildRequest, &["/buildrequests/n:buildrequestid"]),
        (BuildRequests, &["/buildrequests", "/builders/n:builderid/buildrequests"]),
        (
            Build,
            &[
                "/builds/n:buildid",
                "/builders/n:builderid/builds/n:build_number",
                "/builders/s:buildername/builds/n:build_number",
            ],
        ),
        (BuildTriggeredBuilds, &["/builds/n:buildid/triggered_builds"]),
        (
            Builds,
            &[
                "/builds",
                "/builders/n:builderid/builds",
                "/builders/s:buildername/builds",
                "/buildrequests/n:buildrequestid/builds",
                "/changes/n:changeid/builds",
                "/workers/n:workerid/builds",
            ],
        ),
        (Buildset, &["/buildsets/n:bsid"]),
        (Buildsets, &["/buildsets"]),
        (Change, &["/changes/n:changeid"]),
        (
            Changes,
            &[
                "/changes",
                "/builders/n:builderid/builds/n:build_number/changes",
                "/builds/n:buildid/changes",
                "/sourcestamps/n:ssid/changes",
            ],
        ),
        (ChangeSource, &["/changesources/n:changesourceid", "/masters/n:masterid/changesources/n:changesourceid"]),
        (ChangeSources, &["/changesources", "/masters/n:masterid/changesources"]),
        (CodebaseBranch, &["/branches/n:branchid"]),
        (CodebaseBranches, &["/codebases/n:codebaseid/branches"]),
        (CodebaseCommit, &["/commits/n:commitid"]),
        (CodebaseCommitByRevision, &["/codebases/n:codebaseid/commits_by_revision/s:revision"]),
        (CodebaseCommits, &["/codebases/n:codebaseid/commits"]),
        (CodebaseCommitsGraph, &["/codebases/n:codebaseid/commit_range/n:commitid1/n:commitid2/commits_common_parent"]),
        (Codebase, &["/codebases/n:codebaseid", "/projects/n:projectid/codebases/i:codebasename"]),
        (Codebases, &["/codebases"]),
        (ForceScheduler, &["/forceschedulers/i:schedulername"]),
        (ForceSchedulers, &["/forceschedulers", "/builders/:builderid/forceschedulers"]),
        (
            LogChunk,
            &[
                "/logchunks",
                "/logs/n:logid/contents",
                "/steps/n:stepid/logs/i:log_slug/contents",
                "/builds/n:buildid/steps/i:step_name/logs/i:log_slug/contents",
                "/builds/n:buildid/steps/n:step_number/logs/i:log_slug/contents",
                "/builders/n:builderid/builds/n:build_number/steps/i:step_name/logs/i:log_slug/contents",
                "/builders/n:builderid/builds/n:build_number/steps/n:step_number/logs/i:log_slug/contents",
            ],
        ),
        (
            RawLogChunk,
            &[
                "/logs/n:logid/raw",
                "/steps/n:stepid/logs/i:log_slug/raw",
                "/builds/n:buildid/steps/i:step_name/logs/i:log_slug/raw",
                "/builds/n:buildid/steps/n:step_number/logs/i:log_slug/raw",
                "/builders/n:builderid/builds/n:build_number/steps/i:step_name/logs/i:log_slug/raw",
                "/builders/n:builderid/builds/n:build_number/steps/n:step_number/logs/i:log_slug/raw",
            ],
        ),
        (
            RawInlineLogChunk,
            &[
                "/logs/n:logid/raw_inline",
                "/steps/n:stepid/logs/i:log_slug/raw_inline",
                "/builds/n:buildid/steps/i:step_name/logs/i:log_slug/raw_inline",
                "/builds/n:buildid/steps/n:step_number/logs/i:log_slug/raw_inline",
                "/builders/n:builderid/builds/n:build_number/steps/i:step_name/logs/i:log_slug/raw_inline",
                "/builders/n:builderid/builds/n:build_number/steps/n:step_number/logs/i:log_slug/raw_inline",
            ],
        ),
        (
            Log,
            &[
                "/logs/n:logid",
                "/steps/n:stepid/logs/i:log_slug",
                "/builds/n:buildid/steps/i:step_name/logs/i:log_slug",
                "/builds/n:buildid/steps/n:step_number/logs/i:log_slug",
                "/builders/n:builderid/builds/n:build_number/steps/i:step_name/logs/i:log_slug",
                "/builders/n:builderid/builds/n:build_number/steps/n:step_number/logs/i:log_slug",
                "/builders/s:buildername/builds/n:build_number/steps/i:step_name/logs/i:log_slug",
                "/builders/s:buildername/builds/n:build_number/steps/n:step_number/logs/i:log_slug",
            ],
        ),
        (
            Logs,
            &[
                "/steps/n:stepid/logs",
                "/builds/n:buildid/steps/i:step_name/logs",
                "/builds/n:buildid/steps/n:step_number/logs",
                "/builders/n:builderid/builds/n:build_number/steps/i:step_name/logs",
                "/builders/n:builderid/builds/n:build_number/steps/n:step_number/logs",
                "/builders/s:buildername/builds/n:build_number/steps/i:step_name/logs",
                "/builders/s:buildername/builds/n:build_number/steps/n:step_number/logs",
            ],
        ),
        (Master, &["/masters/n:masterid", "/builders/n:builderid/masters/n:masterid"]),
        (Masters, &["/masters", "/builders/n:builderid/masters"]),
        (Project, &["/projects/n:projectid", "/projects/i:projectname"]),
        (Projects, &["/projects"]),
        (BuildsetProperties, &["/buildsets/n:bsid/properties"]),
        (BuildProperties, &["/builders/n:builderid/builds/n:build_number/properties", "/builds/n:buildid/properties"]),
        (
            PropertiesList,
            &[
                "/builds/n:buildid/property_list",
                "/buildsets/n:bsid/properties_list",
                "/changes/n:changeid/properties_list",
            ],
        ),
        (Root, &["/"]),
        (Spec, &["/application.spec"]),
        (Scheduler, &["/schedulers/n:schedulerid", "/masters/n:masterid/schedulers/n:schedulerid"]),
        (Schedulers, &["/schedulers", "/masters/n:masterid/schedulers"]),
        (SourceStamp, &["/sourcestamps/n:ssid"]),
        (SourceStamps, &["/sourcestamps", "/buildsets/:buildsetid/sourcestamps"]),
        (
            Step,
            &[
                "/steps/n:stepid",
                "/builds/n:buildid/steps/i:step_name",
                "/builds/n:buildid/steps/n:step_number",
                "/builders/n:builderid/builds/n:build_number/steps/i:step_name",
                "/builders/n:builderid/builds/n:build_number/steps/n:step_number",
                "/builders/s:buildername/builds/n:build_number/steps/i:step_name",
                "/builders/s:buildername/builds/n:build_number/steps/n:step_number",
            ],
        ),
        (
            Steps,
            &[
                "/builds/n:buildid/steps",
                "/builders/n:builderid/builds/n:build_number/steps",
                "/builders/s:buildername/builds/n:build_number/steps",
            ],
        ),
        (
            TestResultSets,
            &[
                "/test_result_sets",
                "/builders/n:builderid/test_result_sets",
                "/builders/s:buildername/test_result_sets",
                "/builds/n:buildid/test_result_sets",
                "/steps/n:stepid/test_result_sets",
            ],
        ),
        (
            TestResultSetsFromCommitRange,
            &["/codebases/n:codebaseid/commit_range/n:commitid1/n:commitid2/test_result_sets"],
        ),
        (TestResultSet, &["/test_result_sets/n:test_result_setid"]),
        (TestResults, &["/test_result_sets/n:test_result_setid/results"]),
        (
            Worker,
            &[
                "/workers/n:workerid",
                "/workers/i:name",
                "/masters/n:masterid/workers/n:workerid",
                "/masters/n:masterid/workers/i:name",
                "/masters/n:masterid/builders/n:builderid/workers/n:workerid",
                "/masters/n:masterid/builders/n:builderid/workers/i:name",
                "/builders/n:builderid/workers/n:workerid",
                "/builders/n:builderid/workers/i:name",
            ],
        ),
        (
            Workers,
            &[
                "/workers",
                "/masters/n:masterid/workers",
                "/masters/n:masterid/builders/n:builderid/workers",
                "/builders/n:builderid/workers",
            ],
        ),
    ]
};

/// A value that a path holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Argument {
    Integer(i64),
    Text(String),
}

/// The values that a path holds, by name, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Arguments(Vec<(&'static str, Argument)>);

impl Arguments {
    /// A number by its name.
    pub(crate) fn integer(&self, name: &str) -> Option<i64> {
        self.0.iter().find_map(|(known, value)| match value {
            Argument::Integer(number) if *known == name => Some(*number),
            Argument::Integer(_) | Argument::Text(_) => None,
        })
    }

    /// A text by its name.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|(known, value)| match value {
            Argument::Text(text) if *known == name => Some(text.as_str()),
            Argument::Integer(_) | Argument::Text(_) => None,
        })
    }

    /// Whether the path holds no values.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// All, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Argument)> {
        self.0.iter().map(|(name, value)| (*name, value))
    }
}

/// Finds what answers a path. Where several patterns fit, the first part that differs decides: a fixed word before a
/// number before an identifier before any text.
pub(crate) fn find(path: &[String]) -> Option<(Endpoint, Arguments)> {
    let mut best: Option<(Vec<Rank>, Endpoint, Arguments)> = None;
    for (endpoint, patterns) in ENDPOINTS {
        for pattern in *patterns {
            if let Some((ranks, arguments)) = fit(pattern, path)
                && best.as_ref().is_none_or(|(so_far, ..)| ranks < *so_far)
            {
                best = Some((ranks, *endpoint, arguments));
            }
        }
    }
    best.map(|(_, endpoint, arguments)| (endpoint, arguments))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Word,
    Integer,
    Identifier,
    Text,
    Untyped,
}

fn fit(pattern: &'static str, path: &[String]) -> Option<(Vec<Rank>, Arguments)> {
    if pattern == "/" {
        return path.is_empty().then(|| (Vec::new(), Arguments::default()));
    }
    let parts = pattern[1..].split('/');
    if parts.clone().count() != path.len() {
        return None;
    }
    let mut ranks = Vec::with_capacity(path.len());
    let mut arguments = Vec::new();
    for (part, actual) in parts.zip(path) {
        let (rank, argument) = fit_part(part, actual)?;
        ranks.push(rank);
        arguments.extend(argument);
    }
    Some((ranks, Arguments(arguments)))
}

fn fit_part(part: &'static str, actual: &str) -> Option<(Rank, Option<(&'static str, Argument)>)> {
    let Some((kind, name)) = part.split_once(':') else {
        return (part == actual).then_some((Rank::Word, None));
    };
    let text = || Argument::Text(actual.to_owned());
    match kind {
        "n" => field::integer(actual).map(|number| (Rank::Integer, Some((name, Argument::Integer(number))))),
        "i" => field::is_identifier(actual).then(|| (Rank::Identifier, Some((name, text())))),
        "s" => Some((Rank::Text, Some((name, text())))),
        _ => Some((Rank::Untyped, Some((name, text())))),
    }
}

impl Endpoint {
    /// All patterns of this endpoint.
    pub(crate) fn patterns(self) -> &'static [&'static str] {
        ENDPOINTS.iter().find(|(endpoint, _)| *endpoint == self).map_or(&[], |(_, patterns)| *patterns)
    }

    /// Whether it answers with many resources, which can be filtered and counted.
    pub(crate) fn is_collection(self) -> bool {
        match self {
            Endpoint::BuildDatasNoValue
            | Endpoint::Builders
            | Endpoint::BuildRequests
            | Endpoint::BuildTriggeredBuilds
            | Endpoint::Builds
            | Endpoint::Buildsets
            | Endpoint::Changes
            | Endpoint::ChangeSources
            | Endpoint::CodebaseBranches
            | Endpoint::CodebaseCommits
            | Endpoint::Codebases
            | Endpoint::ForceSchedulers
            | Endpoint::Logs
            | Endpoint::Masters
            | Endpoint::Projects
            | Endpoint::PropertiesList
            | Endpoint::Root
            | Endpoint::Spec
            | Endpoint::Schedulers
            | Endpoint::SourceStamps
            | Endpoint::Steps
            | Endpoint::TestResultSets
            | Endpoint::TestResultSetsFromCommitRange
            | Endpoint::TestResults
            | Endpoint::Workers => true,
            Endpoint::BuildDataNoValue
            | Endpoint::BuildData
            | Endpoint::RawLogChunk
            | Endpoint::RawInlineLogChunk
            | Endpoint::Builder
            | Endpoint::BuildRequest
            | Endpoint::Build
            | Endpoint::Buildset
            | Endpoint::Change
            | Endpoint::ChangeSource
            | Endpoint::CodebaseBranch
            | Endpoint::CodebaseCommit
            | Endpoint::CodebaseCommitByRevision
            | Endpoint::CodebaseCommitsGraph
            | Endpoint::Codebase
            | Endpoint::ForceScheduler
            | Endpoint::LogChunk
            | Endpoint::Log
            | Endpoint::Master
            | Endpoint::Project
            | Endpoint::BuildsetProperties
            | Endpoint::BuildProperties
            | Endpoint::Scheduler
            | Endpoint::SourceStamp
            | Endpoint::Step
            | Endpoint::TestResultSet
            | Endpoint::Worker => false,
        }
    }

    /// The type of resource that it answers with.
    pub(crate) fn entity(self) -> &'static Entity {
        match self {
            Endpoint::BuildDatasNoValue | Endpoint::BuildDataNoValue | Endpoint::BuildData => &build_data::ENTITY,
            Endpoint::Builder | Endpoint::Builders => &builders::ENTITY,
            Endpoint::BuildRequest | Endpoint::BuildRequests => &buildrequests::ENTITY,
            Endpoint::Build | Endpoint::Builds | Endpoint::BuildTriggeredBuilds => &builds::ENTITY,
            Endpoint::Buildset | Endpoint::Buildsets => &buildsets::ENTITY,
            Endpoint::Change | Endpoint::Changes => &changes::ENTITY,
            Endpoint::ChangeSource | Endpoint::ChangeSources => &changesources::ENTITY,
            Endpoint::CodebaseBranch | Endpoint::CodebaseBranches => &codebases::BRANCH,
            Endpoint::CodebaseCommit | Endpoint::CodebaseCommitByRevision | Endpoint::CodebaseCommits => {
                &codebases::COMMIT
            }
            Endpoint::CodebaseCommitsGraph => &codebases::COMMIT_GRAPH,
            Endpoint::Codebase | Endpoint::Codebases => &codebases::ENTITY,
            Endpoint::ForceScheduler | Endpoint::ForceSchedulers => &forceschedulers::ENTITY,
            Endpoint::LogChunk | Endpoint::RawLogChunk | Endpoint::RawInlineLogChunk => &logs::CHUNK,
            Endpoint::Log | Endpoint::Logs => &logs::ENTITY,
            Endpoint::Master | Endpoint::Masters => &masters::ENTITY,
            Endpoint::Project | Endpoint::Projects => &projects::ENTITY,
            Endpoint::BuildsetProperties | Endpoint::BuildProperties => &properties::BAG,
            Endpoint::PropertiesList => &properties::ENTITY,
            Endpoint::Root => &spec::ROOT_LINK,
            Endpoint::Spec => &spec::ENTITY,
            Endpoint::Scheduler | Endpoint::Schedulers => &schedulers::ENTITY,
            Endpoint::SourceStamp | Endpoint::SourceStamps => &sourcestamps::ENTITY,
            Endpoint::Step | Endpoint::Steps => &steps::ENTITY,
            Endpoint::TestResultSet | Endpoint::TestResultSets | Endpoint::TestResultSetsFromCommitRange => {
                &test_results::SET
            }
            Endpoint::TestResults => &test_results::ENTITY,
            Endpoint::Worker | Endpoint::Workers => &workers::ENTITY,
        }
    }
}

#[cfg(test)]
mod tests;
