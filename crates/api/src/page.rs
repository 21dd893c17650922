//! The plain pages of refusals, as Twisted's web server words them.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Nothing is served at this path.
pub(crate) async fn not_found() -> Response {
    page(StatusCode::NOT_FOUND, "No Such Resource", "Sorry. No luck finding that resource.")
}

/// The method is not one of `allowed`.
pub(crate) fn method_not_allowed(path: &str, method: &str, allowed: &'static str) -> Response {
    let text = format!(
        "Your browser approached me (at {}) with the method \"{}\".  I only allow the methods {allowed} here.",
        escape(path),
        escape(method),
    );
    let mut response = page(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed", &text);
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}

/// The method means nothing here.
pub(crate) fn method_unknown(method: &str) -> Response {
    let text = format!("I don't know how to treat a {} request.", escape(method));
    page(StatusCode::NOT_IMPLEMENTED, "Huh?", &text)
}

fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let body = format!(
        "\n<html>\n  <head><title>{} - {title}</title></head>\n  <body>\n    <h1>{title}</h1>\n    <p>{text}</p>\n  \
         </body>\n</html>\n",
        status.as_u16(),
    );
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
