//! Buildbot's HTTP interfaces over the state: REST, JSON-RPC, WebSocket, server-sent events, change hooks and `/config`,
//! byte for byte.
//!
//! Knows nothing of the engine: what a request changes goes through [`ferrobot_data::Controller`] and [`ChangeSink`].
//! Read `state`, then `rest`, then `rpc`; the others stand alone.

#![warn(missing_docs)]

mod access;
mod auth;
mod change_hook;
mod config;
mod consumer;
mod cors;
mod encoding;
mod page;
mod pyjson_error;
mod rest;
mod rpc;
mod sse;
mod state;
mod urlencoded;
mod ws;

pub use access::{Access, AccessRequest, OpenAccess, User};
pub use state::{ApiState, ChangeSink, ChangeSinkError, WwwSettings};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::any;
use tower_http::compression::CompressionLayer;

/// Everything that Buildbot serves apart from its pages.
pub fn router(state: ApiState) -> Router {
    Router::new()
        .route("/api", any(rest::versions))
        .route("/api/", any(page::not_found))
        .route("/api/{*path}", any(rest::serve))
        .route("/config", any(config::serve))
        .route("/auth/login", any(auth::login))
        .route("/auth/logout", any(auth::logout))
        .route("/change_hook", any(change_hook::serve))
        .route("/change_hook/", any(change_hook::serve))
        .route("/change_hook/{*dialect}", any(change_hook::serve))
        .route("/sse", any(sse::serve))
        .route("/sse/", any(sse::serve))
        .route("/sse/{*path}", any(sse::serve))
        .layer(DefaultBodyLimit::max(change_hook::FORM_BYTES_MAX))
        .layer(CompressionLayer::new())
        .route("/ws", any(ws::serve))
        .route("/ws/{*path}", any(ws::serve))
        .with_state(state)
}
