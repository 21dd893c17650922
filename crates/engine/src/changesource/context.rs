//! The verbs of a change source.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ferrobot_config::{Callable, Value};
use ferrobot_data::{Data, DataError, NewChange};
use ferrobot_model::ChangeId;
use serde_json::Value as Json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::engine::Engine;
use crate::generation::CurrentGeneration;
use crate::{HostCall, HostError};

/// The verbs of a change source.
pub struct ChangeSourceContext {
    pub(crate) engine: Arc<Engine>,
    pub(crate) generation: CurrentGeneration,
    pub(crate) name: String,
    pub(crate) class: String,
    pub(crate) poll_now: Arc<Notify>,
    pub(crate) end: CancellationToken,
}

impl ChangeSourceContext {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
    /// The state.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.engine.data
    }
    /// Directory of the master; relative work directories start here.
    #[must_use]
    pub fn basedir(&self) -> &Path {
        &self.engine.basedir
    }
    /// Waits for the next poll: `time` has passed or somebody asked for a poll now. `false`: the source has to end.
    pub async fn wait(&mut self, time: Duration) -> bool {
        tokio::select! {
            biased;
            () = self.end.cancelled() => false,
            () = self.poll_now.notified() => true,
            () = tokio::time::sleep(time) => true,
        }
    }
    /// Resolves when the source has to end: for long work between waits.
    pub async fn ended(&self) {
        self.end.cancelled().await;
    }
    /// Adds a change. Durable. Applies `codebaseGenerator` and revlinks.
    pub async fn add_change(&self, change: NewChange) -> Result<ChangeId, DataError> {
        self.engine.add_change(&self.generation.get(), change).await
    }
    /// Calls a function of the configuration.
    pub async fn call(&self, callable: &Callable, args: Vec<Value>) -> Result<Value, HostError> {
        self.generation.get().call(HostCall::new(callable.handle, args)).await
    }
    /// Renders a value that may hold secrets.
    pub async fn render(&self, value: &Value) -> Result<Value, HostError> {
        self.engine.render_plain(&self.generation.get(), value).await
    }
    /// A stored value.
    pub async fn get_state(&self, name: &str) -> Result<Option<Json>, DataError> {
        self.engine.data.get_state(&self.name, &self.class, name).await
    }
    /// Stores a value.
    pub async fn set_state(&self, name: &str, value: Json) -> Result<(), DataError> {
        self.engine.data.set_state(&self.name, &self.class, name, value).await
    }
}
