//! What forms do: each maps to a control action of the API, then sends the browser to where its effect shows.

use axum::Form;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use ferrobot_data::ControlError;
use serde_json::{Map, Value, json};

use crate::error::PageError;
use crate::page;
use crate::read::{number, one};
use crate::site::Site;

/// Fields of a form, in order; a field may come more than once.
type Fields = Vec<(String, String)>;

/// Stops a running build.
pub(crate) async fn stop_build(
    State(site): State<Site>,
    headers: HeaderMap,
    Path(build): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let params = json!({"reason": field(&fields, "reason").unwrap_or("stopped by hand")});
    let done = act(&site, &headers, &format!("builds/{build}"), "stop", params).await;
    back(&site, &headers, done)
}

/// Builds the same again.
pub(crate) async fn rebuild(State(site): State<Site>, headers: HeaderMap, Path(build): Path<i64>) -> Response {
    match act(&site, &headers, &format!("builds/{build}"), "rebuild", json!({})).await {
        Ok(result) => to_request(&result),
        Err(failure) => failure.into_page(&site),
    }
}

/// Cancels a request.
pub(crate) async fn cancel(
    State(site): State<Site>,
    headers: HeaderMap,
    Path(request): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let params = json!({"reason": field(&fields, "reason").unwrap_or("cancelled by hand")});
    let done = act(&site, &headers, &format!("buildrequests/{request}"), "cancel", params).await;
    back(&site, &headers, done)
}

/// `stop`, `kill`, `pause` or `unpause` of a worker.
pub(crate) async fn worker(
    State(site): State<Site>,
    headers: HeaderMap,
    Path((worker, verb)): Path<(i64, String)>,
    Form(fields): Form<Fields>,
) -> Response {
    let params = json!({"reason": field(&fields, "reason").unwrap_or("by hand")});
    let done = act(&site, &headers, &format!("workers/{worker}"), &verb, params).await;
    back(&site, &headers, done)
}

/// Enables or disables a scheduler.
pub(crate) async fn enable_scheduler(
    State(site): State<Site>,
    headers: HeaderMap,
    Path(scheduler): Path<i64>,
    Form(fields): Form<Fields>,
) -> Response {
    let params = json!({"enabled": field(&fields, "enabled") == Some("true")});
    let done = act(&site, &headers, &format!("schedulers/{scheduler}"), "enable", params).await;
    back(&site, &headers, done)
}

/// Forces a build; a form with faults comes back with them.
pub(crate) async fn force(
    State(site): State<Site>,
    headers: HeaderMap,
    Path((builder, scheduler)): Path<(String, String)>,
    Form(fields): Form<Fields>,
) -> Response {
    let mut params = parameters(&fields);
    let row = match one(&site, &format!("builders/{builder}"), &format!("builder `{builder}`")).await {
        Ok(row) => row,
        Err(error) => return error.page(&site),
    };
    params.insert("builderid".to_owned(), number(&row, "builderid").to_string().into());
    let path = format!("forceschedulers/{scheduler}");
    match act(&site, &headers, &path, "force", Value::Object(params.clone())).await {
        Ok(result) => to_request(&result),
        Err(Failure::Refused(ControlError::Invalid(faults))) => {
            match page::force::page(&site, &builder, &scheduler, &params, &faults).await {
                Ok(html) => (StatusCode::UNPROCESSABLE_ENTITY, axum::response::Html(html)).into_response(),
                Err(error) => error.page(&site),
            }
        }
        Err(failure) => failure.into_page(&site),
    }
}

/// Fields that come more than once are lists, as a choice of several has them.
fn parameters(fields: &Fields) -> Map<String, Value> {
    let mut params: Map<String, Value> = Map::new();
    for (name, value) in fields {
        match params.get_mut(name) {
            None => {
                params.insert(name.clone(), value.clone().into());
            }
            Some(Value::Array(values)) => values.push(value.clone().into()),
            Some(first) => *first = json!([first.clone(), value]),
        }
    }
    params
}

enum Failure {
    Page(PageError),
    Refused(ControlError),
}

impl Failure {
    fn into_page(self, site: &Site) -> Response {
        match self {
            Failure::Page(error) => error.page(site),
            Failure::Refused(error) => PageError::from(error).page(site),
        }
    }
}

async fn act(site: &Site, headers: &HeaderMap, path: &str, method: &str, params: Value) -> Result<Value, Failure> {
    if !is_own_form(headers) {
        return Err(Failure::Page(PageError::ForeignForm));
    }
    let path: Vec<String> = path.split('/').map(str::to_owned).collect();
    let mut params = params.as_object().cloned().unwrap_or_default();
    // Who asks is not for the form to say.
    params.insert("owner".to_owned(), "anonymous".into());
    let control = site
        .data()
        .resolve_control(&path, method, &params)
        .await
        .map_err(|error| Failure::Page(PageError::from(error)))?;
    match (control, site.data().controller()) {
        (Some(control), Some(controller)) => controller.control(control).await.map_err(Failure::Refused),
        (Some(_), None) => Err(Failure::Page(PageError::Failed("the master is still starting".to_owned()))),
        (None, _) => Ok(Value::Null),
    }
}

/// Browsers say where a form comes from; one from another site is not sent on.
fn is_own_form(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return matches!(site, "same-origin" | "none");
    }
    match (text("origin"), text("host")) {
        (Some(origin), Some(host)) => origin.split("://").nth(1) == Some(host),
        // No browser sent this: scripts cannot be tricked into sending a form.
        (None, _) => true,
        (Some(_), None) => false,
    }
}

/// To the page that the form was on.
fn back(site: &Site, headers: &HeaderMap, done: Result<Value, Failure>) -> Response {
    match done {
        Ok(_) => Redirect::to(&referring_path(headers)).into_response(),
        Err(failure) => failure.into_page(site),
    }
}

fn referring_path(headers: &HeaderMap) -> String {
    let referer = headers.get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let path = referer.split("://").nth(1).and_then(|rest| rest.find('/').map(|at| &rest[at..]));
    path.filter(|path| !path.starts_with("//")).unwrap_or("/").to_owned()
}

/// To the first request of a new buildset; the action answers `[buildset, {builder: request}]`.
fn to_request(result: &Value) -> Response {
    let request = result[1].as_object().and_then(|requests| requests.values().next()).and_then(Value::as_i64);
    let target = match request {
        Some(request) => format!("/buildrequests/{request}"),
        None => "/".to_owned(),
    };
    Redirect::to(&target).into_response()
}

fn field<'a>(fields: &'a Fields, name: &str) -> Option<&'a str> {
    fields.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value))).collect()
    }

    #[test]
    fn forms_of_other_sites_are_refused() {
        let cases: [(&[(&str, &str)], bool); 6] = [
            (&[("sec-fetch-site", "same-origin"), ("origin", "http://ci"), ("host", "ci")], true),
            (&[("sec-fetch-site", "cross-site"), ("origin", "http://evil"), ("host", "ci")], false),
            (&[("origin", "http://ci:8010"), ("host", "ci:8010")], true),
            (&[("origin", "http://evil"), ("host", "ci:8010")], false),
            (&[("host", "ci:8010")], true),
            (&[("origin", "null"), ("host", "ci")], false),
        ];
        for (pairs, expected) in cases {
            let pairs: Vec<(&'static str, &'static str)> = pairs.iter().map(|(n, v)| (*n, *v)).collect();
            assert_eq!(is_own_form(&headers(&pairs)), expected, "{pairs:?}");
        }
    }

    #[test]
    fn the_browser_goes_back_on_this_site_only() {
        let cases = [
            ("http://ci:8010/builders/3?x=1", "/builders/3?x=1"),
            ("http://ci", "/"),
            ("http://ci//evil.example/", "/"),
        ];
        for (referer, expected) in cases {
            assert_eq!(referring_path(&headers(&[("referer", referer)])), expected);
        }
        assert_eq!(referring_path(&HeaderMap::new()), "/");
    }

    #[test]
    fn repeated_fields_are_lists() {
        let fields =
            vec![("a".to_owned(), "1".to_owned()), ("b".to_owned(), "2".to_owned()), ("a".to_owned(), "3".to_owned())];
        assert_eq!(Value::Object(parameters(&fields)), json!({"a": ["1", "3"], "b": "2"}));
    }
}
