//! `c['workers']` (manual section "Workers").

use std::sync::Arc;

use super::argument::{argument, class_name, entry, integer, list, properties, seconds, shown, texts};
use super::{Config, WorkerConfig};
use crate::{Errors, Object, Value};

/// Names that connections other than workers have.
const RESERVED: &[&str] = &["debug", "change", "status"];
/// Longer names do not fit into the database.
const NAME_CHARACTERS_MAX: usize = 50;
/// How long a worker may be silent before it is asked, in seconds, when the configuration does not say.
const KEEPALIVE_DEFAULT: f64 = 3600.0;
/// After how long a worker counts as missing, in seconds, when the configuration does not say.
const MISSING_DEFAULT: f64 = 3600.0;

pub(super) fn read(document: &Value, config: &mut Config, errors: &mut Errors) {
    let mut workers: Vec<Arc<WorkerConfig>> = Vec::new();
    for item in list(entry(document, "workers"), "c['workers'] must be a list", errors) {
        let Some(object) = item.as_object().filter(|object| is_worker(object)) else {
            let text = format!("c['workers'] must be a list of Worker instances but there is {}", shown(item));
            errors.error(&crate::Place::default(), text);
            continue;
        };
        let worker = Arc::new(worker(object, errors));
        // Of two with one name the later counts, as with Buildbot.
        if let Some(earlier) = workers.iter_mut().find(|earlier| earlier.name == worker.name) {
            errors.warning(&object.place, format!("two workers are called '{}'; the later one counts", worker.name));
            *earlier = worker;
        } else {
            workers.push(worker);
        }
    }
    config.workers = workers;
}

fn is_worker(object: &Object) -> bool {
    ["buildbot.worker.", "buildbot.buildslave."].iter().any(|module| object.class.starts_with(module))
}

fn worker(object: &Arc<Object>, errors: &mut Errors) -> WorkerConfig {
    let place = &object.place;
    let local = object.class == "buildbot.worker.local.LocalWorker";
    let network = matches!(object.class.as_str(), "buildbot.worker.base.Worker" | "buildbot.buildslave.BuildSlave");
    if !local && !network {
        errors.error(place, format!("the worker class {} is not supported yet", class_name(object)));
    }
    let name = name(object, errors);
    let read = |name: &str| argument(object, name);
    WorkerConfig {
        password: read("password").clone(),
        class: object.class.clone(),
        local,
        max_builds: integer(read("max_builds"), "max_builds", place, errors),
        notify_on_missing: texts(read("notify_on_missing"), "notify_on_missing", place, errors),
        missing_timeout: match object.args.get("missing_timeout") {
            None => Some(MISSING_DEFAULT),
            Some(given) => seconds(given, "missing_timeout", place, errors),
        },
        keepalive_interval: match object.args.get("keepalive_interval") {
            None => Some(KEEPALIVE_DEFAULT),
            Some(given) => seconds(given, "keepalive_interval", place, errors),
        },
        properties: properties(read("properties"), "Worker", "a worker's properties", place, errors),
        default_properties: properties(
            read("defaultProperties"),
            "Worker",
            "a worker's defaultProperties",
            place,
            errors,
        ),
        locks: read("locks").clone(),
        machine_name: read("machine_name").as_str().map(str::to_owned),
        object: Arc::clone(object),
        place: place.clone(),
        name,
    }
}

fn name(object: &Object, errors: &mut Errors) -> String {
    let name = argument(object, "name").as_str().unwrap_or_default().to_owned();
    if name.is_empty() {
        errors.error(&object.place, format!("{}: the worker's name must be a string", class_name(object)));
    } else if RESERVED.contains(&name.as_str()) {
        errors.error(&object.place, format!("worker name '{name}' is reserved"));
    } else if name.chars().count() > NAME_CHARACTERS_MAX || !is_identifier(&name) {
        errors.error(
            &object.place,
            format!("worker name '{name}' must be an identifier of at most {NAME_CHARACTERS_MAX} characters"),
        );
    }
    name
}

/// Letters, digits, `_` and `-`, with dots allowed as the manual says for workers.
fn is_identifier(name: &str) -> bool {
    name.chars().all(|character| character.is_alphanumeric() || "_-.".contains(character))
}
