//! `ShellCommand` and `ShellSequence`.

use std::sync::Arc;

use ferrobot_config::{Object, Value};
use ferrobot_data::Control;
use ferrobot_model::Results;
use ferrobot_testkit::eventually;
use insta::assert_snapshot;

use crate::bench::{Bench, dict, list, run, step};

#[tokio::test]
async fn the_exit_status_is_the_result() {
    let decode = Value::Dict(vec![(Value::Int(0), Value::Int(0)), (Value::Int(5), Value::Int(1))]);
    let bench = Bench::with([
        run("echo one").named("one"),
        run("exit 5").named("decoded").with("decodeRC", decode),
        run("echo to stderr >&2; exit 3").named("fails").flag("flunkOnFailure", false),
        run("").named("words").with("command", list(&["echo", "a  b", "c"])),
        run("true").named("described").with("descriptionDone", list(&["has", "run"])).with("descriptionSuffix", "well"),
    ])
    .await;
    assert_eq!(bench.build().await, Results::Success);
    assert_snapshot!(bench.texts(1).await, @r"
    one: success | 'echo one'
    decoded: warnings | 'exit 5' (warnings)
    fails: failure | 'echo to ...' (failure)
    words: success | 'echo a  b ...'
    described: success | has run well
    ");
    assert_eq!(bench.output(1, "words").await, "a  b c\n");
    let log = bench.without_paths(&bench.master.log(1, "fails", "stdio").await);
    let ended = log.split("elapsedTime").next().unwrap();
    assert_snapshot!(ended, @r"
    hecho to stderr >&2; exit 3
    h in dir BASE/worker/linux/build (timeout 1200 secs)
    h watching logfiles {}
    h argv: b'echo to stderr >&2; exit 3'
    h using PTY: False
    eto stderr
    hprogram finished with exit code 3
    h
    ");
}

#[tokio::test]
async fn parameters_reach_the_command() {
    let env = dict(&[("GREETING", "hello".into()), ("LIST", list(&["a", "b"])), ("HOME", Value::None)]);
    let bench = Bench::with([
        run("echo $GREETING $LIST ${HOME:-none}; cat; pwd")
            .named("all")
            .with("env", env)
            .with("initialStdin", "typed\n")
            .with("workdir", "elsewhere"),
        run("echo hidden").named("silent").flag("want_stdout", false),
        run("echo kept > a.log; echo more > b.log; sleep 0.1")
            .named("files")
            .with("logfiles", dict(&[("a", "a.log".into()), ("b", dict(&[("filename", "b.log".into())]))])),
        run("tty && echo is a terminal").named("terminal").flag("usePTY", true),
    ])
    .await;
    assert_eq!(bench.build().await, Results::Success);
    assert_snapshot!(bench.without_paths(&bench.output(1, "all").await), @r"
    hello a:b none
    typed
    BASE/worker/linux/elsewhere
    ");
    assert_eq!(bench.output(1, "silent").await, "");
    assert_eq!(bench.master.log(1, "files", "a").await, "okept\n");
    assert_eq!(bench.master.log(1, "files", "b").await, "omore\n");
    assert!(bench.output(1, "terminal").await.contains("is a terminal"));
}

#[tokio::test]
async fn limits_are_told() {
    let bench = Bench::with([
        run("exec sleep 30").named("silent").with("timeout", Value::Float(0.3)).flag("flunkOnFailure", false),
        run("exec sleep 30").named("slow").with("maxTime", Value::Float(0.3)).flag("flunkOnFailure", false),
        run("seq 1 100; exec sleep 30").named("wordy").with("max_lines", Value::Int(5)).flag("flunkOnFailure", false),
    ])
    .await;
    assert_eq!(bench.build().await, Results::Success);
    assert_snapshot!(bench.texts(1).await, @r"
    silent: failure | 'exec sleep ...' (failure) (timed out)
    slow: failure | 'exec sleep ...' (failure) (timed out)
    wordy: failure | 'seq 1 ...' (failure) (max lines)
    ");
}

#[tokio::test]
async fn what_cannot_be_run_is_told() {
    let bench = Bench::with([run("").named("empty").with("command", list(&[]))]).await;
    assert_eq!(bench.build().await, Results::Exception);
    let told = bench.master.log(1, "empty", "err_text").await;
    assert_eq!(told, "ShellCommand: the command is empty after rendering\n");
    let wrong = run("true").named("wrong").with("timeout", list(&["soon"]));
    let bench = Bench::with([wrong]).await;
    assert_eq!(bench.build().await, Results::Exception);
}

fn shell_arg(command: &str, args: &[(&str, Value)]) -> Value {
    let mut object = Object { class: "buildbot.steps.shellsequence.ShellArg".to_owned(), ..Object::default() };
    object.args.insert("command".to_owned(), command.into());
    object.args.extend(args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    Value::Object(Arc::new(object))
}

#[tokio::test]
async fn a_sequence_has_a_log_and_flags_for_each_command() {
    let (yes, no) = (Value::Bool(true), Value::Bool(false));
    let commands = Value::List(vec![
        shell_arg("echo first", &[("logname", "first".into())]),
        shell_arg("echo again", &[("logname", "first".into())]),
        shell_arg("exit 1", &[("flunkOnFailure", no), ("warnOnFailure", yes.clone())]),
        shell_arg("exit 2", &[("haltOnFailure", yes)]),
        shell_arg("echo never", &[("logname", "never".into())]),
    ]);
    let sequence = step("shellsequence.ShellSequence").with("commands", commands).flag("logEnviron", false);
    let nothing = step("shellsequence.ShellSequence").with("commands", list(&[])).named("nothing");
    let bench = Bench::with([sequence, nothing]).await;
    assert_eq!(bench.build().await, Results::Failure);
    assert_snapshot!(bench.texts(1).await, @r"
    generic: failure | 'exit 2' (failure)
    nothing: success | finished
    ");
    let log = bench.master.log(1, "generic", "first").await;
    assert_eq!(log.lines().filter(|line| line.starts_with('o')).collect::<Vec<_>>(), ["ofirst", "oagain"]);
    let step = &bench.master.rows("builds/1/steps", &["number"]).await[1]["stepid"];
    assert_eq!(bench.master.rows(&format!("steps/{step}/logs"), &[]).await.len(), 1);
}

#[tokio::test]
async fn a_stopped_sequence_ends_with_the_command_that_ran() {
    let commands = Value::List(vec![shell_arg("touch began; exec sleep 300", &[]), shell_arg("touch never", &[])]);
    let bench = Bench::with([step("shellsequence.ShellSequence").with("commands", commands)]).await;
    let request = bench.master.force("linux").await;
    let build = bench.master.building(request).await;
    eventually("the first command", || async { bench.on_worker("build/began").exists().then_some(()) }).await;
    let stop = Control::StopBuild { build, reason: "enough".to_owned(), results: None };
    bench.master.control(stop).await.unwrap();
    assert_eq!(bench.master.finished(request).await, Results::Cancelled);
    assert_eq!(bench.texts(1).await, "generic: cancelled | 'touch began; ...' (cancelled)\n");
    assert!(!bench.on_worker("build/never").exists());
}
