//! Locks of builders, workers and steps: what may stand there, and that a name means one lock.

use std::collections::HashMap;

use super::argument::At;
use super::{Factory, Reading};
use crate::classes::check_lock;
use crate::{Errors, Object, Value};

/// Checks `locks` of a builder or worker: a list of locks, or a renderable that gives one.
pub(super) fn check(value: &Value, whose: &str, at: At<'_>, errors: &mut Errors) {
    let is_lock = |value: &Value| {
        value.as_object().is_some_and(|object| object.class.starts_with("buildbot.locks.") || object.is_renderable())
    };
    let good = match value {
        Value::None => true,
        Value::List(items) | Value::Tuple(items) => items.iter().all(is_lock),
        other => other.holds_renderable(),
    };
    if !good {
        at.error(errors, format!("{whose}: locks must be a list of locks"));
    }
}

/// Checks every lock, and that two locks of builders do not share a name.
pub(super) fn names(reading: &mut Reading<'_>) {
    let mut found: HashMap<String, &Object> = HashMap::new();
    let Reading { config, errors, .. } = reading;
    for object in config.builders.iter().flat_map(|builder| listed(&builder.locks)) {
        let Some(lock) = check_lock(object, errors) else { continue };
        let Some(name) = lock.args.get("name").and_then(Value::as_str) else { continue };
        match found.get(name) {
            Some(earlier) if earlier.handle != lock.handle => {
                errors.error(&lock.place, format!("Two locks share the same name, '{name}'"));
            }
            Some(_) => {}
            None => {
                found.insert(name.to_owned(), lock);
            }
        }
    }
    let of_steps = config.builders.iter().flat_map(|builder| of_steps(&builder.factory));
    for object in of_steps.chain(config.workers.iter().flat_map(|worker| listed(&worker.locks))) {
        let _faults_are_told = check_lock(object, errors);
    }
}

fn of_steps(factory: &Factory) -> impl Iterator<Item = &Object> {
    factory.steps.iter().filter_map(|step| step.args.get("locks")).flat_map(listed)
}

fn listed(locks: &Value) -> impl Iterator<Item = &Object> {
    locks.as_list().unwrap_or_default().iter().filter_map(|item| item.as_object().map(AsRef::as_ref))
}
