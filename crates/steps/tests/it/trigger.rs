//! `Trigger`.

use ferrobot_config::Value;
use ferrobot_data::Control;
use ferrobot_model::Results;
use ferrobot_testkit::{Builder, Site, StepObject};
use insta::assert_snapshot;
use serde_json::json;

use crate::bench::{Bench, dict, list, run, step};

fn trigger(schedulers: &[&str]) -> StepObject {
    step("trigger.Trigger").with("schedulerNames", list(schedulers))
}

/// A site whose builder `linux` triggers others.
fn site(steps: impl IntoIterator<Item = StepObject>) -> Site {
    Site::linux(steps)
        .builder(Builder::new("good", &["w1"]).step(run("true")))
        .builder(Builder::new("bad", &["w1"]).step(run("false")))
        .builder(Builder::new("slow", &["w1"]).step(run("exec sleep 300")))
        .scheduler("t-good", &["good"])
        .scheduler("t-bad", &["bad"])
        .scheduler("t-slow", &["slow"])
}

async fn bench(steps: impl IntoIterator<Item = StepObject>) -> Bench {
    Bench::on(site(steps), |call| call.args.first().cloned().unwrap_or_default()).await
}

#[tokio::test]
async fn the_results_of_the_builds_are_the_steps() {
    let waiting = |schedulers| trigger(schedulers).flag("waitForFinish", true).flag("flunkOnFailure", false);
    let bench = bench([
        waiting(&["t-good"]),
        waiting(&["t-good", "t-bad"]),
        waiting(&["t-good", "t-bad"]).with("unimportantSchedulerNames", list(&["t-bad"])),
        trigger(&["t-good"]).with("descriptionDone", "given").named("goes-on"),
    ])
    .await;
    assert_eq!(bench.build().await, Results::Success);
    assert_snapshot!(bench.texts(1).await, @r"
    trigger: success | triggered t-good, 1 success
    trigger_1: failure | triggered t-good, t-bad, 1 success, 1 failure
    trigger_2: success | triggered t-good, t-bad, 1 success, 1 failure
    goes-on: success | triggered t-good
    ");
    let steps = bench.master.rows("builds/1/steps", &["number"]).await;
    let names: Vec<&str> =
        steps[2]["urls"].as_array().unwrap().iter().map(|url| url["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["t-good #3", "t-bad #4", "success: good #2", "failure: bad #1"]);
    let child = &bench.master.rows("buildsets/2", &[]).await[0];
    assert_eq!(child["parent_buildid"], 1);
    assert_eq!(child["parent_relationship"], "Triggered from");
}

#[tokio::test]
async fn properties_and_revisions_go_along() {
    let bench = bench([
        step("master.SetProperty").with("property", "got_revision").with("value", "r9"),
        step("master.SetProperty").with("property", "mine").with("value", "kept"),
        trigger(&["t-good"])
            .flag("waitForFinish", true)
            .with("set_properties", dict(&[("given", Value::Int(2))]))
            .with("copy_properties", list(&["mine"])),
        trigger(&["t-good"]).flag("waitForFinish", true).flag("alwaysUseLatest", true),
        trigger(&["t-good"]).flag("waitForFinish", true).flag("updateSourceStamp", false),
        trigger(&["t-good"])
            .flag("waitForFinish", true)
            .with("sourceStamp", dict(&[("branch", "other".into()), ("revision", "r1".into())])),
    ])
    .await;
    let request = bench.master.force_with("linux", json!({"branch": "main", "revision": "r0"})).await;
    assert_eq!(bench.master.finished(request).await, Results::Success);
    let properties = bench.master.properties(2).await;
    assert!(
        properties.contains("given = 2 (Trigger)") && properties.contains("mine = \"kept\" (Trigger)"),
        "{properties}"
    );
    let mut built = Vec::new();
    for buildset in 2..=5 {
        let row = bench.master.rows(&format!("buildsets/{buildset}"), &[]).await.remove(0);
        built.push(row["sourcestamps"][0]["revision"].clone());
    }
    assert_eq!(built, [json!("r9"), json!(null), json!("r0"), json!("r1")]);
}

#[tokio::test]
async fn nothing_is_fired_when_one_scheduler_is_unknown() {
    let bench = bench([trigger(&["t-good", "t-nobody"])]).await;
    assert_eq!(bench.build().await, Results::Exception);
    assert_eq!(bench.texts(1).await, "trigger: exception | finished\n");
    let told = bench.master.log(1, "trigger", "err_text").await;
    assert!(told.ends_with("ValueError: unknown triggered scheduler: 't-nobody'\n"), "{told}");
    assert_eq!(bench.master.rows("buildsets", &[]).await.len(), 1);
}

#[tokio::test]
async fn stopping_the_parent_stops_the_children() {
    let bench = bench([trigger(&["t-slow"]).flag("waitForFinish", true)]).await;
    let request = bench.master.force("linux").await;
    let build = bench.master.building(request).await;
    bench.master.building(ferrobot_model::BuildRequestId(2)).await;
    let stop = Control::StopBuild { build, reason: "enough".to_owned(), results: None };
    bench.master.control(stop).await.unwrap();
    assert_eq!(bench.master.finished(request).await, Results::Cancelled);
    assert_eq!(bench.master.finished(ferrobot_model::BuildRequestId(2)).await, Results::Cancelled);
    bench.master.idle().await;
    assert_eq!(bench.texts(1).await, "trigger: cancelled | interrupted\n");
}
