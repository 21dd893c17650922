//! The dialog of a force scheduler: its parameters as a form that needs no script.

use axum::extract::{Path, State};
use axum::response::Response;
use minijinja::context;
use serde_json::{Map, Value as Json};

use crate::error::{PageError, answer};
use crate::read::{all, one, shown, text};
use crate::site::Site;

pub(crate) async fn show(State(site): State<Site>, Path((builder, scheduler)): Path<(String, String)>) -> Response {
    answer(&site, page(&site, &builder, &scheduler, &Map::new(), &Json::Null).await)
}

/// The dialog, with what the user typed and what was wrong with it.
pub(crate) async fn page(
    site: &Site,
    builder: &str,
    scheduler: &str,
    typed: &Map<String, Json>,
    faults: &Json,
) -> Result<String, PageError> {
    let builder_row = one(site, &format!("builders/{builder}"), &format!("builder `{builder}`")).await?;
    let of_builder = format!("builders/{}/forceschedulers", builder_row["builderid"]);
    let force = all(site, &of_builder, &[])
        .await?
        .into_iter()
        .find(|force| text(force, "name") == scheduler)
        .ok_or_else(|| PageError::NotFound(format!("force scheduler `{scheduler}` for builder `{builder}`")))?;
    let page = context! {
        builder => shown(&builder_row),
        force => shown(&force),
        typed => shown(typed),
        faults => shown(faults),
    };
    site.render("force.html", "builders", page)
}
