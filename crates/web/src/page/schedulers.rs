//! The schedulers and whether they are enabled.

use axum::extract::State;
use axum::response::Response;
use minijinja::context;

use crate::error::{PageError, answer};
use crate::read::{all, shown};
use crate::site::Site;

pub(crate) async fn show(State(site): State<Site>) -> Response {
    answer(&site, page(&site).await)
}

async fn page(site: &Site) -> Result<String, PageError> {
    let schedulers = all(site, "schedulers", &[("order", "name")]).await?;
    site.render("schedulers.html", "schedulers", context! { schedulers => shown(&schedulers) })
}
