//! The keys that stand for themselves: titles, logs, functions, limits (manual section "Global Configuration").

use ferrobot_model::Properties;

use super::argument::{callable, entry, integer, properties, shown, text};
use super::{CollapseRequests, Config};
use crate::{Errors, FromValue, Pattern, Place, Value};

/// Every key that a configuration may have.
const KEYS: &[&str] = &[
    "buildbotNetUsageData",
    "buildbotURL",
    "buildCacheSize",
    "builders",
    "caches",
    "change_source",
    "codebaseGenerator",
    "codebases",
    "configurators",
    "changeCacheSize",
    "changeHorizon",
    "db",
    "db_url",
    "logCompressionLimit",
    "logCompressionMethod",
    "logEncoding",
    "logMaxSize",
    "logMaxTailSize",
    "manhole",
    "machines",
    "collapseRequests",
    "metrics",
    "mq",
    "multiMaster",
    "prioritizeBuilders",
    "projects",
    "properties",
    "protocols",
    "revlink",
    "schedulers",
    "secretsProviders",
    "select_next_worker",
    "services",
    "title",
    "titleURL",
    "user_managers",
    "validation",
    "www",
    "workers",
];

/// Keys that are read by Buildbot and have no effect here yet, when they are set to something.
const WITHOUT_EFFECT: &[&str] = &["manhole", "metrics", "user_managers", "configurators", "machines"];

/// A longer title does not fit.
const TITLE_CHARACTERS_MAX: usize = 18;

/// Compression methods by their name.
const METHODS: &[&str] = &["raw", "gz", "bz2", "lz4", "zstd", "br"];

/// Refuses keys that no master knows.
pub(super) fn known_keys(document: &Value, errors: &mut Errors) {
    let Value::Dict(entries) = document else {
        errors.error(&Place::default(), "the configuration is not a dictionary");
        return;
    };
    let mut unknown: Vec<String> = entries
        .iter()
        .filter(|(key, _)| !key.as_str().is_some_and(|key| KEYS.contains(&key)))
        .map(|(key, _)| key.as_str().map_or_else(|| shown(key), str::to_owned))
        .collect();
    unknown.sort();
    if !unknown.is_empty() {
        let plural = if unknown.len() == 1 { "" } else { "s" };
        errors.error(&Place::default(), format!("Unknown BuildmasterConfig key{plural} {}", unknown.join(", ")));
    }
    for key in WITHOUT_EFFECT {
        if entry(document, key).is_truthy() {
            errors.warning(&Place::default(), format!("c['{key}'] is not supported yet and has no effect"));
        }
    }
}

/// Reads all of them.
pub(super) fn read(document: &Value, file: &str, config: &mut Config, errors: &mut Errors) {
    titles(document, config, errors);
    logs(document, config, errors);
    functions(document, config, errors);
    database(document, config, errors);
    caches(document, errors);
    validation(document, config, errors);
    let place = Place::default();
    config.properties = match entry(document, "properties") {
        Value::None => Properties::new(),
        given => properties(given, file, "c['properties']", &place, errors),
    };
    config.multi_master = entry(document, "multiMaster").is_truthy();
    config.change_horizon = integer(entry(document, "changeHorizon"), "c['changeHorizon']", &place, errors);
    if let Some(kind) = entry(document, "mq").get("type").and_then(Value::as_str)
        && kind != "simple"
    {
        errors.error(&place, format!("c['mq']: the type '{kind}' is not supported yet; use 'simple'"));
    }
}

fn titles(document: &Value, config: &mut Config, errors: &mut Errors) {
    let place = Place::default();
    let mut read = |key: &str, default: &str| {
        text(entry(document, key), &format!("c['{key}']"), &place, errors).unwrap_or_else(|| default.to_owned())
    };
    config.title = read("title", "Buildbot");
    config.title_url = read("titleURL", "http://buildbot.net/");
    config.buildbot_url = read("buildbotURL", "http://localhost:8080/");
    if !config.buildbot_url.ends_with('/') {
        config.buildbot_url.push('/');
    }
    if config.title.chars().count() > TITLE_CHARACTERS_MAX {
        errors.warning(
            &place,
            format!("c['title'] has more than {TITLE_CHARACTERS_MAX} characters and may not fit where it is shown"),
        );
    }
}

fn logs(document: &Value, config: &mut Config, errors: &mut Errors) {
    let place = Place::default();
    let logs = &mut config.logs;
    match entry(document, "logCompressionMethod") {
        Value::None => {}
        Value::Str(method) if METHODS.contains(&method.as_str()) => logs.compression_method = method.clone(),
        _ => errors.error(&place, "c['logCompressionMethod'] must be 'raw', 'bz2', 'gz', 'lz4', 'br' or 'zstd'"),
    }
    match entry(document, "logCompressionLimit") {
        Value::None => {}
        Value::Bool(false) => logs.compression_limit = 0,
        given => {
            let read = integer(given, "c['logCompressionLimit']", &place, errors);
            logs.compression_limit = read.and_then(|limit| u64::try_from(limit).ok()).unwrap_or(0);
        }
    }
    let mut size = |key: &str| {
        let read = integer(entry(document, key), &format!("c['{key}']"), &place, errors);
        read.and_then(|size| u64::try_from(size).ok()).filter(|size| *size > 0)
    };
    logs.max_size = size("logMaxSize");
    logs.max_tail_size = size("logMaxTailSize");
    match entry(document, "logEncoding") {
        Value::None => {}
        encoding @ (Value::Str(_) | Value::Callable(_)) => logs.encoding = encoding.clone(),
        _ => errors.error(&place, "c['logEncoding'] must be a string or a callable"),
    }
}

fn functions(document: &Value, config: &mut Config, errors: &mut Errors) {
    let place = Place::default();
    config.collapse_requests = collapse_requests(entry(document, "collapseRequests"), &place, errors);
    let mut read = |key: &str| callable(entry(document, key), key, &place, errors);
    config.prioritize_builders = read("prioritizeBuilders");
    config.select_next_worker = read("select_next_worker");
    config.codebase_generator = read("codebaseGenerator");
    config.revlink = entry(document, "revlink").clone();
}

/// `collapseRequests` of the master or of a builder.
pub(super) fn collapse_requests(value: &Value, place: &Place, errors: &mut Errors) -> CollapseRequests {
    match value {
        Value::None => CollapseRequests::Default,
        Value::Bool(true) => CollapseRequests::Always,
        Value::Bool(false) => CollapseRequests::Never,
        Value::Callable(function) => CollapseRequests::Function(std::sync::Arc::clone(function)),
        _ => {
            errors.error(place, "collapseRequests must be a callable, True, or False");
            CollapseRequests::Default
        }
    }
}

fn database(document: &Value, config: &mut Config, errors: &mut Errors) {
    let place = Place::default();
    let db = entry(document, "db");
    if !matches!(db, Value::None | Value::Dict(_)) {
        errors.error(&place, "c['db'] must be a dictionary");
    }
    if let Value::Dict(entries) = db {
        let unknown: Vec<String> = entries
            .iter()
            .map(|(key, _)| key.as_str().unwrap_or_default().to_owned())
            .filter(|key| !matches!(key.as_str(), "db_url" | "engine_kwargs"))
            .collect();
        if !unknown.is_empty() {
            errors.error(&place, format!("unrecognized keys in c['db']: {}", unknown.join(", ")));
        }
    }
    let legacy = text(entry(document, "db_url"), "c['db_url']", &place, errors);
    let url = text(entry(db, "db_url"), "c['db']['db_url']", &place, errors);
    config.db_url = url.or(legacy).unwrap_or_else(|| "sqlite:///state.sqlite".to_owned());
}

/// Sizes of caches are checked, and of no use here: the state needs none.
fn caches(document: &Value, errors: &mut Errors) {
    let place = Place::default();
    match entry(document, "caches") {
        Value::None => {}
        Value::Dict(entries) => {
            for (name, size) in entries {
                let name = shown(name);
                match size {
                    Value::Int(size) if *size >= 1 => {}
                    Value::Int(_) => {
                        errors.error(&place, format!("'{name}' cache size must be at least 1, got {}", shown(size)))
                    }
                    _ => errors.error(&place, format!("value for cache size {name} must be an integer")),
                }
            }
        }
        _ => errors.error(&place, "c['caches'] must be a dictionary"),
    }
    for key in ["buildCacheSize", "changeCacheSize"] {
        integer(entry(document, key), &format!("c['{key}']"), &place, errors);
        if !matches!(entry(document, key), Value::None) && !matches!(entry(document, "caches"), Value::None) {
            errors.error(&place, format!("cannot specify c['caches'] and c['{key}']"));
        }
    }
}

fn validation(document: &Value, config: &mut Config, errors: &mut Errors) {
    let place = Place::default();
    let entries = match entry(document, "validation") {
        Value::None => return,
        Value::Dict(entries) => entries,
        _ => {
            errors.error(&place, "c['validation'] must be a dictionary");
            return;
        }
    };
    let mut unknown = Vec::new();
    for (key, value) in entries {
        let slot = match key.as_str() {
            Some("branch") => &mut config.validation.branch,
            Some("revision") => &mut config.validation.revision,
            Some("property_name") => &mut config.validation.property_name,
            Some("property_value") => &mut config.validation.property_value,
            _ => {
                unknown.push(key.as_str().map_or_else(|| shown(key), str::to_owned));
                continue;
            }
        };
        match Pattern::from_value(value) {
            Ok(pattern) => *slot = Some(pattern),
            Err(fault) => errors.error(&place, format!("c['validation'][{}] {fault}", shown(key))),
        }
    }
    if !unknown.is_empty() {
        errors.error(&place, format!("unrecognized validation key(s): {}", unknown.join(", ")));
    }
}
