//! `createAbsoluteSourceStamps`: the newest change of each codebase stands in where a build has no change of that codebase.

use ferrobot_data::Change;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::arguments::{CodebaseDefaults, Codebases};

/// Name of the stored value, as Buildbot stores it.
pub(crate) const STATE: &str = "lastCodebases";

/// The newest change of each codebase.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct LastCodebases(serde_json::Map<String, Json>);

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Last {
    #[serde(default)]
    repository: String,
    branch: Option<String>,
    revision: Option<String>,
    last_change: i64,
}

impl LastCodebases {
    pub(crate) fn from_state(state: Option<Json>) -> LastCodebases {
        match state {
            Some(Json::Object(map)) => LastCodebases(map),
            _ => LastCodebases::default(),
        }
    }

    pub(crate) fn to_state(&self) -> Json {
        Json::Object(self.0.clone())
    }

    /// Takes note of a change; `false`: a newer one is known.
    pub(crate) fn record(&mut self, change: &Change) -> bool {
        if self.get(&change.codebase).is_some_and(|last| last.last_change >= change.id.0) {
            return false;
        }
        let last = Last {
            repository: change.repository.clone(),
            branch: change.branch.clone(),
            revision: change.revision.clone(),
            last_change: change.id.0,
        };
        // A struct of strings and numbers is always JSON.
        if let Ok(last) = serde_json::to_value(last) {
            self.0.insert(change.codebase.clone(), last);
        }
        true
    }

    /// The scheduler's codebases, with what is known of them instead of their defaults.
    pub(crate) fn over(&self, codebases: &Codebases) -> Codebases {
        let codebases = codebases.0.iter().map(|(name, defaults)| {
            let known = self.get(name).map(|Last { repository, branch, revision, .. }| CodebaseDefaults {
                repository,
                branch,
                revision,
            });
            (name.clone(), known.unwrap_or_else(|| defaults.clone()))
        });
        Codebases(codebases.collect())
    }

    fn get(&self, codebase: &str) -> Option<Last> {
        serde_json::from_value(self.0.get(codebase)?.clone()).ok()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::testing::change;

    #[test]
    fn the_newest_change_counts_and_is_stored_as_buildbot_does() {
        let mut last = LastCodebases::from_state(None);
        assert!(last.record(&change(5)));
        assert!(!last.record(&change(4)));
        assert!(!last.record(&change(5)));
        let stored = json!({"": {"repository": "", "branch": "main", "revision": "r5", "lastChange": 5}});
        assert_eq!(last.to_state(), stored);
        assert_eq!(LastCodebases::from_state(Some(stored)), last);
    }

    #[test]
    fn what_is_known_goes_before_the_defaults() {
        let mut last = LastCodebases::default();
        last.record(&change(5));
        let default = CodebaseDefaults { branch: Some("stable".to_owned()), ..CodebaseDefaults::default() };
        let codebases = Codebases(vec![(String::new(), default.clone()), ("other".to_owned(), default.clone())]);
        let over = last.over(&codebases);
        assert_eq!(over.0[0].1.revision.as_deref(), Some("r5"));
        assert_eq!(over.0[1].1, default);
    }
}
