//! What listens: `protocols` for workers and `www` for people.

use super::argument::{entry, integer, shown, text, texts};
use super::{Config, Endpoint, WwwConfig};
use crate::{Errors, Place, Value};

/// Keys of `c['www']` that are read by name; all else that is known is kept as written.
const WWW_READ: &[&str] = &[
    "port",
    "plugins",
    "change_hook_dialects",
    "change_hook_auth",
    "allowed_origins",
    "json_cache_seconds",
    "rest_minimum_version",
    "debug",
    "logfileName",
    "ui_default_config",
    "ui",
];
/// Further known keys of `c['www']`.
const WWW_KNOWN: &[&str] = &[
    "auth",
    "authz",
    "avatar_methods",
    "cookie_expiration_time",
    "custom_templates_dir",
    "default_page",
    "jsonp",
    "logRotateLength",
    "maxRotatedFiles",
    "project_widgets",
    "theme",
    "versions",
    "ws_ping_interval",
    "graphql",
];

pub(super) fn read(document: &Value, config: &mut Config, errors: &mut Errors) {
    protocols(document, config, errors);
    config.www = www(entry(document, "www"), errors);
}

fn protocols(document: &Value, config: &mut Config, errors: &mut Errors) {
    let place = Place::default();
    let given = entry(document, "protocols");
    let entries = match given {
        Value::None => return,
        Value::Dict(entries) => entries,
        _ => {
            errors.error(&place, "c['protocols'] must be dict");
            return;
        }
    };
    for (name, options) in entries {
        let port = entry(options, "port");
        match name.as_str() {
            Some("pb") => config.protocols.pb = endpoint(port, "c['protocols']['pb']['port']", errors),
            Some("msgpack_experimental_v7") => {
                config.protocols.msgpack = endpoint(port, "c['protocols']['msgpack_experimental_v7']['port']", errors);
            }
            Some("null") => config.protocols.null = true,
            _ => {
                errors.warning(&place, format!("c['protocols']: {} is not a protocol that is known", shown(name)));
                config.protocols.unknown.push(shown(name));
            }
        }
    }
    if let (Some(pb), Some(msgpack)) = (&config.protocols.pb, &config.protocols.msgpack)
        && pb == msgpack
        && !matches!(pb, Endpoint::Tcp { port: 0, .. })
    {
        errors.error(&place, "c['protocols']: two protocols have the same port");
    }
}

/// A number or an endpoint string; `None`: nothing listens.
fn endpoint(value: &Value, what: &str, errors: &mut Errors) -> Option<Endpoint> {
    match value {
        Value::None => None,
        Value::Int(port) => match u16::try_from(*port) {
            Ok(port) => Some(Endpoint::Tcp { interface: "0.0.0.0".to_owned(), port }),
            Err(_) => {
                errors.error(&Place::default(), format!("{what}: {port} is not a port number"));
                None
            }
        },
        Value::Str(text) => match parse_endpoint(text) {
            Ok(endpoint) => Some(endpoint),
            Err(fault) => {
                errors.error(&Place::default(), format!("{what}: {fault}"));
                None
            }
        },
        other => {
            errors.error(
                &Place::default(),
                format!("{what} must be a port number or an endpoint string, not {}", shown(other)),
            );
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

fn www(value: &Value, errors: &mut Errors) -> Option<WwwConfig> {
    let place = Place::default();
    let entries = match value {
        Value::None => return None,
        Value::Dict(entries) => entries,
        _ => {
            errors.error(&place, "c['www'] must be a dictionary");
            return None;
        }
    };
    let mut unknown: Vec<String> = entries
        .iter()
        .map(|(key, _)| key.as_str().map_or_else(|| shown(key), str::to_owned))
        .filter(|key| !WWW_READ.contains(&key.as_str()) && !WWW_KNOWN.contains(&key.as_str()))
        .collect();
    if !unknown.is_empty() {
        unknown.sort();
        errors.error(&place, format!("unknown www configuration parameter(s) {}", unknown.join(", ")));
    }
    guarded(value, errors);
    let number = |key: &str, errors: &mut Errors| {
        integer(entry(value, key), &format!("c['www']['{key}']"), &place, errors).unwrap_or(0)
    };
    let hooks = entry(value, "change_hook_dialects");
    Some(WwwConfig {
        port: endpoint(entry(value, "port"), "c['www']['port']", errors),
        plugins: dictionary(entry(value, "plugins"), "c['www']['plugins']", errors),
        change_hook_dialects: dictionary(hooks, "c['www']['change_hook_dialects']", errors),
        change_hook_auth: entry(value, "change_hook_auth").clone(),
        allowed_origins: texts(entry(value, "allowed_origins"), "c['www']['allowed_origins']", &place, errors),
        json_cache_seconds: number("json_cache_seconds", errors),
        rest_minimum_version: number("rest_minimum_version", errors),
        debug: entry(value, "debug").is_truthy(),
        logfile_name: text(entry(value, "logfileName"), "c['www']['logfileName']", &place, errors)
            .unwrap_or_else(|| "http.log".to_owned()),
        ui_default_config: entry(value, "ui_default_config").clone(),
        ui: text(entry(value, "ui"), "c['www']['ui']", &place, errors),
        other: entries
            .iter()
            .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone())))
            .filter(|(key, _)| WWW_KNOWN.contains(&key.as_str()))
            .collect(),
    })
}

/// Who may do what is not enforced yet: a site that restricts it must not be opened to everybody.
fn guarded(www: &Value, errors: &mut Errors) {
    for key in ["auth", "authz"] {
        if let Value::Object(object) = entry(www, key)
            && !matches!(object.class.as_str(), "buildbot.www.auth.NoAuth")
            && !(key == "authz" && object.args.values().all(|argument| !argument.is_truthy()))
        {
            errors.error(
                &object.place,
                format!(
                    "c['www']['{key}']: {} is not supported yet; Ferrobot would let everybody in",
                    super::argument::class_name(object)
                ),
            );
        }
    }
}

fn dictionary(value: &Value, what: &str, errors: &mut Errors) -> Vec<(String, Value)> {
    match value {
        Value::None => Vec::new(),
        Value::Dict(entries) => {
            entries.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone()))).collect()
        }
        _ => {
            errors.error(&Place::default(), format!("{what} must be a dictionary"));
            Vec::new()
        }
    }
}
