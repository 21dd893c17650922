//! The kinds of scheduler that a configuration can name, one file each, behind the engine's trait `Scheduler`.
//!
//! Decisions are pure functions (`cron`, `timed/calendar`, `basic/pending`, `filter`, `force/gather`); the kinds feed them and carry
//! them out. Nothing here knows how a buildset is stored or a function of the configuration is called. Read `arguments`,
//! then `basic`; the others follow its pattern.

mod absolute;
mod arguments;
mod basic;
mod buildset;
mod cron;
mod dependent;
mod filter;
mod force;
mod nightly;
mod nightly_triggerable;
mod percent;
mod periodic;
mod relevance;
#[cfg(test)]
mod testing;
mod timed;
mod triggerable;
mod trysched;

use ferrobot_config::{ClassSchema, ConfigClass};
use ferrobot_engine::Kinds;

/// Makes the kinds known by their dotted paths.
pub fn register(kinds: &mut Kinds) {
    let schedulers = &mut kinds.schedulers;
    schedulers.insert(basic::SingleBranchScheduler::PATH, basic::make_single);
    schedulers.insert(basic::OldScheduler::PATH, basic::make_single);
    schedulers.insert(basic::AnyBranchScheduler::PATH, basic::make_any);
    schedulers.insert(dependent::Dependent::PATH, dependent::make);
    schedulers.insert(periodic::Periodic::PATH, periodic::make);
    schedulers.insert(nightly::Nightly::PATH, nightly::make);
    schedulers.insert(nightly_triggerable::NightlyTriggerable::PATH, nightly_triggerable::make);
    schedulers.insert(triggerable::Triggerable::PATH, triggerable::make);
    schedulers.insert(force::ForceScheduler::PATH, force::make);
    schedulers.insert(trysched::TryUserpass::PATH, trysched::make_userpass);
    schedulers.insert(trysched::TryJobdir::PATH, trysched::make_jobdir);
}

/// Descriptions of the classes, those of filters and of forms' parameters included.
#[must_use]
pub fn schemas() -> Vec<ClassSchema> {
    let mut schemas = vec![
        basic::SingleBranchScheduler::schema(),
        basic::OldScheduler::schema(),
        basic::AnyBranchScheduler::schema(),
        dependent::Dependent::schema(),
        periodic::Periodic::schema(),
        nightly::Nightly::schema(),
        nightly_triggerable::NightlyTriggerable::schema(),
        triggerable::Triggerable::schema(),
        force::ForceScheduler::schema(),
        trysched::TryUserpass::schema(),
        trysched::TryJobdir::schema(),
        filter::ChangeFilter::schema(),
    ];
    schemas.extend(force::classes::schemas());
    schemas
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// The parameters of Buildbot 4.3.0's classes with their defaults, by `inspect.signature`.
    const SIGNATURES: &str = include_str!("signatures.txt");

    /// What we know better: `builderNames` cannot be left out, and these groups make their fields themselves.
    fn ours(class: &str, parameter: &str) -> String {
        match (class, parameter) {
            (_, "builderNames=None") => "builderNames".to_owned(),
            ("PatchParameter", "name") => "name=\"patch\"".to_owned(),
            ("AnyPropertyParameter" | "CodebaseParameter" | "PatchParameter", "fields") => String::new(),
            (_, other) => other.replace('\'', "\""),
        }
    }

    #[test]
    fn parameters_and_defaults_are_buildbots() {
        let schemas: BTreeMap<String, ClassSchema> =
            schemas().into_iter().map(|schema| (format!("{}.{}", schema.module, schema.name), schema)).collect();
        let mut seen = 0;
        for line in SIGNATURES.lines() {
            let (dotted, parameters) = line.split_once(": ").unwrap();
            let class = dotted.rsplit('.').next().unwrap();
            let schema = schemas.get(dotted).unwrap_or_else(|| panic!("{dotted} is described"));
            let described: Vec<String> = schema
                .fields
                .iter()
                .map(|field| match field.default {
                    None => field.name.to_owned(),
                    Some(default) => format!("{}={}", field.name, default.replace('\'', "\"")),
                })
                .collect();
            let mut expected: Vec<String> = parameters.split(", ").map(|parameter| ours(class, parameter)).collect();
            expected.retain(|parameter| !parameter.is_empty());
            for parameter in &expected {
                assert!(described.contains(parameter), "{dotted} has {parameter}: {described:?}");
            }
            let parts = ["body=None", "level=None", "author=None", "comment=None", "subdir=None"];
            let more = if class == "InheritBuildParameter" { &["compatible_builds=None"][..] } else { &parts[..] };
            for parameter in &described {
                let known = expected.contains(parameter) || more.contains(&parameter.as_str());
                assert!(known, "{dotted} has {parameter}, which Buildbot does not know");
            }
            seen += 1;
        }
        assert_eq!(seen, 27);
    }

    #[test]
    fn every_kind_that_can_be_made_is_described() {
        let mut kinds = Kinds::default();
        register(&mut kinds);
        let described: Vec<String> =
            schemas().iter().map(|schema| format!("{}.{}", schema.module, schema.name)).collect();
        assert!(kinds.schedulers.keys().all(|class| described.iter().any(|other| other == class)));
    }
}
