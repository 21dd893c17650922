//! `c['workers']` (manual section "Workers").

use std::collections::HashSet;
use std::sync::Arc;

use ferrobot_model::span_of;

use super::argument::{At, argument, class_name, class_shown, entry, list, shown, texts};
use super::property::properties;
use super::{Reading, WorkerConfig, locks};
use crate::classes::{LocalWorker, Worker, WorkerArguments};
use crate::{ConfigClass, Errors, Object, Value};

/// Names that connections other than workers have.
const RESERVED: &[&str] = &["debug", "change", "status"];
/// A machine that nobody starts or stops: a name that workers have in common.
const PLAIN_MACHINE: &str = "buildbot.machine.base.Machine";
/// Longer names do not fit into the database.
const NAME_CHARACTERS_MAX: usize = 50;

pub(super) fn read(reading: &mut Reading<'_>) {
    let at = At::Key(reading.source, &["workers"]);
    let machines = machines(reading);
    let mut workers: Vec<Arc<WorkerConfig>> = Vec::new();
    for item in list(entry(reading.document, "workers"), "c['workers'] must be a list", at, reading.errors) {
        let Some(object) = item.as_object().filter(|object| is_worker(object)) else {
            let told = format!("c['workers'] must be a list of Worker instances but there is {}", shown(item));
            at.error(reading.errors, told);
            continue;
        };
        let Some(worker) = worker(object, reading.errors) else { continue };
        check_machine(&worker, &machines, reading.errors);
        // Of two with one name the later counts, as with Buildbot.
        if let Some(earlier) = workers.iter_mut().find(|earlier| earlier.name == worker.name) {
            let told = format!("two workers are called '{}'; the later one counts", worker.name);
            reading.errors.warning(&object.place, told);
            *earlier = Arc::new(worker);
        } else {
            workers.push(Arc::new(worker));
        }
    }
    reading.config.workers = workers;
}

fn is_worker(object: &Object) -> bool {
    ["buildbot.worker.", "buildbot.buildslave."].iter().any(|module| object.class.starts_with(module))
}

fn worker(object: &Arc<Object>, errors: &mut Errors) -> Option<WorkerConfig> {
    let place = &object.place;
    let at = At::Object(place);
    let (name, password, arguments, local) = match object.class.as_str() {
        "buildbot.worker.local.LocalWorker" => {
            let LocalWorker { name, common, .. } = LocalWorker::from_object(object, errors)?;
            (name, Value::None, common, true)
        }
        "buildbot.worker.base.Worker" | "buildbot.buildslave.BuildSlave" => {
            let Worker { name, password, common } = Worker::from_object(object, errors)?;
            (name, password, common, false)
        }
        _ => {
            at.error(errors, format!("the worker class {} is not supported yet", class_shown(object)));
            // Its name is known to builders all the same.
            let common = WorkerArguments::from_object(object, errors)?;
            (argument(object, "name").as_str()?.to_owned(), Value::None, common, false)
        }
    };
    check_name(&name, at, errors);
    let whose = format!("worker '{name}'");
    if arguments.max_builds.is_some_and(|builds| builds < 0) {
        at.error(errors, format!("{whose}: max_builds must not be negative"));
    }
    if let Some(Err(error)) = arguments.missing_timeout.map(span_of) {
        at.error(errors, format!("{whose}: missing_timeout {error}"));
    }
    if let Some(Err(error)) = arguments.keepalive_interval.map(span_of) {
        at.error(errors, format!("{whose}: keepalive_interval {error}"));
    }
    locks::check(&arguments.locks, &whose, at, errors);
    let given = properties(&arguments.properties, "Worker", &format!("{whose}: properties"), at, errors);
    let what = format!("{whose}: defaultProperties");
    let defaults = properties(&arguments.default_properties, "Worker", &what, at, errors);
    Some(WorkerConfig {
        name,
        class: object.class.clone(),
        password,
        local,
        max_builds: arguments.max_builds.filter(|builds| *builds > 0),
        notify_on_missing: texts(&arguments.notify_on_missing, "notify_on_missing", at, &mut Errors::default()),
        missing_timeout: arguments.missing_timeout,
        keepalive_interval: arguments.keepalive_interval,
        properties: given.plain,
        default_properties: defaults.plain,
        renderable_properties: [given.renderable, defaults.renderable].concat(),
        locks: arguments.locks,
        machine_name: arguments.machine_name.as_str().map(str::to_owned),
        object: Arc::clone(object),
        place: place.clone(),
    })
}

fn check_name(name: &str, at: At<'_>, errors: &mut Errors) {
    if RESERVED.contains(&name) {
        at.error(errors, format!("worker name '{name}' is reserved"));
    } else if name.is_empty() {
        at.error(errors, format!("worker name '{name}' cannot be an empty string"));
    } else if !is_identifier(name) {
        at.error(errors, format!("worker name '{name}' is not an identifier"));
    } else if name.chars().count() > NAME_CHARACTERS_MAX {
        at.error(errors, format!("worker name '{name}' is longer than {NAME_CHARACTERS_MAX} characters"));
    }
}

/// Letters, digits, `_` and `-`, not a digit or a hyphen first.
fn is_identifier(name: &str) -> bool {
    let is_first = |character: char| character.is_alphabetic() || character == '_';
    name.starts_with(is_first) && name.chars().all(|character| character.is_alphanumeric() || "_-".contains(character))
}

/// Names of `c['machines']`.
fn machines(reading: &mut Reading<'_>) -> HashSet<String> {
    let at = At::Key(reading.source, &["machines"]);
    let fault = "c['machines'] must be a list of machines";
    let mut names = HashSet::new();
    for item in list(entry(reading.document, "machines"), fault, at, reading.errors) {
        let Some(object) = item.as_object().filter(|object| object.class.starts_with("buildbot.machine.")) else {
            at.error(reading.errors, fault);
            continue;
        };
        let name = argument(object, "name").as_str().unwrap_or_default().to_owned();
        if object.class != PLAIN_MACHINE {
            let told = format!("the machine {} '{name}' is not supported yet and is never started", class_name(object));
            reading.errors.warning(&object.place, told);
        }
        if names.contains(&name) {
            reading.errors.error(&object.place, format!("duplicate machine name '{name}'"));
        }
        names.insert(name);
    }
    names
}

fn check_machine(worker: &WorkerConfig, machines: &HashSet<String>, errors: &mut Errors) {
    let machine = match argument(&worker.object, "machine_name") {
        Value::None => return,
        Value::Str(name) if machines.contains(name) => return,
        Value::Str(name) => format!("'{name}'"),
        other => shown(other),
    };
    errors.error(&worker.place, format!("worker '{}' uses unknown machine {machine}", worker.name));
}
