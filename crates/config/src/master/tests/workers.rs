//! Workers and machines.

use super::*;

fn worker(name: &str, more: Vec<(&str, Value)>) -> Value {
    let mut args = vec![("name", Value::from(name)), ("password", "p".into())];
    args.extend(more);
    object("worker.base.Worker", args)
}

#[test]
fn faults_of_workers_are_told() {
    let long = "w".repeat(51);
    let int = Value::Int;
    let cases: Vec<(Value, Vec<String>)> = [
        (worker("status", vec![]), vec!["worker name 'status' is reserved"]),
        (worker("", vec![]), vec!["worker name '' cannot be an empty string"]),
        (worker(&long, vec![]), vec!["worker name 'WWW' is longer than 50 characters"]),
        (worker(&"w".repeat(50), vec![]), vec![]),
        (worker("a b", vec![]), vec!["worker name 'a b' is not an identifier"]),
        (worker("a.b", vec![]), vec!["worker name 'a.b' is not an identifier"]),
        (worker("9a", vec![]), vec!["worker name '9a' is not an identifier"]),
        (worker("ü-b_9", vec![]), vec![]),
        (
            object("worker.base.Worker", vec![("name", int(5))]),
            vec!["Worker: parameter 'name' must be a str, not int", "Worker: parameter 'password' is required"],
        ),
        (
            worker("w2", vec![("max_builds", "x".into())]),
            vec!["Worker: parameter 'max_builds' must be an int, not str"],
        ),
        (worker("w2", vec![("max_builds", int(-1))]), vec!["worker 'w2': max_builds must not be negative"]),
        (worker("w2", vec![("notify_on_missing", "a@b.c".into())]), vec![]),
        (
            worker("w2", vec![("notify_on_missing", Value::List(vec!["a@b.c".into(), int(5)]))]),
            vec!["notify_on_missing arg 5 is not a string"],
        ),
        (
            worker("w2", vec![("missing_timeout", "x".into())]),
            vec!["Worker: parameter 'missing_timeout' must be a number, not str"],
        ),
        (
            worker("w2", vec![("missing_timeout", Value::Float(f64::NAN))]),
            vec!["worker 'w2': missing_timeout must be a number of seconds, 0 or more, not NaN"],
        ),
        (
            worker("w2", vec![("missing_timeout", int(-5))]),
            vec!["worker 'w2': missing_timeout must be a number of seconds, 0 or more, not -5"],
        ),
        (worker("w2", vec![("missing_timeout", Value::Float(f64::INFINITY))]), vec![]),
        (worker("w2", vec![("keepalive_interval", Value::None)]), vec![]),
        (
            worker("w2", vec![("keepalive_interval", int(-1))]),
            vec!["worker 'w2': keepalive_interval must be a number of seconds, 0 or more, not -1"],
        ),
        (worker("w2", vec![("properties", "x".into())]), vec!["worker 'w2': properties must be a dictionary"]),
        (worker("w2", vec![("locks", texts(&["x"]))]), vec!["worker 'w2': locks must be a list of locks"]),
        (worker("w2", vec![("machine_name", "nosuch".into())]), vec!["worker 'w2' uses unknown machine 'nosuch'"]),
        (worker("w2", vec![("machine_name", int(5))]), vec!["worker 'w2' uses unknown machine 5"]),
        (worker("w2", vec![("machine_name", "m".into())]), vec![]),
        (
            object("worker.ec2.EC2LatentWorker", vec![("name", "w2".into())]),
            vec!["the worker class EC2LatentWorker is not supported yet"],
        ),
        (object("worker.local.LocalWorker", vec![("name", "w2".into())]), vec![]),
        (object("worker.local.LocalWorker", vec![]), vec!["LocalWorker: parameter 'name' is required"]),
        ("w1".into(), vec!["c['workers'] must be a list of Worker instances but there is 'w1'"]),
        (factory(vec![]), vec!["c['workers'] must be a list of Worker instances but there is a BuildFactory"]),
    ]
    .into_iter()
    .map(|(value, told)| (value, told.into_iter().map(|text| text.replace("WWW", &long)).collect()))
    .collect();
    for (second, expected) in cases {
        let machines = Value::List(vec![object("machine.base.Machine", vec![("name", "m".into())])]);
        let workers = Value::List(vec![worker("w1", vec![]), second.clone()]);
        assert_eq!(faults(vec![("workers", workers), ("machines", machines)]), expected, "{second:?}");
    }
}

#[test]
fn workers_are_a_list() {
    for value in ["w1".into(), dict(vec![("a", Value::Int(1))])] {
        let told = faults(vec![("workers", value)]);
        let expected =
            ["c['workers'] must be a list", "no workers are configured", "builder 'b1' uses unknown workers 'w1'"];
        assert_eq!(told, expected);
    }
    let twice = ["m", "m"].map(|name| object("machine.base.Machine", vec![("name", name.into())]));
    assert_eq!(faults(vec![("machines", Value::List(twice.to_vec()))]), ["duplicate machine name 'm'"]);
    let fault = "c['machines'] must be a list of machines";
    assert_eq!(faults(vec![("machines", "x".into())]), [fault]);
    assert_eq!(faults(vec![("machines", texts(&["x"]))]), [fault]);
}

#[test]
fn only_a_machine_that_would_be_started_is_told_of() {
    for (class, expected) in [
        ("machine.base.Machine", vec![]),
        (
            "machine.generic.GenericLatentMachine",
            vec!["the machine GenericLatentMachine 'm' is not supported yet and is never started"],
        ),
    ] {
        let mut entries = good();
        entries.push(("machines", Value::List(vec![object(class, vec![("name", "m".into())])])));
        let (_, errors) = read(entries);
        let told: Vec<_> = errors.warnings.iter().map(|warning| warning.message.as_str()).collect();
        assert_eq!(told, expected, "{class}");
    }
}

#[test]
fn of_two_workers_with_one_name_the_later_counts() {
    let mut entries = good();
    entries.retain(|(key, _)| *key != "workers");
    let later = worker("w1", vec![("max_builds", Value::Int(3)), ("missing_timeout", Value::None)]);
    entries.push(("workers", Value::List(vec![worker("w1", vec![]), later])));
    let (config, errors) = read(entries);
    let config = config.unwrap();
    assert_eq!(config.workers.len(), 1);
    assert_eq!((config.workers[0].max_builds, config.workers[0].missing_timeout), (Some(3), None));
    assert_eq!(errors.warnings[0].message, "two workers are called 'w1'; the later one counts");
}
