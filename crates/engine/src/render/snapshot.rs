//! Rendering for a function of the configuration that asks for it (`props.render(…)`): from the snapshot that the function got.

use async_trait::async_trait;
use ferrobot_config::Value;
use serde_json::Value as Json;

use super::{SOURCE_ATTRIBUTES, Scope, render};
use crate::{Host, HostCall, HostError};

/// Renders a value with the properties and the build of a call's context.
///
/// Secrets are refused: what a function makes of them could not be hidden from logs. Give them to the step itself.
pub async fn render_snapshot(
    host: &dyn Host,
    buildbot_url: &str,
    context: &Json,
    value: &Value,
) -> Result<Value, HostError> {
    render(&Snapshot { host, buildbot_url, context }, value).await
}

struct Snapshot<'a> {
    host: &'a dyn Host,
    buildbot_url: &'a str,
    context: &'a Json,
}

#[async_trait]
impl Scope for Snapshot<'_> {
    fn property(&self, name: &str) -> Option<Json> {
        self.context["properties"].get(name)?.get(0).cloned()
    }

    fn source(&self, codebase: &str, attribute: &str) -> Option<Json> {
        let stamps = self.context["sourcestamps"].as_array()?;
        if !SOURCE_ATTRIBUTES.contains(&attribute) {
            return None;
        }
        stamps.iter().find(|stamp| stamp["codebase"] == codebase)?.get(attribute).cloned()
    }

    fn worker(&self, attribute: &str) -> Option<Json> {
        self.context["worker"].get(attribute).cloned()
    }

    fn build_url(&self) -> String {
        let number = |name: &str| self.context[name].as_i64().unwrap_or_default();
        format!("{}#/builders/{}/builds/{}", self.buildbot_url, number("builderid"), number("number"))
    }

    async fn secret(&self, name: &str) -> Result<Option<String>, HostError> {
        Err(super::value_error(format!(
            "the secret '{name}' cannot be rendered inside of a function; give it to the step as a parameter"
        )))
    }

    async fn call(&self, call: HostCall) -> Result<Value, HostError> {
        let call = HostCall { context: Some(self.context.clone()), ..call };
        Ok(self.host.call(call).await?.value)
    }
}
