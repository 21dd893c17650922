//! Everything around the bodies: methods, origins, encodings, caches; and `/config`, `/auth`, `/api`.

use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use ferrobot_api::WwwSettings;
use serde_json::{Value, json};

use crate::fixture::{Site, settings};

/// Method, headers, status, the origin that is allowed, the body.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str)], u16, Option<&'a str>, Option<&'a str>);

fn ask(method: &str, url: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_page_of_another_server_may_ask_if_it_is_allowed() {
    const ALLOWED: (&str, &str) = ("origin", "http://allowed.example.org");
    const GET_METHOD: (&str, &str) = ("access-control-request-method", "GET");
    let site = Site::open().await;
    let url = "/api/v2/masters/2?field=name";
    let invalid_origin = r#"{"error": "invalid origin"}"#;
    let invalid_method = r#"{"error": "invalid method"}"#;
    let invalid_http_method = r#"{"error": "invalid HTTP method"}"#;
    let cases: [Case; 14] = [
        ("GET", &[ALLOWED], 200, Some("http://allowed.example.org"), None),
        ("GET", &[("origin", "http://ALLOWED.example.org")], 200, Some("http://allowed.example.org"), None),
        ("GET", &[("origin", "https://a.example.net")], 200, Some("https://a.example.net"), None),
        ("GET", &[], 200, None, None),
        ("GET", &[("origin", "http://evil.example.org")], 400, None, Some(invalid_origin)),
        ("GET", &[("origin", "null")], 400, None, Some(invalid_origin)),
        ("POST", &[("origin", "http://evil")], 400, None, Some(r#"{"error": {"message": "invalid origin"}}"#)),
        ("OPTIONS", &[ALLOWED, GET_METHOD], 200, Some("http://allowed.example.org"), Some("")),
        ("OPTIONS", &[ALLOWED, ("access-control-request-method", "PUT")], 400, None, Some(invalid_method)),
        ("OPTIONS", &[ALLOWED], 400, None, Some(invalid_method)),
        ("OPTIONS", &[("origin", "http://evil"), GET_METHOD], 400, None, Some(invalid_origin)),
        ("OPTIONS", &[], 400, None, Some(invalid_http_method)),
        ("PUT", &[], 400, None, Some(invalid_http_method)),
        ("FOO", &[ALLOWED], 400, None, Some(invalid_http_method)),
    ];
    for (method, headers, status, allowed, body) in cases {
        let (got, got_headers, got_body) = site.send(ask(method, url, headers)).await;
        assert_eq!(got.as_u16(), status, "{method} {headers:?}");
        let header = |name| got_headers.get(name).map(|value| value.to_str().unwrap());
        assert_eq!(header(header::ACCESS_CONTROL_ALLOW_ORIGIN), allowed, "{method} {headers:?}");
        assert_eq!(header(header::ACCESS_CONTROL_MAX_AGE), allowed.map(|_| "3600"), "{method} {headers:?}");
        if let Some(body) = body {
            assert_eq!(got_body, body, "{method} {headers:?}");
        }
    }
}

#[tokio::test]
async fn a_head_says_how_long_the_body_would_be() {
    let site = Site::open().await;
    for url in ["/api/v2/masters/2", "/config"] {
        let (_, _, body) = site.send(ask("GET", url, &[])).await;
        let (status, headers, nothing) = site.send(ask("HEAD", url, &[])).await;
        assert_eq!((status, nothing.len()), (StatusCode::OK, 0));
        assert_eq!(headers[header::CONTENT_LENGTH], body.len().to_string().as_str(), "{url}");
    }
}

#[tokio::test]
async fn bodies_are_packed_for_those_who_can_unpack_them() {
    let site = Site::open().await;
    for (accepted, expected) in [("gzip", Some("gzip")), ("br", Some("br")), ("zstd", Some("zstd")), ("deflate", None)]
    {
        for url in ["/api/v2/builds", "/api/v2/logs/10/raw"] {
            let (status, headers, _) = site.send(ask("GET", url, &[("accept-encoding", accepted)])).await;
            assert_eq!(status, StatusCode::OK);
            let encoding = headers.get(header::CONTENT_ENCODING).map(|value| value.to_str().unwrap());
            assert_eq!(encoding, expected, "{url} {accepted}");
        }
    }
}

#[tokio::test]
async fn a_new_configuration_needs_no_new_router() {
    let site = Site::open().await;
    let (_, headers, body) = site.get("/api").await;
    assert_eq!(body, r#"{"api_versions": {"v2": "http://localhost:18010/api/v2"}}"#);
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    let (_, headers, _) = site.get("/api/v2/masters/2").await;
    assert!(!headers.contains_key(header::EXPIRES) && !headers.contains_key(header::PRAGMA));

    let changed = WwwSettings { rest_minimum_version: 2, json_cache_seconds: 7, ..settings() };
    site.settings.send(Arc::new(changed)).unwrap();
    let (_, _, body) = site.get("/api").await;
    assert_eq!(body, r#"{"api_versions": {}}"#);
    let (status, headers, _) = site.get("/api/v2/masters/2").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::PRAGMA], "no-cache");
    let expires = headers[header::EXPIRES].to_str().unwrap();
    assert!(expires.ends_with(" GMT") && expires.len() == 29, "{expires}");
}

#[tokio::test]
async fn a_page_learns_what_it_has_to_know() {
    let site = Site::open().await;
    let (status, headers, body) = site.get("/config").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(headers[header::CACHE_CONTROL], "public,max-age=0");
    let expected = concat!(
        r#"{"port": "tcp:18010:interface=127.0.0.1", "plugins": {}, "auth": {"name": "NoAuth"}, "authz": {}, "#,
        r#""avatar_methods": {"name": "gravatar"}, "logfileName": "http.log", "debug": true, "#,
        r#""versions": [["Buildbot", "4.3.0"]], "buildbotURL": "http://localhost:18010/", "title": "Fixture", "#,
        r#""titleURL": "http://example.org/fixture/", "multiMaster": false, "user": {"anonymous": true}}"#,
    );
    assert_eq!(body, expected);
    let (status, headers, body) = site.send(ask("POST", "/config", &[])).await;
    assert_eq!(status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(headers[header::ALLOW], "HEAD, GET");
    assert!(std::str::from_utf8(&body).unwrap().contains("(at /config) with the method \"POST\""));
}

#[tokio::test]
async fn what_a_build_wrote_runs_apart_from_our_pages() {
    let site = Site::open().await;
    for url in ["/api/v2/logs/11/raw_inline", "/api/v2/logs/11/raw", "/api/v2/builds/7/data/text/value"] {
        let (_, headers, _) = site.get(url).await;
        assert_eq!(headers[header::CONTENT_SECURITY_POLICY], "sandbox allow-scripts allow-popups", "{url}");
        assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{url}");
    }
}

#[tokio::test]
async fn logging_out_leads_home() {
    let site = Site::open().await;
    let cases = [
        ("/auth/logout", "http://localhost:18010/#/"),
        ("/auth/logout?redirect=/x", "http://localhost:18010/#/x"),
        ("/auth/login?redirect=//evil.example.org/", "http://localhost:18010/#//evil.example.org/"),
    ];
    for (url, expected) in cases {
        let (status, headers, _) = site.get(url).await;
        assert_eq!((status, headers[header::LOCATION].to_str().unwrap()), (StatusCode::FOUND, expected));
    }
    let (status, ..) = site.get("/auth/logout?redirect=/%0d%0aset-cookie:x").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn errors_are_text_also_for_those_who_want_json() {
    let site = Site::open().await;
    let request = ask(Method::GET.as_str(), "/api/v2/builds?nosuch=1", &[("accept", "application/json")]);
    let (status, headers, body) = site.send(request).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(headers[header::CONTENT_TYPE], "text/plain; charset=utf-8");
    let body: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body, json!({"error": "unrecognized query parameter 'nosuch'"}));
}
