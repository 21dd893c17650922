//! Who may log in by Perspective Broker, and where.

use super::*;

fn sender(args: Vec<(&str, Value)>) -> Value {
    object("changes.pb.PBChangeSource", args)
}

fn pair(user: &str, password: Value) -> Value {
    Value::Tuple(vec![user.into(), password])
}

fn triers(name: &str, port: Value, userpass: Value) -> Value {
    let args = vec![("name", name.into()), ("builderNames", texts(&["b1"])), ("port", port), ("userpass", userpass)];
    object("schedulers.trysched.Try_Userpass", args)
}

fn users(names: &[&str]) -> Value {
    Value::List(names.iter().map(|name| pair(name, "pw".into())).collect())
}

fn entries(sources: Vec<Value>, schedulers: Vec<Value>) -> Entries {
    vec![("change_source", Value::List(sources)), ("schedulers", Value::List(schedulers))]
}

#[test]
fn users_share_ports() {
    let secret = object("process.properties.Interpolate", vec![("fmtstring", "%(secret:x)s".into())]);
    let own = "tcp:8031:interface=127.0.0.1";
    let mut all = good();
    all.retain(|(key, _)| *key != "schedulers");
    all.extend(entries(
        vec![
            sender(vec![("prefix", "p/".into())]),
            sender(vec![("user", "x".into()), ("passwd", "y".into()), ("port", own.into())]),
        ],
        vec![
            triers("try", Value::Int(9989), Value::List(vec![pair("a", "pw".into()), pair("b", secret.clone())])),
            triers("own", own.into(), users(&["a"])),
        ],
    ));
    let (config, errors) = read(all);
    assert_eq!(errors.errors, []);
    let config = config.unwrap();
    let shown: Vec<String> =
        config.logins.iter().map(|login| format!("{} at {}: {:?}", login.user, login.port, login.purpose)).collect();
    assert_eq!(
        shown,
        [
            "change at tcp:9989: Changes { prefix: Some(\"p/\") }".to_owned(),
            format!("x at {own}: Changes {{ prefix: None }}"),
            "a at tcp:9989: Try { scheduler: \"try\" }".to_owned(),
            "b at tcp:9989: Try { scheduler: \"try\" }".to_owned(),
            format!("a at {own}: Try {{ scheduler: \"own\" }}"),
        ]
    );
    assert_eq!((&config.logins[0].password, &config.logins[3].password), (&"changepw".into(), &secret));
    let ports: Vec<String> = config.pb_ports().iter().map(ToString::to_string).collect();
    assert_eq!(ports, ["tcp:9989".to_owned(), own.to_owned()]);
}

#[test]
fn faults_of_users_are_told() {
    let pairs = "scheduler 'try': userpass must be a list of pairs (user, password)";
    let cases = [
        (
            triers("try", Value::None, users(&[])),
            "scheduler 'try': port must be a port number or an endpoint string, not None",
        ),
        (triers("try", Value::Int(70_000), users(&[])), "scheduler 'try': port: 70000 is not a port number"),
        (triers("try", Value::Int(8031), "a:b".into()), pairs),
        (triers("try", Value::Int(8031), texts(&["a"])), pairs),
        (triers("try", Value::Int(8031), Value::List(vec![pair("a", Value::Int(1))])), pairs),
        (triers("try", Value::Int(8031), users(&["a", "a"])), "username 'a' is already registered on port tcp:8031"),
        (
            triers("try", Value::Int(9989), users(&["w1"])),
            "username 'w1' is already registered on port tcp:9989: a worker has this name",
        ),
        (
            triers("try", "tcp:9989:backlog=7".into(), users(&["a"])),
            "port tcp:9989:backlog=7 is also described as tcp:9989: write both alike",
        ),
    ];
    for (scheduler, expected) in cases {
        assert_eq!(faults(entries(vec![], vec![scheduler])), [expected]);
    }
    let short =
        object("schedulers.trysched.Try_Userpass", vec![("name", "try".into()), ("builderNames", texts(&["b1"]))]);
    assert_eq!(faults(entries(vec![], vec![short])), [""; 0]);
    // The same name at another port is somebody else.
    let apart = vec![triers("t1", Value::Int(8031), users(&["w1"])), triers("t2", Value::Int(8032), users(&["w1"]))];
    assert_eq!(faults(entries(vec![], apart)), [""; 0]);
    let twice = vec![sender(vec![]), sender(vec![("name", "again".into())])];
    assert_eq!(
        faults(entries(twice, vec![force("force", &["b1"])])),
        ["username 'change' is already registered on port tcp:9989"]
    );
}

#[test]
fn other_protocols_keep_their_ports() {
    let own = |port| ("schedulers", Value::List(vec![triers("try", Value::Int(port), users(&["a"]))]));
    let www = ("www", dict(vec![("port", Value::Int(8010))]));
    assert_eq!(faults(vec![own(8010), www]), ["port tcp:8010 is also that of c['www']['port']"]);
    let port = |port| dict(vec![("port", Value::Int(port))]);
    let msgpack = || ("protocols", dict(vec![("msgpack_experimental_v7", port(8011))]));
    assert_eq!(faults(vec![own(8011), msgpack()]), ["port tcp:8011 is also that of c['protocols']"]);
    let source = ("change_source", Value::List(vec![sender(vec![])]));
    assert_eq!(
        faults(vec![own(8031), msgpack(), source]),
        ["No port specified for PBChangeSource, and no worker port configured"]
    );
}

#[test]
fn faults_of_administrators_of_users_are_told() {
    let manager = |arguments: Entries| object("process.users.manual.CommandlineUserManager", arguments);
    let login = || vec![("username", "admin".into()), ("passwd", "pw".into())];
    let with_port = |port: Value| {
        let mut arguments = login();
        arguments.push(("port", port));
        manager(arguments)
    };
    let cases = [
        (
            manager(vec![("port", Value::Int(8031))]),
            "CommandlineUserManager needs a username and a passwd, with which `buildbot user` logs in",
        ),
        (manager(login()), "CommandlineUserManager needs a port of Perspective Broker"),
        (with_port(Value::Int(70_000)), "port of CommandlineUserManager: 70000 is not a port number"),
        ("x".into(), "c['user_managers'] must be a list of user managers"),
    ];
    for (manager, expected) in cases {
        assert_eq!(faults(vec![("user_managers", Value::List(vec![manager]))]), [expected]);
    }
    let (config, _) =
        read(good().into_iter().chain([("user_managers", Value::List(vec![with_port(Value::Int(8031))]))]).collect());
    let logins = config.unwrap().logins;
    assert_eq!((logins[0].user.as_str(), &logins[0].purpose), ("admin", &LoginPurpose::Users));
}
