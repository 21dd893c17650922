//! Where workers connect: `protocols`.

use ferrobot_model::endpoint::Endpoint;

use super::Reading;
use super::argument::{At, entry, shown};
use crate::{Errors, Value};

pub(super) fn read(reading: &mut Reading<'_>) {
    let at = At::Key(reading.source, &["protocols"]);
    let entries = match entry(reading.document, "protocols") {
        Value::None => return,
        Value::Dict(entries) => entries,
        _ => {
            at.error(reading.errors, "c['protocols'] must be dict");
            return;
        }
    };
    for (name, options) in entries {
        let Some(name) = name.as_str() else {
            at.error(reading.errors, "c['protocols'] keys must be strings");
            continue;
        };
        let keys = ["protocols", name];
        let at = At::Key(reading.source, &keys);
        if !matches!(options, Value::Dict(_)) {
            at.error(reading.errors, format!("c['protocols']['{name}'] must be a dict"));
            continue;
        }
        protocol(name, entry(options, "port"), at, reading);
    }
    let protocols = &reading.config.protocols;
    if let (Some(pb), Some(msgpack)) = (&protocols.pb, &protocols.msgpack)
        && pb.collides_with(msgpack)
    {
        at.error(reading.errors, "Some of ports in c['protocols'] duplicated");
    }
}

fn protocol(name: &str, port: &Value, at: At<'_>, reading: &mut Reading<'_>) {
    let what = format!("c['protocols']['{name}']['port']");
    let protocols = &mut reading.config.protocols;
    match name {
        "pb" => protocols.pb = endpoint(port, &what, at, reading.errors),
        "msgpack_experimental_v7" => protocols.msgpack = endpoint(port, &what, at, reading.errors),
        "null" => protocols.null = true,
        _ => {
            at.warning(reading.errors, format!("c['protocols']: '{name}' is not a protocol that is known"));
            if port.is_truthy() {
                protocols.unknown.push(name.to_owned());
            }
        }
    }
}

/// A number or an endpoint string; `None`: nothing listens.
pub(super) fn endpoint(value: &Value, what: &str, at: At<'_>, errors: &mut Errors) -> Option<Endpoint> {
    let read = match value {
        Value::None => return None,
        Value::Int(port) => {
            u16::try_from(*port).map(Endpoint::port).map_err(|_| format!("{what}: {port} is not a port number"))
        }
        Value::Str(text) => Endpoint::parse(text).map_err(|fault| format!("{what}: {fault}")),
        other => Err(format!("{what} must be a port number or an endpoint string, not {}", shown(other))),
    };
    match read {
        Ok(endpoint) => Some(endpoint),
        Err(told) => {
            at.error(errors, told);
            None
        }
    }
}
