//! What listens.

use super::*;

fn protocols(entries: Entries) -> Vec<String> {
    let mut told = faults(vec![("protocols", dict(entries))]);
    told.retain(|fault| !fault.starts_with("workers are configured"));
    told
}

fn port(port: Value) -> Value {
    dict(vec![("port", port)])
}

#[test]
fn faults_of_protocols_are_told() {
    let cases: Vec<(Entries, Vec<&str>)> = vec![
        (
            vec![("pb", port(Value::Dict(vec![])))],
            vec!["c['protocols']['pb']['port'] must be a port number or an endpoint string, not {}"],
        ),
        (vec![("pb", port(Value::Int(99_999)))], vec!["c['protocols']['pb']['port']: 99999 is not a port number"]),
        (
            vec![("pb", port("ssh:9989".into()))],
            vec![
                "c['protocols']['pb']['port']: 'ssh' is no kind of endpoint that is known; there are tcp, tcp6, ssl, unix \
                 and haproxy",
            ],
        ),
        (
            vec![("pb", port("tcp:9989:bogus=1".into()))],
            vec!["c['protocols']['pb']['port']: 'bogus' is no option of tcp; there are port, interface, backlog"],
        ),
        (vec![("pb", port("ssl:9989:privateKey=key.pem:certKey=certificate.pem".into()))], vec![]),
        (
            vec![("pb", port("haproxy:tcp:9989".into())), ("msgpack_experimental_v7", port("unix:/run/w".into()))],
            vec![],
        ),
        (
            vec![("pb", port("unix:/run/w:mode=660".into())), ("msgpack_experimental_v7", port("unix:/run/w".into()))],
            vec!["Some of ports in c['protocols'] duplicated"],
        ),
        (vec![("pb", "x".into())], vec!["c['protocols']['pb'] must be a dict"]),
        (
            vec![("pb", port(Value::Int(9989))), ("msgpack_experimental_v7", port("tcp:9989".into()))],
            vec!["Some of ports in c['protocols'] duplicated"],
        ),
        (vec![("pb", port(Value::Int(0))), ("msgpack_experimental_v7", port(Value::Int(0)))], vec![]),
    ];
    for (entries, expected) in cases {
        assert_eq!(protocols(entries.clone()), expected, "{entries:?}");
    }
    assert_eq!(faults(vec![("protocols", "x".into())])[0], "c['protocols'] must be dict");
    let numbers = Value::Dict(vec![(Value::Int(5), dict(vec![]))]);
    assert_eq!(faults(vec![("protocols", numbers)])[0], "c['protocols'] keys must be strings");
}

#[test]
fn workers_need_a_protocol() {
    let nowhere = "workers are configured, but c['protocols'] not: they have nowhere to connect to";
    let cases: Vec<(Entries, Vec<&str>)> = vec![
        (vec![], vec![nowhere]),
        (vec![("pb", dict(vec![]))], vec![nowhere]),
        (vec![("carrier-pigeon", dict(vec![]))], vec![nowhere]),
        (vec![("carrier-pigeon", port(Value::Int(1)))], vec![]),
        (vec![("null", dict(vec![]))], vec![]),
        (vec![("msgpack_experimental_v7", port(Value::Int(1)))], vec![]),
    ];
    for (entries, expected) in cases {
        assert_eq!(faults(vec![("protocols", dict(entries.clone()))]), expected, "{entries:?}");
    }
}

#[test]
fn faults_of_the_web_server_are_told() {
    let pair = |items: Vec<Value>| Value::List(vec![Value::Tuple(items)]);
    let cases: Vec<(&str, Value, Vec<&str>)> = vec![
        ("bogus_www", Value::Int(2), vec!["unknown www configuration parameter(s) bogus_www"]),
        ("prot", Value::Int(2), vec!["unknown www configuration parameter(s) prot"]),
        ("ui", "x".into(), vec!["unknown www configuration parameter(s) ui"]),
        ("Port", Value::Int(2), vec!["unknown www configuration parameter(s) Port; perhaps 'port' is meant"]),
        ("port", Value::Int(9989), vec!["c['www']['port'] is also a port of c['protocols']"]),
        ("port", "tcp:8010:interface=127.0.0.1".into(), vec![]),
        ("plugins", "x".into(), vec!["c['www']['plugins'] must be a dictionary"]),
        ("change_hook_dialects", dict(vec![("base", Value::Bool(true))]), vec![]),
        (
            "change_hook_dialects",
            dict(vec![("github", dict(vec![]))]),
            vec!["c['www']['change_hook_dialects']: 'github' is not supported yet"],
        ),
        (
            "cookie_expiration_time",
            Value::Int(5),
            vec!["Invalid www[\"cookie_expiration_time\"] configuration should be a datetime.timedelta"],
        ),
        ("versions", pair(vec!["a".into(), "b".into()]), vec![]),
        (
            "versions",
            pair(vec!["a".into()]),
            vec!["Invalid www configuration value of versions: it must be a list of pairs (name, version)"],
        ),
        ("json_cache_seconds", "x".into(), vec!["c['www']['json_cache_seconds'] must be an int"]),
        ("allowed_origins", Value::Int(1), vec!["c['www']['allowed_origins'] must be a list of strings"]),
        ("auth", "x".into(), vec!["c['www']['auth'] must be an object of a class like util.NoAuth, not 'x'"]),
    ];
    for (key, value, expected) in cases {
        assert_eq!(faults(vec![("www", dict(vec![(key, value.clone())]))]), expected, "{key}: {value:?}");
    }
    assert_eq!(faults(vec![("www", "x".into())]), ["c['www'] must be a dictionary"]);
    assert_eq!(faults(vec![("www", Value::None)]), [""; 0]);
}

#[test]
fn a_guarded_site_is_not_opened_to_everybody() {
    let auth = object("www.auth.UserPasswordAuth", vec![("users", dict(vec![]))]);
    let told = faults(vec![("www", dict(vec![("port", Value::Int(8010)), ("auth", auth)]))]);
    assert_eq!(told, ["c['www']['auth']: UserPasswordAuth is not supported yet; Ferrobot would let everybody in"]);
    let open = object("www.auth.NoAuth", vec![]);
    assert_eq!(faults(vec![("www", dict(vec![("auth", open)]))]), [""; 0]);
    for guard in [object("www.auth.UserPasswordAuth", vec![]), Value::List(vec![]), "x".into()] {
        let told = faults(vec![("www", dict(vec![("change_hook_auth", guard)]))]);
        assert_eq!(
            told,
            ["c['www']['change_hook_auth'] is not supported yet; Ferrobot would take changes from everybody"]
        );
    }
    assert_eq!(faults(vec![("www", dict(vec![("change_hook_auth", Value::None)]))]), [""; 0]);
}

#[test]
fn what_pages_may_know_is_kept() {
    let versions = Value::List(vec![Value::Tuple(vec!["site".into(), Value::Int(7)])]);
    let mut entries = good();
    entries.push((
        "www",
        dict(vec![
            ("port", Value::Int(8010)),
            ("versions", versions),
            ("ui_default_config", dict(vec![("Home.max_recent_builds", Value::Int(10))])),
            ("custom_templates_dir", "/srv/templates".into()),
            ("jsonp", Value::Bool(true)),
        ]),
    ));
    let (config, errors) = read(entries);
    let www = config.unwrap().www.unwrap();
    assert_eq!(www.versions, [("site".to_owned(), "7".to_owned())]);
    let others: Vec<&str> = www.others.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(others, ["ui_default_config", "jsonp"]);
    let told: Vec<String> = errors.warnings.into_iter().map(|warning| warning.message).collect();
    let expected = ["custom_templates_dir", "ui_default_config"]
        .map(|key| format!("c['www']['{key}'] is not supported yet and has no effect"));
    assert_eq!(told, expected);
}

#[test]
fn protocols_that_are_not_spoken_are_told_of_and_open_nothing() {
    let mut entries = good();
    entries.retain(|(key, _)| *key != "protocols");
    let port = || dict(vec![("port", Value::Int(9989))]);
    entries.push(("protocols", dict(vec![("pb", port()), ("msgpack_experimental_v6", port())])));
    let (config, errors) = read(entries);
    let protocols = &config.unwrap().protocols;
    assert!(protocols.pb.is_some() && protocols.msgpack.is_none());
    let told: Vec<_> = errors.warnings.iter().map(|warning| warning.message.as_str()).collect();
    assert_eq!(told, ["c['protocols']: 'msgpack_experimental_v6' is not a protocol that is known"]);
}
