//! Builders, factories, locks, projects.

use super::*;

fn lock(class: &str, name: &str, handle: u64) -> Arc<Object> {
    let args = [("name".to_owned(), name.into())].into();
    Arc::new(Object { class: format!("buildbot.locks.{class}"), handle, args, ..Object::default() })
}

fn access(lock: &Arc<Object>, mode: &str, count: i64) -> Value {
    let args = vec![("lockid", Value::Object(Arc::clone(lock))), ("mode", mode.into()), ("count", Value::Int(count))];
    object("locks.LockAccess", args)
}

/// What is told when there are these builders besides `b1`, except that nobody drives them.
fn told(more: Vec<Value>) -> Vec<String> {
    let mut builders = vec![builder("b1", vec![])];
    builders.extend(more);
    let mut told = faults(vec![("builders", Value::List(builders))]);
    told.retain(|fault| !fault.contains("no schedulers to drive"));
    told
}

#[test]
fn faults_of_builders_are_told() {
    let broken = object("steps.shell.ShellCommand", vec![("broken", Value::Bool(true))]);
    let unsupported = object("steps.vstudio.VC9", vec![]);
    let int = Value::Int;
    let cases: Vec<(Value, Vec<&str>)> = vec![
        (builder("b1", vec![]), vec!["duplicate builder name 'b1'", "duplicate builder builddir 'b1'"]),
        (builder("b2", vec![("builddir", "b1".into())]), vec!["duplicate builder builddir 'b1'"]),
        (builder("b2", vec![("builddir", int(5))]), vec!["builder 'b2': builddir must be a string"]),
        (builder("_x", vec![]), vec!["builder names must not start with an underscore: '_x'"]),
        (builder("", vec![]), vec!["builder's name is required"]),
        (builder("b2", vec![("name", int(5))]), vec!["builder's name is required"]),
        (builder(&"n".repeat(71), vec![]), vec![]),
        (
            builder("b2", vec![("workernames", texts(&["w8", "w7"]))]),
            vec!["builder 'b2' uses unknown workers 'w7', 'w8'"],
        ),
        (builder("b2", vec![("workernames", "w1".into())]), vec![]),
        (builder("b2", vec![("workernames", Value::None)]), vec!["builder 'b2': at least one workername is required"]),
        (builder("b2", vec![("workernames", int(5))]), vec!["builder 'b2': workernames must be a list of strings"]),
        (builder("b2", vec![("workername", int(5))]), vec!["builder 'b2': workername must be a string but it is 5"]),
        (builder("b2", vec![("workername", "w9".into())]), vec!["builder 'b2' uses unknown workers 'w9'"]),
        (builder("b2", vec![("factory", step())]), vec!["builder 'b2': factory is not a BuildFactory instance"]),
        (builder("b2", vec![("factory", Value::None)]), vec!["builder 'b2': has no factory"]),
        (builder("b2", vec![("factory", factory(vec![broken]))]), vec!["the argument is broken"]),
        (builder("b2", vec![("factory", factory(vec![unsupported]))]), vec!["the step VC9 is not supported yet"]),
        (builder("b2", vec![("tags", "x".into())]), vec!["builder 'b2': tags must be a list"]),
        (
            builder("b2", vec![("tags", Value::List(vec![int(5)]))]),
            vec!["builder 'b2': tags must be a list of strings: 5"],
        ),
        (
            builder("b2", vec![("tags", texts(&["x", "y", "x", "y", "x"]))]),
            vec!["builder 'b2': tags list contains duplicate tags: x y"],
        ),
        (builder("b2", vec![("nextWorker", "x".into())]), vec!["nextWorker must be a callable"]),
        (builder("b2", vec![("nextBuild", int(5))]), vec!["nextBuild must be a callable"]),
        (builder("b2", vec![("canStartBuild", int(5))]), vec!["canStartBuild must be a callable"]),
        (builder("b2", vec![("do_build_if", int(5))]), vec!["do_build_if must be a callable"]),
        (
            builder("b2", vec![("do_build_if", Value::Callable(Arc::default()))]),
            vec!["builder 'b2': do_build_if is not supported yet; Ferrobot would run every build"],
        ),
        (
            builder("b2", vec![("collapseRequests", int(5))]),
            vec!["collapseRequests must be a callable, True, or False"],
        ),
        (builder("b2", vec![("env", "x".into())]), vec!["builder's env must be a dictionary"]),
        (builder("b2", vec![("properties", "x".into())]), vec!["builder 'b2': properties must be a dictionary"]),
        (builder("b2", vec![("description", int(5))]), vec!["builder 'b2': description must be a string"]),
        (
            builder("b2", vec![("description_format", "nosuch".into())]),
            vec!["builder description format must be None or \"markdown\""],
        ),
        (builder("b2", vec![("locks", texts(&["x"]))]), vec!["builder 'b2': locks must be a list of locks"]),
        (
            builder("b2", vec![("locks", access(&lock("MasterLock", "l", 1), "counting", 1))]),
            vec!["builder 'b2': locks must be a list of locks"],
        ),
        (builder("b2", vec![("project", "p".into())]), vec!["builder 'b2' uses unknown project name 'p'"]),
        ("b".into(), vec!["'b' is not a builder config (in c['builders'])"]),
    ];
    for (second, expected) in cases {
        assert_eq!(told(vec![second.clone()]), expected, "{second:?}");
    }
    for value in ["b".into(), Value::None] {
        assert_eq!(faults(vec![("builders", value)])[0], "c['builders'] must be a list");
    }
}

#[test]
fn a_builder_may_be_a_dictionary() {
    let args = vec![("name", "b1".into()), ("workernames", texts(&["w1"])), ("factory", factory(vec![step()]))];
    let mut entries = good();
    entries.retain(|(key, _)| *key != "builders");
    entries.push(("builders", Value::Tuple(vec![dict(args)])));
    let (config, errors) = read(entries);
    assert_eq!(errors, Errors::default());
    assert_eq!(config.unwrap().builders[0].workernames, ["w1"]);
}

#[test]
fn builders_need_a_scheduler() {
    let builders = Value::List(vec![builder("b1", vec![]), builder("b2", vec![]), builder("b3", vec![])]);
    assert_eq!(faults(vec![("builders", builders.clone())]), ["builder(s) b2, b3 have no schedulers to drive them"]);
    let rendered = object("process.properties.renderer", vec![]);
    let scheduler = object(
        "schedulers.forcesched.ForceScheduler",
        vec![("name", "f".into()), ("builderNames", Value::List(vec!["b1".into(), rendered]))],
    );
    assert_eq!(faults(vec![("builders", builders), ("schedulers", Value::List(vec![scheduler]))]), [""; 0]);
}

#[test]
fn locks_are_checked() {
    let (one, other) = (lock("MasterLock", "l", 901), lock("WorkerLock", "l", 902));
    let with = |locks: Vec<Value>| vec![("locks", Value::List(locks))];
    let held = |mode: &str, count| told(vec![builder("b2", with(vec![access(&one, mode, count)]))]);
    assert_eq!(held("counting", 2), [""; 0]);
    assert_eq!(held("nonsense", 1), ["a lock's access mode must be 'counting' or 'exclusive', not 'nonsense'"]);
    assert_eq!(held("exclusive", 2), ["a lock that is held exclusively takes one place: count must be 1"]);
    assert_eq!(held("counting", -1), ["LockAccess: parameter 'count' must not be negative, but it is -1"]);
    let step = |lock: Value| object("steps.shell.ShellCommand", with(vec![lock]));
    let steps = |lock| builder("b3", vec![("factory", factory(vec![step(lock)]))]);
    let share = "Two locks share the same name, 'l'";
    assert_eq!(
        told(vec![builder("b2", with(vec![access(&one, "exclusive", 1), access(&other, "counting", 1)]))]),
        [share]
    );
    let held = builder("b2", with(vec![access(&one, "counting", 1)]));
    // Locks of steps and workers may.
    assert_eq!(told(vec![held, steps(access(&other, "counting", 1))]), [""; 0]);
    let wrong = "a lock's access mode must be 'counting' or 'exclusive', not 'x'";
    assert_eq!(told(vec![steps(access(&other, "x", 1))]), [wrong]);
    let twice = || with(vec![access(&one, "counting", 1), Value::Object(Arc::clone(&one))]);
    assert_eq!(told(vec![builder("b2", twice()), builder("b3", twice())]), [""; 0]);
    let mut wrong = Object::clone(&one);
    wrong.args.insert("maxCount".to_owned(), "x".into());
    let wrong = with(vec![Value::Object(Arc::new(wrong))]);
    assert_eq!(told(vec![builder("b2", wrong)]), ["MasterLock: parameter 'maxCount' must be an int, not str"]);
}

#[test]
fn faults_of_projects_are_told() {
    let project = |args: Vec<(&str, Value)>| object("process.project.Project", args);
    let codebase = |args: Vec<(&str, Value)>| object("process.codebase.Codebase", args);
    let named = || project(vec![("name", "p".into())]);
    let cases: Vec<(Value, Value, Vec<&str>)> = vec![
        ("x".into(), "x".into(), vec!["c['projects'] must be a list", "c['codebases'] must be a list"]),
        (
            texts(&["x"]),
            texts(&["x"]),
            vec!["'x' is not a project config (in c['projects'])", "'x' is not a codebase config (in c['codebases'])"],
        ),
        (Value::List(vec![named(), named()]), Value::None, vec!["duplicate project name 'p'"]),
        (
            Value::List(vec![project(vec![("name", Value::Int(5))])]),
            Value::None,
            vec!["Project: parameter 'name' must be a str, not int"],
        ),
        (
            Value::List(vec![project(vec![("name", "p".into()), ("description_format", "x".into())])]),
            Value::None,
            vec!["project description format must be None or \"markdown\""],
        ),
        (
            Value::List(vec![named()]),
            Value::List(vec![codebase(vec![("name", "c".into()), ("project", "p".into())])]),
            vec![],
        ),
        (
            Value::List(vec![named()]),
            Value::List(vec![codebase(vec![("name", "c".into()), ("project", "q".into())])]),
            vec!["codebase 'c' includes unknown project name 'q' (in c['codebases'])"],
        ),
        (
            Value::None,
            Value::List(vec![codebase(vec![("name", "c".into())])]),
            vec!["Codebase: parameter 'project' is required"],
        ),
    ];
    for (projects, codebases, expected) in cases {
        let changes = vec![("projects", projects.clone()), ("codebases", codebases.clone())];
        assert_eq!(faults(changes), expected, "{projects:?} {codebases:?}");
    }
}

#[test]
fn a_fault_that_a_loop_repeats_is_told_once() {
    let unsupported = || factory(vec![object("steps.vstudio.VC9", vec![])]);
    let builders = ["b2", "b3", "b4"].map(|name| builder(name, vec![("factory", unsupported())]));
    assert_eq!(told(builders.to_vec()), ["the step VC9 is not supported yet"]);
    let Value::Object(mine) = object("process.buildstep.BuildStep", vec![]) else { panic!("it is an object") };
    let mine = Value::Object(Arc::new(Object { user_class: Some("steps.Mine".to_owned()), ..Object::clone(&mine) }));
    let told = told(vec![builder("b2", vec![("factory", factory(vec![mine]))])]);
    assert_eq!(told, ["the step Mine (a BuildStep) is not supported yet"]);
}
