//! Lists of named objects that bring about builds: schedulers and change sources.

use std::sync::Arc;

use super::argument::{At, argument, class_name, class_shown, entry, list, shown};
use super::{KnownKinds, Named, Reading};
use crate::{Object, Value};

pub(super) fn read(reading: &mut Reading<'_>) {
    schedulers(reading);
    change_sources(reading);
}

fn schedulers(reading: &mut Reading<'_>) {
    let at = At::Key(reading.source, &["schedulers"]);
    let fault = "c['schedulers'] must be a list of Scheduler instances";
    let given = entry(reading.document, "schedulers");
    if *given == Value::None && reading.document.get("schedulers").is_some() {
        at.error(reading.errors, fault);
    }
    let mut found: Vec<Named> = Vec::new();
    for item in list(given, fault, at, reading.errors) {
        let Some(object) = item.as_object().filter(|object| object.class.starts_with("buildbot.schedulers.")) else {
            at.error(reading.errors, format!("{fault}, not {}", shown(item)));
            continue;
        };
        if reading.kinds.check(object, reading.errors).is_none() {
            let told = format!("the scheduler {} is not supported yet", class_shown(object));
            reading.errors.error(&object.place, told);
        }
        let name = argument(object, "name").as_str().unwrap_or_default().to_owned();
        if found.iter().any(|other| other.name == name) {
            reading.errors.error(&object.place, format!("scheduler name '{name}' used multiple times"));
        }
        found.push(Named { name, object: Arc::clone(object) });
    }
    reading.config.schedulers = found;
}

fn change_sources(reading: &mut Reading<'_>) {
    let at = At::Key(reading.source, &["change_source"]);
    let fault = "c['change_source'] must be a list of change sources";
    let given = entry(reading.document, "change_source");
    if *given == Value::None && reading.document.get("change_source").is_some() {
        at.error(reading.errors, fault);
    }
    let items = match given {
        Value::Object(_) => std::slice::from_ref(given),
        _ => list(given, fault, at, reading.errors),
    };
    let mut found: Vec<Named> = Vec::new();
    for item in items {
        let Some(object) = item.as_object().filter(|object| object.class.starts_with("buildbot.changes.")) else {
            at.error(reading.errors, format!("{fault}, not {}", shown(item)));
            continue;
        };
        if reading.kinds.check(object, reading.errors).is_none() {
            let told = format!("the change source {} is not supported yet", class_shown(object));
            reading.errors.error(&object.place, told);
        }
        let name = name_of_source(object, reading.kinds);
        if found.iter().any(|other| other.name == name) {
            let told = format!("two change sources are called '{name}'; only the first one counts: give them names");
            reading.errors.warning(&object.place, told);
            continue;
        }
        found.push(Named { name, object: Arc::clone(object) });
    }
    reading.config.change_sources = found;
}

/// Its name, else what its kind says, else what it watches.
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
