//! The kinds of change source that a configuration can name, one file each, behind the engine's trait `ChangeSource`.
//!
//! A source finds changes and hands them to the engine; which scheduler cares is no business of this crate.
//! Read `polling` (when to look), then `git_poller`.

mod git_poller;
mod pb;
mod polling;

use ferrobot_config::{ClassSchema, ConfigClass, Object};
use ferrobot_engine::Kinds;

/// Makes the kinds known by their dotted paths.
pub fn register(kinds: &mut Kinds) {
    let sources = &mut kinds.change_sources;
    sources.insert(git_poller::GitPoller::PATH, git_poller::make);
    sources.insert(pb::PbChangeSource::PATH, pb::make);
}

/// Descriptions of the classes.
#[must_use]
pub fn schemas() -> Vec<ClassSchema> {
    vec![git_poller::GitPoller::schema(), pb::PbChangeSource::schema()]
}

/// The name that Buildbot gives to a source whose `name` is left out; `None`: the class is not one of ours.
#[must_use]
pub fn default_name(object: &Object) -> Option<String> {
    match object.class.as_str() {
        git_poller::GitPoller::PATH => object.args.get("repourl")?.as_str().map(str::to_owned),
        pb::PbChangeSource::PATH => Some(pb::default_name(object)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use ferrobot_config::Value;

    use super::*;

    /// The parameters of Buildbot 4.3.0's classes with their defaults, by `inspect.signature`.
    const SIGNATURES: &str = include_str!("signatures.txt");

    #[test]
    fn parameters_and_defaults_are_buildbots() {
        for (schema, line) in schemas().iter().zip(SIGNATURES.lines()) {
            let mut described: Vec<String> = schema
                .fields
                .iter()
                .map(|field| match field.default {
                    None => field.name.to_owned(),
                    Some(default) => format!("{}={}", field.name, default.replace('"', "'")),
                })
                .collect();
            described.sort_by_key(|parameter| parameter.split('=').next().unwrap_or_default().to_owned());
            assert_eq!(format!("{}.{}: {}", schema.module, schema.name, described.join(", ")), line);
        }
    }

    #[test]
    fn names_are_buildbots() {
        let object = |class: &str, args: &[(&str, Value)]| Object {
            class: class.to_owned(),
            args: args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            ..Object::default()
        };
        let pb = "buildbot.changes.pb.PBChangeSource";
        let cases = [
            (object("buildbot.changes.gitpoller.GitPoller", &[("repourl", "git://x".into())]), Some("git://x")),
            (object(pb, &[]), Some("PBChangeSource:None")),
            (object(pb, &[("port", Value::Int(9999))]), Some("PBChangeSource:9999")),
            (object(pb, &[("port", "tcp:1".into()), ("prefix", "p/".into())]), Some("PBChangeSource:p/:tcp:1")),
            (object("buildbot.changes.svnpoller.SVNPoller", &[]), None),
        ];
        for (object, expected) in cases {
            assert_eq!(default_name(&object).as_deref(), expected);
        }
    }
}
