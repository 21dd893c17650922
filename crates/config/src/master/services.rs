//! `services` (reporters and the like), `configurators` and secret providers.

use std::sync::Arc;

use super::argument::{At, argument, class_shown, entry, list, shown};
use super::{Named, Reading, mail};
use crate::{Object, Value};

/// Secret providers that work.
const SECRET_PROVIDERS: &[&str] = &["buildbot.secrets.providers.file.SecretInAFile"];
/// Packages whose classes are no services.
const NO_SERVICES: &[&str] = &[
    "buildbot.config.",
    "buildbot.interfaces.",
    "buildbot.locks.",
    "buildbot.process.codebase.",
    "buildbot.process.factory.",
    "buildbot.process.project.",
    "buildbot.process.properties.",
    "buildbot.steps.",
];
/// Packages whose classes builds depend on: leaving one out would not go unnoticed for long.
const NEEDED: &[&str] = &["buildbot.schedulers.", "buildbot.changes.", "buildbot.worker."];

pub(super) fn read(reading: &mut Reading<'_>) {
    services(reading, "services");
    if reading.document.get("reporters").is_some() {
        let told = "c['reporters'] is an old name; use c['services']";
        At::Key(reading.source, &["reporters"]).warning(reading.errors, told);
        services(reading, "reporters");
    }
    configurators(reading);
    secret_providers(reading);
}

fn services(reading: &mut Reading<'_>, key: &str) {
    let keys = [key];
    let at = At::Key(reading.source, &keys);
    let given = entry(reading.document, key);
    let items = match given {
        Value::Object(_) => std::slice::from_ref(given),
        _ => list(given, &format!("c['{key}'] must be a list of services"), at, reading.errors),
    };
    for item in items {
        let is_service = |object: &&Arc<Object>| !NO_SERVICES.iter().any(|package| object.class.starts_with(package));
        let Some(object) = item.as_object().filter(is_service) else {
            let told = format!("{} is not a service (in c['{key}'])", shown(item));
            at.error(reading.errors, told);
            continue;
        };
        service(object, reading);
    }
}

fn service(object: &Arc<Object>, reading: &mut Reading<'_>) {
    let name = argument(object, "name").as_str().map_or_else(|| mail::default_name(object), str::to_owned);
    if reading.config.services.iter().any(|other| other.name == name) {
        reading.errors.error(&object.place, format!("Duplicate service name '{name}'"));
    }
    crate::classes::check(object, reading.errors);
    let class = class_shown(object);
    if NEEDED.iter().any(|package| object.class.starts_with(package)) {
        reading.errors.error(&object.place, format!("{class} '{name}' is not supported in c['services'] yet"));
    } else if mail::is_sent(object) {
        mail::warn_of_what_is_left_out(object, &name, reading.errors);
    } else {
        let told = format!("{class} '{name}' is not supported yet: it is ignored");
        reading.errors.warning(&object.place, told);
    }
    reading.config.services.push(Named { name, object: Arc::clone(object) });
}

fn configurators(reading: &mut Reading<'_>) {
    let at = At::Key(reading.source, &["configurators"]);
    let fault = "c['configurators'] must be a list of configurators";
    for item in list(entry(reading.document, "configurators"), fault, at, reading.errors) {
        let Some(object) = item.as_object() else {
            at.error(reading.errors, format!("{fault}, not {}", shown(item)));
            continue;
        };
        crate::classes::check(object, reading.errors);
        let told = format!("the configurator {} is not supported yet: it is ignored", class_shown(object));
        reading.errors.warning(&object.place, told);
    }
}

fn secret_providers(reading: &mut Reading<'_>) {
    let at = At::Key(reading.source, &["secretsProviders"]);
    let given = entry(reading.document, "secretsProviders");
    let fault = "c['secretsProviders'] must be a list";
    if *given == Value::None && reading.document.get("secretsProviders").is_some() {
        at.error(reading.errors, fault);
    }
    for item in list(given, fault, at, reading.errors) {
        let Some(object) = item.as_object() else {
            at.error(reading.errors, format!("{} is not a secret provider (in c['secretsProviders'])", shown(item)));
            continue;
        };
        // A provider of the configuration's own is asked through its method `get`.
        if !SECRET_PROVIDERS.contains(&object.class.as_str()) && object.user_class.is_none() {
            let told = format!("the secret provider {} is not supported yet", class_shown(object));
            reading.errors.error(&object.place, told);
        }
        crate::classes::check(object, reading.errors);
        reading.config.secrets_providers.push(Arc::clone(object));
    }
}
