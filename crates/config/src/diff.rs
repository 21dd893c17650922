//! What a reconfiguration changes: two configurations compared by name. Pure.
//!
//! Handles and places differ between generations and do not count. An object that leads into the configuration's Python is
//! taken for changed: its functions belong to the host of their generation, which ends.

use std::collections::{HashMap, HashSet};

use crate::{Config, Named, Object, Value};

/// What differs between two configurations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ConfigDiff {
    /// `workers`
    pub workers: NameDiff,
    /// `builders`
    pub builders: NameDiff,
    /// `schedulers`
    pub schedulers: NameDiff,
    /// `change_source`
    pub change_sources: NameDiff,
    /// `services`
    pub services: NameDiff,
    /// `projects`
    pub projects: NameDiff,
    /// Keys of the configuration that say something else now.
    pub settings: Vec<&'static str>,
}

/// Names by what became of them, each list in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NameDiff {
    /// Only in the new configuration.
    pub added: Vec<String>,
    /// Only in the old one.
    pub removed: Vec<String>,
    /// In both, and different.
    pub changed: Vec<String>,
    /// In both, and the same.
    pub unchanged: Vec<String>,
}

impl NameDiff {
    /// Whether nothing is different.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    fn of<'a, T>(old: &'a [T], new: &'a [T], name: impl Fn(&T) -> &str, is_same: impl Fn(&T, &T) -> bool) -> NameDiff {
        let before: HashMap<&str, &T> = old.iter().map(|item| (name(item), item)).collect();
        let after: HashSet<&str> = new.iter().map(&name).collect();
        let mut diff = NameDiff::default();
        for item in new {
            let list = match before.get(name(item)) {
                None => &mut diff.added,
                Some(earlier) if is_same(earlier, item) => &mut diff.unchanged,
                Some(_) => &mut diff.changed,
            };
            list.push(name(item).to_owned());
        }
        diff.removed = old.iter().map(&name).filter(|name| !after.contains(name)).map(str::to_owned).collect();
        for list in [&mut diff.added, &mut diff.removed, &mut diff.changed, &mut diff.unchanged] {
            list.sort();
        }
        diff
    }
}

impl Config {
    /// What `new` changes.
    #[must_use]
    pub fn diff(&self, new: &Config) -> ConfigDiff {
        let named = |old: &[Named], new: &[Named]| NameDiff::of(old, new, |item| &item.name, is_unchanged);
        ConfigDiff {
            workers: NameDiff::of(
                &self.workers,
                &new.workers,
                |worker| &worker.name,
                |a, b| is_same_object(&a.object, &b.object),
            ),
            builders: NameDiff::of(
                &self.builders,
                &new.builders,
                |builder| &builder.name,
                |a, b| is_same_object(&a.object, &b.object),
            ),
            schedulers: named(&self.schedulers, &new.schedulers),
            change_sources: named(&self.change_sources, &new.change_sources),
            services: named(&self.services, &new.services),
            projects: NameDiff::of(&self.projects, &new.projects, |project| &project.name, |a, b| a == b),
            settings: settings(self, new),
        }
    }
}

fn settings(old: &Config, new: &Config) -> Vec<&'static str> {
    let same_list = |old: &[std::sync::Arc<Object>], new: &[std::sync::Arc<Object>]| {
        old.len() == new.len() && old.iter().zip(new).all(|(old, new)| is_same_object(old, new))
    };
    let written = |config: &Config| config.www.as_ref().map_or(Value::None, |www| www.as_written.clone());
    let compared = [
        ("title", old.title == new.title),
        ("titleURL", old.title_url == new.title_url),
        ("buildbotURL", old.buildbot_url == new.buildbot_url),
        ("protocols", old.protocols == new.protocols),
        ("db", old.db_url == new.db_url),
        ("www", is_same(&written(old), &written(new))),
        ("logs", old.logs == new.logs),
        ("properties", old.properties == new.properties),
        ("secretsProviders", same_list(&old.secrets_providers, &new.secrets_providers)),
        ("multiMaster", old.multi_master == new.multi_master),
        ("codebases", old.codebases == new.codebases),
        ("changeHorizon", old.change_horizon == new.change_horizon),
    ];
    compared.into_iter().filter(|(_, is_same)| !is_same).map(|(key, _)| key).collect()
}

/// Whether a running object can go on under a new configuration.
#[must_use]
pub fn is_unchanged(running: &Named, wanted: &Named) -> bool {
    running.name == wanted.name && is_same_object(&running.object, &wanted.object)
}

fn is_same_object(a: &Object, b: &Object) -> bool {
    let calls_python = |object: &Object| {
        object.user_class.is_some() || !object.overrides.is_empty() || object.class == "buildbot.interfaces.IRenderable"
    };
    a.class == b.class
        && !calls_python(a)
        && !calls_python(b)
        && a.args.len() == b.args.len()
        && a.args.iter().all(|(name, value)| b.args.get(name).is_some_and(|other| is_same(value, other)))
        && a.extra.len() == b.extra.len()
        && a.extra.iter().zip(&b.extra).all(|((a, left), (b, right))| a == b && is_same(left, right))
}

fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::List(a), Value::List(b)) | (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Dict(a), Value::Dict(b)) => {
            a.len() == b.len()
                && a.iter().zip(b).all(|((key, value), (other, right))| is_same(key, other) && is_same(value, right))
        }
        (Value::Object(a), Value::Object(b)) => is_same_object(a, b),
        (Value::Callable(_), _) | (Value::Opaque(_), _) => false,
        (a, b) => a == b,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::{BuilderConfig, Callable, Place, WorkerConfig};

    fn object(handle: u64, args: Vec<(&str, Value)>) -> Arc<Object> {
        let place = Place { file: "master.cfg".to_owned(), line: u32::try_from(handle).unwrap() };
        let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Arc::new(Object { handle, args, place, ..Object::default() })
    }

    fn named(name: &str, object: Arc<Object>) -> Named {
        Named { name: name.to_owned(), object }
    }

    #[test]
    fn only_what_an_object_says_counts() {
        let nested = |handle| Value::Object(object(handle, vec![("branch", "main".into())]));
        let function = |handle| Value::Callable(Arc::new(Callable { handle, ..Callable::default() }));
        let cases = [
            (object(1, vec![("a", nested(2))]), object(9, vec![("a", nested(8))]), true),
            (object(1, vec![("a", Value::Int(1))]), object(1, vec![("a", Value::Int(2))]), false),
            (object(1, vec![("a", Value::Int(1))]), object(1, vec![]), false),
            (object(1, vec![("a", function(3))]), object(1, vec![("a", function(3))]), false),
        ];
        for (running, wanted, expected) in cases {
            assert_eq!(is_unchanged(&named("x", running.clone()), &named("x", wanted)), expected, "{running:?}");
        }
    }

    #[test]
    fn names_are_sorted_by_what_became_of_them() {
        let worker = |name: &str, handle, max_builds| {
            let object = object(handle, vec![("max_builds", Value::Int(max_builds))]);
            Arc::new(WorkerConfig { name: name.to_owned(), object, ..WorkerConfig::default() })
        };
        let builder = |name: &str, handle, description: &str| {
            let object = object(handle, vec![("description", description.into())]);
            Arc::new(BuilderConfig { name: name.to_owned(), object, ..BuilderConfig::default() })
        };
        let old = Config {
            title: "a".to_owned(),
            workers: vec![worker("w3", 1, 1), worker("w1", 2, 1), worker("w2", 3, 1)],
            builders: vec![builder("b", 4, "x")],
            schedulers: vec![named("s", object(5, vec![]))],
            ..Config::default()
        };
        let new = Config {
            title: "b".to_owned(),
            workers: vec![worker("w2", 11, 2), worker("w4", 12, 1), worker("w1", 13, 1)],
            builders: vec![builder("b", 14, "x")],
            services: vec![named("r", object(15, vec![]))],
            ..Config::default()
        };
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let diff = old.diff(&new);
        let workers = NameDiff {
            added: names(&["w4"]),
            removed: names(&["w3"]),
            changed: names(&["w2"]),
            unchanged: names(&["w1"]),
        };
        assert_eq!(diff.workers, workers);
        assert!(diff.builders.is_empty() && diff.builders.unchanged == ["b"]);
        assert_eq!((diff.schedulers.removed, diff.services.added), (names(&["s"]), names(&["r"])));
        assert_eq!(diff.settings, ["title"]);
        assert_eq!(old.diff(&old), Config { ..old.clone() }.diff(&old));
        assert!(old.diff(&old).settings.is_empty());
    }
}
