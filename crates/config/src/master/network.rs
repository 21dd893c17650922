//! Where workers connect: `protocols`, and Twisted's strings for places to listen on.

use super::argument::{At, entry, shown};
use super::{Endpoint, Reading};
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
        && is_same(pb, msgpack)
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

/// Whether two places to listen on are one. Port 0 is another one each time.
pub(super) fn is_same(a: &Endpoint, b: &Endpoint) -> bool {
    a == b && !matches!(a, Endpoint::Tcp { port: 0, .. })
}

/// A number or an endpoint string; `None`: nothing listens.
pub(super) fn endpoint(value: &Value, what: &str, at: At<'_>, errors: &mut Errors) -> Option<Endpoint> {
    let read = match value {
        Value::None => return None,
        Value::Int(port) => u16::try_from(*port)
            .map(|port| Endpoint::Tcp { interface: "0.0.0.0".to_owned(), port })
            .map_err(|_| format!("{what}: {port} is not a port number")),
        Value::Str(text) => match parse_endpoint(text) {
            Ok(Endpoint::Other(text)) => Err(format!("{what}: the endpoint '{text}' is not supported yet")),
            other => other.map_err(|fault| format!("{what}: {fault}")),
        },
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

/// Reads `tcp:PORT[:interface=ADDRESS]`, `unix:PATH` and plain numbers; a backslash keeps a colon.
pub(super) fn parse_endpoint(text: &str) -> Result<Endpoint, String> {
    let parts = split(text);
    let number = |text: &str| text.parse::<u16>().map_err(|_| format!("'{text}' is not a port number"));
    match parts.first().map(String::as_str) {
        Some("tcp") => {
            let mut interface = "0.0.0.0".to_owned();
            let mut port = None;
            for part in &parts[1..] {
                match part.split_once('=') {
                    Some(("interface", value)) => value.clone_into(&mut interface),
                    Some(("port", value)) => port = Some(number(value)?),
                    Some(_) => {}
                    None if port.is_none() => port = Some(number(part)?),
                    None => {}
                }
            }
            let port = port.ok_or_else(|| format!("'{text}' names no port"))?;
            Ok(Endpoint::Tcp { interface, port })
        }
        Some("unix") => match parts.get(1) {
            Some(path) => Ok(Endpoint::Unix { path: path.strip_prefix("address=").unwrap_or(path).to_owned() }),
            None => Err(format!("'{text}' names no path")),
        },
        Some(first) if parts.len() == 1 => Ok(Endpoint::Tcp { interface: "0.0.0.0".to_owned(), port: number(first)? }),
        _ => Ok(Endpoint::Other(text.to_owned())),
    }
}

fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut characters = text.chars();
    while let Some(character) = characters.next() {
        let last = parts.len() - 1;
        match character {
            '\\' => parts[last].extend(characters.next()),
            ':' => parts.push(String::new()),
            other => parts[last].push(other),
        }
    }
    parts
}
