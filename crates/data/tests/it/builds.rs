//! Builds and their steps.

use ferrobot_model::{Results, StepId};
use serde_json::json;

use crate::fixture::Fixture;
use crate::story::{body, topics, until};

#[tokio::test]
async fn builds_are_numbered_per_builder() {
    let fixture = Fixture::new().await;
    let (b1, b2) = (fixture.builder("b1").await, fixture.data.find_builder_id("b2").await.unwrap());
    let worker = fixture.worker().await;
    let mut numbers = Vec::new();
    for builder in [b1, b1, b2, b1] {
        let (_, request) = fixture.request(builder).await;
        numbers.push(fixture.data.add_build(builder, request, worker).await.unwrap().1);
    }
    assert_eq!(numbers, [1, 2, 1, 3]);
}

#[tokio::test]
async fn a_build_tells_its_story() {
    let fixture = Fixture::new().await;
    let (request, build) = fixture.build().await;
    let stored = fixture.data.build(build).await.unwrap().unwrap();
    assert_eq!((stored.state_string.as_str(), stored.results, stored.complete_at), ("created", None, None));
    let mut events = fixture.data.events().subscribe(&[]);
    fixture.data.new_build_event(build).await.unwrap();
    fixture.data.set_build_state_string(build, "building").await.unwrap();
    fixture.data.add_build_locks_duration(build, 3).await.unwrap();
    fixture.data.add_build_locks_duration(build, 4).await.unwrap();
    fixture.clock.advance(2.0);
    fixture.data.finish_build_and_requests(build, Results::Success, "build successful", &[request]).await.unwrap();
    let seen = until(&mut events, "buildsets/1/complete").await;
    assert_eq!(
        topics(&seen),
        [
            "builders/1/builds/1/new",
            "builds/1/new",
            "workers/1/builds/1/new",
            "builders/1/builds/1/update",
            "builds/1/update",
            "workers/1/builds/1/update",
            "builders/1/builds/1/update",
            "builds/1/update",
            "workers/1/builds/1/update",
            "builders/1/builds/1/update",
            "builds/1/update",
            "workers/1/builds/1/update",
            "builders/1/builds/1/finished",
            "builds/1/finished",
            "workers/1/builds/1/finished",
            "buildsets/1/builders/1/buildrequests/1/complete",
            "buildrequests/1/complete",
            "builders/1/buildrequests/1/complete",
            "buildsets/1/complete",
        ]
    );
    assert_eq!(
        body(&seen, "builds/1/finished"),
        json!({"buildid": 1, "number": 1, "builderid": 1, "buildrequestid": 1, "workerid": 1, "masterid": 1,
            "started_at": 1_000_000, "complete_at": 1_000_002, "locks_duration_s": 7, "complete": true,
            "state_string": "build successful", "results": 0, "properties": {}})
    );
    assert!(fixture.data.request(request).await.unwrap().unwrap().complete);
    assert_eq!(fixture.data.builds_of_request(request).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_build_that_is_retried_gives_its_request_back() {
    let fixture = Fixture::new().await;
    let (request, build) = fixture.build().await;
    fixture.data.finish_build_and_requests(build, Results::Retry, "lost worker", &[request]).await.unwrap();
    let stored = fixture.data.request(request).await.unwrap().unwrap();
    assert_eq!((stored.complete, stored.claimed_by), (false, None));
    assert_eq!(fixture.data.build(build).await.unwrap().unwrap().results, Some(Results::Retry));
}

#[tokio::test]
async fn the_previous_build_is_the_newest_that_counts() {
    let fixture = Fixture::new().await;
    let builder = fixture.builder("b1").await;
    let worker = fixture.worker().await;
    for results in [Some(Results::Success), Some(Results::Failure), None, None] {
        let (_, request) = fixture.request(builder).await;
        let (build, _) = fixture.data.add_build(builder, request, worker).await.unwrap();
        if let Some(results) = results {
            fixture.data.finish_build(build, results, "done").await.unwrap();
        }
    }
    let cases = [(4, false, Some(2)), (4, true, Some(1)), (2, false, Some(1)), (1, false, None), (1, true, None)];
    for (before, only_successful, expected) in cases {
        let found = fixture.data.previous_build(builder, before, only_successful).await.unwrap();
        assert_eq!(found.map(|build| build.number), expected, "{before} {only_successful}");
    }
}

#[tokio::test]
async fn only_properties_that_changed_are_announced() {
    let fixture = Fixture::new().await;
    let (_, build) = fixture.build().await;
    let mut events = fixture.data.events().subscribe(&["builds", "*", "properties", "update"]);
    let set = async |properties: &[(&str, serde_json::Value, &str)]| {
        let owned = properties.iter().map(|(name, value, source)| ((*name).into(), value.clone(), (*source).into()));
        fixture.data.set_build_properties(build, owned.collect()).await.unwrap();
    };
    set(&[("a", json!(1), "S"), ("b", json!({"x": [null, "ü"]}), "S")]).await;
    set(&[("a", json!(1), "S")]).await;
    set(&[("a", json!(1), "T"), ("b", json!({"x": [null, "ü"]}), "S"), ("c", json!("last"), "S")]).await;
    let first = until(&mut events, "builds/1/properties/update").await;
    assert_eq!(body(&first, "builds/1/properties/update"), json!({"a": [1, "S"], "b": [{"x": [null, "ü"]}, "S"]}));
    let second = until(&mut events, "builds/1/properties/update").await;
    assert_eq!(body(&second, "builds/1/properties/update"), json!({"a": [1, "T"], "c": ["last", "S"]}));
    let stored = fixture.data.build_properties(build).await.unwrap();
    assert_eq!(stored.to_json(), json!({"a": [1, "T"], "b": [{"x": [null, "ü"]}, "S"], "c": ["last", "S"]}));
    assert_eq!(
        fixture.rows("SELECT value FROM build_properties ORDER BY name").await,
        ["1", r#"{"x": [null, "\u00fc"]}"#, r#""last""#]
    );
}

#[tokio::test]
async fn data_of_a_build_is_replaced_by_name() {
    let fixture = Fixture::new().await;
    let (_, build) = fixture.build().await;
    fixture.data.set_build_data(build, "d", vec![0, 1], "one").await.unwrap();
    fixture.data.set_build_data(build, "d", vec![0, 1, 255], "two").await.unwrap();
    assert_eq!(fixture.data.build_data(build, "d").await.unwrap(), Some(vec![0, 1, 255]));
    assert_eq!(fixture.data.build_data(build, "e").await.unwrap(), None);
    assert_eq!(fixture.rows("SELECT source || length FROM build_data").await, ["two3"]);
}

#[tokio::test]
async fn names_of_steps_are_made_unique_in_their_build() {
    let fixture = Fixture::new().await;
    let (_, build) = fixture.build().await;
    let long = "n".repeat(50);
    let mut added = Vec::new();
    for name in ["one", "one", "two", "one", &long, &long] {
        let (_, number, name) = fixture.data.add_step(build, name).await.unwrap();
        added.push((number, name));
    }
    let expected = ["one", "one_1", "two", "one_2", &long, &format!("{}_1", "n".repeat(48))];
    let expected: Vec<_> = expected.iter().enumerate().map(|(n, name)| (n as i64, (*name).to_owned())).collect();
    assert_eq!(added, expected);
}

#[tokio::test]
async fn a_step_tells_its_story() {
    let fixture = Fixture::new().await;
    let (_, build) = fixture.build().await;
    let mut events = fixture.data.events().subscribe(&["steps", "*", "*"]);
    let (step, _, _) = fixture.data.add_step(build, "one").await.unwrap();
    fixture.data.start_step(step, false).await.unwrap();
    fixture.clock.advance(1.0);
    fixture.data.set_step_locks_acquired(step).await.unwrap();
    fixture.data.set_step_state_string(step, "running").await.unwrap();
    for _ in 0..2 {
        fixture.data.add_step_url(step, "u", "http://x/1").await.unwrap();
    }
    fixture.data.add_step_url(step, "v", "http://x/2").await.unwrap();
    fixture.clock.advance(1.0);
    fixture.data.finish_step(step, Results::Warnings, true, "'make' (warnings)").await.unwrap();
    let seen = until(&mut events, "steps/1/finished").await;
    let words: Vec<_> = seen.iter().map(|event| event.key[2].as_str()).collect();
    assert_eq!(words, ["new", "started", "updated", "updated", "updated", "updated", "updated", "finished"]);
    assert_eq!(
        body(&seen, "steps/1/new"),
        json!({"stepid": 1, "number": 0, "name": "one", "buildid": 1, "started_at": null, "locks_acquired_at": null,
            "complete": false, "complete_at": null, "state_string": "pending", "results": null, "urls": [], "hidden": false})
    );
    assert_eq!(
        body(&seen, "steps/1/finished"),
        json!({"stepid": 1, "number": 0, "name": "one", "buildid": 1, "started_at": 1_000_000,
            "locks_acquired_at": 1_000_001, "complete": true, "complete_at": 1_000_002,
            "state_string": "'make' (warnings)", "results": 1, "hidden": true,
            "urls": [{"name": "u", "url": "http://x/1"}, {"name": "v", "url": "http://x/2"}]})
    );
    let (other, _, _) = fixture.data.add_step(build, "two").await.unwrap();
    fixture.data.start_step(other, true).await.unwrap();
    assert_eq!(fixture.rows("SELECT locks_acquired_at FROM steps WHERE id = 2").await, ["1000002"]);
    fixture.data.add_step_url(StepId(99), "u", "http://x").await.unwrap();
}

#[tokio::test]
async fn an_update_of_what_is_not_there_fails_alone() {
    let fixture = Fixture::new().await;
    let (_, build) = fixture.build().await;
    let missing = ferrobot_model::BuildId(999);
    let error = fixture.data.add_step(missing, "one").await.unwrap_err();
    assert!(error.to_string().starts_with("add a step: "), "{error}");
    fixture.data.add_step(build, "one").await.unwrap();
    assert_eq!(fixture.rows("SELECT name FROM steps").await, ["one"]);
}
