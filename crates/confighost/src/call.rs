//! Calls of the configuration's functions, as the engine makes them.

use async_trait::async_trait;
use ferrobot_config::Value;
use ferrobot_engine::{Host, HostCall, HostError, HostReply};
use rmpv::{Value as Packed, ValueRef};
use serde_json::Value as Json;
use tokio::time::{Instant, timeout_at};

use crate::decode::{self, Answer, get};
use crate::encode::{self, map};
use crate::host::{ConfigHost, Unanswered};

#[async_trait]
impl Host for ConfigHost {
    async fn call(&self, call: HostCall) -> Result<HostReply, HostError> {
        let until = Instant::now() + call.deadline;
        // The permit is held until the call is over, one way or another.
        let permit = timeout_at(until, self.calls.acquire()).await;
        let Ok(Ok(_permit)) = permit else { return Err(self.too_late(&call, None)) };
        let left = until.saturating_duration_since(Instant::now());
        match self.request("call", arguments(&call), left).await {
            Ok(frame) => match decode::answer(&frame) {
                Answer::Result(result) => Ok(self.reply(&result)),
                Answer::Raised(error) => {
                    Err(HostError::Raised { exception: error.kind, message: error.message, traceback: error.traceback })
                }
            },
            Err(Unanswered::Deadline(number)) => {
                let place = self.abandon(number).await;
                Err(self.too_late(&call, place))
            }
            Err(Unanswered::Gone(reason)) => Err(HostError::Gone(reason)),
        }
    }
}

impl ConfigHost {
    /// `place` is where it is stuck; else the place where the function is defined has to do.
    fn too_late(&self, call: &HostCall, place: Option<String>) -> HostError {
        let defined = || self.shared.decoder().place(call.handle).map(ToString::to_string);
        HostError::Deadline { place: place.or_else(defined).unwrap_or_default(), seconds: call.deadline.as_secs() }
    }

    fn reply(&self, result: &ValueRef<'_>) -> HostReply {
        let mut decoder = self.shared.decoder();
        let value = get(result, "value").map_or(Value::None, |value| decoder.transient(value));
        let effects = match get(result, "effects").map(|effects| decoder.transient(effects)) {
            Some(Value::List(effects)) => effects,
            _ => Vec::new(),
        };
        HostReply { value, properties: effects.iter().filter_map(property_of).collect() }
    }
}

/// `["set_property", name, value, source, runtime]`
fn property_of(effect: &Value) -> Option<(String, Json, String, bool)> {
    match effect.as_list()? {
        [Value::Str(kind), Value::Str(name), value, Value::Str(source), runtime] if kind == "set_property" => {
            Some((name.clone(), value.to_json()?, source.clone(), runtime.is_truthy()))
        }
        _ => None,
    }
}

fn arguments(call: &HostCall) -> Packed {
    let kwargs = call.kwargs.iter().map(|(name, value)| (name.as_str().into(), encode::value(value))).collect();
    map([
        ("handle", call.handle.into()),
        ("method", call.method.as_deref().map_or(Packed::Nil, Packed::from)),
        ("args", Packed::Array(call.args.iter().map(encode::value).collect())),
        ("kwargs", Packed::Map(kwargs)),
        ("context", call.context.as_ref().map_or(Packed::Nil, encode::json)),
    ])
}
