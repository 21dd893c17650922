//! Rendering: values of the configuration become plain when their turn comes (manual section "Properties").
//!
//! [`render`] walks a value; what it needs to know comes from a [`Scope`]: a build, or a scheduler, or nothing but secrets.
//! Read `interpolate` for the substitutions of `Interpolate`, `percent` (with `number` and `text`) for Python's `%` formatting,
//! `operator` for the operators between renderables. Faults have Python's names and words, because a step shows them.

mod interpolate;
mod number;
mod operator;
mod percent;
mod snapshot;
#[cfg(test)]
mod tests;
mod text;

pub use snapshot::render_snapshot;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_config::{Object, Value};
use serde_json::{Value as Json, json};

use crate::{HostCall, HostError, proxy};

/// Values nest so deep at most: a configuration that refers to itself ends here.
const DEPTH_MAX: usize = 64;

/// What `%(src:codebase:attribute)s` can name.
const SOURCE_ATTRIBUTES: &[&str] = &["branch", "revision", "repository", "project", "codebase"];

/// What a rendering can refer to.
#[async_trait]
pub(crate) trait Scope: Send + Sync {
    /// A property's value.
    fn property(&self, name: &str) -> Option<Json>;
    /// An attribute of the source stamp of a codebase (`%(src:codebase:attribute)s`).
    fn source(&self, codebase: &str, attribute: &str) -> Option<Json>;
    /// What the worker said about itself (`%(worker:attribute)s`).
    fn worker(&self, attribute: &str) -> Option<Json>;
    /// Where the build is shown; empty outside of a build.
    fn build_url(&self) -> String;
    /// A secret; `None` when no provider has it.
    async fn secret(&self, name: &str) -> Result<Option<String>, HostError>;
    /// Calls a function of the configuration, with what it has to know of the build; takes over what it sets.
    async fn call(&self, call: HostCall) -> Result<Value, HostError>;
}

/// Renders everything renderable in a value.
pub(crate) async fn render(scope: &dyn Scope, value: &Value) -> Result<Value, HostError> {
    if value.holds_renderable() { render_nested(scope, value, 0).await } else { Ok(value.clone()) }
}

type Rendering<'a, T> = Pin<Box<dyn Future<Output = Result<T, HostError>> + Send + 'a>>;

fn render_nested<'a>(scope: &'a dyn Scope, value: &'a Value, depth: usize) -> Rendering<'a, Value> {
    Box::pin(async move {
        if depth > DEPTH_MAX {
            return Err(value_error("a renderable refers to itself, or is nested too deep"));
        }
        match value {
            Value::None | Value::Bool(_) | Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Bytes(_) => {
                Ok(value.clone())
            }
            Value::Callable(_) | Value::Opaque(_) => Ok(value.clone()),
            Value::List(items) => Ok(Value::List(render_all(scope, items, depth).await?)),
            Value::Tuple(items) => Ok(Value::Tuple(render_all(scope, items, depth).await?)),
            Value::Dict(entries) => {
                let mut rendered = Vec::with_capacity(entries.len());
                for (key, value) in entries {
                    let key = render_nested(scope, key, depth + 1).await?;
                    rendered.push((key, render_nested(scope, value, depth + 1).await?));
                }
                Ok(Value::Dict(rendered))
            }
            Value::Object(object) => render_object(scope, object, depth + 1).await,
        }
    })
}

async fn render_all(scope: &dyn Scope, items: &[Value], depth: usize) -> Result<Vec<Value>, HostError> {
    let mut rendered = Vec::with_capacity(items.len());
    for item in items {
        rendered.push(render_nested(scope, item, depth + 1).await?);
    }
    Ok(rendered)
}

/// The renderable classes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Interpolate,
    Property,
    WithProperties,
    FlattenList,
    Transform,
    Secret,
    Renderer,
    Operator,
    UrlForBuild,
    GitCredential,
    /// A user's own class with `getRenderingFor`.
    Custom,
}

fn class_of(object: &Object) -> Option<Class> {
    Some(match object.class.as_str() {
        "buildbot.process.properties.Interpolate" => Class::Interpolate,
        "buildbot.process.properties.Property" => Class::Property,
        "buildbot.process.properties.WithProperties" => Class::WithProperties,
        "buildbot.process.properties.FlattenList" => Class::FlattenList,
        "buildbot.process.properties.Transform" => Class::Transform,
        "buildbot.process.properties.Secret" => Class::Secret,
        "buildbot.process.properties.renderer" => Class::Renderer,
        "buildbot.process.properties._Operator" => Class::Operator,
        "buildbot.reporters.utils.URLForBuild" => Class::UrlForBuild,
        "buildbot.util.git_credential.GitCredentialInputRenderer" => Class::GitCredential,
        "buildbot.interfaces.IRenderable" => Class::Custom,
        _ => return None,
    })
}

async fn render_object(scope: &dyn Scope, object: &Arc<Object>, depth: usize) -> Result<Value, HostError> {
    if object.overrides.iter().any(|name| name == "getRenderingFor") {
        return custom(scope, object, depth).await;
    }
    match class_of(object) {
        // Any other object of the configuration is handed on as it is.
        None => Ok(Value::Object(Arc::clone(object))),
        Some(Class::Custom) => custom(scope, object, depth).await,
        Some(Class::Interpolate) => interpolate::interpolate(scope, object, depth).await,
        Some(Class::WithProperties) => interpolate::with_properties(scope, object, depth).await,
        Some(Class::Property) => property(scope, object, depth).await,
        Some(Class::Operator) => {
            let left = render_nested(scope, argument(object, "left"), depth).await?;
            let right = render_nested(scope, argument(object, "right"), depth).await?;
            operator::apply(argument(object, "op").as_str().unwrap_or_default(), &left, &right)
        }
        Some(Class::FlattenList) => {
            let list = render_nested(scope, argument(object, "nestedlist"), depth).await?;
            let kinds = argument(object, "types").as_list().map(<[Value]>::to_vec);
            let is_flattened =
                |kind: &str| kinds.as_ref().is_none_or(|kinds| kinds.iter().any(|k| k.as_str() == Some(kind)));
            // What is no list is handed on as it is.
            if list.as_list().is_none() {
                return Ok(list);
            }
            let mut flat = Vec::new();
            flatten(&list, &is_flattened, &mut flat);
            Ok(Value::List(flat))
        }
        Some(Class::Transform) => {
            let function = render_nested(scope, argument(object, "function"), depth).await?;
            call(scope, object, &function, Vec::new(), depth).await
        }
        Some(Class::Renderer) => call(scope, object, argument(object, "fn"), vec![properties()], depth).await,
        Some(Class::Secret) => {
            let name = render_nested(scope, argument(object, "secret_name"), depth).await?;
            let name = name.as_str().unwrap_or_default();
            scope.secret(name).await?.map(Value::Str).ok_or_else(|| no_secret(name))
        }
        Some(Class::UrlForBuild) => Ok(Value::Str(scope.build_url())),
        Some(Class::GitCredential) => git_credential(scope, object, depth).await,
    }
}

/// `getRenderingFor` of a user's own class; what it returns is rendered again.
async fn custom(scope: &dyn Scope, object: &Object, depth: usize) -> Result<Value, HostError> {
    let call = HostCall::new(object.handle, vec![properties()]);
    let value = scope.call(HostCall { method: Some("getRenderingFor".to_owned()), ..call }).await?;
    render_nested(scope, &value, depth).await
}

/// Calls a function with the first arguments and the object's `args` and `kwargs`, rendered.
async fn call(
    scope: &dyn Scope,
    object: &Object,
    function: &Value,
    mut args: Vec<Value>,
    depth: usize,
) -> Result<Value, HostError> {
    let Value::Callable(function) = function else {
        return Err(type_error(format!("'{}' object is not callable", function.type_name())));
    };
    args.extend(render_all(scope, argument(object, "args").as_list().unwrap_or_default(), depth).await?);
    let mut kwargs = Vec::new();
    if let Value::Dict(entries) = argument(object, "kwargs") {
        for (name, value) in entries {
            let value = render_nested(scope, value, depth).await?;
            kwargs.push((name.as_str().unwrap_or_default().to_owned(), value));
        }
    }
    let value = scope.call(HostCall { kwargs, ..HostCall::new(function.handle, args) }).await?;
    render_nested(scope, &value, depth).await
}

async fn property(scope: &dyn Scope, object: &Object, depth: usize) -> Result<Value, HostError> {
    let name = argument(object, "key").as_str().unwrap_or_default();
    let default_when_false = match object.args.get("defaultWhenFalse") {
        Some(value) => value.is_truthy(),
        None => true,
    };
    match scope.property(name).map(|value| Value::from_json(&value)) {
        Some(value) if !default_when_false || value.is_truthy() => Ok(value),
        _ => render_nested(scope, argument(object, "default"), depth).await,
    }
}

/// An input of `git credential`: a line for each attribute.
async fn git_credential(scope: &dyn Scope, object: &Object, depth: usize) -> Result<Value, HostError> {
    let mut attributes: Vec<(&String, &Value)> = object.args.iter().collect();
    attributes.extend(object.extra.iter().map(|(name, value)| (name, value)));
    // Git forgets what came before the URL.
    attributes.sort_by_key(|(name, _)| *name != "url");
    let mut lines = String::new();
    for (name, value) in attributes {
        let value = match render_nested(scope, value, depth).await? {
            Value::None => continue,
            Value::Str(text) => text,
            Value::Bytes(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            other => {
                let message = format!("'{name}' of a git credential must be text, not {}", other.type_name());
                return Err(type_error(message));
            }
        };
        lines.push_str(&format!("{name}={value}\n"));
    }
    Ok(Value::Str(lines))
}

fn flatten(value: &Value, is_flattened: &dyn Fn(&str) -> bool, flat: &mut Vec<Value>) {
    match value {
        Value::List(items) if is_flattened("list") => items.iter().for_each(|item| flatten(item, is_flattened, flat)),
        Value::Tuple(items) if is_flattened("tuple") => items.iter().for_each(|item| flatten(item, is_flattened, flat)),
        other => flat.push(other.clone()),
    }
}

/// An argument of an object; `None` when it was not given.
fn argument<'a>(object: &'a Object, name: &str) -> &'a Value {
    const NONE: &Value = &Value::None;
    object.args.get(name).unwrap_or(NONE)
}

/// The stand-in for the properties of the build that the call is about.
fn properties() -> Value {
    proxy("properties", json!({}))
}

fn no_secret(name: &str) -> HostError {
    raised("KeyError", format!("'secret key {name} is not found in any provider'"))
}

/// A fault of a renderable, told as Python's own would be.
fn raised(exception: &str, message: impl Into<String>) -> HostError {
    HostError::Raised { exception: exception.to_owned(), message: message.into(), traceback: String::new() }
}

fn value_error(message: impl Into<String>) -> HostError {
    raised("ValueError", message)
}

fn type_error(message: impl Into<String>) -> HostError {
    raised("TypeError", message)
}

fn key_error(key: &str) -> HostError {
    raised("KeyError", ferrobot_data::python_repr_text(key))
}

fn short(object: &Object) -> &str {
    object.class.rsplit('.').next().unwrap_or_default()
}
