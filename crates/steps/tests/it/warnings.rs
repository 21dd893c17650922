//! `Compile`, `Test` and what counts warnings.

use ferrobot_config::Value;
use ferrobot_model::Results;
use ferrobot_testkit::Site;
use insta::assert_snapshot;

use crate::bench::{Bench, function, step};

const OUTPUT: &str = "printf 'make: Entering directory `/src'\"'\"'\\na.c:3: Warning: unused\\nb.c:9: warning: old\\n'";

#[tokio::test]
async fn warnings_are_counted_and_add_up() {
    let with_log =
        |class: &str| step(class).with("command", OUTPUT).flag("logEnviron", false).flag("flunkOnFailure", false);
    let bench = Bench::with([
        with_log("shell.Compile"),
        with_log("shell.Test").with("maxWarnCount", Value::Int(1)),
        with_log("shell.WarningCountingShellCommand").with("warningPattern", Value::None).named("off"),
        step("shell.Configure").with("command", "true"),
        step("shell.TreeSize").flag("logEnviron", false),
    ])
    .await;
    assert_eq!(bench.build().await, Results::Warnings);
    let texts = bench.texts(1).await;
    assert_snapshot!(texts.split("treesize").next().unwrap(), @r"
    compile: warnings | compile (warnings)
    test: failure | test (failure)
    off: success | 'printf 'make: ...'
    configure: success | configure
    ");
    // The command itself is in the log, and holds both; but it also holds a directory's name, which goes first.
    let log = bench.master.log(1, "compile", "warnings__2_").await;
    assert_eq!(log, "a.c:3: Warning: unused\nb.c:9: warning: old\n");
    let properties = bench.master.properties(1).await;
    assert!(properties.contains("warnings-count = 4 (WarningCountingShellCommand)"), "{properties}");
    assert!(properties.contains("(treesize)"), "{properties}");
}

#[tokio::test]
async fn suppressions_come_from_a_file_of_the_worker() {
    let compile = step("shell.Compile")
        .with("command", "echo a.c:3:unused; echo b.c:9:old")
        .with("warningPattern", "^([a-z.]+):([0-9]+):(.*)$")
        .with("warningExtractor", function(1))
        .with("suppressionFile", "suppressions")
        .flag("logEnviron", false);
    let file =
        step("transfer.StringDownload").with("s", "# none\na.c : unused : 1-5\n").with("workerdest", "suppressions");
    let bench = Bench::on(Site::linux([file, compile]), |call| {
        // The step, the line, and where the pattern matches it.
        let field = |value: &Value, name: &str| value.as_object().unwrap().args[name].clone();
        assert_eq!(field(&call.args[0], "name"), "compile".into());
        let line = call.args[1].as_str().unwrap_or_default();
        assert_eq!(field(&call.args[2], "kind"), "match".into());
        assert_eq!(field(&call.args[2], "pattern"), "^([a-z.]+):([0-9]+):(.*)$".into());
        assert_eq!(field(&call.args[2], "string"), line.into());
        let parts: Vec<&str> = line.split(':').collect();
        Value::Tuple(vec![parts[0].into(), Value::Int(parts[1].parse().unwrap()), parts[2].into()])
    })
    .await;
    assert_eq!(bench.build().await, Results::Success);
    assert_eq!(bench.master.log(1, "compile", "warnings__1_").await, "b.c:9:old\n");
}
