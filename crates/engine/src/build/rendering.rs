//! What the configuration's values can refer to while they are rendered: a build, or nothing but secrets.

use async_trait::async_trait;
use ferrobot_config::Value;
use ferrobot_model::Property;
use serde_json::{Value as Json, json};

use super::BuildFacts;
use super::proxy::system_field;
use crate::engine::Engine;
use crate::generation::Generation;
use crate::render::{Scope, render};
use crate::{HostCall, HostError};

/// A build, in the middle of a step or not.
struct BuildScope<'a> {
    facts: &'a BuildFacts,
    step: Option<Json>,
}

#[async_trait]
impl Scope for BuildScope<'_> {
    fn property(&self, name: &str) -> Option<Json> {
        self.facts.property(name)
    }

    fn source(&self, codebase: &str, attribute: &str) -> Option<Json> {
        let stamp = self.facts.sourcestamps().iter().find(|stamp| stamp.codebase == codebase)?;
        match attribute {
            "branch" => Some(json!(stamp.branch)),
            "revision" => Some(json!(stamp.revision)),
            "repository" => Some(json!(stamp.repository)),
            "project" => Some(json!(stamp.project)),
            "codebase" => Some(json!(stamp.codebase)),
            _ => None,
        }
    }

    fn worker(&self, attribute: &str) -> Option<Json> {
        let info = self.facts.session.info();
        match attribute {
            "admin" => Some(json!(info.admin)),
            "host" => Some(json!(info.host)),
            "access_uri" => Some(json!(info.access_uri)),
            "version" => Some(json!(info.version)),
            "system" => Some(json!(info.system)),
            "basedir" => Some(json!(info.basedir)),
            "numcpus" => Some(json!(info.numcpus)),
            "environ" => Some(json!(info.environ)),
            other => system_field(info, other),
        }
    }

    fn build_url(&self) -> String {
        let facts = self.facts;
        let base = &facts.builder.generation.config.buildbot_url;
        format!("{base}#/builders/{}/builds/{}", facts.builder.id, facts.number)
    }

    async fn secret(&self, name: &str) -> Result<Option<String>, HostError> {
        let secret = self.facts.engine.secret(&self.facts.builder.generation, name).await?;
        if let Some(secret) = &secret {
            self.facts.secrets.add(name, secret);
        }
        Ok(secret)
    }

    async fn call(&self, call: HostCall) -> Result<Value, HostError> {
        self.facts.call_host(call, self.step.clone()).await
    }
}

/// No build at all.
struct PlainScope<'a> {
    engine: &'a Engine,
    generation: &'a Generation,
}

#[async_trait]
impl Scope for PlainScope<'_> {
    fn property(&self, _name: &str) -> Option<Json> {
        None
    }

    fn source(&self, _codebase: &str, _attribute: &str) -> Option<Json> {
        None
    }

    fn worker(&self, _attribute: &str) -> Option<Json> {
        None
    }

    fn build_url(&self) -> String {
        String::new()
    }

    async fn secret(&self, name: &str) -> Result<Option<String>, HostError> {
        self.engine.secret(self.generation, name).await
    }

    async fn call(&self, call: HostCall) -> Result<Value, HostError> {
        self.generation.call(call).await
    }
}

impl BuildFacts {
    /// Renders everything renderable in a value.
    pub(crate) async fn render(&self, value: &Value, step: Option<Json>) -> Result<Value, HostError> {
        render(&BuildScope { facts: self, step }, value).await
    }

    /// Renders the properties that the configuration gives as renderables, where nothing else has set them.
    pub(crate) async fn render_properties(&self) -> Result<(), HostError> {
        for (name, source, value) in self.open_properties() {
            let rendered = self.render(&value, None).await?;
            let value = rendered.to_json().ok_or_else(|| HostError::Raised {
                exception: "TypeError".to_owned(),
                message: format!("property {name}: Object of type {} is not JSON serializable", rendered.type_name()),
                traceback: String::new(),
            })?;
            self.set_property(&name, Property { value, source, runtime: false });
        }
        Ok(())
    }

    /// Name, source and value of each that is not rendered yet.
    pub(super) fn open_properties(&self) -> Vec<(String, String, Value)> {
        let config = &self.builder.generation.config;
        let global = config.renderable_properties.iter().filter_map(|(name, value)| {
            let property = config.properties.property(name)?;
            Some((name, property.source.as_str(), value))
        });
        let of_builder = self.builder.config.renderable_properties.iter().map(|(name, value)| (name, "Builder", value));
        let of_worker = self.worker.config.renderable_properties.iter().map(|(name, value)| (name, "Worker", value));
        let properties = self.properties();
        let is_open = |name: &str, source: &str| {
            properties.property(name).is_some_and(|property| property.value.is_null() && property.source == source)
        };
        let all = global.chain(of_builder).chain(of_worker).filter(|(name, source, _)| is_open(name, source));
        all.map(|(name, source, value)| (name.clone(), source.to_owned(), value.clone())).collect()
    }

    /// Calls something of the configuration and takes over the properties that it sets.
    pub(crate) async fn call_host(&self, call: HostCall, step: Option<Json>) -> Result<Value, HostError> {
        let call = HostCall { context: Some(self.host_context(step)), ..call };
        let reply = self.builder.generation.host.call(call).await?;
        for (name, value, source, runtime) in reply.properties {
            self.set_property(&name, Property { value, source, runtime });
        }
        Ok(reply.value)
    }
}

impl Engine {
    /// Renders a value that knows no build: secrets, and functions without properties.
    pub(crate) async fn render_plain(&self, generation: &Generation, value: &Value) -> Result<Value, HostError> {
        render(&PlainScope { engine: self, generation }, value).await
    }
}
