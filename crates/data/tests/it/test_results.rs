//! Results of tests that steps report.

use ferrobot_data::NewTestResult;
use ferrobot_model::{StepId, TestResultSetId};
use serde_json::json;

use crate::fixture::Fixture;
use crate::story::{body, topics, until};

#[tokio::test]
async fn a_set_is_announced_when_it_begins_and_when_it_is_complete() {
    let fixture = Fixture::new().await;
    let step = fixture.step().await;
    let mut events = fixture.data.events().subscribe(&["test_result_sets", "*", "*"]);
    let set = fixture.data.add_test_result_set(step, Some("d"), "pass_fail", "boolean").await.unwrap().unwrap();
    let result = |name: &str, path: &str, line| NewTestResult {
        test_name: Some(name.into()),
        test_code_path: Some(path.into()),
        line: Some(line),
        value: "1".into(),
        ..NewTestResult::default()
    };
    let results = [
        result("t1", "a.py", 1),
        result("t2", "a.py", 2),
        NewTestResult { value: "x".into(), ..NewTestResult::default() },
    ];
    fixture.data.add_test_results(set, &results).await.unwrap();
    for passed in [Some(2), Some(9)] {
        fixture.data.complete_test_result_set(set, passed, None).await.unwrap();
    }
    let seen = until(&mut events, "test_result_sets/1/completed").await;
    assert_eq!(topics(&seen), ["test_result_sets/1/new", "test_result_sets/1/completed"]);
    assert_eq!(
        body(&seen, "test_result_sets/1/completed"),
        json!({"test_result_setid": 1, "builderid": 1, "buildid": 1, "stepid": 1, "description": "d",
            "category": "pass_fail", "value_unit": "boolean", "tests_passed": 2, "tests_failed": null, "complete": true})
    );
    assert_eq!(fixture.rows("SELECT name FROM test_names").await, ["t1", "t2"]);
    assert_eq!(fixture.rows("SELECT path FROM test_code_paths").await, ["a.py"]);
    assert_eq!(fixture.rows("SELECT test_nameid FROM test_results ORDER BY id").await, ["1", "2", "null"]);
}

#[tokio::test]
async fn many_results_keep_their_order() {
    let fixture = Fixture::new().await;
    let set = fixture.data.add_test_result_set(fixture.step().await, None, "c", "u").await.unwrap().unwrap();
    let results: Vec<_> =
        (0..1000).map(|n| NewTestResult { value: n.to_string(), ..NewTestResult::default() }).collect();
    fixture.data.add_test_results(set, &results).await.unwrap();
    let values = fixture.rows("SELECT value FROM test_results ORDER BY id").await;
    assert_eq!(values, (0..1000).map(|n| n.to_string()).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_is_not_there_gets_no_results() {
    let fixture = Fixture::new().await;
    assert_eq!(fixture.data.add_test_result_set(StepId(9), None, "c", "u").await.unwrap(), None);
    fixture.data.add_test_results(TestResultSetId(9), &[NewTestResult::default()]).await.unwrap();
    fixture.data.complete_test_result_set(TestResultSetId(9), None, None).await.unwrap();
    assert_eq!(fixture.rows("SELECT count(*) FROM test_results").await, ["0"]);
}
