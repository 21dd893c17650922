//! The workers, and one worker with what it builds.

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::{Value, context};

use crate::error::{PageError, answer};
use crate::read::{all, names, number, one};
use crate::site::Site;

pub(crate) async fn list(State(site): State<Site>) -> Response {
    answer(&site, workers(&site).await)
}

async fn workers(site: &Site) -> Result<String, PageError> {
    let running = [("complete", "false"), ("order", "-buildid")];
    let page = context! {
        workers => Value::from_serialize(all(site, "workers", &[("order", "name")]).await?),
        running => Value::from_serialize(all(site, "builds", &running).await?),
        builders => Value::from_serialize(names(site, "builders", "builderid").await?),
    };
    site.render("workers.html", "workers", page)
}

pub(crate) async fn show(State(site): State<Site>, Path(worker): Path<String>) -> Response {
    answer(&site, page(&site, &worker).await)
}

async fn page(site: &Site, worker: &str) -> Result<String, PageError> {
    let row = one(site, &format!("workers/{worker}"), &format!("worker `{worker}`")).await?;
    let id = number(&row, "workerid").to_string();
    let builds = [("workerid", id.as_str()), ("order", "-buildid"), ("limit", "50")];
    let page = context! {
        worker => Value::from_serialize(&row),
        builds => Value::from_serialize(all(site, "builds", &builds).await?),
        builders => Value::from_serialize(names(site, "builders", "builderid").await?),
    };
    site.render("worker.html", "workers", page)
}
