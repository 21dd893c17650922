//! Schedulers, change sources, services, secret providers.

use super::*;

#[test]
fn faults_of_schedulers_are_told() {
    let fault = "c['schedulers'] must be a list of Scheduler instances";
    let cases: Vec<(Value, Vec<String>)> = vec![
        (
            Value::List(vec![force("force", &["b1"]), force("force", &["b1"])]),
            vec!["scheduler name 'force' used multiple times".to_owned()],
        ),
        (
            Value::List(vec![force("force", &["b1"]), force("f2", &["nob"])]),
            vec!["Unknown builder 'nob' in scheduler 'f2'".to_owned()],
        ),
        (Value::None, vec![fault.to_owned(), "builder(s) b1 have no schedulers to drive them".to_owned()]),
        (Value::List(vec![force("force", &["b1"]), "x".into()]), vec![format!("{fault}, not 'x'")]),
        (Value::List(vec![force("force", &["b1"]), step()]), vec![format!("{fault}, not a ShellCommand")]),
        (
            Value::List(vec![force("force", &["b1"]), object("schedulers.mine.Unknown", vec![("name", "u".into())])]),
            vec!["the scheduler Unknown is not supported yet".to_owned()],
        ),
    ];
    for (schedulers, expected) in cases {
        assert_eq!(faults(vec![("schedulers", schedulers.clone())]), expected, "{schedulers:?}");
    }
    // With several masters others may drive the builders.
    let none = Value::List(vec![]);
    assert_eq!(faults(vec![("schedulers", none), ("multiMaster", Value::Bool(true))]), [""; 0]);
}

fn poller(args: Vec<(&str, Value)>) -> Value {
    object("changes.gitpoller.GitPoller", args)
}

#[test]
fn change_sources_have_names() {
    let mut entries = good();
    entries.push((
        "change_source",
        Value::List(vec![
            poller(vec![("repourl", "git://a".into())]),
            poller(vec![("repourl", "git://a".into()), ("name", "own".into())]),
            poller(vec![("port", Value::Int(1))]),
            poller(vec![]),
            poller(vec![("repourl", "git://a".into()), ("branch", "x".into())]),
        ]),
    ));
    let (config, errors) = read(entries);
    assert_eq!(errors.errors, []);
    let names: Vec<String> = config.unwrap().change_sources.into_iter().map(|named| named.name).collect();
    assert_eq!(names, ["git://a", "own", "by its kind", "GitPoller"]);
    let told = "two change sources are called 'git://a'; only the first one counts: give them names";
    assert_eq!(errors.warnings[0].message, told);
}

#[test]
fn faults_of_change_sources_are_told() {
    let fault = "c['change_source'] must be a list of change sources";
    assert_eq!(faults(vec![("change_source", "x".into())]), [fault]);
    assert_eq!(faults(vec![("change_source", Value::None)]), [fault]);
    assert_eq!(faults(vec![("change_source", texts(&["x"]))]), [format!("{fault}, not 'x'")]);
    assert_eq!(faults(vec![("change_source", poller(vec![]))]), [""; 0]);
    let unknown = object("changes.svnpoller.SVNPoller", vec![]);
    assert_eq!(faults(vec![("change_source", unknown)]), ["the change source SVNPoller is not supported yet"]);
}

fn push(name: &str) -> Value {
    object("reporters.http.HttpStatusPush", vec![("name", name.into()), ("serverUrl", "http://x".into())])
}

#[test]
fn faults_of_services_are_told_and_what_does_nothing_is_warned_of() {
    assert_eq!(faults(vec![("services", "x".into())]), ["c['services'] must be a list of services"]);
    assert_eq!(faults(vec![("services", texts(&["x"]))]), ["'x' is not a service (in c['services'])"]);
    assert_eq!(faults(vec![("services", step())]), ["a ShellCommand is not a service (in c['services'])"]);
    assert_eq!(faults(vec![("services", Value::List(vec![push("r1"), push("r1")]))]), ["Duplicate service name 'r1'"]);
    let both = vec![("services", Value::List(vec![push("r1")])), ("reporters", Value::List(vec![push("r1")]))];
    assert_eq!(faults(both), ["Duplicate service name 'r1'"]);
    let generator = object("reporters.generators.build.BuildStatusGenerator", vec![("mode", "sometimes".into())]);
    let mail = vec![("fromaddr", "a@b.c".into()), ("generators", Value::List(vec![generator]))];
    let mail = object("reporters.mail.MailNotifier", mail);
    assert_eq!(faults(vec![("services", Value::List(vec![mail]))]), ["mode sometimes is not a valid mode"]);
    let scheduler = vec![("services", Value::List(vec![force("f2", &["b1"])]))];
    assert_eq!(faults(scheduler), ["ForceScheduler 'f2' is not supported in c['services'] yet"]);
    let mut entries = good();
    entries.push(("services", push("r1")));
    let (config, errors) = read(entries);
    assert_eq!(config.unwrap().services[0].name, "r1");
    assert_eq!(errors.warnings[0].to_string(), "m.cfg:7: HttpStatusPush 'r1' is not supported yet: it is ignored");
}

#[test]
fn faults_of_secret_providers_are_told() {
    let file = |args| Value::List(vec![object("secrets.providers.file.SecretInAFile", args)]);
    let pass = object("secrets.providers.passwordstore.SecretInPass", vec![]);
    let Value::Object(mine) = &pass else { panic!("it is an object") };
    let mine = Object { user_class: Some("me.Mine".to_owned()), ..Object::clone(mine) };
    let fault = "c['secretsProviders'] must be a list";
    let cases: Vec<(Value, Vec<&str>)> = vec![
        ("x".into(), vec![fault]),
        (Value::None, vec![fault]),
        (texts(&["x"]), vec!["'x' is not a secret provider (in c['secretsProviders'])"]),
        (file(vec![("dirname", "/secrets".into())]), vec![]),
        (file(vec![]), vec!["SecretInAFile: parameter 'dirname' is required"]),
        (
            file(vec![("dirname", "/secrets".into()), ("suffixes", ".txt".into())]),
            vec!["SecretInAFile: parameter 'suffixes' must be a list of strings"],
        ),
        (Value::List(vec![pass]), vec!["the secret provider SecretInPass is not supported yet"]),
        (Value::List(vec![Value::Object(Arc::new(mine))]), vec![]),
    ];
    for (providers, expected) in cases {
        assert_eq!(faults(vec![("secretsProviders", providers.clone())]), expected, "{providers:?}");
    }
}
