//! Broken configurations and the faults that they are told; good ones and what is read of them.

use std::sync::Arc;

use super::network::parse_endpoint;
use super::*;

/// Knows steps, schedulers and change sources whose class ends with a known name.
struct Kinds;

impl KnownKinds for Kinds {
    fn check(&self, object: &Object, errors: &mut Errors) -> Option<()> {
        if object.args.contains_key("broken") {
            errors.error(&object.place, "the argument is broken");
        }
        ["ShellCommand", "ForceScheduler", "GitPoller"].iter().any(|name| object.class.ends_with(name)).then_some(())
    }

    fn scheduler_builders(&self, object: &Object) -> Vec<String> {
        let names = object.args.get("builderNames").and_then(Value::as_list).unwrap_or_default();
        names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
    }

    fn source_name(&self, object: &Object) -> Option<String> {
        object.args.contains_key("port").then(|| "by its kind".to_owned())
    }
}

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

fn good() -> Vec<(&'static str, Value)> {
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

fn read(entries: Vec<(&'static str, Value)>) -> (Option<Config>, Errors) {
    let mut errors = Errors::default();
    let config = Config::from_document(&dict(entries), "/m/master.cfg", &Kinds, &mut errors);
    (config, errors)
}

/// The faults of the good configuration with these entries instead.
fn faults(changes: Vec<(&'static str, Value)>) -> Vec<String> {
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
    assert_eq!(config.protocols.pb, Some(Endpoint::Tcp { interface: "0.0.0.0".to_owned(), port: 9989 }));
    assert_eq!(config.properties.property("p").unwrap().source, "/m/master.cfg");
    let builder = config.builder("b1").unwrap();
    assert_eq!((builder.builddir.as_str(), builder.workerbuilddir.as_str()), ("b1", "b1"));
    assert_eq!(builder.factory.steps.len(), 1);
    let worker = config.worker("w1").unwrap();
    assert_eq!((worker.keepalive_interval, worker.local), (Some(3600.0), false));
    assert_eq!(config.db_url, "sqlite:///state.sqlite");
}

#[test]
fn faults_of_keys_are_told() {
    let none = Value::List(vec![]);
    type Entries = Vec<(&'static str, Value)>;
    let cases: Vec<(Entries, Vec<&str>)> = vec![
        (vec![("bogusKey", Value::Int(1))], vec!["Unknown BuildmasterConfig key bogusKey"]),
        (
            vec![("bogusKey", Value::Int(1)), ("another", Value::Int(1))],
            vec!["Unknown BuildmasterConfig keys another, bogusKey"],
        ),
        (vec![("title", Value::Int(3))], vec!["c['title'] must be a string"]),
        (vec![("properties", "x".into())], vec!["c['properties'] must be a dictionary"]),
        (
            vec![("logCompressionMethod", "zip9".into())],
            vec!["c['logCompressionMethod'] must be 'raw', 'bz2', 'gz', 'lz4', 'br' or 'zstd'"],
        ),
        (
            vec![("caches", dict(vec![("Changes", "many".into())]))],
            vec!["value for cache size 'Changes' must be an integer"],
        ),
        (vec![("validation", dict(vec![("nosuch", Value::Int(1))]))], vec!["unrecognized validation key(s): nosuch"]),
        (vec![("prioritizeBuilders", "x".into())], vec!["prioritizeBuilders must be a callable"]),
        (vec![("collapseRequests", "x".into())], vec!["collapseRequests must be a callable, True, or False"]),
        (vec![("db", dict(vec![("url", "x".into())]))], vec!["unrecognized keys in c['db']: url"]),
        (
            vec![("www", dict(vec![("bogus_www", Value::Int(2))]))],
            vec!["unknown www configuration parameter(s) bogus_www"],
        ),
        (
            vec![("protocols", dict(vec![("pb", dict(vec![("port", dict(vec![]))]))]))],
            vec![
                "c['protocols']['pb']['port'] must be a port number or an endpoint string, not {}",
                "workers are configured, but c['protocols'] gives them no port to connect to",
            ],
        ),
        (vec![("protocols", dict(vec![("carrier-pigeon", dict(vec![("port", Value::Int(1))]))]))], vec![]),
        (vec![("workers", none.clone())], vec!["no workers are configured", "builder 'b1' uses unknown workers 'w1'"]),
        (
            vec![("builders", none.clone())],
            vec!["no builders are configured", "Unknown builder 'b1' in scheduler 'force'"],
        ),
        (vec![("schedulers", none)], vec!["builder(s) b1 have no schedulers to drive them"]),
        (
            vec![("workers", "w1".into())],
            vec!["c['workers'] must be a list", "no workers are configured", "builder 'b1' uses unknown workers 'w1'"],
        ),
    ];
    for (changes, expected) in cases {
        assert_eq!(faults(changes.clone()), expected, "{changes:?}");
    }
}

#[test]
fn faults_of_workers_are_told() {
    let worker = |name: &str| object("worker.base.Worker", vec![("name", name.into()), ("password", "p".into())]);
    let long = "w".repeat(51);
    let cases = vec![
        (worker("status"), "worker name 'status' is reserved".to_owned()),
        (worker(&long), format!("worker name '{long}' must be an identifier of at most 50 characters")),
        (worker("a b"), "worker name 'a b' must be an identifier of at most 50 characters".to_owned()),
        (
            object("worker.ec2.EC2LatentWorker", vec![("name", "w2".into())]),
            "the worker class EC2LatentWorker is not supported yet".to_owned(),
        ),
        ("w1".into(), "c['workers'] must be a list of Worker instances but there is 'w1'".to_owned()),
    ];
    for (second, expected) in cases {
        let workers = Value::List(vec![worker("w1"), second]);
        assert_eq!(faults(vec![("workers", workers)]), [expected]);
    }
}

#[test]
fn faults_of_builders_are_told() {
    let broken = object("steps.shell.ShellCommand", vec![("broken", Value::Bool(true))]);
    let unsupported = object("steps.vstudio.VC9", vec![]);
    let cases: Vec<(Value, Vec<&str>)> = vec![
        (builder("b1", vec![]), vec!["duplicate builder name 'b1'", "duplicate builder builddir 'b1'"]),
        (builder("_x", vec![]), vec!["builder names must not start with an underscore: '_x'"]),
        (builder("", vec![]), vec!["builder's name is required"]),
        (builder("b2", vec![("workernames", texts(&["w7"]))]), vec!["builder 'b2' uses unknown workers 'w7'"]),
        (builder("b2", vec![("workernames", Value::None)]), vec!["builder 'b2': at least one workername is required"]),
        (builder("b2", vec![("factory", step())]), vec!["builder 'b2': factory is not a BuildFactory instance"]),
        (builder("b2", vec![("factory", Value::None)]), vec!["builder 'b2' has no factory"]),
        (builder("b2", vec![("factory", factory(vec![broken]))]), vec!["the argument is broken"]),
        (builder("b2", vec![("factory", factory(vec![unsupported]))]), vec!["the step VC9 is not supported yet"]),
        (builder("b2", vec![("nextWorker", "x".into())]), vec!["nextWorker must be a callable"]),
        (builder("b2", vec![("locks", texts(&["x"]))]), vec!["builder 'b2': locks must be a list of locks"]),
        (builder("b2", vec![("project", "p".into())]), vec!["builder 'b2' uses unknown project name 'p'"]),
        ("b".into(), vec!["'b' is not a builder config (in c['builders'])"]),
    ];
    for (second, expected) in cases {
        let builders = Value::List(vec![builder("b1", vec![]), second.clone()]);
        let schedulers = Value::List(vec![force("force", &["b1"]), force("all", &["b1"])]);
        let mut told = faults(vec![("builders", builders), ("schedulers", schedulers)]);
        told.retain(|fault| !fault.contains("no schedulers to drive"));
        assert_eq!(told, expected, "{second:?}");
    }
}

#[test]
fn faults_of_objects_are_told_and_what_does_nothing_is_warned_of() {
    let twice = Value::List(vec![force("force", &["b1"]), force("force", &["b1"])]);
    assert_eq!(faults(vec![("schedulers", twice)]), ["scheduler name 'force' used multiple times"]);
    let unknown = Value::List(vec![force("force", &["b1"]), force("f2", &["nob"])]);
    assert_eq!(faults(vec![("schedulers", unknown)]), ["Unknown builder 'nob' in scheduler 'f2'"]);
    assert_eq!(faults(vec![("change_source", "x".into())]), ["c['change_source'] must be a list of change sources"]);
    let push = |name: &str| object("reporters.http.HttpStatusPush", vec![("name", name.into())]);
    assert_eq!(faults(vec![("services", Value::List(vec![push("r1"), push("r1")]))]), ["Duplicate service name 'r1'"]);
    let generator = object("reporters.generators.build.BuildStatusGenerator", vec![("mode", "sometimes".into())]);
    let mail = object("reporters.mail.MailNotifier", vec![("generators", Value::List(vec![generator]))]);
    assert_eq!(faults(vec![("services", Value::List(vec![mail]))]), ["mode sometimes is not a valid mode"]);
    let mut entries = good();
    entries.push(("services", Value::List(vec![push("r1")])));
    let (config, errors) = read(entries);
    assert!(config.is_some());
    assert_eq!(errors.warnings[0].to_string(), "m.cfg:7: HttpStatusPush 'r1' is not supported yet and does nothing");
}

#[test]
fn a_guarded_site_is_not_opened_to_everybody() {
    let auth = object("www.auth.UserPasswordAuth", vec![("users", dict(vec![]))]);
    let told = faults(vec![("www", dict(vec![("port", Value::Int(8010)), ("auth", auth)]))]);
    assert_eq!(told, ["c['www']['auth']: UserPasswordAuth is not supported yet; Ferrobot would let everybody in"]);
    let open = object("www.auth.NoAuth", vec![]);
    assert_eq!(faults(vec![("www", dict(vec![("auth", open)]))]), Vec::<String>::new());
}

#[test]
fn endpoints_are_read() {
    let tcp = |interface: &str, port| Endpoint::Tcp { interface: interface.to_owned(), port };
    let cases = [
        ("9989", tcp("0.0.0.0", 9989)),
        ("tcp:9989", tcp("0.0.0.0", 9989)),
        ("tcp:9989:interface=127.0.0.1", tcp("127.0.0.1", 9989)),
        ("tcp:port=0:interface=\\:\\:1", tcp("::1", 0)),
        ("unix:/run/x.sock", Endpoint::Unix { path: "/run/x.sock".to_owned() }),
        ("ssl:9989:privateKey=k", Endpoint::Other("ssl:9989:privateKey=k".to_owned())),
    ];
    for (text, expected) in cases {
        assert_eq!(parse_endpoint(text), Ok(expected), "{text}");
    }
    for text in ["tcp:many", "tcp", "tcp:70000", "nine"] {
        assert!(parse_endpoint(text).is_err(), "{text}");
    }
}

#[test]
fn change_sources_have_names() {
    let poller = |args: Vec<(&str, Value)>| object("changes.gitpoller.GitPoller", args);
    let mut entries = good();
    entries.push((
        "change_source",
        Value::List(vec![
            poller(vec![("repourl", "git://a".into())]),
            poller(vec![("repourl", "git://a".into()), ("name", "own".into())]),
            poller(vec![("port", Value::Int(1))]),
            poller(vec![]),
        ]),
    ));
    let (config, errors) = read(entries);
    assert_eq!(errors.errors, []);
    let names: Vec<String> = config.unwrap().change_sources.into_iter().map(|named| named.name).collect();
    assert_eq!(names, ["git://a", "own", "by its kind", "GitPoller"]);
}
