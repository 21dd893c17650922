//! Style, icon and the scripts that `ui/` builds. Without the scripts the pages are complete, and quieter.

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

/// What Vite makes; may be missing.
#[derive(rust_embed::RustEmbed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Scripts;

const STYLE: &str = include_str!("../assets/style.css");
const ICON: &str = include_str!("../assets/icon.svg");

/// Whether the pages' scripts were built into this program.
pub(crate) fn has_scripts() -> bool {
    Scripts::get("app.js").is_some()
}

/// A file below `/assets/`.
pub(crate) async fn show(Path(path): Path<String>) -> Response {
    match path.as_str() {
        "style.css" => file("text/css; charset=utf-8", STYLE.as_bytes().to_vec()),
        "icon.svg" => file("image/svg+xml", ICON.as_bytes().to_vec()),
        _ => match Scripts::get(&path) {
            Some(found) => file(mime_type(&path), found.data.into_owned()),
            None => StatusCode::NOT_FOUND.into_response(),
        },
    }
}

pub(crate) async fn icon() -> Response {
    file("image/svg+xml", ICON.as_bytes().to_vec())
}

fn mime_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("map" | "json") => "application/json",
        _ => "application/octet-stream",
    }
}

fn file(mime_type: &'static str, body: Vec<u8>) -> Response {
    // The names do not change with the contents, so a browser has to ask again soon.
    ([(header::CONTENT_TYPE, mime_type), (header::CACHE_CONTROL, "public, max-age=60")], body).into_response()
}
