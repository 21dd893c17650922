//! Broken configurations and the faults that they are told; good ones and what is read of them.

mod builders;
mod keys;
mod logins;
mod network;
mod objects;
mod workers;

use std::sync::Arc;

use super::*;

type Entries = Vec<(&'static str, Value)>;

/// Knows steps, schedulers and change sources whose class ends with a known name.
struct Kinds;

impl KnownKinds for Kinds {
    fn check(&self, object: &Object, errors: &mut Errors) -> Option<()> {
        if object.args.contains_key("broken") {
            errors.error(&object.place, "the argument is broken");
        }
        ["ShellCommand", "ForceScheduler", "GitPoller", "PBChangeSource", "Try_Userpass"]
            .iter()
            .any(|name| object.class.ends_with(name))
            .then_some(())
    }

    fn scheduler_builders(&self, object: &Object) -> Vec<String> {
        let names = object.args.get("builderNames").and_then(Value::as_list).unwrap_or_default();
        names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
    }

    fn source_name(&self, object: &Object) -> Option<String> {
        object.args.contains_key("port").then(|| "by its kind".to_owned())
    }
}

/// What the file looks like to somebody who wants to know where a key is set.
const TEXT: &str = "c['title'] = 'T'\nc['www'] = {\n  'bogus': 1,\n}\nc['bogusKey'] = 1\nc['workers'] = []\n";

fn object(class: &str, args: Vec<(&str, Value)>) -> Value {
    static HANDLE: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(1);
    Value::Object(Arc::new(Object {
        class: format!("buildbot.{class}"),
        handle: HANDLE.fetch_add(1, std::sync::atomic::Ordering::Relaxed),
        args: args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        place: Place { file: "m.cfg".to_owned(), line: 7 },
        ..Object::default()
    }))
}

fn texts(items: &[&str]) -> Value {
    Value::List(items.iter().map(|item| Value::from(*item)).collect())
}

fn dict(entries: Vec<(&str, Value)>) -> Value {
    Value::Dict(entries.into_iter().map(|(key, value)| (Value::from(key), value)).collect())
}

fn step() -> Value {
    object("steps.shell.ShellCommand", vec![("command", "true".into())])
}

fn factory(steps: Vec<Value>) -> Value {
    object("process.factory.BuildFactory", vec![("steps", Value::List(steps))])
}

fn builder(name: &str, more: Vec<(&str, Value)>) -> Value {
    let mut args =
        vec![("name", Value::from(name)), ("workernames", texts(&["w1"])), ("factory", factory(vec![step()]))];
    args.extend(more);
    object("config.builder.BuilderConfig", args)
}

fn force(name: &str, builders: &[&str]) -> Value {
    object("schedulers.forcesched.ForceScheduler", vec![("name", name.into()), ("builderNames", texts(builders))])
}

fn good() -> Entries {
    vec![
        (
            "workers",
            Value::List(vec![object("worker.base.Worker", vec![("name", "w1".into()), ("password", "p".into())])]),
        ),
        ("protocols", dict(vec![("pb", dict(vec![("port", Value::Int(9989))]))])),
        ("builders", Value::List(vec![builder("b1", vec![])])),
        ("schedulers", Value::List(vec![force("force", &["b1"])])),
        ("title", "T".into()),
        ("buildbotURL", "http://ci".into()),
    ]
}

fn read(entries: Entries) -> (Option<Config>, Errors) {
    let mut errors = Errors::default();
    let source = Source { file: "/m/master.cfg", text: TEXT };
    let config = Config::from_document(&dict(entries), &source, &Kinds, &mut errors);
    (config, errors)
}

/// The faults of the good configuration with these entries instead.
fn faults(changes: Entries) -> Vec<String> {
    let mut entries = good();
    for (key, value) in changes {
        entries.retain(|(other, _)| *other != key);
        entries.push((key, value));
    }
    let (config, errors) = read(entries);
    assert_eq!(config.is_none(), !errors.errors.is_empty());
    errors.errors.into_iter().map(|error| error.message).collect()
}

#[test]
fn a_good_configuration_is_read() {
    let mut entries = good();
    entries.push(("properties", dict(vec![("p", Value::Int(1))])));
    let (config, errors) = read(entries);
    assert_eq!(errors, Errors::default());
    let config = config.unwrap();
    assert_eq!((config.title.as_str(), config.buildbot_url.as_str()), ("T", "http://ci/"));
    assert_eq!(config.protocols.pb, Some(Endpoint::port(9989)));
    assert_eq!(config.properties.property("p").unwrap().source, "/m/master.cfg");
    let builder = config.builder("b1").unwrap();
    assert_eq!((builder.builddir.as_str(), builder.workerbuilddir.as_str()), ("b1", "b1"));
    assert_eq!(builder.factory.steps.len(), 1);
    let worker = config.worker("w1").unwrap();
    assert_eq!((worker.keepalive_interval, worker.local), (Some(3600.0), false));
    assert_eq!(config.db_url, "sqlite:///state.sqlite");
    assert_eq!(builder.factory.workdir, "build".into());
}

#[test]
fn faults_come_with_their_places() {
    let mut entries = good();
    entries.retain(|(key, _)| *key != "workers");
    entries.extend([("bogusKey", Value::Int(1)), ("www", dict(vec![("bogus", Value::Int(1))]))]);
    let (_, errors) = read(entries);
    let told: Vec<String> = errors.errors.iter().map(ToString::to_string).collect();
    let expected = [
        "/m/master.cfg:5: Unknown BuildmasterConfig key bogusKey",
        "/m/master.cfg:3: unknown www configuration parameter(s) bogus",
        "/m/master.cfg:6: no workers are configured",
        "m.cfg:7: builder 'b1' uses unknown workers 'w1'",
    ];
    assert_eq!(told, expected);
}

#[test]
fn properties_that_are_rendered_later_are_kept_apart() {
    let property = object("process.properties.Property", vec![("key", "branch".into())]);
    let mut entries = good();
    let given = dict(vec![("plain", Value::Int(1)), ("rendered", Value::List(vec![property]))]);
    entries.push(("properties", given.clone()));
    let of_builder = builder("b1", vec![("defaultProperties", given)]);
    entries.retain(|(key, _)| *key != "builders");
    entries.push(("builders", Value::List(vec![of_builder])));
    let (config, errors) = read(entries);
    assert_eq!(errors, Errors::default());
    let config = config.unwrap();
    assert_eq!(config.properties.get("rendered"), Some(&serde_json::Value::Null));
    let names = |properties: &[(String, Value)]| properties.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&config.renderable_properties), ["rendered"]);
    assert_eq!(names(&config.builders[0].renderable_properties), ["rendered"]);
    assert_eq!(config.builders[0].default_properties.get("plain"), Some(&serde_json::json!(1)));
}
