//! What the state is kept in, and how processes talk: `db`, `mq`, `caches`.

use super::Config;
use super::argument::{At, entry, integer, shown, text};
use crate::{Errors, Source, Value};

pub(super) fn database(document: &Value, source: Source<'_>, config: &mut Config, errors: &mut Errors) {
    let db = entry(document, "db");
    match db {
        Value::None => {}
        Value::Dict(entries) => {
            for (key, _) in entries {
                let name = key.as_str().map_or_else(|| shown(key), str::to_owned);
                if !matches!(name.as_str(), "db_url" | "engine_kwargs") {
                    let told = format!("unrecognized keys in c['db']: {name}");
                    At::Key(source, &["db", &name]).error(errors, told);
                }
            }
        }
        _ => At::Key(source, &["db"]).error(errors, "c['db'] must be a dictionary"),
    }
    let (url, what, keys): (&Value, &str, &[&str]) = match entry(db, "db_url") {
        Value::None => (entry(document, "db_url"), "c['db_url']", &["db_url"]),
        given => (given, "c['db']['db_url']", &["db", "db_url"]),
    };
    let at = At::Key(source, keys);
    let url = text(url, what, at, errors).unwrap_or_else(|| "sqlite:///state.sqlite".to_owned());
    match url.split([':', '+']).next().unwrap_or_default() {
        "sqlite" => {}
        kind @ ("postgresql" | "postgres" | "mysql" | "mariadb") => {
            at.error(errors, format!("{what}: the database {kind} is not supported yet; use sqlite:///state.sqlite"));
        }
        other => {
            let told = format!("{what}: '{other}' is no database that is known; the master will not start with it");
            at.warning(errors, told);
        }
    }
    config.db_url = url;
}

/// Sizes of caches are checked, and of no use here: the state needs none.
pub(super) fn caches(document: &Value, source: Source<'_>, errors: &mut Errors) {
    match entry(document, "caches") {
        Value::None => {}
        Value::Dict(entries) => {
            for (name, size) in entries {
                let key = name.as_str().unwrap_or_default();
                let at = At::Key(source, &["caches", key]);
                let name = shown(name);
                match size {
                    Value::Int(size) if *size >= 1 => {}
                    Value::Bool(true) => {}
                    Value::Int(size) => {
                        at.error(errors, format!("{name} cache size must be at least 1, got '{size}'"));
                    }
                    _ => at.error(errors, format!("value for cache size {name} must be an integer")),
                }
            }
        }
        _ => At::Key(source, &["caches"]).error(errors, "c['caches'] must be a dictionary"),
    }
    for key in ["buildCacheSize", "changeCacheSize"] {
        let at = At::Key(source, &[key]);
        integer(entry(document, key), &format!("c['{key}']"), at, errors);
        if document.get(key).is_some() && document.get("caches").is_some() {
            at.error(errors, format!("cannot specify c['caches'] and c['{key}']"));
        }
    }
}

pub(super) fn message_queue(document: &Value, source: Source<'_>, errors: &mut Errors) {
    let at = At::Key(source, &["mq"]);
    let mq = entry(document, "mq");
    let entries = match mq {
        Value::None => return,
        Value::Dict(entries) => entries,
        _ => {
            at.error(errors, "c['mq'] must be a dictionary");
            return;
        }
    };
    let known: &[&str] = match entry(mq, "type") {
        Value::None => &["type", "debug"],
        Value::Str(kind) if kind == "simple" => &["type", "debug"],
        Value::Str(kind) if kind == "wamp" => {
            at.error(errors, "c['mq']: the type 'wamp' is not supported yet; use 'simple'");
            &["type", "router_url", "realm", "wamp_debug_level"]
        }
        other => {
            at.error(errors, format!("mq type {} is not known", shown(other)));
            return;
        }
    };
    for (key, _) in entries {
        let name = key.as_str().map_or_else(|| shown(key), str::to_owned);
        if !known.contains(&name.as_str()) {
            At::Key(source, &["mq", &name]).error(errors, format!("unrecognized keys in c['mq']: {name}"));
        }
    }
}
