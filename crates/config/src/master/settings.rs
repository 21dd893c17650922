//! The keys that stand for themselves: titles, logs, functions, limits (manual section "Global Configuration").

use super::argument::{At, callable, entry, integer, list, shown, text};
use super::property::properties;
use super::{CollapseRequests, Config, Reading};
use crate::{Errors, FromValue, Pattern, Source, Value};

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
    // Not one of Buildbot 4.3, but its manual uses it for `services`.
    "reporters",
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

/// Keys of ancient versions, and what they are called now.
const RENAMED: &[(&str, &str)] = &[
    ("bots", "workers"),
    ("change_sources", "change_source"),
    ("mergeRequests", "collapseRequests"),
    ("projectName", "title"),
    ("projectURL", "titleURL"),
    ("slavePortnum", "protocols"),
    ("slaves", "workers"),
    ("sources", "change_source"),
    ("status", "services"),
];

/// Keys that are read by Buildbot and have no effect here yet, when they are set to something.
const WITHOUT_EFFECT: &[&str] = &["manhole", "metrics", "user_managers"];

/// A longer title does not fit.
const TITLE_CHARACTERS_MAX: usize = 18;

/// Compression methods by their name.
const METHODS: &[&str] = &["raw", "gz", "bz2", "lz4", "zstd", "br"];

/// Refuses keys that no master knows.
pub(super) fn known_keys(reading: &mut Reading<'_>) {
    let (source, errors) = (reading.source, &mut *reading.errors);
    let Value::Dict(entries) = reading.document else {
        At::Key(source, &[]).error(errors, "the configuration is not a dictionary");
        return;
    };
    let mut unknown: Vec<&str> = Vec::new();
    for (key, _) in entries {
        match key.as_str() {
            Some(key) if KEYS.contains(&key) => {}
            Some(key) => unknown.push(key),
            None => {
                let told = format!("the keys of the configuration must be strings, but there is {}", shown(key));
                At::Key(source, &[]).error(errors, told);
            }
        }
    }
    unknown.sort_unstable();
    for key in unknown {
        let advice = advice(key, KEYS);
        At::Key(source, &[key]).error(errors, format!("Unknown BuildmasterConfig key {key}{advice}"));
    }
    for key in WITHOUT_EFFECT {
        if entry(reading.document, key).is_truthy() {
            let told = format!("c['{key}'] is not supported yet and has no effect");
            At::Key(source, &[key]).warning(errors, told);
        }
    }
}

/// What an unknown key may stand for.
pub(super) fn advice(key: &str, known: &[&str]) -> String {
    let renamed = RENAMED.iter().find(|(old, _)| *old == key).map(|(_, now)| *now);
    let similar = || known.iter().copied().find(|other| is_similar(key, other));
    match (renamed, similar()) {
        (Some(now), _) => format!("; its name is '{now}' now"),
        (None, Some(other)) => format!("; perhaps '{other}' is meant"),
        (None, None) => String::new(),
    }
}

/// Whether two words differ in case only, or in one character that is missing, too many, or another one.
fn is_similar(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    let same = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[same..], &b[same..]);
    let skip_first = |rest: &[char]| rest.get(1..).map(<[char]>::to_vec);
    a == b
        || skip_first(a).as_deref() == Some(b)
        || skip_first(b).as_deref() == Some(a)
        || (skip_first(a).is_some() && skip_first(a) == skip_first(b))
}

/// Reads all of them.
pub(super) fn read(reading: &mut Reading<'_>) {
    let Reading { document, source, config, errors, .. } = reading;
    let (document, source) = (*document, *source);
    titles(document, source, config, errors);
    logs(document, source, config, errors);
    functions(document, source, config, errors);
    database(document, source, config, errors);
    caches(document, source, errors);
    validation(document, source, config, errors);
    message_queue(document, source, errors);
    types(document, source, errors);
    let at = At::Key(source, &["properties"]);
    match document.get("properties") {
        None => {}
        Some(Value::None) => at.error(errors, "c['properties'] must be a dictionary"),
        Some(given) => {
            let given = properties(given, source.file, "c['properties']", at, errors);
            config.properties = given.plain;
            config.renderable_properties = given.renderable;
        }
    }
    config.multi_master = entry(document, "multiMaster").is_truthy();
    let at = At::Key(source, &["changeHorizon"]);
    config.change_horizon = integer(entry(document, "changeHorizon"), "c['changeHorizon']", at, errors);
}

fn titles(document: &Value, source: Source<'_>, config: &mut Config, errors: &mut Errors) {
    let mut read = |key: &str, default: &str| match document.get(key) {
        None => default.to_owned(),
        Some(Value::Str(text)) => text.clone(),
        Some(_) => {
            At::Key(source, &[key]).error(errors, format!("c['{key}'] must be a string"));
            default.to_owned()
        }
    };
    config.title = read("title", "Buildbot");
    config.title_url = read("titleURL", "http://buildbot.net/");
    config.buildbot_url = read("buildbotURL", "http://localhost:8080/");
    if !config.buildbot_url.ends_with('/') {
        config.buildbot_url.push('/');
    }
    if config.title.chars().count() > TITLE_CHARACTERS_MAX {
        let told = format!(
            "c['title'] has more than {TITLE_CHARACTERS_MAX} characters, which is too long to be displayed everywhere"
        );
        At::Key(source, &["title"]).warning(errors, told);
    }
}

fn logs(document: &Value, source: Source<'_>, config: &mut Config, errors: &mut Errors) {
    let logs = &mut config.logs;
    match document.get("logCompressionMethod") {
        None => {}
        Some(Value::Str(method)) if METHODS.contains(&method.as_str()) => logs.compression_method = method.clone(),
        Some(_) => At::Key(source, &["logCompressionMethod"])
            .error(errors, "c['logCompressionMethod'] must be 'raw', 'bz2', 'gz', 'lz4', 'br' or 'zstd'"),
    }
    match entry(document, "logCompressionLimit") {
        Value::None => {}
        Value::Bool(false) => logs.compression_limit = 0,
        given => {
            let at = At::Key(source, &["logCompressionLimit"]);
            let read = integer(given, "c['logCompressionLimit']", at, errors);
            logs.compression_limit = read.and_then(|limit| u64::try_from(limit).ok()).unwrap_or(0);
        }
    }
    let mut size = |key: &str| {
        let read = integer(entry(document, key), &format!("c['{key}']"), At::Key(source, &[key]), errors);
        read.and_then(|size| u64::try_from(size).ok()).filter(|size| *size > 0)
    };
    logs.max_size = size("logMaxSize");
    logs.max_tail_size = size("logMaxTailSize");
    match entry(document, "logEncoding") {
        Value::None => {}
        encoding @ (Value::Str(_) | Value::Callable(_)) => logs.encoding = encoding.clone(),
        _ => At::Key(source, &["logEncoding"]).error(errors, "c['logEncoding'] must be a string or a callable"),
    }
}

fn functions(document: &Value, source: Source<'_>, config: &mut Config, errors: &mut Errors) {
    let at = At::Key(source, &["collapseRequests"]);
    config.collapse_requests = collapse_requests(entry(document, "collapseRequests"), at, errors);
    let mut read = |key: &str, what: &str| callable(entry(document, key), what, At::Key(source, &[key]), errors);
    config.prioritize_builders = read("prioritizeBuilders", "prioritizeBuilders");
    config.select_next_worker = read("select_next_worker", "select_next_worker");
    let generator = "codebaseGenerator, which gets a dict and returns a str,";
    config.codebase_generator = read("codebaseGenerator", generator);
    config.revlink = match document.get("revlink") {
        None => Value::None,
        Some(given @ Value::Callable(_)) => given.clone(),
        Some(given @ Value::Object(object)) if object.class.starts_with("buildbot.revlinks.") => given.clone(),
        Some(_) => {
            At::Key(source, &["revlink"]).error(errors, "revlink must be a callable");
            Value::None
        }
    };
}

/// `collapseRequests` of the master or of a builder.
pub(super) fn collapse_requests(value: &Value, at: At<'_>, errors: &mut Errors) -> CollapseRequests {
    match value {
        Value::None => CollapseRequests::Default,
        Value::Bool(true) => CollapseRequests::Always,
        Value::Bool(false) => CollapseRequests::Never,
        Value::Callable(function) => CollapseRequests::Function(std::sync::Arc::clone(function)),
        _ => {
            at.error(errors, "collapseRequests must be a callable, True, or False");
            CollapseRequests::Default
        }
    }
}

fn database(document: &Value, source: Source<'_>, config: &mut Config, errors: &mut Errors) {
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
fn caches(document: &Value, source: Source<'_>, errors: &mut Errors) {
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

fn validation(document: &Value, source: Source<'_>, config: &mut Config, errors: &mut Errors) {
    let entries = match entry(document, "validation") {
        Value::None => return,
        Value::Dict(entries) => entries,
        _ => {
            At::Key(source, &["validation"]).error(errors, "c['validation'] must be a dictionary");
            return;
        }
    };
    for (key, value) in entries {
        let name = key.as_str().map_or_else(|| shown(key), str::to_owned);
        let at = At::Key(source, &["validation", &name]);
        let slot = match name.as_str() {
            "branch" => &mut config.validation.branch,
            "revision" => &mut config.validation.revision,
            "property_name" => &mut config.validation.property_name,
            "property_value" => &mut config.validation.property_value,
            _ => {
                at.error(errors, format!("unrecognized validation key(s): {name}"));
                continue;
            }
        };
        match Pattern::from_value(value) {
            Ok(pattern) => *slot = Some(pattern),
            Err(fault) => at.error(errors, format!("c['validation']['{name}'] {fault}")),
        }
    }
}

fn message_queue(document: &Value, source: Source<'_>, errors: &mut Errors) {
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

/// Keys that are only looked at for their type.
fn types(document: &Value, source: Source<'_>, errors: &mut Errors) {
    if !matches!(entry(document, "buildbotNetUsageData"), Value::None | Value::Str(_) | Value::Callable(_)) {
        let told = "c['buildbotNetUsageData'] must be a string or callable";
        At::Key(source, &["buildbotNetUsageData"]).error(errors, told);
    }
    if !matches!(entry(document, "metrics"), Value::None | Value::Dict(_)) {
        At::Key(source, &["metrics"]).error(errors, "c['metrics'] must be a dictionary");
    }
    let at = At::Key(source, &["user_managers"]);
    list(entry(document, "user_managers"), "c['user_managers'] must be a list of user managers", at, errors);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn similar_keys_are_proposed() {
        let cases = [
            ("slaves", "; its name is 'workers' now"),
            ("worker", "; perhaps 'workers' is meant"),
            ("Workers", "; perhaps 'workers' is meant"),
            ("titel", ""),
            ("tiitle", "; perhaps 'title' is meant"),
            ("tutle", "; perhaps 'title' is meant"),
            ("titleUrl", "; perhaps 'titleURL' is meant"),
            ("bogusKey", ""),
        ];
        for (key, expected) in cases {
            assert_eq!(advice(key, KEYS), expected, "{key}");
        }
    }
}
