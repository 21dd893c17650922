//! Every recorded answer is given again, byte for byte.

use axum::body::Body;
use axum::http::{Request, header};
use serde_json::Value;

use crate::fixture::{Answer, Site, answers};

#[tokio::test]
async fn every_recorded_answer_is_given_again() {
    let site = Site::open().await;
    let mut differing = Vec::new();
    let answers = answers();
    assert!(answers.len() > 500);
    for answer in &answers {
        if let Err(difference) = compare(&site, answer).await {
            differing.push(difference);
        }
    }
    assert!(differing.is_empty(), "{} of {} differ:\n{}", differing.len(), answers.len(), differing.join("\n"));
}

async fn compare(site: &Site, answer: &Answer) -> Result<(), String> {
    let (url, accept) = answer.url.split_once(' ').unwrap_or((&answer.url, ""));
    let mut request = Request::get(url.replace('"', "%22"));
    if !accept.is_empty() {
        request = request.header(header::ACCEPT, accept);
    }
    let (status, headers, body) = site.send(request.body(Body::empty()).unwrap()).await;
    let got_body = match std::str::from_utf8(&body) {
        Ok(text) => Value::String(text.to_owned()),
        Err(_) => serde_json::json!({"hex": body.iter().map(|byte| format!("{byte:02x}")).collect::<String>()}),
    };
    let mut found = Vec::new();
    if status.as_u16() != answer.status {
        found.push(format!("  status {status}, not {}", answer.status));
    }
    for name in ["content-type", "content-disposition"] {
        let got = headers.get(name).map(|value| value.to_str().unwrap());
        if got != answer.headers.get(name).map(String::as_str) {
            found.push(format!("  {name} {got:?}, not {:?}", answer.headers.get(name)));
        }
    }
    if got_body != answer.body {
        found.push(first_difference(&got_body, &answer.body));
    }
    if found.is_empty() { Ok(()) } else { Err(format!("{}\n{}", answer.url, found.join("\n"))) }
}

fn first_difference(got: &Value, wanted: &Value) -> String {
    let (Value::String(got), Value::String(wanted)) = (got, wanted) else {
        return format!("  body {got}, not {wanted}");
    };
    let at = got.chars().zip(wanted.chars()).take_while(|(got, wanted)| got == wanted).count();
    let around = |text: &str| text.chars().skip(at.saturating_sub(60)).take(160).collect::<String>();
    format!("  at {at}:\n  - {:?}\n  + {:?}", around(wanted), around(got))
}
