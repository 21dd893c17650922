//! Calls into the configuration's own functions. The config host's process is behind this trait.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_config::{Object, Value};
use serde_json::Value as Json;

/// One call of a callable, or of a method of an object, in the config host of one generation.
#[derive(Debug, Clone)]
pub struct HostCall {
    /// Which callable or object.
    pub handle: u64,
    /// A method of the object; `None` calls the thing itself.
    pub method: Option<String>,
    /// Positional arguments. A proxy is a `Value::Object` of class `$proxy` with the argument `kind` and its fields.
    pub args: Vec<Value>,
    /// Keyword arguments.
    pub kwargs: Vec<(String, Value)>,
    /// The build that the proxies of this call refer to; see the manual's page on the config host.
    pub context: Option<Json>,
    /// How long the call may take.
    pub deadline: Duration,
}

impl HostCall {
    /// A call of the thing itself, of which no build has to be known.
    #[must_use]
    pub fn new(handle: u64, args: Vec<Value>) -> HostCall {
        HostCall { handle, method: None, args, kwargs: Vec::new(), context: None, deadline: CALL_DEADLINE }
    }
}

/// A stand-in of a kind, with its fields, as an argument of a call; see the manual's page on the config host.
#[must_use]
pub fn proxy(kind: &str, fields: Json) -> Value {
    let mut object = Object { class: "$proxy".to_owned(), ..Object::default() };
    object.args.insert("kind".to_owned(), kind.into());
    if let Json::Object(fields) = fields {
        object.args.extend(fields.iter().map(|(name, value)| (name.clone(), Value::from_json(value))));
    }
    Value::Object(Arc::new(object))
}

/// What the call returned and did.
#[derive(Debug, Clone, Default)]
pub struct HostReply {
    /// The returned value.
    pub value: Value,
    /// Properties that it set, in order: name, value, source, runtime.
    pub properties: Vec<(String, Json, String, bool)>,
}

/// Why a call gave no value.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// The user's function raised.
    #[error("{exception}: {message}")]
    Raised {
        /// Python's name of the exception's type.
        exception: String,
        /// Its text.
        message: String,
        /// Formatted traceback.
        traceback: String,
    },
    /// The function took longer than its deadline.
    #[error("the function at {place} did not return within {seconds} s")]
    Deadline {
        /// Where it is defined.
        place: String,
        /// The deadline.
        seconds: u64,
    },
    /// The host process is gone.
    #[error("the config host is gone: {0}")]
    Gone(String),
}

/// Carries calls to the config host.
#[async_trait]
pub trait Host: Send + Sync + std::fmt::Debug {
    /// Calls and waits for the answer.
    async fn call(&self, call: HostCall) -> Result<HostReply, HostError>;
}

/// Long enough for a function that looks something up in the network, short enough that a stuck one is noticed.
const CALL_DEADLINE: Duration = Duration::from_secs(300);
