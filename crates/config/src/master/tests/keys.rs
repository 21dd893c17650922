//! Keys that stand for themselves.

use ferrobot_model::TextEncoding;

use super::*;

/// What is told of one key with this value.
fn told(key: &'static str, value: Value) -> Vec<String> {
    faults(vec![(key, value)])
}

#[test]
fn faults_of_keys_are_told() {
    let int = Value::Int;
    let function = || Value::Callable(Arc::new(Callable::default()));
    let cases: Vec<(&'static str, Value, Vec<&str>)> = vec![
        ("bogusKey", int(1), vec!["Unknown BuildmasterConfig key bogusKey"]),
        ("slaves", Value::List(vec![]), vec!["Unknown BuildmasterConfig key slaves; its name is 'workers' now"]),
        ("scheduler", int(1), vec!["Unknown BuildmasterConfig key scheduler; perhaps 'schedulers' is meant"]),
        ("title", int(3), vec!["c['title'] must be a string"]),
        ("title", Value::None, vec!["c['title'] must be a string"]),
        ("titleURL", int(3), vec!["c['titleURL'] must be a string"]),
        ("buildbotURL", Value::None, vec!["c['buildbotURL'] must be a string"]),
        ("buildbotNetUsageData", int(5), vec!["c['buildbotNetUsageData'] must be a string or callable"]),
        ("buildbotNetUsageData", "full".into(), vec![]),
        ("properties", "x".into(), vec!["c['properties'] must be a dictionary"]),
        ("properties", Value::None, vec!["c['properties'] must be a dictionary"]),
        (
            "properties",
            dict(vec![("a", function())]),
            vec!["c['properties']: the value of property 'a' cannot be stored as JSON"],
        ),
        ("properties", Value::Dict(vec![(int(1), int(2))]), vec!["c['properties']: 1 is not the name of a property"]),
        (
            "logCompressionMethod",
            "zip9".into(),
            vec!["c['logCompressionMethod'] must be 'raw', 'bz2', 'gz', 'lz4', 'br' or 'zstd'"],
        ),
        (
            "logCompressionMethod",
            Value::None,
            vec!["c['logCompressionMethod'] must be 'raw', 'bz2', 'gz', 'lz4', 'br' or 'zstd'"],
        ),
        ("logCompressionMethod", "zstd".into(), vec![]),
        ("logCompressionLimit", "x".into(), vec!["c['logCompressionLimit'] must be an int"]),
        ("logCompressionLimit", Value::Bool(false), vec![]),
        ("logMaxSize", "x".into(), vec!["c['logMaxSize'] must be an int"]),
        ("logMaxTailSize", Value::Float(1.5), vec!["c['logMaxTailSize'] must be an int"]),
        ("logEncoding", int(5), vec!["c['logEncoding'] must be a string or a callable"]),
        ("changeHorizon", "x".into(), vec!["c['changeHorizon'] must be an int"]),
        ("caches", "x".into(), vec!["c['caches'] must be a dictionary"]),
        ("caches", dict(vec![("Changes", "many".into())]), vec!["value for cache size 'Changes' must be an integer"]),
        ("caches", dict(vec![("Changes", int(0))]), vec!["'Changes' cache size must be at least 1, got '0'"]),
        ("validation", "x".into(), vec!["c['validation'] must be a dictionary"]),
        ("validation", dict(vec![("nosuch", int(1))]), vec!["unrecognized validation key(s): nosuch"]),
        ("validation", dict(vec![("branch", "^[a-z]+$".into())]), vec![]),
        ("prioritizeBuilders", "x".into(), vec!["prioritizeBuilders must be a callable"]),
        ("select_next_worker", int(5), vec!["select_next_worker must be a callable"]),
        (
            "codebaseGenerator",
            "x".into(),
            vec!["codebaseGenerator, which gets a dict and returns a str, must be a callable"],
        ),
        ("revlink", int(5), vec!["revlink must be a callable"]),
        ("revlink", Value::None, vec!["revlink must be a callable"]),
        ("revlink", object("revlinks.RevlinkMatch", vec![]), vec![]),
        ("collapseRequests", "x".into(), vec!["collapseRequests must be a callable, True, or False"]),
        ("collapseRequests", function(), vec![]),
        ("metrics", "x".into(), vec!["c['metrics'] must be a dictionary"]),
        ("mq", "x".into(), vec!["c['mq'] must be a dictionary"]),
        ("mq", dict(vec![("type", "nosuch".into())]), vec!["mq type 'nosuch' is not known"]),
        ("mq", dict(vec![("debug", Value::Bool(true))]), vec![]),
        ("mq", dict(vec![("type", "simple".into()), ("nosuch", int(1))]), vec!["unrecognized keys in c['mq']: nosuch"]),
        (
            "mq",
            dict(vec![("type", "wamp".into())]),
            vec!["c['mq']: the type 'wamp' is not supported yet; use 'simple'"],
        ),
        ("user_managers", "x".into(), vec!["c['user_managers'] must be a list of user managers"]),
        ("db", "x".into(), vec!["c['db'] must be a dictionary"]),
        ("db", dict(vec![("url", "x".into())]), vec!["unrecognized keys in c['db']: url"]),
        ("db", dict(vec![("db_url", int(5))]), vec!["c['db']['db_url'] must be a string"]),
        (
            "db_url",
            "postgresql+psycopg2://u:p@h/d".into(),
            vec!["c['db_url']: the database postgresql is not supported yet; use sqlite:///state.sqlite"],
        ),
        ("multiMaster", "x".into(), vec![]),
    ];
    for (key, value, expected) in cases {
        assert_eq!(told(key, value.clone()), expected, "{key}: {value:?}");
    }
}

#[test]
fn all_faults_are_told_at_once() {
    let cases: Vec<(Entries, Vec<&str>)> = vec![
        (
            vec![("bogusKey", Value::Int(1)), ("another", Value::Int(1))],
            vec!["Unknown BuildmasterConfig key another", "Unknown BuildmasterConfig key bogusKey"],
        ),
        (
            vec![("caches", dict(vec![])), ("changeCacheSize", Value::Int(5))],
            vec!["cannot specify c['caches'] and c['changeCacheSize']"],
        ),
        (
            vec![("workers", Value::List(vec![])), ("builders", Value::List(vec![])), ("title", Value::Int(1))],
            vec![
                "c['title'] must be a string",
                "no workers are configured",
                "no builders are configured",
                "Unknown builder 'b1' in scheduler 'force'",
            ],
        ),
    ];
    for (changes, expected) in cases {
        assert_eq!(faults(changes.clone()), expected, "{changes:?}");
    }
}

#[test]
fn logs_have_an_encoding() {
    let cases = [("utf-8", TextEncoding::Utf8), ("US-ASCII", TextEncoding::Ascii), ("latin_1", TextEncoding::Latin1)];
    for (name, encoding) in cases {
        let mut entries = good();
        entries.push(("logEncoding", name.into()));
        let (config, errors) = read(entries);
        assert_eq!((config.unwrap().logs.encoding, errors), (encoding, Errors::default()), "{name}");
    }
}

#[test]
fn what_can_be_left_out_is_warned_of() {
    let cases: Vec<(&'static str, Value, &str)> = vec![
        ("title", "T".repeat(19).as_str().into(), "c['title'] has more than 18 characters"),
        ("db_url", "oracle:x".into(), "c['db_url']: 'oracle' is no database that is known"),
        ("manhole", "x".into(), "c['manhole'] is not supported yet and has no effect"),
        ("changeHorizon", Value::Int(200), "c['changeHorizon'] is not supported yet and has no effect"),
        (
            "protocols",
            dict(vec![("msgpack_experimental_v6", dict(vec![("port", Value::Int(1))]))]),
            "c['protocols']: 'msgpack_experimental_v6' is not a protocol that is known",
        ),
        ("logEncoding", "klingon".into(), "c['logEncoding']: the encoding 'klingon' is not known and has no effect"),
        (
            "builders",
            Value::List(vec![builder(
                "b1",
                vec![(
                    "factory",
                    factory(vec![object("steps.shell.ShellCommand", vec![("logEncoding", "klingon".into())])]),
                )],
            )]),
            "ShellCommand: logEncoding: the encoding 'klingon' is not known and has no effect",
        ),
        ("reporters", Value::List(vec![]), "c['reporters'] is an old name; use c['services']"),
        (
            "configurators",
            Value::List(vec![object("configurators.janitor.JanitorConfigurator", vec![])]),
            "the configurator JanitorConfigurator is not supported yet: it is ignored",
        ),
        (
            "www",
            dict(vec![("plugins", dict(vec![("nosuch_plugin", dict(vec![]))]))]),
            "c['www']['plugins']: 'nosuch_plugin' is not supported yet: it is ignored",
        ),
        (
            "www",
            dict(vec![("change_hook_dialects", dict(vec![("nosuch", dict(vec![]))]))]),
            "c['www']['change_hook_dialects']: 'nosuch' is not known: it is ignored",
        ),
    ];
    for (key, value, expected) in cases {
        let mut entries = good();
        entries.retain(|(other, _)| *other != key);
        entries.push((key, value));
        let (config, errors) = read(entries);
        assert!(config.is_some(), "{key}: {:?}", errors.errors);
        assert!(errors.warnings.iter().any(|warning| warning.message.starts_with(expected)), "{:?}", errors.warnings);
    }
}
