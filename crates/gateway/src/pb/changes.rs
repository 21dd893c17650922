//! Changes that are sent to the master, as by `buildbot sendchange`.

use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_wire::pb::{Call, Failure, Value};
use serde_json::Map;

use super::accounts::{Caller, Perspective};
use super::values::to_json;

/// A change as it was sent; paths are those after the prefix.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SentChange {
    /// Who made it.
    pub author: String,
    /// What was said about it.
    pub comments: String,
    /// Which files.
    pub files: Vec<String>,
    /// Its branch.
    pub branch: Option<String>,
    /// Its revision.
    pub revision: Option<String>,
    /// Where to look at it.
    pub revlink: Option<String>,
    /// When it was made, in seconds since the epoch.
    pub when: Option<i64>,
    /// Its category.
    pub category: Option<String>,
    /// The repository.
    pub repository: String,
    /// The codebase, when the sender knows it.
    pub codebase: String,
    /// The project.
    pub project: String,
    /// Name to value.
    pub properties: Map<String, serde_json::Value>,
    /// `git`, `svn`, …
    pub src: Option<String>,
}

/// Where sent changes go.
#[async_trait]
pub trait ChangeSink: Send + Sync {
    /// Takes a change; durable when this returns. The error is told to the sender.
    async fn add(&self, change: SentChange) -> Result<(), String>;
}

/// What a sender of changes may call.
pub struct SentChanges {
    prefix: Option<String>,
    sink: Arc<dyn ChangeSink>,
}

impl SentChanges {
    /// With a prefix only files below it count, and it is cut off; a change without any is ignored.
    #[must_use]
    pub fn new(prefix: Option<String>, sink: Arc<dyn ChangeSink>) -> SentChanges {
        SentChanges { prefix, sink }
    }

    fn read(&self, change: &Value) -> Result<Option<SentChange>, Failure> {
        if change.as_dict().is_none() {
            return Err(Failure::new("builtins.TypeError", "a change has to be a dictionary"));
        }
        let text = |name: &str| change.get(name).and_then(Value::as_text).map(str::to_owned);
        let files = change.get("files").and_then(Value::as_sequence).unwrap_or_default();
        let files: Vec<&str> = files.iter().filter_map(Value::as_text).collect();
        let Some(files) = self.below_prefix(&files) else { return Ok(None) };
        let properties = match change.get("properties").map(to_json) {
            Some(serde_json::Value::Object(properties)) => properties,
            _ => Map::new(),
        };
        Ok(Some(SentChange {
            author: text("author").or_else(|| text("who")).unwrap_or_default(),
            comments: text("comments").unwrap_or_default(),
            files,
            branch: text("branch"),
            revision: text("revision"),
            revlink: text("revlink").filter(|revlink| !revlink.is_empty()),
            when: change.get("when").and_then(Value::as_float).map(|when| when as i64),
            category: text("category"),
            repository: text("repository").unwrap_or_default(),
            codebase: text("codebase").unwrap_or_default(),
            project: text("project").unwrap_or_default(),
            properties,
            src: text("src"),
        }))
    }

    fn below_prefix(&self, files: &[&str]) -> Option<Vec<String>> {
        let Some(prefix) = &self.prefix else { return Some(files.iter().map(|&file| file.to_owned()).collect()) };
        let below: Vec<String> =
            files.iter().filter_map(|file| file.strip_prefix(prefix.as_str())).map(str::to_owned).collect();
        (!below.is_empty()).then_some(below)
    }
}

#[async_trait]
impl Perspective for SentChanges {
    async fn call(&self, _caller: &Caller, call: Call) -> Result<Value, Failure> {
        if call.method != "addChange" {
            return Err(Failure::no_such_method(&call.method));
        }
        if let Some(change) = self.read(call.argument(0, "changedict").unwrap_or(&Value::None))? {
            self.sink.add(change).await.map_err(|reason| Failure::new("builtins.RuntimeError", reason))?;
        }
        Ok(Value::None)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use ferrobot_wire::pb::Target;
    use tokio_util::sync::CancellationToken;
    use tokio_util::task::TaskTracker;

    use super::*;
    use crate::pb::connection::PbConnection;

    #[derive(Default)]
    struct Notebook(Mutex<Vec<SentChange>>);

    #[async_trait]
    impl ChangeSink for Notebook {
        async fn add(&self, change: SentChange) -> Result<(), String> {
            if change.author == "nobody" {
                return Err("nobody may not change anything".to_owned());
            }
            self.0.lock().unwrap().push(change);
            Ok(())
        }
    }

    fn caller() -> Caller {
        let connection = PbConnection::new("somebody", CancellationToken::new());
        Caller { connection, tasks: TaskTracker::new() }
    }

    fn call(method: &str, args: Vec<Value>) -> Call {
        let target = Target::Id(2);
        Call { request: 3, target, method: method.to_owned(), args, kwargs: Vec::new(), answer_wanted: true }
    }

    /// What `buildbot sendchange` of 4.3.0 sends.
    fn sent() -> Value {
        Value::dict([
            ("project", "p".into()),
            ("repository", "r".into()),
            ("who", "me".into()),
            ("files", Value::List(vec!["src/file1".into(), "doc/file2".into()])),
            ("comments", "hi é".into()),
            ("branch", "main".into()),
            ("revision", "abc".into()),
            ("category", Value::None),
            ("when", Value::None),
            ("properties", Value::dict([("a", "b".into())])),
            ("revlink", "".into()),
            ("src", "git".into()),
        ])
    }

    #[tokio::test]
    async fn a_sent_change_arrives() {
        let notebook = Arc::new(Notebook::default());
        let changes = SentChanges::new(None, Arc::clone(&notebook) as Arc<dyn ChangeSink>);
        assert_eq!(changes.call(&caller(), call("addChange", vec![sent()])).await, Ok(Value::None));
        let expected = SentChange {
            author: "me".to_owned(),
            comments: "hi é".to_owned(),
            files: vec!["src/file1".to_owned(), "doc/file2".to_owned()],
            branch: Some("main".to_owned()),
            revision: Some("abc".to_owned()),
            repository: "r".to_owned(),
            project: "p".to_owned(),
            properties: Map::from_iter([("a".to_owned(), "b".into())]),
            src: Some("git".to_owned()),
            ..SentChange::default()
        };
        assert_eq!(*notebook.0.lock().unwrap(), [expected]);
    }

    #[tokio::test]
    async fn only_files_below_the_prefix_count() {
        let notebook = Arc::new(Notebook::default());
        let sink = || Arc::clone(&notebook) as Arc<dyn ChangeSink>;
        SentChanges::new(Some("src/".to_owned()), sink())
            .call(&caller(), call("addChange", vec![sent()]))
            .await
            .unwrap();
        SentChanges::new(Some("other/".to_owned()), sink())
            .call(&caller(), call("addChange", vec![sent()]))
            .await
            .unwrap();
        let files: Vec<Vec<String>> = notebook.0.lock().unwrap().iter().map(|change| change.files.clone()).collect();
        assert_eq!(files, [vec!["file1".to_owned()]]);
    }

    #[tokio::test]
    async fn what_is_no_change_is_refused() {
        let changes = SentChanges::new(None, Arc::new(Notebook::default()));
        let nobody = Value::dict([("who", "nobody".into())]);
        let cases = [
            (call("addChange", Vec::new()), "a change has to be a dictionary"),
            (call("addChange", vec![nobody]), "nobody may not change anything"),
            (call("shutdown", Vec::new()), "No such method: remote_shutdown"),
        ];
        for (call, expected) in cases {
            assert_eq!(changes.call(&caller(), call).await.unwrap_err().message, expected);
        }
    }
}
