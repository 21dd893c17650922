//! What must hold between the parts of a configuration.

use std::collections::HashSet;

use super::{Config, KnownKinds, Named};
use crate::{Errors, Place, Value};

pub(super) fn run(config: &Config, kinds: &dyn KnownKinds, errors: &mut Errors) {
    let nowhere = Place::default();
    if !config.multi_master {
        if config.workers.is_empty() {
            errors.error(&nowhere, "no workers are configured");
        }
        if config.builders.is_empty() {
            errors.error(&nowhere, "no builders are configured");
        }
    }
    let connects = config.workers.iter().any(|worker| !worker.local);
    let protocols = &config.protocols;
    if connects && protocols.pb.is_none() && protocols.msgpack.is_none() && protocols.unknown.is_empty() {
        errors.error(&nowhere, "workers are configured, but c['protocols'] gives them no port to connect to");
    }
    builders(config, errors);
    schedulers(config, kinds, errors);
}

fn builders(config: &Config, errors: &mut Errors) {
    let mut names = HashSet::new();
    let mut directories = HashSet::new();
    for builder in &config.builders {
        let name = &builder.name;
        if !names.insert(name.as_str()) {
            errors.error(&builder.place, format!("duplicate builder name '{name}'"));
        }
        if !directories.insert(builder.builddir.as_str()) {
            errors.error(&builder.place, format!("duplicate builder builddir '{}'", builder.builddir));
        }
    }
    let workers: HashSet<&str> = config.workers.iter().map(|worker| worker.name.as_str()).collect();
    for builder in &config.builders {
        let mut unknown: Vec<String> = builder
            .workernames
            .iter()
            .filter(|name| !workers.contains(name.as_str()))
            .map(|name| format!("'{name}'"))
            .collect();
        unknown.sort();
        if !unknown.is_empty() {
            let text = format!("builder '{}' uses unknown workers {}", builder.name, unknown.join(", "));
            errors.error(&builder.place, text);
        }
        if let Some(project) = &builder.project
            && !config.projects.iter().any(|other| other.name == *project)
        {
            let text = format!("builder '{}' uses unknown project name '{project}'", builder.name);
            errors.error(&builder.place, text);
        }
    }
}

/// Every builder that a scheduler names exists, and every builder has a scheduler.
fn schedulers(config: &Config, kinds: &dyn KnownKinds, errors: &mut Errors) {
    if config.multi_master {
        return;
    }
    let known: HashSet<&str> = config.builders.iter().map(|builder| builder.name.as_str()).collect();
    let mut driven: HashSet<String> = HashSet::new();
    let mut any_rendered = false;
    for scheduler in &config.schedulers {
        any_rendered |= is_rendered(scheduler);
        for name in kinds.scheduler_builders(&scheduler.object) {
            if !known.contains(name.as_str()) {
                let text = format!("Unknown builder '{name}' in scheduler '{}'", scheduler.name);
                errors.error(&scheduler.object.place, text);
            }
            driven.insert(name);
        }
    }
    let shown = |name: &str| if name.is_empty() { "<unknown>".to_owned() } else { name.to_owned() };
    let mut undriven: Vec<String> =
        known.iter().filter(|name| !driven.contains(**name)).map(|name| shown(name)).collect();
    undriven.sort();
    if !undriven.is_empty() && !any_rendered {
        errors.error(&Place::default(), format!("builder(s) {} have no schedulers to drive them", undriven.join(", ")));
    }
}

/// Whether the names of the scheduler's builders are known only when they are rendered.
fn is_rendered(scheduler: &Named) -> bool {
    matches!(scheduler.object.args.get("builderNames"), Some(Value::Object(_)))
}
