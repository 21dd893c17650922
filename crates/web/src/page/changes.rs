//! The changes, and one change with what it made run.

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::context;

use crate::error::{PageError, answer};
use crate::read::{all, names, one, shown};
use crate::site::Site;

/// Changes on the page.
const CHANGES_MAX: &str = "100";

pub(crate) async fn list(State(site): State<Site>) -> Response {
    answer(&site, changes(&site).await)
}

async fn changes(site: &Site) -> Result<String, PageError> {
    let newest = [("order", "-changeid"), ("limit", CHANGES_MAX)];
    let page = context! { changes => shown(all(site, "changes", &newest).await?) };
    site.render("changes.html", "changes", page)
}

pub(crate) async fn show(State(site): State<Site>, Path(change): Path<i64>) -> Response {
    answer(&site, page(&site, change).await)
}

async fn page(site: &Site, change: i64) -> Result<String, PageError> {
    let row = one(site, &format!("changes/{change}"), &format!("change {change}")).await?;
    let page = context! {
        change => shown(&row),
        builds => shown(all(site, &format!("changes/{change}/builds"), &[]).await?),
        builders => shown(names(site, "builders", "builderid").await?),
        workers => shown(names(site, "workers", "workerid").await?),
    };
    site.render("change.html", "changes", page)
}
