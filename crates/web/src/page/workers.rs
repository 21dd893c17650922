//! The workers, and one worker with what it builds.

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::context;

use crate::error::{PageError, answer};
use crate::hindrance;
use crate::read::{all, names, number, one, shown};
use crate::site::Site;

pub(crate) async fn list(State(site): State<Site>) -> Response {
    answer(&site, workers(&site).await)
}

async fn workers(site: &Site) -> Result<String, PageError> {
    let running = [("complete", "false"), ("order", "-buildid")];
    let page = context! {
        workers => shown(all(site, "workers", &[("order", "name")]).await?),
        hindrances => hindrance::of_all(site),
        running => shown(all(site, "builds", &running).await?),
        builders => shown(names(site, "builders", "builderid").await?),
    };
    site.render("workers.html", "workers", page)
}

pub(crate) async fn show(State(site): State<Site>, Path(worker): Path<String>) -> Response {
    answer(&site, page(&site, &worker).await)
}

async fn page(site: &Site, worker: &str) -> Result<String, PageError> {
    let row = one(site, &format!("workers/{worker}"), &format!("worker `{worker}`")).await?;
    let id = number(&row, "workerid").to_string();
    let builds = [("workerid", id.as_str()), ("complete", "true"), ("order", "-buildid"), ("limit", "50")];
    let page = context! {
        worker => shown(&row),
        hindrances => hindrance::of_all(site).remove(&id).unwrap_or_default(),
        running => shown(all(site, "builds", &[("workerid", id.as_str()), ("complete", "false"), ("order", "buildid")]).await?),
        builds => shown(all(site, "builds", &builds).await?),
        builders => shown(names(site, "builders", "builderid").await?),
        workers => shown(std::collections::BTreeMap::from([(id.clone(), row["name"].clone())])),
    };
    site.render("worker.html", "workers", page)
}
