//! Events: what changed, published after the change is committed.

use std::sync::Arc;

/// One message of the event bus, with Buildbot's routing key (manual section "Messaging and Queues").
#[derive(Debug, Clone)]
pub struct Event {
    /// For example `["builds", "3", "finished"]`.
    pub key: Vec<String>,
    /// The REST representation of the resource after the change.
    pub body: Arc<serde_json::Value>,
}

impl Event {
    /// Whether the key matches `pattern`, in which `*` stands for exactly one word.
    #[must_use]
    pub fn matches(&self, pattern: &[&str]) -> bool {
        self.key.len() == pattern.len()
            && self.key.iter().zip(pattern).all(|(word, wanted)| *wanted == "*" || word == wanted)
    }
}
