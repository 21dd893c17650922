//! What stand-ins for things of the master hold in calls of the configuration's functions; see the manual's page on the config host.

use std::sync::Arc;

use ferrobot_config::{Callable, Value};
use ferrobot_data::{Change, SourceStamp};
use ferrobot_model::WorkerInfo;
use serde_json::{Map, Value as Json, json};

use super::BuildFacts;

/// What is called when a value is a function or an object with a method.
pub(crate) fn callable_of(value: &Value) -> Option<&Arc<Callable>> {
    match value {
        Value::Callable(callable) => Some(callable),
        _ => None,
    }
}

/// A source stamp as the REST API shows it.
pub(crate) fn sourcestamp_json(stamp: &SourceStamp) -> Json {
    let patch = stamp.patch.as_ref().map(|patch| {
        json!({
            "level": patch.level,
            "body": String::from_utf8_lossy(&patch.body),
            "author": patch.author,
            "comment": patch.comment,
            "subdir": patch.subdir,
        })
    });
    json!({
        "ssid": stamp.id,
        "branch": stamp.branch,
        "revision": stamp.revision,
        "repository": stamp.repository,
        "project": stamp.project,
        "codebase": stamp.codebase,
        "patch": patch,
        "created_at": stamp.created_at,
    })
}

/// A change as the REST API shows it.
pub(crate) fn change_json(change: &Change) -> Json {
    let sourced = |(name, value): (&String, &Json)| (name.clone(), json!([value, "Change"]));
    let properties: Map<String, Json> = change.properties.iter().map(sourced).collect();
    json!({
        "changeid": change.id,
        "author": change.author,
        "committer": change.committer,
        "comments": change.comments,
        "files": change.files,
        "branch": change.branch,
        "revision": change.revision,
        "revlink": change.revlink,
        "when_timestamp": change.when_timestamp,
        "category": change.category,
        "repository": change.repository,
        "codebase": change.codebase,
        "project": change.project,
        "properties": properties,
        "sourcestamp": {"ssid": change.sourcestamp},
        "parent_changeids": change.parent_changeids,
    })
}

/// What is always known of a worker's system, if only that it does not say.
const ALWAYS_THERE: [&str; 4] = ["os_id", "os_id_like", "os_version_id", "os_version_codename"];

/// What the worker says of its system, or has in a file of its directory `info`.
pub(super) fn system_field(info: &WorkerInfo, name: &str) -> Option<Json> {
    info.other.get(name).cloned().or_else(|| ALWAYS_THERE.contains(&name).then_some(Json::Null))
}

fn worker_json(info: &WorkerInfo) -> Json {
    let mut fields: Map<String, Json> = info.other.clone().into_iter().collect();
    for name in ALWAYS_THERE {
        fields.entry(name).or_insert(Json::Null);
    }
    fields.insert("admin".to_owned(), json!(info.admin));
    fields.insert("host".to_owned(), json!(info.host));
    fields.insert("access_uri".to_owned(), json!(info.access_uri));
    fields.insert("version".to_owned(), json!(info.version));
    fields.insert("system".to_owned(), json!(info.system));
    fields.insert("basedir".to_owned(), json!(info.basedir));
    fields.insert("numcpus".to_owned(), json!(info.numcpus));
    fields.insert("environ".to_owned(), json!(info.environ));
    Json::Object(fields)
}

impl BuildFacts {
    /// The build as the config host sees it during a call.
    pub(crate) fn host_context(&self, step: Option<Json>) -> Json {
        json!({
            "properties": self.properties().to_json(),
            "number": self.number,
            "buildid": self.id,
            "builder_name": self.builder_name(),
            "builderid": self.builder.id,
            "worker_name": self.worker_name(),
            "worker": worker_json(self.session.info()),
            "sourcestamps": self.sourcestamps().iter().map(sourcestamp_json).collect::<Vec<_>>(),
            "changes": self.changes.iter().map(change_json).collect::<Vec<_>>(),
            "results": null,
            "reason": self.buildset.reason,
            "step": step,
        })
    }
}
