//! Which event goes out under which topics. A body is made only if somebody listens, in the transaction of the change.

use std::sync::Arc;

use ferrobot_model::{
    BuildId, BuildRequestId, BuilderId, BuildsetId, ChangeId, Event, LogId, MasterId, ProjectId, SchedulerId, StepId,
    WorkerId,
};
use ferrobot_storage::rusqlite::Connection;
use ferrobot_storage::{StorageError, Tx};
use serde_json::Value;

use crate::Events;
use crate::resource::{
    builders, buildrequests, builds, buildsets, changes, codebases, logs, masters, projects, schedulers, steps,
    test_results, workers,
};

/// A kind of resource: the topics of its events, in the order in which they go out, and how its body is made. A word
/// that begins with `:` is replaced by that field of the body.
pub(crate) struct Topics {
    paths: &'static [&'static [&'static str]],
    body: fn(&Connection, i64) -> Result<Option<Value>, StorageError>,
}

pub(crate) const BUILDS: Topics = Topics {
    paths: &[
        &["builders", ":builderid", "builds", ":number"],
        &["builds", ":buildid"],
        &["workers", ":workerid", "builds", ":buildid"],
    ],
    body: |conn, id| builds::build_by_id(conn, BuildId(id)),
};

pub(crate) const BUILDREQUESTS: Topics = Topics {
    paths: &[
        &["buildsets", ":buildsetid", "builders", ":builderid", "buildrequests", ":buildrequestid"],
        &["buildrequests", ":buildrequestid"],
        &["builders", ":builderid", "buildrequests", ":buildrequestid"],
    ],
    body: |conn, id| buildrequests::buildrequest_by_id(conn, BuildRequestId(id)),
};

pub(crate) const BUILDSETS: Topics =
    Topics { paths: &[&["buildsets", ":bsid"]], body: |conn, id| buildsets::buildset_by_id(conn, BuildsetId(id)) };

pub(crate) const STEPS: Topics = Topics {
    paths: &[&["builds", ":buildid", "steps", ":stepid"], &["steps", ":stepid"]],
    body: |conn, id| steps::step_by_id(conn, StepId(id)),
};

pub(crate) const LOGS: Topics = Topics {
    paths: &[&["logs", ":logid"], &["steps", ":stepid", "logs", ":slug"]],
    body: |conn, id| logs::log_by_id(conn, LogId(id)),
};

pub(crate) const CHANGES: Topics =
    Topics { paths: &[&["changes", ":changeid"]], body: |conn, id| changes::change_by_id(conn, ChangeId(id)) };

pub(crate) const BUILDERS: Topics =
    Topics { paths: &[&["builders", ":builderid"]], body: |conn, id| builders::builder_by_id(conn, BuilderId(id)) };

pub(crate) const WORKERS: Topics =
    Topics { paths: &[&["workers", ":workerid"]], body: |conn, id| workers::worker_by_id(conn, WorkerId(id)) };

pub(crate) const SCHEDULERS: Topics = Topics {
    paths: &[&["schedulers", ":schedulerid"]],
    body: |conn, id| schedulers::scheduler_by_id(conn, SchedulerId(id)),
};

pub(crate) const PROJECTS: Topics =
    Topics { paths: &[&["projects", ":projectid"]], body: |conn, id| projects::project_by_id(conn, ProjectId(id)) };

pub(crate) const CODEBASES: Topics =
    Topics { paths: &[&["codebases", ":codebaseid"]], body: codebases::codebase_by_id };

pub(crate) const COMMITS: Topics = Topics {
    paths: &[&["commits", ":commitid"], &["codebases", ":codebaseid", "commits", ":commitid"]],
    body: codebases::commit_by_id,
};

pub(crate) const BRANCHES: Topics = Topics { paths: &[&["branches", ":branchid"]], body: codebases::branch_by_id };

pub(crate) const TEST_RESULT_SETS: Topics =
    Topics { paths: &[&["test_result_sets", ":test_result_setid"]], body: test_results::set_by_id };

pub(crate) const MASTERS: Topics = Topics { paths: &[&["masters", ":masterid"]], body: master };

/// Buildbot leaves the time of a master's last sign of life out of its events.
fn master(conn: &Connection, id: i64) -> Result<Option<Value>, StorageError> {
    let mut body = masters::master_by_id(conn, MasterId(id))?;
    if let Some(body) = body.as_mut().and_then(Value::as_object_mut) {
        body.shift_remove("last_active");
    }
    Ok(body)
}

impl Events {
    /// Lets the event `word` of a row go out after the commit.
    pub(crate) fn announce(&self, tx: &mut Tx<'_>, topics: &Topics, id: i64, word: &str) -> Result<(), StorageError> {
        self.announce_with(tx, topics, word, |conn| (topics.body)(conn, id))
    }

    /// The same with a body that differs from the resource.
    pub(crate) fn announce_with(
        &self,
        tx: &mut Tx<'_>,
        topics: &Topics,
        word: &str,
        body: impl FnOnce(&Connection) -> Result<Option<Value>, StorageError>,
    ) -> Result<(), StorageError> {
        if !topics.paths.iter().any(|path| self.wants(path, word)) {
            return Ok(());
        }
        let Some(body) = body(tx)? else { return Ok(()) };
        let body = Arc::new(body);
        for path in topics.paths {
            let key = path.iter().map(|part| fill(part, &body)).chain([word.to_owned()]).collect();
            tx.publish(Event { key, body: Arc::clone(&body) });
        }
        Ok(())
    }

    /// Lets an event with this very key go out after the commit.
    pub(crate) fn announce_key(&self, tx: &mut Tx<'_>, key: &[&str], body: impl FnOnce() -> Value) {
        if let Some((word, path)) = key.split_last()
            && self.wants(path, word)
        {
            tx.publish(Event { key: key.iter().map(|part| (*part).to_owned()).collect(), body: Arc::new(body()) });
        }
    }
}

/// A word of a topic; a missing value reads as Python would write it.
fn fill(part: &str, body: &Value) -> String {
    match part.strip_prefix(':') {
        None => part.to_owned(),
        Some(field) => match &body[field] {
            Value::String(text) => text.clone(),
            Value::Null => "None".to_owned(),
            other => other.to_string(),
        },
    }
}
