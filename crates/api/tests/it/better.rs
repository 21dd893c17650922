//! Where the real master answers with an error of its own making or with wrong rows, we answer the question.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::fixture::Site;

fn numbers(rows: &[Value], field: &str) -> Vec<i64> {
    rows.iter().map(|row| row[field].as_i64().unwrap()).collect()
}

#[tokio::test]
async fn a_limit_counts_requests_however_many_sources_they_have() {
    let site = Site::open().await;
    let url = "/api/v2/buildrequests?order=-priority&order=buildrequestid&limit=3&field=buildrequestid&field=priority";
    let rows = site.rows(url).await;
    assert_eq!(numbers(&rows, "buildrequestid"), [16, 51, 1]);
    let rows = site.rows("/api/v2/buildrequests?field=buildrequestid&order=buildrequestid&offset=17").await;
    assert_eq!(numbers(&rows, "buildrequestid"), [51, 60]);
    let rows = site
        .rows("/api/v2/buildrequests?claimed_by_masterid__ne=1&field=buildrequestid&field=claimed_by_masterid")
        .await;
    assert_eq!(numbers(&rows, "buildrequestid"), [50, 51]);
}

#[tokio::test]
async fn a_project_is_listed_once_however_many_builders_it_has() {
    let site = Site::open().await;
    let rows = site.rows("/api/v2/projects?active=true&field=projectid&field=active&order=projectid").await;
    assert_eq!(rows, [json!({"projectid": 1, "active": true}), json!({"projectid": 2, "active": true})]);
    assert_eq!(site.rows("/api/v2/projects?active=false&field=projectid&field=active").await, [] as [Value; 0]);
}

#[tokio::test]
async fn times_and_missing_values_can_be_compared_everywhere() {
    let site = Site::open().await;
    let cases: [(&str, &[i64]); 7] = [
        ("/api/v2/builds/51/steps?started_at__gt=1700001003&field=stepid&field=started_at", &[501]),
        ("/api/v2/builds/51/steps?started_at=1700001003&field=stepid&field=started_at", &[500]),
        ("/api/v2/builds/51/steps?started_at__ne=1700001003&field=stepid&field=started_at", &[501, 502]),
        ("/api/v2/builds/51/steps?results__lt=1&field=stepid&field=results", &[500]),
        ("/api/v2/builders/100/builds?property=nosuch&order=-number&field=buildid&field=number", &[51, 50]),
        ("/api/v2/test_result_sets/1/results?test_name__contains=t.o&field=test_resultid&field=test_name", &[1]),
        ("/api/v2/test_result_sets/1/results?test_name__lt=t.two&field=test_resultid&field=test_name", &[1]),
    ];
    for (url, expected) in cases {
        let rows = site.rows(url).await;
        let id = if url.contains("steps") {
            "stepid"
        } else if url.contains("results") {
            "test_resultid"
        } else {
            "buildid"
        };
        assert_eq!(numbers(&rows, id), expected, "{url}");
    }
    let rows = site.rows("/api/v2/builders?description__contains=first&field=name&field=description").await;
    assert_eq!(rows, [json!({"name": "alpha", "description": "the *first*"})]);
    let rows = site.rows("/api/v2/masters?last_active=1500000000&field=masterid&field=last_active").await;
    assert_eq!(numbers(&rows, "masterid"), [2]);
}

#[tokio::test]
async fn properties_of_changes_are_a_list() {
    let site = Site::open().await;
    let rows = site.rows("/api/v2/changes/52/properties_list?order=name").await;
    let expected = [
        json!({"name": "a", "source": "Change", "value": "null"}),
        json!({"name": "k", "source": "Change", "value": "\"v\""}),
    ];
    assert_eq!(rows, expected);
}

#[tokio::test]
async fn what_cannot_be_answered_is_the_askers_fault() {
    let site = Site::open().await;
    let cases = [
        ("/api/v2/builds?field=", 400, "no such field ''"),
        ("/api/v2/builds?order=", 400, "no such field ''"),
        ("/api/v2/builds?order=properties", 400, "cannot order on field 'properties'"),
        ("/api/v2/workers?order=workerinfo", 400, "cannot order on field 'workerinfo'"),
        ("/api/v2/builds/1/properties?field=a", 400, "no such field 'a'"),
        ("/api/v2/builds/1/properties?a=1", 400, "unrecognized query parameter 'a'"),
        ("/api/v2/builds/%FF", 404, "Invalid path: builds/\u{fffd}"),
    ];
    for (url, status, error) in cases {
        let (got, _, body) = site.get(url).await;
        assert_eq!(got.as_u16(), status, "{url}: {body}");
        assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), json!({"error": error}), "{url}");
    }
    for url in [
        "/api/v2/builds?limit=99999999999999999999999&field=buildid",
        "/api/v2/builds/999/changes",
        "/api/v2/builders/100/builds/77/changes",
        "/api/v2/builds/999/test_result_sets",
    ] {
        let (status, _, body) = site.get(url).await;
        assert_eq!(status, StatusCode::OK, "{url}: {body}");
    }
    for url in ["/api/v2/builds/99999999999999999999999", "/api/v2/builders/999/forceschedulers"] {
        let (status, _, body) = site.get(url).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{url}: {body}");
        assert!(body.contains("not found while getting from endpoint for"), "{body}");
    }
}
