//! Rendering the configuration's values for a build, and outside of one.

use ferrobot_config::Value;
use serde_json::Value as Json;

use super::BuildFacts;
use crate::HostError;
use crate::engine::Engine;
use crate::generation::Generation;

/// Whether a value is what it says: nothing in it has to be rendered.
pub(crate) fn is_plain(value: &Value) -> bool {
    match value {
        Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Bytes(_) => true,
        Value::List(items) | Value::Tuple(items) => items.iter().all(is_plain),
        Value::Dict(entries) => entries.iter().all(|(key, value)| is_plain(key) && is_plain(value)),
        Value::Object(_) => false,
        Value::Callable(_) | Value::Opaque(_) => true,
    }
}

impl BuildFacts {
    /// Renders everything renderable in a value.
    pub(crate) async fn render(&self, value: &Value, step: Option<Json>) -> Result<Value, HostError> {
        let _ = step;
        if is_plain(value) { Ok(value.clone()) } else { Err(HostError::Gone("rendering".to_owned())) }
    }
}

/// Renders a value that knows no build: secrets, and functions without properties.
pub(crate) async fn render_without_build(
    _engine: &Engine,
    _generation: &Generation,
    value: &Value,
) -> Result<Value, HostError> {
    if is_plain(value) { Ok(value.clone()) } else { Err(HostError::Gone("rendering".to_owned())) }
}
