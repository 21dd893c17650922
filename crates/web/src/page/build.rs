//! One build: its steps with their logs, its properties, its changes.

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::context;
use serde_json::Value as Json;

use crate::error::{PageError, answer};
use crate::read::{all, number, one, shown};
use crate::site::Site;

pub(crate) async fn show(State(site): State<Site>, Path((builder, build)): Path<(String, i64)>) -> Response {
    answer(&site, page(&site, &builder, build).await)
}

async fn page(site: &Site, builder: &str, build: i64) -> Result<String, PageError> {
    let builder_row = one(site, &format!("builders/{builder}"), &format!("builder `{builder}`")).await?;
    let builder_id = number(&builder_row, "builderid");
    let what = format!("build {build} of builder `{builder}`");
    let build_row = one(site, &format!("builders/{builder_id}/builds/{build}"), &what).await?;
    let id = number(&build_row, "buildid");
    let mut steps = all(site, &format!("builds/{id}/steps"), &[("order", "number")]).await?;
    for step in &mut steps {
        let logs = all(site, &format!("steps/{}/logs", number(step, "stepid")), &[]).await?;
        step["logs"] = Json::from(logs);
    }
    let request =
        one(site, &format!("buildrequests/{}", number(&build_row, "buildrequestid")), "build request").await?;
    let buildset = one(site, &format!("buildsets/{}", number(&request, "buildsetid")), "buildset").await?;
    let worker = match build_row["workerid"].as_i64() {
        Some(worker) => one(site, &format!("workers/{worker}"), "worker").await.ok(),
        None => None,
    };
    let properties = one(site, &format!("builds/{id}/properties"), "properties").await?;
    let page = context! {
        builder => shown(&builder_row),
        build => shown(&build_row),
        steps => shown(&steps),
        request => shown(&request),
        buildset => shown(&buildset),
        worker => shown(&worker),
        properties => shown(properties_of(&properties)),
        changes => shown(all(site, &format!("builds/{id}/changes"), &[]).await?),
    };
    site.render("build.html", "builders", page)
}

/// Properties as rows, by name: the API has `{name: [value, source]}`.
fn properties_of(properties: &Json) -> Vec<Json> {
    let mut rows: Vec<Json> = properties
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| value.is_array())
        .map(|(name, value)| serde_json::json!({"name": name, "value": value[0], "source": value[1]}))
        .collect();
    rows.sort_by(|one, other| one["name"].as_str().cmp(&other["name"].as_str()));
    rows
}
