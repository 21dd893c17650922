//! Logs that are longer than memory should have to hold.

use axum::body::Body;
use axum::http::{Request, header};
use ferrobot_model::StepId;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::fixture::Site;

const LINES: usize = 60_000;

/// A finished log of some megabytes on step 502; its id and its text as stored.
async fn long_log(site: &Site) -> (i64, String) {
    let log = site.data.add_log(StepId(502), "long", 's').await.unwrap();
    let line = |number: usize| {
        format!("{}line {number} \u{20ac} \"quoted\" {}\n", ['o', 'e', 'h'][number % 3], "x".repeat(30))
    };
    let text: String = (0..LINES).map(line).collect();
    for block in text.as_bytes().chunk_by(|left, _| *left != b'\n').collect::<Vec<_>>().chunks(2000) {
        let block = String::from_utf8(block.concat()).unwrap();
        site.data.append_log(log, block).await.unwrap();
    }
    site.data.finish_log(log).await.unwrap();
    (log.0, text)
}

#[tokio::test]
async fn a_long_log_is_the_same_document_as_a_short_one() {
    let site = Site::open().await;
    let (log, text) = long_log(&site).await;
    for accept in ["application/json", "*/*"] {
        let request = Request::get(format!("/api/v2/logs/{log}/contents")).header(header::ACCEPT, accept);
        let (_, headers, body) = site.send(request.body(Body::empty()).unwrap()).await;
        assert!(!headers.contains_key(header::CONTENT_LENGTH), "a long log is streamed");
        let document: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(document["logchunks"][0]["content"], text);
        assert_eq!(document["logchunks"][0]["firstline"], 0);
        let short =
            Request::get(format!("/api/v2/logs/{log}/contents?limit=2&offset=5")).header(header::ACCEPT, accept);
        let (_, _, short) = site.send(short.body(Body::empty()).unwrap()).await;
        let around = |body: &[u8]| {
            let body = std::str::from_utf8(body).unwrap();
            let content = body.find("content").unwrap() + 9;
            let end = body.rfind("\\n\"").unwrap();
            (body[..content].to_owned(), body[end..].replace(": 5", ": 0").replace(":5", ":0"))
        };
        assert_eq!(around(&body), around(&short), "{accept}");
    }
}

#[tokio::test]
async fn any_part_of_a_long_log_can_be_read() {
    let site = Site::open().await;
    let (log, text) = long_log(&site).await;
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    for (offset, limit) in [(0, 1), (59_990, 20), (12_345, 1), (10_000, 40_000)] {
        let rows = site.rows(&format!("/api/v2/logs/{log}/contents?offset={offset}&limit={limit}")).await;
        let expected: String = lines.iter().skip(offset).take(limit).copied().collect();
        assert_eq!(rows[0]["content"], expected, "{offset} {limit}");
    }
    let rows = site.rows(&format!("/api/v2/logs/{log}/contents?offset=59999&field=content")).await;
    assert_eq!(rows, [serde_json::json!({"content": lines[59_999]})]);
}

#[tokio::test]
async fn a_download_is_read_only_as_far_as_the_peer_reads() {
    let site = Site::open().await;
    let (log, text) = long_log(&site).await;
    let (_, headers, body) = site.get(&format!("/api/v2/logs/{log}/raw")).await;
    assert_eq!(headers[header::CONTENT_DISPOSITION], "attachment; filename=elsewhere_build_2_step_waits_log_long");
    let expected: String = text.split_inclusive('\n').map(|line| &line[1..]).collect();
    assert_eq!(body, format!("Builder: elsewhere\nBuild number: 2\n{expected}"));

    let request = Request::get(format!("/api/v2/logs/{log}/raw_inline")).body(Body::empty()).unwrap();
    let mut body = site.router.clone().oneshot(request).await.unwrap().into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first, "Builder: elsewhere\nBuild number: 2\n");
    let second = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(second.len() < text.len() / 4, "one block is {} bytes", second.len());
}
