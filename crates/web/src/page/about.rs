//! What this site runs on.

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
    let page = context! {
        masters => shown(all(site, "masters", &[("order", "name")]).await?),
        url => site.options().buildbot_url.as_str(),
    };
    site.render("about.html", "about", page)
}
