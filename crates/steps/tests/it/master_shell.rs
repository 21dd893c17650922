//! `MasterShellCommand`.

use ferrobot_config::Value;
use ferrobot_data::Control;
use ferrobot_model::Results;
use ferrobot_testkit::{StepObject, eventually};
use insta::assert_snapshot;

use crate::bench::{Bench, dict, list, step};

fn on_master(command: impl Into<Value>) -> StepObject {
    step("master.MasterShellCommand")
        .with("command", command)
        .flag("logEnviron", false)
        .flag("flunkOnFailure", false)
        .flag("haltOnFailure", false)
}

#[tokio::test]
async fn commands_run_in_the_masters_directory() {
    let bench = Bench::with([
        on_master("pwd; sleep 0.2; echo err >&2; sleep 0.2; printf tail").named("plain"),
        on_master("echo $A").named("env").with("env", dict(&[("A", "${HOME}!".into())])),
        on_master("exit 3").named("fails").with("descriptionSuffix", "here"),
        on_master("kill -9 $$").named("killed"),
        on_master("tty > /dev/null && echo terminal > /dev/tty").named("terminal").flag("usePTY", true),
        on_master("exec sleep 30").named("limited").with("runtime_timeout", Value::Float(0.2)),
        on_master(list(&["no-such-program", "x"])).named("missing"),
    ])
    .await;
    assert_eq!(bench.build().await, Results::Exception);
    assert_snapshot!(bench.texts(1).await, @r"
    plain: success | Ran
    env: success | Ran
    fails: failure | failed (3) here (failure)
    killed: failure | killed (9) (failure)
    terminal: success | Ran
    limited: failure | killed (15) (failure)
    missing: exception | Ran (exception)
    ");
    assert_snapshot!(bench.without_paths(&bench.master.log(1, "plain", "stdio").await), @r"
    hpwd; sleep 0.2; echo err >&2; sleep 0.2; printf tail
    h
    h** RUNNING ON BUILDMASTER **
    h in dir BASE
    h argv: ['/bin/sh', '-c', 'pwd; sleep 0.2; echo err >&2; sleep 0.2; printf tail']
    oBASE
    eerr
    otail
    ");
    let home = std::env::var("HOME").unwrap_or_default();
    assert_eq!(bench.output(1, "env").await, format!("{home}!\n"));
    assert_eq!(bench.output(1, "terminal").await, "terminal\n");
    assert!(bench.master.log(1, "missing", "err_text").await.starts_with("cannot run no-such-program on the master"));
}

#[tokio::test]
async fn a_stopped_command_takes_its_children_along() {
    let bench = Bench::with([on_master("sleep 300 & echo $! > child; wait").named("long")]).await;
    let request = bench.master.force("linux").await;
    let build = bench.master.building(request).await;
    let child = eventually("the child's id", || async {
        let text = std::fs::read_to_string(bench.on_master("child")).ok()?;
        text.trim().parse::<i32>().ok()
    })
    .await;
    let stop = Control::StopBuild { build, reason: "enough".to_owned(), results: None };
    bench.master.control(stop).await.unwrap();
    assert_eq!(bench.master.finished(request).await, Results::Cancelled);
    eventually("the end of the child", || async {
        let state = std::fs::read_to_string(format!("/proc/{child}/stat")).unwrap_or_default();
        (state.is_empty() || state.contains(") Z ")).then_some(())
    })
    .await;
}
