//! What must hold between the parts of a configuration.

use std::collections::HashSet;

use super::argument::At;
use super::{Config, KnownKinds, Named, Reading, locks};
use crate::{Errors, Value};

pub(super) fn run(reading: &mut Reading<'_>) {
    locks::names(reading);
    let Reading { source, kinds, config, errors, .. } = reading;
    let source = *source;
    if !config.multi_master {
        if config.workers.is_empty() {
            At::Key(source, &["workers"]).error(errors, "no workers are configured");
        }
        if config.builders.is_empty() {
            At::Key(source, &["builders"]).error(errors, "no builders are configured");
        }
    }
    let protocols = &config.protocols;
    let listens =
        protocols.pb.is_some() || protocols.msgpack.is_some() || protocols.null || !protocols.unknown.is_empty();
    if !config.workers.is_empty() && !listens {
        let told = "workers are configured, but c['protocols'] not: they have nowhere to connect to";
        At::Key(source, &["protocols"]).error(errors, told);
    }
    if let Some(port) = config.www.as_ref().and_then(|www| www.port.as_ref())
        && [&protocols.pb, &protocols.msgpack].into_iter().flatten().any(|other| other.collides_with(port))
    {
        At::Key(source, &["www", "port"]).error(errors, "c['www']['port'] is also a port of c['protocols']");
    }
    builders(config, errors);
    if !config.multi_master {
        schedulers(config, *kinds, errors);
    }
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
    if any_rendered {
        return;
    }
    let undriven: Vec<_> = config.builders.iter().filter(|builder| !driven.contains(&builder.name)).collect();
    let Some(first) = undriven.first() else { return };
    let shown = |name: &str| if name.is_empty() { "<unknown>".to_owned() } else { name.to_owned() };
    let names: Vec<String> = undriven.iter().map(|builder| shown(&builder.name)).collect();
    errors.error(&first.place, format!("builder(s) {} have no schedulers to drive them", names.join(", ")));
}

/// Whether the names of some of the scheduler's builders are known only when they are rendered.
fn is_rendered(scheduler: &Named) -> bool {
    scheduler.object.args.get("builderNames").is_some_and(Value::holds_renderable)
}
