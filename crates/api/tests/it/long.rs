//! Lists that are longer than memory should have to hold.

use axum::body::Body;
use axum::http::{Request, header};
use ferrobot_data::NewChange;
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::fixture::Site;

const CHANGES: usize = 2500;

async fn with_many_changes() -> Site {
    let site = Site::open().await;
    for number in 0..CHANGES {
        let change =
            NewChange { author: format!("a{}", number % 7), comments: number.to_string(), ..NewChange::default() };
        site.data.add_change(change).await.unwrap();
    }
    site
}

async fn body(site: &Site, url: &str, accept: &str) -> (bool, String) {
    let request = Request::get(url).header(header::ACCEPT, accept).body(Body::empty()).unwrap();
    let (_, headers, body) = site.send(request).await;
    (headers.contains_key(header::CONTENT_LENGTH), String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_long_list_is_the_same_document_as_its_pages() {
    let site = with_many_changes().await;
    let list = "/api/v2/changes?field=changeid&field=author&field=comments&field=files";
    for accept in ["application/json", "*/*"] {
        for order in ["", "&order=-changeid", "&order=author&order=-changeid", "&author__ne=a3", "&files__contains=a"] {
            let (whole_at_once, whole) = body(&site, &format!("{list}{order}"), accept).await;
            assert_eq!(whole_at_once, order.contains("files"), "{order}");
            let whole: Value = serde_json::from_str(&whole).unwrap();
            let rows = whole["changes"].as_array().unwrap();
            let limited = format!("{list}{order}&limit={}", rows.len());
            let (_, again) = body(&site, &limited, accept).await;
            let again: Value = serde_json::from_str(&again).unwrap();
            assert_eq!(whole, again, "{order}");
            let mut authors_right = rows.iter().filter(|row| row["author"] == "a3");
            assert_eq!(authors_right.next().is_none(), order.contains("a3") || order.contains("files"), "{order}");
        }
    }
    let (_, whole) = body(&site, list, "*/*").await;
    let (_, part) = body(&site, &format!("{list}&limit=1000&offset=1509"), "*/*").await;
    let start: String = whole.lines().take(5000).collect();
    assert_eq!(start, part.lines().take(5000).collect::<String>(), "the layout is the same");
}

#[tokio::test]
async fn a_long_list_is_read_only_as_far_as_the_peer_reads() {
    let site = with_many_changes().await;
    let request = Request::get("/api/v2/changes").header(header::ACCEPT, "application/json");
    let response = site.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let mut body = response.into_body();
    let head = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(head, "{\"changes\":[");
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    let rows: Vec<Value> = serde_json::from_str(&format!("[{}]", std::str::from_utf8(&first).unwrap())).unwrap();
    assert_eq!(rows.len(), 1000);
    assert_eq!(rows[0]["comments"], (CHANGES - 1).to_string());
}
