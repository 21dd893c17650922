//! From changes and source stamps to the buildset that a scheduler asks for.

use std::collections::BTreeMap;

use ferrobot_config::{Errors, Place, Value};
use ferrobot_data::{AddedBuildset, Change, DataError, SourceStamp};
use ferrobot_engine::{SchedulerBuildset, SchedulerContext};
use ferrobot_model::ChangeId;
use tracing::{error, warn};

use crate::arguments::{CodebaseDefaults, Codebases, Priority, SchedulerArguments};

/// What all buildsets of a scheduler have in common.
#[derive(Debug, Clone)]
pub(crate) struct Buildsets {
    pub(crate) codebases: Codebases,
    pub(crate) priority: Priority,
}

impl Buildsets {
    /// Reads what the scheduler says of them.
    pub(crate) fn read(scheduler: &SchedulerArguments, place: &Place, errors: &mut Errors) -> Buildsets {
        Buildsets {
            codebases: Codebases::read(&scheduler.codebases, place, errors),
            priority: Priority::read(&scheduler.priority, place, errors),
        }
    }

    /// Adds a buildset for changes, with `codebases` standing in where there is none. A failure is logged.
    pub(crate) async fn add_for_changes(
        &self,
        changes: &[Change],
        codebases: &Codebases,
        reason: &str,
        context: &SchedulerContext,
    ) -> Option<AddedBuildset> {
        let buildset = SchedulerBuildset {
            sourcestamps: stamps_for_changes(changes, codebases),
            reason: reason.to_owned(),
            priority: Some(self.priority_of(changes, context).await),
            ..SchedulerBuildset::default()
        };
        logged(context.add_buildset(buildset).await, context)
    }

    /// The priority of a buildset for these changes.
    pub(crate) async fn priority_of(&self, changes: &[Change], context: &SchedulerContext) -> i64 {
        match &self.priority {
            Priority::Fixed(priority) => *priority,
            Priority::Function(function) => {
                let mut by_codebase: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
                for change in changes {
                    by_codebase.entry(&change.codebase).or_default().push(context.change_proxy(change));
                }
                let by_codebase =
                    by_codebase.into_iter().map(|(name, changes)| (Value::from(name), Value::List(changes))).collect();
                let names = context.builder_names().await.unwrap_or_default();
                let names = Value::List(names.into_iter().map(Value::Str).collect());
                match context.call(function, vec![names, Value::Dict(by_codebase)]).await {
                    Ok(Value::Int(priority)) => priority,
                    Ok(other) => {
                        warn!(
                            scheduler.name = context.name(),
                            "the priority function of scheduler '{}' returned {}, not an int: taking 0",
                            context.name(),
                            other.type_name()
                        );
                        0
                    }
                    Err(error) => {
                        warn!(
                            scheduler.name = context.name(),
                            "the priority function of scheduler '{}' failed, taking 0: {error}",
                            context.name()
                        );
                        0
                    }
                }
            }
        }
    }
}

/// The answer, or `None` after telling the administrator why there is none.
pub(crate) fn logged(added: Result<AddedBuildset, DataError>, context: &SchedulerContext) -> Option<AddedBuildset> {
    added
        .inspect_err(|error| {
            error!(scheduler.name = context.name(), "scheduler '{}' could not add a buildset: {error}", context.name());
        })
        .ok()
}

/// Reads changes by id; those that are gone are left out.
pub(crate) async fn fetch(ids: &[ChangeId], context: &SchedulerContext) -> Vec<Change> {
    let mut changes = Vec::with_capacity(ids.len());
    for id in ids {
        match context.data().change(*id).await {
            Ok(change) => changes.extend(change),
            Err(error) => {
                error!(
                    scheduler.name = context.name(), change.id = %id,
                    "scheduler '{}' could not read change {id}: {error}", context.name()
                );
            }
        }
    }
    changes
}

/// For each codebase the source stamp of its last change, or its defaults.
fn stamps_for_changes(changes: &[Change], codebases: &Codebases) -> Vec<SourceStamp> {
    let mut codebases: Vec<_> = codebases.0.iter().collect();
    codebases.sort_by(|(one, _), (other, _)| one.cmp(other));
    let stamp = |(codebase, defaults): &(String, CodebaseDefaults)| {
        let last = changes.iter().filter(|change| change.codebase == *codebase).max_by_key(|change| change.id);
        last.map_or_else(|| default_stamp(codebase, defaults), Change::to_stamp)
    };
    codebases.into_iter().map(stamp).collect()
}

fn default_stamp(codebase: &str, defaults: &CodebaseDefaults) -> SourceStamp {
    SourceStamp {
        branch: defaults.branch.clone(),
        revision: defaults.revision.clone(),
        repository: defaults.repository.clone(),
        codebase: codebase.to_owned(),
        ..SourceStamp::default()
    }
}

/// One source stamp for each codebase: the given one, or the codebase's defaults; and the given ones of other codebases.
pub(crate) fn with_defaults(given: Vec<SourceStamp>, codebases: &Codebases) -> Result<Vec<SourceStamp>, String> {
    let mut by_codebase: BTreeMap<String, SourceStamp> = BTreeMap::new();
    for stamp in given {
        let codebase = stamp.codebase.clone();
        if by_codebase.insert(codebase.clone(), stamp).is_some() {
            return Err(format!("multiple sourcestamps with same codebase '{codebase}'"));
        }
    }
    let mut stamps = Vec::with_capacity(codebases.0.len());
    for (codebase, defaults) in &codebases.0 {
        stamps.push(match by_codebase.remove(codebase) {
            None => default_stamp(codebase, defaults),
            Some(mut stamp) => {
                if stamp.repository.is_empty() && stamp.id.is_none() {
                    stamp.repository.clone_from(&defaults.repository);
                }
                stamp
            }
        });
    }
    stamps.extend(by_codebase.into_values().map(|stamp| match stamp.id {
        Some(_) => stamp,
        // Buildbot takes only the place of a codebase that the scheduler does not know.
        None => SourceStamp { project: String::new(), patch: None, ..stamp },
    }));
    Ok(stamps)
}

#[cfg(test)]
mod tests {
    use ferrobot_model::SourceStampId;

    use super::*;
    use crate::testing::change;

    fn stamp(codebase: &str, branch: &str) -> SourceStamp {
        SourceStamp {
            branch: Some(branch.to_owned()),
            project: "p".to_owned(),
            ..default_stamp(codebase, &CodebaseDefaults::default())
        }
    }

    fn codebases() -> Codebases {
        let lib =
            CodebaseDefaults { repository: "git://lib".to_owned(), branch: Some("stable".to_owned()), revision: None };
        Codebases(vec![("lib".to_owned(), lib), (String::new(), CodebaseDefaults::default())])
    }

    #[test]
    fn changes_give_their_last_source_stamp_per_codebase() {
        let mut other = change(9);
        other.codebase = "unknown".to_owned();
        let stamps = stamps_for_changes(&[change(4), change(7), change(5), other], &codebases());
        assert_eq!(stamps.len(), 2);
        assert_eq!((stamps[0].id, stamps[0].codebase.as_str()), (Some(SourceStampId(7)), ""));
        assert_eq!((stamps[1].id, stamps[1].branch.as_deref()), (None, Some("stable")));
        assert_eq!(stamps[1].repository, "git://lib");
    }

    #[test]
    fn given_stamps_go_before_defaults() {
        let stamps = with_defaults(vec![stamp("new", "x"), stamp("lib", "topic")], &codebases()).unwrap();
        let shown: Vec<(&str, Option<&str>, &str, &str)> = stamps
            .iter()
            .map(|stamp| (&*stamp.codebase, stamp.branch.as_deref(), &*stamp.repository, &*stamp.project))
            .collect();
        assert_eq!(shown, [("lib", Some("topic"), "git://lib", "p"), ("", None, "", ""), ("new", Some("x"), "", "")]);
    }

    #[test]
    fn two_stamps_of_a_codebase_are_refused() {
        let told = with_defaults(vec![stamp("lib", "a"), stamp("lib", "b")], &codebases()).unwrap_err();
        assert_eq!(told, "multiple sourcestamps with same codebase 'lib'");
    }
}
