//! JSON-RPC: what is refused with which words, and what reaches the engine.

use axum::body::Body;
use axum::http::{Request, header};
use ferrobot_data::{Control, WorkerAction};
use ferrobot_model::{BuildId, BuildRequestId, SchedulerId, WorkerId};
use serde_json::{Value, json};

use crate::fixture::Site;

async fn post(site: &Site, path: &str, content_type: &str, body: &[u8]) -> (u16, String) {
    let request = Request::post(format!("/api/v2/{path}")).header(header::CONTENT_TYPE, content_type);
    let (status, headers, body) = site.send(request.body(Body::from(body.to_vec())).unwrap()).await;
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    (status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
}

async fn call(site: &Site, path: &str, method: &str, params: Value) -> (u16, String) {
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params}).to_string();
    post(site, path, "application/json", body.as_bytes()).await
}

#[tokio::test]
async fn what_is_no_call_is_refused_with_buildbots_words() {
    let site = Site::open().await;
    let cases: [(&[u8], i64, &str); 20] = [
        (b"", -32700, "JSON parse error: Expecting value: line 1 column 1 (char 0)"),
        (b"{", -32700, "JSON parse error: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"{\"a\":1} x", -32700, "JSON parse error: Extra data: line 1 column 9 (char 8)"),
        (b"\xff", -32700, "JSON parse error: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte"),
        (b"[]", -32600, "JSONRPC batch requests are not supported"),
        (b"null", -32600, "JSONRPC root object must be an object"),
        (b"5", -32600, "JSONRPC root object must be an object"),
        (b"{}", -32600, "missing key 'jsonrpc'"),
        (br#"{"jsonrpc":2.0,"id":1,"method":"stop","params":{}}"#, -32600, "'jsonrpc' must be a string"),
        (br#"{"jsonrpc":"1.0","id":1,"method":"stop","params":{}}"#, -32600, "only JSONRPC 2.0 is supported"),
        (br#"{"jsonrpc":"2.0","id":1,"params":{}}"#, -32600, "missing key 'method'"),
        (br#"{"jsonrpc":"2.0","id":1,"method":5,"params":{}}"#, -32600, "'method' must be a string"),
        (br#"{"jsonrpc":"2.0","id":1,"method":null,"params":{}}"#, -32600, "'method' must be a string"),
        (br#"{"jsonrpc":"2.0","method":"stop","params":{}}"#, -32600, "missing key 'id'"),
        (
            br#"{"jsonrpc":"2.0","id":[1],"method":"stop","params":{}}"#,
            -32600,
            "'id' must be a string, number, or null",
        ),
        (
            br#"{"jsonrpc":"2.0","id":1.5,"method":"stop","params":{}}"#,
            -32600,
            "'id' must be a string, number, or null",
        ),
        (br#"{"jsonrpc":"2.0","id":1,"method":"stop"}"#, -32600, "missing key 'params'"),
        (br#"{"jsonrpc":"2.0","id":1,"method":"stop","params":[]}"#, -32600, "'params' must be an object"),
        (br#"{"jsonrpc":"2.0","id":1,"method":"stop","params":null}"#, -32600, "'params' must be an object"),
        (br#"{"id":1}"#, -32600, "missing key 'jsonrpc'"),
    ];
    for (body, code, message) in cases {
        let (status, got) = post(&site, "builds/1", "application/json", body).await;
        let expected = format!(
            r#"{{"jsonrpc": "2.0", "error": {{"code": {code}, "message": {}}}}}"#,
            serde_json::to_string(message).unwrap(),
        );
        assert_eq!((status, got), (400, expected), "{}", String::from_utf8_lossy(body));
    }
    let wrong_type =
        r#"{"jsonrpc": "2.0", "error": {"code": -32600, "message": "Invalid content-type (use application/json)"}}"#;
    for content_type in ["text/plain", "", "application/JSON"] {
        assert_eq!(post(&site, "builds/1", content_type, b"{").await, (400, wrong_type.to_owned()));
    }
    assert!(site.engine.controls.lock().unwrap().is_empty());
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    let site = Site::open().await;
    let unsupported = |method| {
        (
            501,
            format!(
                r#"{{"jsonrpc": "2.0", "id": 1, "error": {{"code": -32601, "message": "action: {method} is not supported"}}}}"#,
            ),
        )
    };
    for path in
        ["builds", "masters/1", "buildsets/1", "changes/1", "steps/1", "logs/1/raw", "forceschedulers", "workers"]
    {
        assert_eq!(call(&site, path, "stop", json!({})).await, unsupported("stop"), "{path}");
    }
    assert_eq!(call(&site, "builds/1", "nosuch", json!({})).await, unsupported("nosuch"));
    assert_eq!(call(&site, "workers/1", "nosuch", json!({})).await, unsupported("nosuch"));
    let cases = [
        ("nothing", "stop", json!({}), 404, -32600, "\"Invalid path: nothing\""),
        ("", "stop", json!({}), 404, -32600, "\"Invalid path: \""),
        ("builds/abc", "rebuild", json!({}), 404, -32600, "\"Invalid path: builds/abc\""),
        ("builders/7/builds/777", "stop", json!({}), 404, -32600, "\"no such build\""),
        ("workers/nosuch", "pause", json!({}), 404, -32600, "\"no such worker\""),
        ("buildrequests/15", "set_priority", json!({}), 400, -32602, "\"missing parameter 'priority'\""),
        (
            "buildrequests/15",
            "set_priority",
            json!({"priority": "x"}),
            400,
            -32602,
            "\"parameter 'priority' is not a number\"",
        ),
        ("builds/999", "rebuild", json!({}), 500, -32603, "\"no such build\""),
        ("forceschedulers/broken", "force", json!({}), 400, -32602, r#"{"reason": "'reason' needs to be specified"}"#),
    ];
    for (path, method, params, status, code, message) in cases {
        let expected = format!(r#"{{"jsonrpc": "2.0", "id": 1, "error": {{"code": {code}, "message": {message}}}}}"#);
        assert_eq!(call(&site, path, method, params).await, (status, expected), "{path} {method}");
    }
}

#[tokio::test]
async fn every_action_reaches_the_engine() {
    let site = Site::open().await;
    let nothing = r#"{"id":1,"jsonrpc":"2.0","result":null}"#;
    let alpha = site.rows("/api/v2/builders/alpha").await[0]["builderid"].as_i64().unwrap();
    let third = site.rows("/api/v2/builders/alpha/builds/3").await[0]["buildid"].as_i64().unwrap();
    let build = BuildId(third);
    let request = BuildRequestId(15);
    let worker = WorkerId(10);
    let stop = |reason: &str, results| Control::StopBuild { build, reason: reason.into(), results };
    let of_worker = |action, reason: &str| Control::Worker { worker, action, reason: reason.into() };
    let cases = [
        (format!("builds/{third}"), "stop", json!({}), stop("no reason", None)),
        (format!("builds/{third}"), "stop", json!({"reason": "\u{fc}", "results": 6}), stop("\u{fc}", Some(6))),
        ("builders/alpha/builds/3".into(), "stop", json!({"reason": "r"}), stop("r", None)),
        (format!("builders/{alpha}/builds/3"), "rebuild", json!({}), Control::Rebuild { build }),
        (
            "buildrequests/15".into(),
            "cancel",
            json!({"reason": "r"}),
            Control::CancelRequest { request, reason: "r".into() },
        ),
        (
            "buildrequests/15".into(),
            "set_priority",
            json!({"priority": "4"}),
            Control::SetPriority { request, priority: 4 },
        ),
        (
            "schedulers/50".into(),
            "enable",
            json!({"enabled": 0}),
            Control::EnableScheduler { scheduler: SchedulerId(50), enabled: false },
        ),
        (
            "masters/3/schedulers/50".into(),
            "enable",
            json!({"enabled": true}),
            Control::EnableScheduler { scheduler: SchedulerId(50), enabled: true },
        ),
        ("workers/10".into(), "stop", json!({"reason": "r"}), of_worker(WorkerAction::Stop, "r")),
        ("workers/far".into(), "kill", json!({}), of_worker(WorkerAction::Kill, "no reason")),
        ("masters/3/workers/far".into(), "pause", json!({"reason": 5}), of_worker(WorkerAction::Pause, "no reason")),
        ("builders/7/workers/10".into(), "unpause", json!({}), of_worker(WorkerAction::Unpause, "no reason")),
    ];
    for (path, method, params, expected) in cases {
        assert_eq!(call(&site, &path, method, params).await, (200, nothing.to_owned()), "{path} {method}");
        assert_eq!(site.engine.controls.lock().unwrap().pop(), Some(expected), "{path} {method}");
    }
}

#[tokio::test]
async fn a_build_is_forced_as_the_user_who_asks() {
    let site = Site::open().await;
    let answer =
        call(&site, "forceschedulers/force", "force", json!({"builderid": "1", "owner": "somebody else"})).await;
    assert_eq!(answer, (200, r#"{"id":1,"jsonrpc":"2.0","result":[5,{"1":6}]}"#.to_owned()));
    let params = json!({"builderid": "1", "owner": "anonymous"}).as_object().unwrap().clone();
    let expected = Control::Force { scheduler: "force".into(), params };
    assert_eq!(site.engine.controls.lock().unwrap().pop(), Some(expected));
}

#[tokio::test]
async fn what_buildbot_takes_without_doing_anything_we_take_too() {
    let site = Site::open().await;
    for (path, method) in [("forceschedulers/force", "nosuch"), ("schedulers/50", "disable")] {
        assert_eq!(
            call(&site, path, method, json!({})).await,
            (200, r#"{"id":1,"jsonrpc":"2.0","result":null}"#.into())
        );
    }
    let odd_ids = [
        (br#"{"jsonrpc":"2.0","id":null,"method":"nosuch","params":{}}"#.as_slice(), "null"),
        (br#"{"jsonrpc":"2.0","id":"q","method":"nosuch","params":{},"more":1}"#, "\"q\""),
        (br#"{"jsonrpc":"2.0","id":true,"method":"nosuch","params":{}}"#, "true"),
    ];
    for (body, id) in odd_ids {
        let answer = post(&site, "schedulers/50?field=x", "application/json; charset=utf-8", body).await;
        assert_eq!(answer, (200, format!(r#"{{"id":{id},"jsonrpc":"2.0","result":null}}"#)));
    }
    assert!(site.engine.controls.lock().unwrap().is_empty());
}
