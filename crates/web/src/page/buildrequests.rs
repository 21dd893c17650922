//! What waits for a worker, and one request with its builds.

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::context;

use crate::error::{PageError, answer};
use crate::read::{all, names, number, one, shown};
use crate::site::Site;

/// Requests on the page.
const REQUESTS_MAX: &str = "200";

pub(crate) async fn list(State(site): State<Site>) -> Response {
    answer(&site, pending(&site).await)
}

async fn pending(site: &Site) -> Result<String, PageError> {
    let waiting = [("complete", "false"), ("claimed", "false"), ("order", "buildrequestid"), ("limit", REQUESTS_MAX)];
    let page = context! {
        requests => shown(all(site, "buildrequests", &waiting).await?),
        builders => shown(names(site, "builders", "builderid").await?),
    };
    site.render("buildrequests.html", "buildrequests", page)
}

pub(crate) async fn show(State(site): State<Site>, Path(request): Path<i64>) -> Response {
    answer(&site, page(&site, request).await)
}

async fn page(site: &Site, request: i64) -> Result<String, PageError> {
    let row = one(site, &format!("buildrequests/{request}"), &format!("build request {request}")).await?;
    let buildset = one(site, &format!("buildsets/{}", number(&row, "buildsetid")), "buildset").await?;
    let builder = one(site, &format!("builders/{}", number(&row, "builderid")), "builder").await?;
    let page = context! {
        request => shown(&row),
        buildset => shown(&buildset),
        builder => shown(&builder),
        builds => shown(all(site, &format!("buildrequests/{request}/builds"), &[]).await?),
        workers => shown(names(site, "workers", "workerid").await?),
    };
    site.render("buildrequest.html", "buildrequests", page)
}
