//! What this site runs on.

use axum::extract::State;
use axum::response::Response;
use minijinja::{Value, context};

use crate::error::{PageError, answer};
use crate::read::all;
use crate::site::Site;

pub(crate) async fn show(State(site): State<Site>) -> Response {
    answer(&site, page(&site).await)
}

async fn page(site: &Site) -> Result<String, PageError> {
    let page = context! {
        masters => Value::from_serialize(all(site, "masters", &[("order", "name")]).await?),
        url => site.options().buildbot_url,
    };
    site.render("about.html", "about", page)
}
