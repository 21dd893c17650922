//! Properties that the configuration gives: to all builds, to a builder's, to a worker's.

use ferrobot_model::Properties;
use serde_json::Value as Json;

use super::argument::{At, shown};
use crate::{Errors, Value};

/// Properties with their source; what has to be rendered first is null, and also in the list.
pub(super) struct Given {
    pub(super) plain: Properties,
    pub(super) renderable: Vec<(String, Value)>,
}

/// Reads a dictionary of properties; anything else is a fault.
pub(super) fn properties(value: &Value, source: &str, what: &str, at: At<'_>, errors: &mut Errors) -> Given {
    let mut given = Given { plain: Properties::new(), renderable: Vec::new() };
    let entries = match value {
        Value::None => return given,
        Value::Dict(entries) => entries,
        _ => {
            at.error(errors, format!("{what} must be a dictionary"));
            return given;
        }
    };
    for (name, value) in entries {
        let Value::Str(name) = name else {
            at.error(errors, format!("{what}: {} is not the name of a property", shown(name)));
            continue;
        };
        if value.holds_renderable() {
            given.plain.set(name, Json::Null, source);
            given.renderable.push((name.clone(), value.clone()));
        } else if let Some(json) = value.to_json() {
            given.plain.set(name, json, source);
        } else {
            at.error(errors, format!("{what}: the value of property '{name}' cannot be stored as JSON"));
        }
    }
    given
}
