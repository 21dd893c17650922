//! What each page shows, and that nothing that users write becomes markup.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use ferrobot_data::{Control, Hindrance, WorkerAction};
use ferrobot_model::{BuildId, BuildRequestId, SchedulerId, Timestamp, WorkerId};

use crate::site::TestSite;

#[tokio::test]
async fn every_page_shows_what_it_is_about() {
    let site = TestSite::new().await;
    let cases = [
        ("/", vec!["Test &amp; co", "failed compile (failure)", "running", "Request 3"]),
        ("/builders", vec!["linux", "unix", "failure"]),
        ("/builders?tag=windows", vec!["No builder matches"]),
        ("/builders/1", vec!["linux", "All &lt;sorts&gt;", "Build it", "#2", "Request 3"]),
        ("/builders/linux", vec!["linux", "#1"]),
        ("/builders/1?up_to=1", vec!["#1", "Newest"]),
        (
            "/builders/1/builds/1",
            vec!["compile", "stdio", "3 lines", "report", "&lt;blue&gt;", "Rebuild", "because", "1 hidden"],
        ),
        ("/builders/1/builds/2", vec!["running", "Stop", "No step has started"]),
        (
            "/builders/1/builds/1/steps/0/logs/stdio",
            vec!["run &lt;it&gt;", "<span class=\"fg1\">red</span>", "class=\"e\""],
        ),
        ("/builders/1/force/force", vec!["by &lt;hand&gt;", "name=\"jobs\"", "<option selected>debug</option>"]),
        ("/buildrequests", vec!["linux", "Cancel"]),
        ("/buildrequests/1", vec!["because", "linux", "#1"]),
        ("/workers", vec!["w1", "connected", "4.3.0", "linux #2"]),
        ("/workers/1", vec!["w1</a>", "Pause", "h1"]),
        ("/changes", vec!["Ann &lt;ann@example.org&gt;", "0123456789</code>"]),
        ("/changes/1", vec!["&lt;script&gt;", "a.c"]),
        ("/schedulers", vec!["all", "Disable"]),
        ("/about", vec!["ci&#x2f;", "host:dir"]),
    ];
    for (path, expected) in cases {
        let (status, html) = site.get(path).await;
        assert_eq!(status, StatusCode::OK, "{path}: {html}");
        for text in expected {
            assert!(html.contains(text), "{path} does not show {text:?}:\n{html}");
        }
        assert!(!html.contains("<script>alert"), "{path} lets markup of a change through");
    }
}

#[tokio::test]
async fn why_a_worker_takes_no_builds_is_shown() {
    let site = TestSite::new().await;
    let time = Timestamp(951_782_400.0);
    let cases = [
        (Hindrance::Missing { since: time, was_here: true }, "It is missing since 2000-02-29 00:00:00 UTC."),
        (Hindrance::Missing { since: time, was_here: false }, "It has not connected since"),
        (Hindrance::Leaving, "It finishes its builds and shuts down."),
        (Hindrance::Paused, "It is paused. Reason: new &lt;disk&gt;"),
        (Hindrance::Quarantined { until: time }, "It is in quarantine until 2000-02-29 00:00:00 UTC"),
        (Hindrance::Full { max_builds: 1 }, "It runs a build, and may run only one at a time."),
        (Hindrance::Full { max_builds: 3 }, "It runs 3 builds, as many as it may at a time."),
        (Hindrance::Locked { name: "disk".to_owned() }, "Its lock `disk` is held by others."),
        (Hindrance::TwinRefused { at: time }, "Another process of its name was refused at 2000-02-29 00:00:00 UTC"),
    ];
    site.data.set_worker_paused(WorkerId(1), true, Some("new <disk>")).await.unwrap();
    for (hindrance, expected) in cases {
        site.hindrances.lock().unwrap().insert(WorkerId(1), vec![hindrance]);
        for path in ["/workers", "/workers/1"] {
            let (_, html) = site.get(path).await;
            assert!(html.contains(expected), "{path} does not show {expected:?}:\n{html}");
        }
    }
    site.hindrances.lock().unwrap().clear();
    let (_, html) = site.get("/workers/1").await;
    assert!(!html.contains("class=\"notice\"") && html.contains("Builds now"), "{html}");
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let site = TestSite::new().await;
    let paths = [
        "/nowhere",
        "/builders/99",
        "/builders/1/builds/99",
        "/workers/99",
        "/changes/99",
        "/buildrequests/99",
        "/builders/1/builds/1/steps/0/logs/none",
        "/builders/1/force/none",
    ];
    for path in paths {
        let (status, html) = site.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(html.contains("there is no"), "{path}: {html}");
    }
}

#[tokio::test]
async fn forms_become_control_actions() {
    let site = TestSite::new().await;
    let cases = [
        (
            "/builds/2/stop",
            "reason=enough",
            Control::StopBuild { build: BuildId(2), reason: "enough".to_owned(), results: None },
        ),
        ("/builds/1/rebuild", "", Control::Rebuild { build: BuildId(1) }),
        (
            "/buildrequests/3/cancel",
            "reason=",
            Control::CancelRequest { request: BuildRequestId(3), reason: "cancelled by hand".to_owned() },
        ),
        (
            "/workers/1/pause",
            "reason=disk",
            Control::Worker { worker: WorkerId(1), action: WorkerAction::Pause, reason: "disk".to_owned() },
        ),
        (
            "/schedulers/1/enable",
            "enabled=false",
            Control::EnableScheduler { scheduler: SchedulerId(1), enabled: false },
        ),
    ];
    for (path, form, expected) in cases {
        let (status, html) = site.post(path, form).await;
        assert_eq!(status, StatusCode::SEE_OTHER, "{path}: {html}");
        assert_eq!(site.asked.lock().unwrap().pop(), Some(expected), "{path}");
    }
}

#[tokio::test]
async fn a_refused_force_shows_the_dialog_again_with_what_was_typed() {
    let site = TestSite::new().await;
    let (status, html) = site.post("/builders/1/force/force", "reason=mine&jobs=many").await;
    assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        html.contains("must be a number") && html.contains("value=\"many\"") && html.contains("value=\"mine\""),
        "{html}"
    );
}

#[tokio::test]
async fn a_form_does_not_say_who_asks() {
    let site = TestSite::new().await;
    let (status, html) = site.post("/builders/1/force/force", "reason=mine&owner=somebody").await;
    assert_eq!(status, StatusCode::SEE_OTHER, "{html}");
    let asked = site.asked.lock().unwrap().pop();
    let Some(Control::Force { params, .. }) = &asked else { panic!("{asked:?}") };
    assert_eq!(params["owner"], "anonymous");
}

#[tokio::test]
async fn a_form_of_another_site_does_nothing() {
    let site = TestSite::new().await;
    let request = Request::post("/builds/2/stop")
        .header("content-type", "application/x-www-form-urlencoded")
        .header("sec-fetch-site", "cross-site")
        .body(Body::from("reason=x"));
    let (status, _) = site.send(request.unwrap()).await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(site.asked.lock().unwrap().is_empty());
    site.data.close().await.unwrap();
}
