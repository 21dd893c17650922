//! What waits for a worker, and one request with its builds.

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};

use crate::error::{PageError, answer};
use crate::read::{all, names, number, one};
use crate::site::Site;

/// Requests on the page.
const REQUESTS_MAX: &str = "200";

pub(crate) async fn list(State(site): State<Site>) -> Response {
    answer(&site, pending(&site).await)
}

async fn pending(site: &Site) -> Result<String, PageError> {
    let waiting = [("complete", "false"), ("claimed", "false"), ("order", "buildrequestid"), ("limit", REQUESTS_MAX)];
    let page = context! {
        requests => Value::from_serialize(all(site, "buildrequests", &waiting).await?),
        builders => Value::from_serialize(names(site, "builders", "builderid").await?),
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
        request => Value::from_serialize(&row),
        buildset => Value::from_serialize(&buildset),
        builder => Value::from_serialize(&builder),
        builds => Value::from_serialize(all(site, &format!("buildrequests/{request}/builds"), &[]).await?),
        workers => Value::from_serialize(names(site, "workers", "workerid").await?),
    };
    site.render("buildrequest.html", "buildrequests", page)
}
