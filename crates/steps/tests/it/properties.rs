//! Steps that set properties, and those that show values.

use ferrobot_config::Value;
use ferrobot_model::Results;
use ferrobot_testkit::Site;
use insta::assert_snapshot;

use crate::bench::{Bench, dict, function, list, step};

#[tokio::test]
async fn properties_get_values_and_sources() {
    let bench = Bench::with([
        step("master.SetProperty").with("property", "p").with("value", list(&["a", "b"])),
        step("master.SetProperty").with("property", "q").with("value", Value::None),
        step("master.SetProperties").with("properties", dict(&[("r", Value::Int(3)), ("p", "over".into())])),
        step("worker.SetPropertiesFromEnv").with("variables", list(&["PATH", "NOT_SET_AT_ALL"])).named("env"),
        step("master.Assert").with("check", Value::Bool(true)),
        step("master.Assert").with("check", list(&[])).named("wrong").flag("flunkOnFailure", false),
        step("master.LogRenderable").with("content", dict(&[("b", Value::Int(1)), ("a", "x\ny".into())])),
    ])
    .await;
    assert_eq!(bench.build().await, Results::Success);
    assert_snapshot!(bench.texts(1).await, @r"
    SetProperty: success | Set
    SetProperty_1: success | Set
    SetProperties: success | Properties Set
    env: success | Set
    Assert: success | checked True
    wrong: failure | checked [] (failure)
    LogRenderable: success | Logged
    ");
    let properties = bench.master.properties(1).await;
    for expected in ["p = \"over\" (SetProperties)", "q = null (SetProperty_1)", "r = 3 (SetProperties)"] {
        assert!(properties.contains(expected), "{expected} in {properties}");
    }
    assert!(properties.contains("(WorkerEnvironment)") && !properties.contains("NOT_SET_AT_ALL"));
    assert_eq!(bench.master.log(1, "LogRenderable", "Output").await, "{'a': 'x\\ny', 'b': 1}\n");
}

#[tokio::test]
async fn the_output_of_a_command_becomes_properties() {
    let from = |command: &str| step("shell.SetPropertyFromCommand").with("command", command).flag("logEnviron", false);
    let site = Site::linux([
        from("echo '  padded  '; echo noise >&2").with("property", "stripped"),
        from("echo '  padded  '").with("property", "whole").flag("strip", false),
        from("echo x; exit 3").with("property", "never").named("failing").flag("flunkOnFailure", false),
        from("echo x; echo y >&2; exit 3")
            .with("extract_fn", function(1))
            .flag("includeStderr", true)
            .named("extract")
            .flag("flunkOnFailure", false),
    ]);
    let bench = Bench::on(site, |call| {
        assert_eq!(call.handle, 1);
        dict(&[("status", call.args[0].clone()), ("out", call.args[1].clone()), ("err", call.args[2].clone())])
    })
    .await;
    assert_eq!(bench.build().await, Results::Success);
    assert_snapshot!(bench.texts(1).await, @r"
    setproperty: success | property 'stripped' set
    setproperty_1: success | property 'whole' set
    failing: failure | 'echo x; ...' (failure)
    extract: failure | 3 properties set (failure)
    ");
    let properties = bench.master.properties(1).await;
    let set: Vec<&str> = properties.lines().filter(|line| line.ends_with("(SetPropertyFromCommand Step)")).collect();
    let expected = [
        "err = \"y\\n\" (SetPropertyFromCommand Step)",
        "out = \"x\\n\" (SetPropertyFromCommand Step)",
        "status = 3 (SetPropertyFromCommand Step)",
        "stripped = \"padded\" (SetPropertyFromCommand Step)",
        "whole = \"  padded  \\n\" (SetPropertyFromCommand Step)",
    ];
    assert_eq!(set, expected);
    assert_snapshot!(bench.master.log(1, "extract", "property_changes").await, @r"
    err: 'y\n'
    out: 'x\n'
    status: 3
    ");
}
