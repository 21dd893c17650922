//! The pages: rendered on the server from the path-based API, complete without JavaScript, livelier with it.
//!
//! Every page is a client of [`ferrobot_data::Data`], by the same paths that the REST API has; this crate knows no tables.
//! Read `site` (what all pages share), then `page/` (one file per page), then `action` (what forms do). The scripts in `ui/`
//! only enhance: they swap the marked parts of a page when an event says that they changed.

mod action;
mod ansi;
mod asset;
mod error;
mod hindrance;
mod page;
mod read;
mod show;
mod site;

pub use site::{Site, SiteOptions};

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{get, post};

/// Nothing that a change, a log or a build says can run as a script or load from elsewhere.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: data:; font-src 'self'; \
                      connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'self'";

/// The pages, their assets and their forms.
pub fn router(site: Site) -> Router {
    Router::new()
        .route("/", get(page::home::show))
        .route("/builders", get(page::builders::show))
        .route("/builders/{builder}", get(page::builder::show))
        .route("/builders/{builder}/builds/{number}", get(page::build::show))
        .route("/builders/{builder}/builds/{number}/steps/{step}/logs/{slug}", get(page::log::show))
        .route("/builders/{builder}/force/{scheduler}", get(page::force::show).post(action::force))
        .route("/builds/{build}/stop", post(action::stop_build))
        .route("/builds/{build}/rebuild", post(action::rebuild))
        .route("/buildrequests", get(page::buildrequests::list))
        .route("/buildrequests/{request}", get(page::buildrequests::show))
        .route("/buildrequests/{request}/cancel", post(action::cancel))
        .route("/workers", get(page::workers::list))
        .route("/workers/{worker}", get(page::workers::show))
        .route("/workers/{worker}/{verb}", post(action::worker))
        .route("/changes", get(page::changes::list))
        .route("/changes/{change}", get(page::changes::show))
        .route("/schedulers", get(page::schedulers::show))
        .route("/schedulers/{scheduler}/enable", post(action::enable_scheduler))
        .route("/about", get(page::about::show))
        .route("/assets/{*path}", get(asset::show))
        .route("/favicon.ico", get(asset::icon))
        .fallback(error::no_such_page)
        .layer(from_fn(protect))
        .with_state(site)
}

async fn protect(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(HeaderName::from_static("x-frame-options"), HeaderValue::from_static("SAMEORIGIN"));
    response
}
