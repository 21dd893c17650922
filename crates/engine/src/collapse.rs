//! Collapsing: a waiting request is dropped when a newer one of the same builder would build the same thing.
//!
//! Runs when a buildset is added; a claimed request is never touched.

use std::collections::BTreeMap;

use ferrobot_data::SourceStamp;
use ferrobot_model::Properties;

use crate::queue::Work;

/// Whether `newer` makes `older` superfluous, by the rule that holds when the configuration gives no function.
pub(crate) fn supersedes(newer: &Work, older: &Work) -> bool {
    newer.buildset.id == older.buildset.id
        || (same_sources(newer, older) && injected(&newer.buildset.properties) == injected(&older.buildset.properties))
}

fn same_sources(newer: &Work, older: &Work) -> bool {
    let (newer, older) = (by_codebase(newer), by_codebase(older));
    newer.len() == older.len()
        && newer.iter().all(|(codebase, stamp)| older.get(codebase).is_some_and(|other| same_source(*stamp, *other)))
}

/// A source stamp, and whether changes made it.
type Source<'a> = (&'a SourceStamp, bool);

fn by_codebase(work: &Work) -> BTreeMap<&str, Source<'_>> {
    work.buildset
        .sourcestamps
        .iter()
        .zip(&work.changes)
        .map(|(stamp, changes)| (stamp.codebase.as_str(), (stamp, !changes.is_empty())))
        .collect()
}

fn same_source((newer, newer_changed): Source<'_>, (older, older_changed): Source<'_>) -> bool {
    let same_place = newer.repository == older.repository
        && newer.branch == older.branch
        && newer.project == older.project
        && newer.patch.is_none()
        && older.patch.is_none();
    // With changes on both sides the newer one contains the older; without, only the very same revision will do.
    let same_content = match (newer_changed, older_changed) {
        (true, true) => true,
        (false, false) => newer.revision == older.revision,
        (true, false) | (false, true) => false,
    };
    same_place && same_content
}

/// Properties that the scheduler itself put in; its name is not among them.
fn injected(properties: &Properties) -> BTreeMap<&str, &serde_json::Value> {
    properties
        .iter()
        .filter(|(name, property)| *name != "scheduler" && property.source == "Scheduler")
        .map(|(name, property)| (name, &property.value))
        .collect()
}

#[cfg(test)]
mod tests {
    use ferrobot_data::{Buildset, Change, Patch};
    use ferrobot_model::{BuildsetId, ChangeId, SourceStampId};

    use super::*;

    fn change() -> Change {
        Change {
            id: ChangeId(1),
            author: String::new(),
            committer: None,
            comments: String::new(),
            files: vec![],
            branch: None,
            revision: None,
            revlink: None,
            when_timestamp: 0,
            category: None,
            repository: String::new(),
            codebase: String::new(),
            project: String::new(),
            properties: serde_json::Map::new(),
            sourcestamp: SourceStampId(1),
            parent_changeids: vec![],
        }
    }

    fn stamp() -> SourceStamp {
        SourceStamp {
            id: None,
            branch: Some("main".to_owned()),
            revision: Some("r1".to_owned()),
            repository: "repo".to_owned(),
            project: "project".to_owned(),
            codebase: "app".to_owned(),
            patch: None,
            created_at: 0,
        }
    }

    fn work(id: i64, sourcestamps: Vec<SourceStamp>, changed: bool) -> Work {
        let changes = sourcestamps.iter().map(|_| if changed { vec![change()] } else { vec![] }).collect();
        let buildset = Buildset {
            id: BuildsetId(id),
            external_idstring: None,
            reason: String::new(),
            submitted_at: 0,
            complete: false,
            results: None,
            sourcestamps,
            properties: Properties::new(),
            parent_build: None,
            parent_relationship: None,
        };
        Work { buildset, changes }
    }

    fn property(name: &str, value: &str, source: &str) -> Properties {
        let mut properties = Properties::new();
        properties.set(name, value, source);
        properties
    }

    #[test]
    fn sources_decide() {
        let other = |edit: fn(&mut SourceStamp)| {
            let mut stamp = stamp();
            edit(&mut stamp);
            stamp
        };
        let revision = other(|stamp| stamp.revision = Some("r2".to_owned()));
        let patch = other(|stamp| {
            stamp.patch =
                Some(Patch { level: 1, body: vec![], author: String::new(), comment: String::new(), subdir: None });
        });
        let cases = [
            ("equal", vec![stamp()], false, vec![stamp()], false, true),
            ("another revision", vec![revision.clone()], false, vec![stamp()], false, false),
            ("another revision, both by changes", vec![revision], true, vec![stamp()], true, true),
            ("only one by changes", vec![stamp()], true, vec![stamp()], false, false),
            ("another branch", vec![other(|s| s.branch = None)], true, vec![stamp()], true, false),
            ("another repository", vec![other(|s| s.repository.clear())], true, vec![stamp()], true, false),
            ("another project", vec![other(|s| s.project.clear())], true, vec![stamp()], true, false),
            ("another codebase", vec![other(|s| s.codebase.clear())], true, vec![stamp()], true, false),
            ("more codebases", vec![stamp(), other(|s| s.codebase.clear())], true, vec![stamp()], true, false),
            ("a patch", vec![patch.clone()], true, vec![patch], true, false),
        ];
        for (name, newer, newer_changed, older, older_changed, expected) in cases {
            assert_eq!(supersedes(&work(2, newer, newer_changed), &work(1, older, older_changed)), expected, "{name}");
        }
    }

    #[test]
    fn requests_of_one_buildset_always_collapse() {
        let mut patched = stamp();
        patched.revision = None;
        assert!(supersedes(&work(1, vec![stamp()], false), &work(1, vec![patched], true)));
    }

    #[test]
    fn only_what_the_scheduler_put_in_must_be_equal() {
        let with = |properties: Properties| {
            let mut work = work(properties.len() as i64, vec![stamp()], false);
            work.buildset.properties = properties;
            work
        };
        let older = work(9, vec![stamp()], false);
        assert!(supersedes(&with(property("reason", "x", "Force Build Form")), &older));
        assert!(supersedes(&with(property("scheduler", "x", "Scheduler")), &older));
        assert!(!supersedes(&with(property("kind", "x", "Scheduler")), &older));
    }
}
