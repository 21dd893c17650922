//! Schedulers that build changes.

use ferrobot_config::Value;
use ferrobot_engine::HostError;
use ferrobot_model::BuilderId;
use serde_json::json;

use crate::site::{Site, field, filter, function, scheduler, shown};

fn of(branch: &str) -> Value {
    filter(vec![("branch", branch.into())])
}

#[tokio::test(flavor = "multi_thread")]
async fn an_important_change_is_built_at_once_and_others_are_not() {
    let arguments = vec![
        ("change_filter", of("main")),
        ("fileIsImportant", function(1)),
        ("properties", Value::Dict(vec![("level".into(), Value::Int(2))])),
        ("priority", Value::Int(7)),
        ("builderNames", Value::List(vec!["b1".into(), "b2".into()])),
    ];
    let site = Site::new(vec![scheduler("basic.SingleBranchScheduler", "single", arguments)]);
    site.function(1, |call| {
        let files = field(call, "files");
        Ok(Value::Bool(files.as_list().unwrap().iter().any(|file| file.as_str().unwrap().starts_with("src/"))))
    });
    let running = site.start().await;
    running.change("other", &["src/a"]).await;
    running.change("main", &["doc/a"]).await;
    let important = running.change("main", &["src/b"]).await;
    let buildsets = running.wait_for(1).await;
    assert_eq!(
        buildsets.iter().map(shown).collect::<Vec<_>>(),
        ["The SingleBranchScheduler scheduler named 'single' triggered this build: main@main-src/b"]
    );
    assert_eq!(buildsets[0].sourcestamps[0].id, Some(important.sourcestamp));
    assert_eq!(buildsets[0].properties.get("level"), Some(&json!(2)));
    assert_eq!(buildsets[0].properties.get("scheduler"), Some(&json!("single")));
    let requests = running.requests(buildsets[0].id).await;
    let shown: Vec<(BuilderId, i64)> = requests.iter().map(|request| (request.builder, request.priority)).collect();
    assert_eq!(shown, [(BuilderId(1), 7), (BuilderId(2), 7)]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_that_fail_cost_their_change_only() {
    let arguments = vec![("change_filter", filter(vec![("filter_fn", function(1))]))];
    let site = Site::new(vec![scheduler("basic.AnyBranchScheduler", "any", arguments)]);
    site.function(1, |call| match field(call, "branch").as_str() {
        Some("bad") => Err(HostError::Raised {
            exception: "ValueError".to_owned(),
            message: "no".to_owned(),
            traceback: String::new(),
        }),
        Some(branch) => Ok(Value::Bool(branch == "good")),
        None => Ok(Value::None),
    });
    let running = site.start().await;
    for branch in ["bad", "unwanted", "good"] {
        running.change(branch, &["x"]).await;
    }
    let buildsets = running.wait_for(1).await;
    assert_eq!(buildsets[0].sourcestamps[0].branch.as_deref(), Some("good"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stable_tree_is_built_once_with_its_last_change() {
    let arguments = vec![("change_filter", of("main")), ("treeStableTimer", Value::Float(0.6))];
    let site = Site::new(vec![scheduler("basic.SingleBranchScheduler", "stable", arguments)]);
    let running = site.start().await;
    for file in ["a", "b", "c"] {
        running.change("main", &[file]).await;
    }
    let buildsets = running.wait_for(1).await;
    assert!(shown(&buildsets[0]).ends_with(": main@main-c"), "{buildsets:?}");
    running.change("main", &["d"]).await;
    let buildsets = running.wait_for(2).await;
    assert!(shown(&buildsets[1]).ends_with(": main@main-d"), "{buildsets:?}");
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_for_a_stable_tree_survives_a_restart() {
    let patient = vec![("treeStableTimer", Value::Float(1.0))];
    let site = Site::new(vec![scheduler("basic.AnyBranchScheduler", "any", patient)]);
    let running = site.start().await;
    running.change("one", &["a"]).await;
    running.change("two", &["a"]).await;
    let id = running.data.find_scheduler_id("any").await.unwrap();
    let deadline = tokio::time::Instant::now() + std::time::Duration::from_secs(20);
    while running.data.change_classifications(id).await.unwrap().len() < 2 {
        assert!(tokio::time::Instant::now() < deadline);
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert_eq!(running.buildsets().await.len(), 0);
    running.stop().await;
    let running = site.start().await;
    let buildsets = running.wait_for(2).await;
    let mut branches: Vec<_> = buildsets.iter().map(|one| one.sourcestamps[0].branch.clone().unwrap()).collect();
    branches.sort();
    assert_eq!(branches, ["one", "two"]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_scheduler_rests() {
    let site = Site::new(vec![
        scheduler("basic.AnyBranchScheduler", "any", vec![]),
        scheduler("basic.AnyBranchScheduler", "witness", vec![("reason", "witness".into())]),
    ]);
    let running = site.start().await;
    running.enable("any", false).await;
    // When the second one is built, the first has been offered to all.
    for (count, branch) in [(1, "missed"), (2, "missed")] {
        running.change(branch, &["x"]).await;
        running.wait_for(count).await;
    }
    running.enable("any", true).await;
    running.change("seen", &["x"]).await;
    let mut all: Vec<String> = running.wait_for(4).await.iter().map(shown).collect();
    all.sort();
    let any = "The AnyBranchScheduler scheduler named 'any' triggered this build: seen@seen-x";
    assert_eq!(all, [any, "witness: missed@missed-x", "witness: missed@missed-x", "witness: seen@seen-x"]);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_function_tells_the_priority() {
    let site = Site::new(vec![scheduler("basic.AnyBranchScheduler", "any", vec![("priority", function(1))])]);
    site.function(1, |call| {
        assert_eq!(call.args[0], Value::List(vec!["b1".into()]));
        let changes = call.args[1].get("").and_then(Value::as_list).unwrap();
        let branch = changes[0].as_object().unwrap().args["branch"].clone();
        Ok(Value::Int(if branch.as_str() == Some("hot") { 9 } else { 1 }))
    });
    let running = site.start().await;
    running.change("hot", &["x"]).await;
    let buildsets = running.wait_for(1).await;
    assert_eq!(running.requests(buildsets[0].id).await[0].priority, 9);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn codebases_without_a_change_stand_at_their_newest() {
    let defaults = |branch: &str| Value::Dict(vec![("branch".into(), branch.into())]);
    let arguments = vec![
        ("change_filter", filter(vec![])),
        ("codebases", Value::Dict(vec![("a".into(), defaults("da")), ("b".into(), defaults("db"))])),
        ("createAbsoluteSourceStamps", Value::Bool(true)),
    ];
    let site = Site::new(vec![scheduler("basic.SingleBranchScheduler", "both", arguments)]);
    let running = site.start().await;
    for (codebase, branch) in [("a", "one"), ("b", "two"), ("unknown", "three")] {
        let change = ferrobot_data::NewChange {
            author: "Jo".to_owned(),
            branch: Some(branch.to_owned()),
            revision: Some("r".to_owned()),
            codebase: codebase.to_owned(),
            ..ferrobot_data::NewChange::default()
        };
        running.add(change).await;
    }
    let buildsets = running.wait_for(2).await;
    assert!(shown(&buildsets[0]).ends_with(": one@r db@-"), "{}", shown(&buildsets[0]));
    assert!(shown(&buildsets[1]).ends_with(": one@r two@r"), "{}", shown(&buildsets[1]));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn properties_of_the_change_win_over_the_schedulers() {
    let own = Value::Dict(vec![("a".into(), "scheduler".into()), ("b".into(), "scheduler".into())]);
    let site = Site::new(vec![scheduler("basic.AnyBranchScheduler", "any", vec![("properties", own)])]);
    let running = site.start().await;
    let change = ferrobot_data::NewChange {
        author: "Jo".to_owned(),
        branch: Some("x".to_owned()),
        properties: serde_json::Map::from_iter([("b".to_owned(), json!("change")), ("c".to_owned(), json!(1))]),
        ..ferrobot_data::NewChange::default()
    };
    running.add(change).await;
    let expected = json!({
        "a": ["scheduler", "Scheduler"],
        "b": ["change", "Change"],
        "c": [1, "Change"],
        "scheduler": ["any", "Scheduler"],
    });
    assert_eq!(running.wait_for(1).await[0].properties.to_json(), expected);
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subclass_of_the_filter_decides_by_itself() {
    let mut own = filter(vec![("branch", "never".into())]);
    if let Value::Object(object) = &mut own {
        let object = std::sync::Arc::make_mut(object);
        (object.handle, object.overrides) = (9, vec!["filter_change".to_owned()]);
    }
    let site = Site::new(vec![scheduler("basic.AnyBranchScheduler", "any", vec![("change_filter", own)])]);
    site.function(9, |call| {
        assert_eq!(call.method.as_deref(), Some("filter_change"));
        Ok(Value::Bool(field(call, "branch").as_str() == Some("good")))
    });
    let running = site.start().await;
    running.change("bad", &["x"]).await;
    running.change("good", &["x"]).await;
    let buildsets = running.wait_for(1).await;
    assert_eq!(buildsets[0].sourcestamps[0].branch.as_deref(), Some("good"));
    running.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn schedulers_build_a_change_in_the_order_of_the_configuration() {
    let names = ["zeta", "alpha", "mid", "beta", "omega"];
    let site = Site::new(
        names
            .iter()
            .map(|name| scheduler("basic.AnyBranchScheduler", name, vec![("reason", (*name).into())]))
            .collect(),
    );
    let running = site.start().await;
    for round in 1..=5 {
        running.change("x", &["f"]).await;
        let buildsets = running.wait_for(round * names.len()).await;
        let order: Vec<&str> =
            buildsets[(round - 1) * names.len()..].iter().map(|buildset| buildset.reason.as_str()).collect();
        assert_eq!(order, names);
    }
    running.stop().await;
}
