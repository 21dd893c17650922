//! What a kind of change source implements, and the verbs that it has.

use std::path::Path;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_config::{Callable, Value};
use ferrobot_data::{Data, DataError, NewChange};
use ferrobot_model::ChangeId;
use serde_json::Value as Json;

use crate::HostError;

/// A kind of change source. Runs as one task; ends when `context.wait` says so.
#[async_trait]
pub trait ChangeSource: Send {
    /// Runs until the master stops or the configuration drops it.
    async fn run(self: Box<Self>, context: ChangeSourceContext);
}

/// The verbs of a change source.
pub struct ChangeSourceContext {
    // The engine's author adds the private fields.
    _private: (),
}

#[expect(unused_variables, clippy::unused_async, reason = "bodies follow")]
impl ChangeSourceContext {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        unimplemented!()
    }
    /// The state.
    #[must_use]
    pub fn data(&self) -> &Data {
        unimplemented!()
    }
    /// Directory of the master; relative work directories start here.
    #[must_use]
    pub fn basedir(&self) -> &Path {
        unimplemented!()
    }
    /// Waits for the next poll: `time` has passed or somebody asked for a poll now. `false`: the source has to end.
    pub async fn wait(&mut self, time: Duration) -> bool {
        unimplemented!()
    }
    /// Resolves when the source has to end: for long work between waits.
    pub async fn ended(&self) {
        unimplemented!()
    }
    /// Adds a change. Durable. Applies `codebaseGenerator` and revlinks.
    pub async fn add_change(&self, change: NewChange) -> Result<ChangeId, DataError> {
        unimplemented!()
    }
    /// Calls a function of the configuration.
    pub async fn call(&self, callable: &Callable, args: Vec<Value>) -> Result<Value, HostError> {
        unimplemented!()
    }
    /// Renders a value that may hold secrets.
    pub async fn render(&self, value: &Value) -> Result<Value, HostError> {
        unimplemented!()
    }
    /// A stored value.
    pub async fn get_state(&self, name: &str) -> Result<Option<Json>, DataError> {
        unimplemented!()
    }
    /// Stores a value.
    pub async fn set_state(&self, name: &str, value: Json) -> Result<(), DataError> {
        unimplemented!()
    }
}
