//! The keys that stand for themselves: titles, logs, functions, limits (manual section "Global Configuration").

use ferrobot_model::TextEncoding;

use super::argument::{At, callable, entry, integer, shown};
use super::property::properties;
use super::{CollapseRequests, Config, Reading, backends};
use crate::{Errors, FromValue, Pattern, Source, Value};

/// A longer title does not fit.
const TITLE_CHARACTERS_MAX: usize = 18;

/// Compression methods by their name.
const METHODS: &[&str] = &["raw", "gz", "bz2", "lz4", "zstd", "br"];

/// Reads all of them.
pub(super) fn read(reading: &mut Reading<'_>) {
    let Reading { document, source, config, errors, .. } = reading;
    let (document, source) = (*document, *source);
    titles(document, source, config, errors);
    logs(document, source, config, errors);
    functions(document, source, config, errors);
    backends::database(document, source, config, errors);
    backends::caches(document, source, errors);
    validation(document, source, config, errors);
    backends::message_queue(document, source, errors);
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
        encoding @ (Value::Str(_) | Value::Callable(_)) => {
            let found = log_encoding(encoding, "c['logEncoding']", At::Key(source, &["logEncoding"]), errors);
            logs.encoding = found.unwrap_or_default();
        }
        _ => At::Key(source, &["logEncoding"]).error(errors, "c['logEncoding'] must be a string or a callable"),
    }
}

/// How bytes are read that are to be logged; `None` when that is not said, or cannot be done, which is warned of.
pub(super) fn log_encoding(encoding: &Value, what: &str, at: At<'_>, errors: &mut Errors) -> Option<TextEncoding> {
    match encoding {
        Value::None => None,
        Value::Callable(_) => {
            at.warning(errors, format!("{what}: a function that decodes is not supported yet and has no effect"));
            None
        }
        other => {
            let name = other.as_str().unwrap_or_default();
            let found = TextEncoding::from_python_name(name);
            if found.is_none() {
                at.warning(errors, format!("{what}: the encoding '{name}' is not known and has no effect"));
            }
            found
        }
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

/// Keys that are only looked at for their type.
fn types(document: &Value, source: Source<'_>, errors: &mut Errors) {
    if !matches!(entry(document, "buildbotNetUsageData"), Value::None | Value::Str(_) | Value::Callable(_)) {
        let told = "c['buildbotNetUsageData'] must be a string or callable";
        At::Key(source, &["buildbotNetUsageData"]).error(errors, told);
    }
    if !matches!(entry(document, "metrics"), Value::None | Value::Dict(_)) {
        At::Key(source, &["metrics"]).error(errors, "c['metrics'] must be a dictionary");
    }
    let at = At::Key(source, &["changeHorizon"]);
    integer(entry(document, "changeHorizon"), "c['changeHorizon']", at, errors);
}
