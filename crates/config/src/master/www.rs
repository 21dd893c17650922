//! `c['www']`: the web server.

use std::time::Duration;

use super::argument::{At, class_name, entry, integer, shown, text, texts};
use super::keys::advice;
use super::network::endpoint;
use super::{Reading, WwwConfig};
use crate::{Errors, FromValue, Source, Value};

/// Keys that are read by name.
const READ: &[&str] = &[
    "port",
    "plugins",
    "auth",
    "authz",
    "change_hook_dialects",
    "change_hook_auth",
    "allowed_origins",
    "json_cache_seconds",
    "rest_minimum_version",
    "versions",
];
/// Keys that Buildbot knows and does nothing with.
const IDLE: &[&str] = &["graphql", "jsonp"];
/// Keys that have no effect here yet, when they are set to something.
const WITHOUT_EFFECT: &[&str] = &[
    "avatar_methods",
    "cookie_expiration_time",
    "custom_templates_dir",
    "debug",
    "default_page",
    "logRotateLength",
    "logfileName",
    "maxRotatedFiles",
    "project_widgets",
    "theme",
    "ui_default_config",
    "ws_ping_interval",
];
/// Keys that `/config` does not show, as they may tell secrets, or that it shows as what they were made into.
const NOT_SHOWN: &[&str] = &[
    "port",
    "plugins",
    "auth",
    "authz",
    "avatar_methods",
    "change_hook_dialects",
    "custom_templates_dir",
    "logfileName",
    "versions",
];

/// Dialects of change hooks that are taken.
const DIALECTS: &[&str] = &["base"];
/// Those that Buildbot has besides.
const DIALECTS_TO_COME: &[&str] =
    &["bitbucket", "bitbucketcloud", "bitbucketserver", "github", "gitlab", "gitorious", "gitea", "poller"];

pub(super) fn read(reading: &mut Reading<'_>) {
    let source = reading.source;
    let errors = &mut *reading.errors;
    let www = entry(reading.document, "www");
    let entries = match www {
        Value::None => return,
        Value::Dict(entries) => entries,
        _ => {
            At::Key(source, &["www"]).error(errors, "c['www'] must be a dictionary");
            return;
        }
    };
    known_keys(entries, source, errors);
    without_effect(www, source, errors);
    guarded(www, source, errors);
    guarded_hooks(www, source, errors);
    cookie_expiration(www, source, errors);
    let number = |key: &str, errors: &mut Errors| {
        let at = At::Key(source, &["www", key]);
        integer(entry(www, key), &format!("c['www']['{key}']"), at, errors).unwrap_or(0)
    };
    let plugins = dictionary(entry(www, "plugins"), "plugins", source, errors);
    plugins.iter().for_each(|(name, _)| plugin(name, source, errors));
    let dialects = dictionary(entry(www, "change_hook_dialects"), "change_hook_dialects", source, errors);
    dialects.iter().for_each(|(name, options)| dialect(name, options, source, errors));
    let what = |key: &str| format!("c['www']['{key}']");
    let at = |key| At::Key(source, key);
    reading.config.www = Some(WwwConfig {
        port: endpoint(entry(www, "port"), &what("port"), at(&["www", "port"]), errors),
        plugins,
        change_hook_dialects: dialects,
        allowed_origins: texts(
            entry(www, "allowed_origins"),
            &what("allowed_origins"),
            at(&["www", "allowed_origins"]),
            errors,
        ),
        json_cache_seconds: number("json_cache_seconds", errors),
        rest_minimum_version: number("rest_minimum_version", errors),
        logfile_name: text(entry(www, "logfileName"), &what("logfileName"), at(&["www", "logfileName"]), errors)
            .unwrap_or_else(|| "http.log".to_owned()),
        versions: versions(www, source, errors),
        others: entries
            .iter()
            .filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone())))
            .filter(|(key, _)| !NOT_SHOWN.contains(&key.as_str()))
            .collect(),
    });
}

fn known_keys(entries: &[(Value, Value)], source: Source<'_>, errors: &mut Errors) {
    let known = [READ, IDLE, WITHOUT_EFFECT].concat();
    let mut unknown: Vec<String> = entries
        .iter()
        .map(|(key, _)| key.as_str().map_or_else(|| shown(key), str::to_owned))
        .filter(|key| !known.contains(&key.as_str()))
        .collect();
    unknown.sort();
    for key in unknown {
        let advice = advice(&key, &known);
        let told = format!("unknown www configuration parameter(s) {key}{advice}");
        At::Key(source, &["www", &key]).error(errors, told);
    }
}

fn without_effect(www: &Value, source: Source<'_>, errors: &mut Errors) {
    for key in WITHOUT_EFFECT.iter().filter(|key| entry(www, key).is_truthy()) {
        let told = format!("c['www']['{key}'] is not supported yet and has no effect");
        At::Key(source, &["www", key]).warning(errors, told);
    }
}

/// Who may do what is not enforced yet: a site that restricts it must not be opened to everybody.
fn guarded(www: &Value, source: Source<'_>, errors: &mut Errors) {
    for key in ["auth", "authz"] {
        match entry(www, key) {
            Value::None => {}
            Value::Object(object) => {
                let restricts_nothing = key == "authz" && object.args.values().all(|argument| !argument.is_truthy());
                if object.class != "buildbot.www.auth.NoAuth" && !restricts_nothing {
                    let class = class_name(object);
                    let told =
                        format!("c['www']['{key}']: {class} is not supported yet; Ferrobot would let everybody in");
                    errors.error(&object.place, told);
                }
            }
            other => {
                let told =
                    format!("c['www']['{key}'] must be an object of a class like util.NoAuth, not {}", shown(other));
                At::Key(source, &["www", key]).error(errors, told);
            }
        }
    }
}

/// Nor who may send changes.
fn guarded_hooks(www: &Value, source: Source<'_>, errors: &mut Errors) {
    if *entry(www, "change_hook_auth") != Value::None {
        let told = "c['www']['change_hook_auth'] is not supported yet; Ferrobot would take changes from everybody";
        At::Key(source, &["www", "change_hook_auth"]).error(errors, told);
    }
}

/// A list of pairs: what is shown beside Buildbot's own version.
fn versions(www: &Value, source: Source<'_>, errors: &mut Errors) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().map_or_else(|| shown(value), str::to_owned);
    let pair = |item: &Value| match item {
        Value::Tuple(pair) if pair.len() == 2 => Some((text(&pair[0]), text(&pair[1]))),
        _ => None,
    };
    let read = match entry(www, "versions") {
        Value::None => Some(Vec::new()),
        Value::List(items) | Value::Tuple(items) => items.iter().map(pair).collect(),
        _ => None,
    };
    read.unwrap_or_else(|| {
        let told = "Invalid www configuration value of versions: it must be a list of pairs (name, version)";
        At::Key(source, &["www", "versions"]).error(errors, told);
        Vec::new()
    })
}

fn cookie_expiration(www: &Value, source: Source<'_>, errors: &mut Errors) {
    let given = entry(www, "cookie_expiration_time");
    let is_time = matches!(given, Value::Object(_)) && Duration::from_value(given).is_ok();
    if *given != Value::None && !is_time {
        let told = "Invalid www[\"cookie_expiration_time\"] configuration should be a datetime.timedelta";
        At::Key(source, &["www", "cookie_expiration_time"]).error(errors, told);
    }
}

fn plugin(name: &str, source: Source<'_>, errors: &mut Errors) {
    let told = format!("c['www']['plugins']: '{name}' is not supported yet: it is ignored");
    At::Key(source, &["www", "plugins"]).warning(errors, told);
}

/// Changes that do not arrive are builds that do not happen.
fn dialect(name: &str, options: &Value, source: Source<'_>, errors: &mut Errors) {
    let at = At::Key(source, &["www", "change_hook_dialects"]);
    if DIALECTS.contains(&name) || matches!(options, Value::Bool(false)) {
        return;
    }
    if DIALECTS_TO_COME.contains(&name) {
        at.error(errors, format!("c['www']['change_hook_dialects']: '{name}' is not supported yet"));
    } else {
        at.warning(errors, format!("c['www']['change_hook_dialects']: '{name}' is not known: it is ignored"));
    }
}

fn dictionary(value: &Value, key: &str, source: Source<'_>, errors: &mut Errors) -> Vec<(String, Value)> {
    match value {
        Value::None => Vec::new(),
        Value::Dict(entries) => {
            entries.iter().filter_map(|(key, value)| Some((key.as_str()?.to_owned(), value.clone()))).collect()
        }
        _ => {
            At::Key(source, &["www", key]).error(errors, format!("c['www']['{key}'] must be a dictionary"));
            Vec::new()
        }
    }
}
