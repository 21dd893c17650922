//! The first page: what runs, and what was built last.

use axum::extract::State;
use axum::response::Response;
use minijinja::context;

use crate::error::{PageError, answer};
use crate::read::{all, names, shown};
use crate::site::Site;

/// How many finished builds are shown.
const RECENT_BUILDS: &str = "20";
/// How many running builds and waiting requests are shown.
const PRESENT_MAX: &str = "50";

pub(crate) async fn show(State(site): State<Site>) -> Response {
    answer(&site, page(&site).await)
}

async fn page(site: &Site) -> Result<String, PageError> {
    let running = [("complete", "false"), ("order", "-buildid"), ("limit", PRESENT_MAX)];
    let recent = [("complete", "true"), ("order", "-buildid"), ("limit", RECENT_BUILDS)];
    let waiting = [("claimed", "false"), ("complete", "false"), ("order", "buildrequestid"), ("limit", PRESENT_MAX)];
    let page = context! {
        running => shown(all(site, "builds", &running).await?),
        recent => shown(all(site, "builds", &recent).await?),
        waiting => shown(all(site, "buildrequests", &waiting).await?),
        builders => shown(names(site, "builders", "builderid").await?),
        workers => shown(names(site, "workers", "workerid").await?),
    };
    site.render("home.html", "home", page)
}
