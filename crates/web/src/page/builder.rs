//! One builder: what waits, what runs, what was built, and how to force a build.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;

use crate::error::{PageError, answer};
use crate::read::{all, names, number, one, shown};
use crate::site::Site;

/// Builds on a page.
const BUILDS_PER_PAGE: i64 = 50;

#[derive(Deserialize)]
pub(crate) struct Window {
    /// Only builds with a number up to this.
    up_to: Option<i64>,
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path(builder): Path<String>,
    Query(window): Query<Window>,
) -> Response {
    answer(&site, page(&site, &builder, &window).await)
}

async fn page(site: &Site, builder: &str, window: &Window) -> Result<String, PageError> {
    let builder = one(site, &format!("builders/{builder}"), &format!("builder `{builder}`")).await?;
    let id = number(&builder, "builderid");
    let limit = BUILDS_PER_PAGE.to_string();
    let mut query = vec![("order", "-number"), ("limit", limit.as_str())];
    let up_to = window.up_to.map(|number| number.to_string());
    if let Some(up_to) = &up_to {
        query.push(("number__le", up_to));
    }
    let builds = all(site, &format!("builders/{id}/builds"), &query).await?;
    let oldest = builds.last().map_or(0, |build| number(build, "number"));
    let waiting = [("complete", "false"), ("claimed", "false"), ("order", "buildrequestid"), ("limit", "100")];
    let page = context! {
        builder => shown(&builder),
        builds => shown(&builds),
        older => (oldest > 1).then_some(oldest - 1),
        is_newest => window.up_to.is_none(),
        waiting => shown(all(site, &format!("builders/{id}/buildrequests"), &waiting).await?),
        forces => shown(all(site, &format!("builders/{id}/forceschedulers"), &[]).await?),
        workers => shown(names(site, "workers", "workerid").await?),
        builder_workers => shown(all(site, &format!("builders/{id}/workers"), &[]).await?),
    };
    site.render("builder.html", "builders", page)
}
