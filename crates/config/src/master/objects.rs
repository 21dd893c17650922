//! Lists of named objects: schedulers, change sources, services, secret providers.

use std::sync::Arc;

use super::argument::{argument, class_name, entry, list, shown};
use super::{Config, KnownKinds, Named};
use crate::{Errors, Object, Place, Value};

/// Secret providers that work.
const SECRET_PROVIDERS: &[&str] = &["buildbot.secrets.providers.file.SecretInAFile"];
/// Events that a report generator's `mode` may name.
const MODES: &[&str] = &["all", "failing", "passing", "problem", "change", "warnings", "exception", "cancelled"];

pub(super) fn read(document: &Value, config: &mut Config, kinds: &dyn KnownKinds, errors: &mut Errors) {
    config.schedulers = schedulers(document, kinds, errors);
    config.change_sources = change_sources(document, kinds, errors);
    config.services = services(document, errors);
    for item in list(entry(document, "secretsProviders"), "c['secretsProviders'] must be a list", errors) {
        let Some(object) = item.as_object() else {
            errors.error(&Place::default(), format!("c['secretsProviders']: {} is not a provider", shown(item)));
            continue;
        };
        if SECRET_PROVIDERS.contains(&object.class.as_str()) {
            config.secrets_providers.push(Arc::clone(object));
        } else {
            errors.error(&object.place, format!("the secret provider {} is not supported yet", class_name(object)));
        }
    }
}

fn schedulers(document: &Value, kinds: &dyn KnownKinds, errors: &mut Errors) -> Vec<Named> {
    let fault = "c['schedulers'] must be a list of Scheduler instances";
    let mut found: Vec<Named> = Vec::new();
    for item in list(entry(document, "schedulers"), fault, errors) {
        let Some(object) = item.as_object() else {
            errors.error(&Place::default(), format!("{fault}, not {}", shown(item)));
            continue;
        };
        if kinds.check(object, errors).is_none() {
            errors.error(&object.place, format!("the scheduler {} is not supported yet", class_name(object)));
        }
        let name = argument(object, "name").as_str().unwrap_or_default().to_owned();
        if found.iter().any(|other| other.name == name) {
            errors.error(&object.place, format!("scheduler name '{name}' used multiple times"));
        }
        found.push(Named { name, object: Arc::clone(object) });
    }
    found
}

fn change_sources(document: &Value, kinds: &dyn KnownKinds, errors: &mut Errors) -> Vec<Named> {
    let given = entry(document, "change_source");
    let one;
    let items = match given {
        Value::Object(_) => {
            one = [given.clone()];
            &one[..]
        }
        _ => list(given, "c['change_source'] must be a list of change sources", errors),
    };
    let mut found: Vec<Named> = Vec::new();
    for item in items {
        let Some(object) = item.as_object() else {
            errors.error(&Place::default(), "c['change_source'] must be a list of change sources");
            continue;
        };
        if kinds.check(object, errors).is_none() {
            errors.error(&object.place, format!("the change source {} is not supported yet", class_name(object)));
        }
        let name = name_of_source(object, kinds);
        if found.iter().any(|other| other.name == name) {
            errors.error(&object.place, format!("Duplicate change source name '{name}'"));
        }
        found.push(Named { name, object: Arc::clone(object) });
    }
    found
}

/// Its name, else what Buildbot calls it, else what it watches.
fn name_of_source(object: &Object, kinds: &dyn KnownKinds) -> String {
    let given = |parameter: &str| argument(object, parameter).as_str().filter(|name| !name.is_empty());
    if let Some(name) = given("name") {
        return name.to_owned();
    }
    kinds.source_name(object).unwrap_or_else(|| {
        let watched = ["repourl", "repo_url", "repo"].into_iter().find_map(given);
        watched.unwrap_or(class_name(object)).to_owned()
    })
}

fn services(document: &Value, errors: &mut Errors) -> Vec<Named> {
    let fault = "c['services'] must be a list";
    let mut found: Vec<Named> = Vec::new();
    for item in list(entry(document, "services"), fault, errors) {
        let Some(object) = item.as_object() else {
            errors.error(&Place::default(), format!("c['services']: {} is not a service", shown(item)));
            continue;
        };
        let name = argument(object, "name").as_str().unwrap_or(class_name(object)).to_owned();
        if found.iter().any(|other| other.name == name) {
            errors.error(&object.place, format!("Duplicate service name '{name}'"));
        }
        for generator in argument(object, "generators").as_list().unwrap_or_default() {
            generator_mode(generator, errors);
        }
        errors.warning(&object.place, format!("{} '{name}' is not supported yet and does nothing", class_name(object)));
        found.push(Named { name, object: Arc::clone(object) });
    }
    found
}

fn generator_mode(generator: &Value, errors: &mut Errors) {
    let Some(object) = generator.as_object() else { return };
    let words: Vec<&str> = match argument(object, "mode") {
        Value::Str(one) => vec![one],
        Value::List(items) | Value::Tuple(items) => items.iter().filter_map(Value::as_str).collect(),
        _ => return,
    };
    for word in words {
        if !MODES.contains(&word) {
            errors.error(&object.place, format!("mode {word} is not a valid mode"));
        }
    }
}
