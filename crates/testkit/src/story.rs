//! What happened, in a form that reads well and compares well: no times, no ids that are not asked for.

use std::fmt::Write as _;

use ferrobot_data::{Reply, ResultSpec};
use ferrobot_model::{BuildId, Results};
use serde_json::Value as Json;

use crate::{TestMaster, eventually};

impl TestMaster {
    /// All builds with their steps and logs.
    pub async fn story(&self) -> String {
        let mut story = String::new();
        for build in self.rows("builds", &["buildid"]).await {
            self.tell_build(&build, &mut story).await;
        }
        story
    }

    /// All requests, in their order.
    pub async fn requests(&self) -> String {
        let mut story = String::new();
        for request in self.rows("buildrequests", &["buildrequestid"]).await {
            let state = match (request["complete"].as_bool(), request["claimed"].as_bool()) {
                (Some(true), _) => result(&request["results"]),
                (_, Some(true)) => "building".to_owned(),
                _ => "waiting".to_owned(),
            };
            let _ = writeln!(story, "request {}: {state}", request["buildrequestid"]);
        }
        story
    }

    /// Waits until a step of a build has started, be it only to wait for its locks.
    pub async fn started(&self, build: i64, step: &str) {
        eventually("a step to start", || async {
            let steps = self.rows(&format!("builds/{build}/steps"), &["number"]).await;
            steps.iter().any(|row| row["name"] == step && !row["started_at"].is_null()).then_some(())
        })
        .await;
    }

    /// The text of a log, as stored.
    pub async fn log(&self, build: i64, step: &str, slug: &str) -> String {
        let steps = self.rows(&format!("builds/{build}/steps"), &["number"]).await;
        let row = steps.iter().find(|row| row["name"] == step).expect("the build has the step");
        let logs = self.rows(&format!("steps/{}/logs", row["stepid"]), &["logid"]).await;
        let log = logs.iter().find(|log| log["slug"] == slug).expect("the step has the log");
        let id = ferrobot_model::LogId(log["logid"].as_i64().expect("ids are numbers"));
        self.data().log_lines(id, 0, i64::MAX).await.expect("logs can be read")
    }

    /// The properties of a build, one per line, with their sources.
    pub async fn properties(&self, build: i64) -> String {
        let properties = self.data().build_properties(BuildId(build)).await.expect("properties can be read");
        properties.iter().fold(String::new(), |mut story, (name, property)| {
            let _ = writeln!(story, "{name} = {} ({})", property.value, property.source);
            story
        })
    }

    /// Rows of the API.
    pub async fn rows(&self, path: &str, order: &[&str]) -> Vec<Json> {
        let path: Vec<String> = path.split('/').map(str::to_owned).collect();
        let order = order.iter().map(|field| (*field).to_owned()).collect();
        let spec = ResultSpec { order, ..ResultSpec::default() };
        match self.data().get(&path, spec).await.expect("the path exists") {
            Reply::Collection { values, .. } => values,
            Reply::Single { value, .. } => vec![value],
            Reply::LongCollection { .. } | Reply::LongChunk { .. } | Reply::Raw { .. } => Vec::new(),
        }
    }

    async fn tell_build(&self, build: &Json, story: &mut String) {
        let builder = &self.rows(&format!("builders/{}", build["builderid"]), &[]).await[0]["name"];
        let worker = &self.rows(&format!("workers/{}", build["workerid"]), &[]).await[0]["name"];
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let _ = writeln!(
            story,
            "build {} of {} on {} for request {}: {} | {}",
            build["number"],
            text(builder),
            text(worker),
            build["buildrequestid"],
            result(&build["results"]),
            text(&build["state_string"]),
        );
        for step in self.rows(&format!("builds/{}/steps", build["buildid"]), &["number"]).await {
            let logs = self.rows(&format!("steps/{}/logs", step["stepid"]), &["logid"]).await;
            let names: Vec<String> = logs
                .iter()
                .map(|log| text(&log["name"]) + if log["complete"] == true { "" } else { " (open)" })
                .collect();
            let hidden = if step["hidden"] == true { " (hidden)" } else { "" };
            let logs = if names.is_empty() { String::new() } else { format!(" [{}]", names.join(", ")) };
            let _ = writeln!(
                story,
                "  {} {}: {} | {}{hidden}{logs}",
                step["number"],
                text(&step["name"]),
                result(&step["results"]),
                text(&step["state_string"]),
            );
        }
    }
}

fn result(code: &Json) -> String {
    match code.as_i64().and_then(Results::from_code) {
        Some(results) => results.to_string(),
        None => "running".to_owned(),
    }
}
