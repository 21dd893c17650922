//! Change hooks.

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use ferrobot_data::NewChange;

use crate::fixture::Site;

const FORM: &str = "application/x-www-form-urlencoded";

async fn post(site: &Site, url: &str, content_type: &str, body: &str) -> (u16, String) {
    let request = Request::post(url).header(header::CONTENT_TYPE, content_type);
    let (status, headers, body) = site.send(request.body(Body::from(body.to_owned())).unwrap()).await;
    assert_eq!(headers[header::CONTENT_TYPE], "text/html");
    (status.as_u16(), String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn every_request_is_answered_as_buildbot_answers_it() {
    let site = Site::open().await;
    let found = "1 change found";
    let cases = [
        ("/change_hook/base", FORM, "author=x", 200, found),
        ("/change_hook/base", FORM, "", 200, found),
        ("/change_hook", FORM, "", 200, found),
        ("/change_hook/", FORM, "", 200, found),
        ("/change_hook/base/extra", FORM, "", 200, found),
        ("/change_hook/base", "application/json", "{\"author\":\"x\"}", 200, found),
        (
            "/change_hook/base",
            FORM,
            "author=x&files=%7Bnot",
            400,
            "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)",
        ),
        ("/change_hook/base", FORM, "when=yesterday", 400, "could not convert string to float: 'yesterday'"),
        ("/change_hook/base", FORM, "properties=%5B1%5D", 500, "Error processing changes."),
        ("/change_hook/base", FORM, "author=unlucky", 500, "Error processing changes."),
        ("/change_hook/nosuch", FORM, "", 400, "The dialect specified, 'nosuch', wasn't whitelisted in change_hook"),
        ("/change_hook/github", FORM, "", 400, "The dialect specified, 'github', wasn't whitelisted in change_hook"),
    ];
    for (url, content_type, body, status, text) in cases {
        assert_eq!(post(&site, url, content_type, body).await, (status, text.to_owned()), "{url} {body}");
    }
    assert_eq!(site.engine.changes.lock().unwrap().len(), 6);
}

#[tokio::test]
async fn a_change_comes_by_get_or_by_either_kind_of_form() {
    let site = Site::open().await;
    let (status, _, body) = site.get("/change_hook/base?author=getter&comments=by+get&revision=g1").await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "1 change found"));
    let multipart = "--B\r\nContent-Disposition: form-data; name=\"author\"\r\n\r\nposter\r\n\
                     --B\r\nContent-Disposition: form-data; name=\"comments\"\r\n\r\nby form\r\n--B--\r\n";
    let answer = post(&site, "/change_hook/base", "multipart/form-data; boundary=B", multipart).await;
    assert_eq!(answer, (200, "1 change found".to_owned()));
    let expected = [
        NewChange {
            author: "getter".into(),
            comments: "by get".into(),
            revision: Some("g1".into()),
            ..NewChange::default()
        },
        NewChange { author: "poster".into(), comments: "by form".into(), ..NewChange::default() },
    ];
    assert_eq!(*site.engine.changes.lock().unwrap(), expected);
}

#[tokio::test]
async fn looking_adds_no_change() {
    let site = Site::open().await;
    for method in ["HEAD", "PUT", "DELETE"] {
        let request = Request::builder().method(method).uri("/change_hook/base").body(Body::empty()).unwrap();
        let (status, ..) = site.send(request).await;
        assert_eq!(status, StatusCode::NOT_IMPLEMENTED, "{method}");
    }
    assert!(site.engine.changes.lock().unwrap().is_empty());
}
