//! Stories of a worker and its master over Perspective Broker.

use std::time::Duration;

use ferrobot_wire::pb::{Failure, Target, Value};
use ferrobot_worker::WorkerOptions;

use crate::pb_scripted::ScriptedPbMaster;
use crate::scripted::{LiveWorker, gone, written_pid};

fn shell(script: &str) -> Vec<(&'static str, Value)> {
    let words = ["sh", "-c", script].map(Value::from).to_vec();
    vec![("workdir", "build".into()), ("command", Value::List(words))]
}

#[tokio::test]
async fn a_worker_attaches_builds_and_is_sent_home() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    let bot = worker.bot.clone();

    assert_eq!(worker.ask(&bot, "print", vec!["attached".into()]).await, Ok(Value::None));
    let info = worker.ask(&bot, "getWorkerInfo", Vec::new()).await.unwrap();
    let text = |name: &str| info.get(name).and_then(Value::as_text);
    assert_eq!(text("basedir"), place.path().to_str());
    assert_eq!((text("system"), text("version")), (Some("posix"), Some("4.3.0")));
    assert_eq!(info.get("delete_leftover_dirs"), Some(&Value::Integer(0)));
    assert_eq!(info.get("worker_commands").unwrap().get("uploadFile"), Some(&"3.3".into()));
    let commands = worker.ask(&bot, "getCommands", Vec::new()).await.unwrap();
    assert_eq!(commands.get("rmdir"), Some(&"3.3".into()));
    assert_eq!(worker.ask(&bot, "getVersion", Vec::new()).await, Ok("4.3.0".into()));

    let builders = worker.builders(&[("b1", "dir1"), ("b2", "b2")]).await;
    assert_eq!(worker.ask(&builders[0], "print", vec!["attached".into()]).await, Ok(Value::None));
    assert_eq!(worker.ask(&builders[0], "startBuild", Vec::new()).await, Ok(Value::None));
    let script = "pwd; echo hello; echo oops >&2; echo log > lg; exit 3";
    let mut args = shell(script);
    args.push(("logfiles", Value::dict([("log", "lg".into())])));
    let (started, report) = worker.run(&builders[0], "7", "shell", args).await;
    assert_eq!(report.failure, None);
    assert_eq!(report.text("stdout"), format!("{}/dir1/build\nhello\n", place.path().display()));
    assert_eq!(report.text("stderr"), "oops\n");
    assert_eq!(report.value("log"), &Value::Tuple(vec!["log".into(), "log\n".into()]));
    assert_eq!(report.value("rc"), &Value::Integer(3));
    assert!(matches!(report.value("elapsed"), Value::Float(_)));
    worker.released(started.command).await;

    assert_eq!(worker.ask(&bot, "shutdown", Vec::new()).await, Ok(Value::None));
    worker.closed().await;
    live.end().await.unwrap();
    assert!(place.path().join("twistd.hostname").exists());
}

#[tokio::test]
async fn nonsense_is_answered_in_stock_words() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let _live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    let bot = worker.bot.clone();
    let builder = worker.builders(&[("b1", "b1")]).await.remove(0);
    for target in [&bot, &builder, &Target::Name("root".to_owned())] {
        let failure = worker.ask(target, "nonsense", Vec::new()).await.unwrap_err();
        assert_eq!(failure.class, "twisted.spread.flavors.NoSuchMethod");
    }
    assert!(worker.ask(&Target::Id(77), "print", vec!["x".into()]).await.is_err());
    assert!(worker.ask(&bot, "setBuilderList", vec!["b1".into()]).await.is_err());
    assert!(worker.ask(&builder, "startCommand", vec!["x".into()]).await.is_err());
    assert_eq!(worker.ask(&builder, "interruptCommand", vec!["77".into(), "w".into()]).await, Ok(Value::None));

    let cases = [
        ("nope", "buildbot_worker.base.UnknownCommand", "(command 1): unrecognized WorkerCommand 'nope'"),
        ("mkdir", "builtins.KeyError", "'dir'"),
        ("uploadFile", "builtins.KeyError", "'workdir'"),
    ];
    for (name, class, message) in cases {
        let failure = worker.start(&builder, "1", name, Vec::new()).await.unwrap_err();
        assert_eq!((failure.class.as_str(), failure.message.as_str()), (class, message));
        assert_eq!(failure.traceback, "Traceback unavailable\n");
    }
    let mut bad_env = shell("true");
    bad_env.push(("env", Value::dict([("A", Value::Integer(5))])));
    let (_, report) = worker.run(&builder, "2", "shell", bad_env).await;
    assert!(matches!(report.value("elapsed"), Value::Float(_)));
    let failure = report.failure.unwrap();
    assert_eq!(failure.class, "builtins.RuntimeError");
    assert_eq!(failure.message, "'env' values must be strings or lists; key 'A' is incorrect");
}

#[tokio::test]
async fn files_go_both_ways() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let _live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    let builder = worker.builders(&[("b1", "b1")]).await.remove(0);
    let build = place.path().join("b1/build");
    std::fs::create_dir_all(&build).unwrap();
    std::fs::write(build.join("up"), "0123456789").unwrap();
    let upload = || {
        vec![
            ("workdir", "build".into()),
            ("workersrc", "up".into()),
            ("writer", Value::None),
            ("maxsize", Value::None),
            ("blocksize", Value::Integer(6)),
            ("keepstamp", true.into()),
        ]
    };
    let (started, report) = worker.run(&builder, "1", "uploadFile", upload()).await;
    let calls: Vec<&str> = report.file.iter().map(|(method, _)| method.as_str()).collect();
    assert_eq!(calls, ["write", "write", "close", "utime"]);
    assert_eq!(report.file[1].1, [Value::Bytes("6789".into())]);
    let times = report.file[3].1[0].as_sequence().unwrap();
    assert!(matches!(times, [Value::Float(_), Value::Float(modified)] if *modified > 1.0e9), "{times:?}");
    assert_eq!(report.value("rc"), &Value::Integer(0));
    worker.released(started.file).await;

    worker.download = ["from ", "above"].into();
    let download = vec![
        ("workdir", "build".into()),
        ("workerdest", "deep/down".into()),
        ("reader", Value::None),
        ("maxsize", Value::None),
        ("blocksize", Value::Integer(6)),
        ("mode", Value::Integer(0o600)),
    ];
    let (_, report) = worker.run(&builder, "2", "downloadFile", download).await;
    assert_eq!(report.file[0], ("read".to_owned(), vec![Value::Integer(6)]));
    assert_eq!(report.file.last().unwrap().0, "close");
    assert_eq!(std::fs::read(build.join("deep/down")).unwrap(), b"from above");

    let directory = vec![
        ("workdir", "build".into()),
        ("workersrc", "deep".into()),
        ("writer", Value::None),
        ("maxsize", Value::None),
        ("blocksize", Value::Integer(16384)),
        ("compress", "gz".into()),
    ];
    let (_, report) = worker.run(&builder, "3", "uploadDirectory", directory.clone()).await;
    let calls: Vec<&str> = report.file.iter().map(|(method, _)| method.as_str()).collect();
    assert_eq!(calls, ["write", "unpack"]);

    // What the master says of its own disk comes back to it.
    let full = Failure::new("builtins.OSError", "[Errno 28] No space left on device");
    worker.refusing = Some(full.clone());
    let (_, report) = worker.run(&builder, "4", "uploadFile", upload()).await;
    let failure = report.failure.clone().unwrap();
    assert_eq!((failure.class, failure.message), (full.class, full.message));
    assert_eq!(report.value("rc"), &Value::Integer(1));
    // Half of an archive is not for unpacking.
    let (_, report) = worker.run(&builder, "5", "uploadDirectory", directory).await;
    assert!(report.failure.is_some() && report.file.iter().all(|(method, _)| method != "unpack"), "{:?}", report.file);
}

#[tokio::test]
async fn a_command_is_interrupted() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let _live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    let builders = worker.builders(&[("b1", "b1"), ("b2", "b2")]).await;
    // The same id at two builders: only the one that is meant ends.
    let one = worker.start(&builders[0], "1", "shell", shell("sleep 1000")).await.unwrap();
    let other = worker.start(&builders[1], "1", "shell", shell("echo x")).await.unwrap();
    let stop = vec!["1".into(), "enough".into()];
    let report = worker.completion(other).await;
    assert_eq!(report.text("stdout"), "x\n");
    assert_eq!(worker.ask(&builders[0], "interruptCommand", stop).await, Ok(Value::None));
    let report = worker.completion(one).await;
    assert_eq!((report.value("rc"), &report.failure), (&Value::Integer(-1), &None));
    assert!(report.text("header").contains("\ncommand interrupted, attempting to kill\n"));
}

#[tokio::test]
async fn output_of_any_size_arrives_whole() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let _live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    let builder = worker.builders(&[("b1", "b1")]).await.remove(0);
    let (_, report) = worker.run(&builder, "1", "shell", shell("seq 1 300000")).await;
    let expected: String = (1..=300_000).map(|number| format!("{number}\n")).collect();
    assert_eq!(report.text("stdout"), expected);
    let biggest = report.updates.iter().filter_map(|(_, value)| value.as_text()).map(str::len).max().unwrap();
    assert!(biggest <= 512 * 1024, "{biggest}");
}

#[tokio::test]
async fn builders_come_and_go() {
    let place = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(place.path().join("info")).unwrap();
    let master = ScriptedPbMaster::new().await;
    let options = WorkerOptions { delete_leftover_dirs: true, ..master.options(place.path()) };
    let _live = LiveWorker::start(options);
    let mut worker = master.accept().await;
    let first = worker.builders(&[("b1", "b1"), ("b2", "b2")]).await;
    assert!(place.path().join("b1").is_dir());
    let second = worker.builders(&[("b2", "elsewhere"), ("b3", "b3")]).await;
    assert_eq!(second[0], first[1], "a builder that stays keeps its object");
    assert!(worker.ask(&first[0], "startBuild", Vec::new()).await.is_err());
    let (_, report) = worker.run(&second[0], "1", "shell", shell("pwd")).await;
    assert_eq!(report.text("stdout"), format!("{}/elsewhere/build\n", place.path().display()));
    for (name, exists) in [("b1", false), ("b2", false), ("elsewhere", true), ("b3", true), ("info", true)] {
        assert_eq!(place.path().join(name).exists(), exists, "{name}");
    }
}

#[tokio::test]
async fn signs_of_life_are_sent() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let options = WorkerOptions { keepalive: Some(Duration::from_millis(20)), ..master.options(place.path()) };
    let _live = LiveWorker::start(options);
    let mut worker = master.accept().await;
    for _ in 0..3 {
        let call = worker.call().await;
        assert_eq!((call.method.as_str(), call.args.len()), ("keepalive", 0));
        worker.answer(&call, &Value::None).await;
    }
}

#[tokio::test]
async fn a_lost_connection_ends_its_commands_and_is_made_again() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let live = LiveWorker::start(master.options(place.path()));
    let mut worker = master.accept().await;
    let builder = worker.builders(&[("b1", "b1")]).await.remove(0);
    worker.start(&builder, "1", "shell", shell("echo $$ > pid; exec sleep 1000")).await.unwrap();
    let pid = written_pid(&place.path().join("b1/build/pid")).await;
    drop(worker);
    let mut worker = master.accept().await;
    let bot = worker.bot.clone();
    assert_eq!(worker.ask(&bot, "print", vec!["again".into()]).await, Ok(Value::None));
    gone(&pid).await;
    live.shutdown.cancel();
    live.end().await.unwrap();
}

#[tokio::test]
async fn a_worker_that_nobody_wants_gives_up() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let options = WorkerOptions { maxretries: Some(2), ..master.options(place.path()) };
    let live = LiveWorker::start(options);
    master.babble().await;
    master.refuse().await;
    let error = live.end().await.unwrap_err().to_string();
    assert!(error.contains("gave up after 2 attempts"), "{error}");
    assert!(error.contains("the master refused the name or password of worker `w1`"), "{error}");
}

#[tokio::test]
async fn what_cannot_be_used_is_said_at_once() {
    let place = tempfile::tempdir().unwrap();
    let master = ScriptedPbMaster::new().await;
    let cases = [
        ("carrier:pigeon:1", "'carrier' is no kind of endpoint that is known; there are tcp, tls, ssl and unix"),
        ("tls:localhost", "it names no port"),
    ];
    for (text, reason) in cases {
        let options = WorkerOptions { connection_string: Some(text.to_owned()), ..master.options(place.path()) };
        let error = LiveWorker::start(options).end().await.unwrap_err().to_string();
        let expected = format!("worker `w1` cannot start: the connection string `{text}` cannot be used: {reason}");
        assert_eq!(error, expected);
    }
    let text = "tls:localhost:1:trustRoots=/no/such/place".to_owned();
    let options = WorkerOptions { connection_string: Some(text), ..master.options(place.path()) };
    let error = LiveWorker::start(options).end().await.unwrap_err().to_string();
    assert!(error.contains("cannot read the directory of trusted certificates `/no/such/place`: "), "{error}");
}
