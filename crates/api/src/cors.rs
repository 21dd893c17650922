//! Which pages of other servers may use the API from a browser.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::state::WwwSettings;

/// A page that is not allowed to ask.
pub(crate) struct InvalidOrigin;

/// An allowed origin, in lower case; `None` when the request names none.
pub(crate) fn check(headers: &HeaderMap, www: &WwwSettings) -> Result<Option<HeaderValue>, InvalidOrigin> {
    let Some(origin) = headers.get(header::ORIGIN) else { return Ok(None) };
    let origin = origin.to_str().map_err(|_| InvalidOrigin)?.to_ascii_lowercase();
    let allowed = match &www.allowed_origins {
        Some(patterns) => {
            patterns.iter().any(|pattern| fits(pattern.to_ascii_lowercase().as_bytes(), origin.as_bytes()))
        }
        None => origin == own_origin(&www.buildbot_url),
    };
    if !allowed {
        return Err(InvalidOrigin);
    }
    HeaderValue::from_str(&origin).map(Some).map_err(|_| InvalidOrigin)
}

/// Tells the browser that the page may read the answer.
pub(crate) fn allow(mut response: Response, origin: Option<HeaderValue>) -> Response {
    if let Some(origin) = origin {
        let headers = response.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Content-Type"));
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    }
    response
}

/// Whether a browser may go on after asking in advance.
pub(crate) fn preflight(headers: &HeaderMap) -> Option<Response> {
    let method = headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?.as_bytes();
    let known = [b"GET".as_slice(), b"POST", b"HEAD"].contains(&method);
    known.then(|| (StatusCode::OK, [(header::CONTENT_TYPE, "text/html")], Body::empty()).into_response())
}

fn own_origin(url: &str) -> String {
    let end = url.find("://").and_then(|scheme| url[scheme + 3..].find('/').map(|slash| scheme + 3 + slash));
    url[..end.unwrap_or(url.len())].to_ascii_lowercase()
}

/// A shell pattern with `*`, `?` and `[…]`.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => fits(rest, text) || text.split_first().is_some_and(|(_, later)| fits(pattern, later)),
        ([b'?', rest @ ..], [_, later @ ..]) => fits(rest, later),
        ([b'[', rest @ ..], [first, later @ ..]) => match rest.iter().position(|byte| *byte == b']') {
            Some(end) if end > 0 => class_has(&rest[..end], *first) && fits(&rest[end + 1..], later),
            _ => *first == b'[' && fits(rest, later),
        },
        ([wanted, rest @ ..], [first, later @ ..]) => wanted == first && fits(rest, later),
        ([_, ..], []) | ([], [_, ..]) => false,
    }
}

fn class_has(class: &[u8], byte: u8) -> bool {
    let (negated, mut members) = class.strip_prefix(b"!").map_or((false, class), |members| (true, members));
    let mut found = false;
    while let Some((first, rest)) = members.split_first() {
        if let [b'-', last, after @ ..] = rest {
            found |= (*first..=*last).contains(&byte);
            members = after;
        } else {
            found |= *first == byte;
            members = rest;
        }
    }
    found != negated
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_the_shells() {
        let cases = [
            ("http://a.org", "http://a.org", true),
            ("https://*.example.net", "https://a.b.example.net", true),
            ("https://*.example.net", "http://a.example.net", false),
            ("*", "anything", true),
            ("h?t", "hat", true),
            ("h[a-c]t", "hbt", true),
            ("h[!a-c]t", "hbt", false),
            ("h[", "h[", true),
            ("", "x", false),
        ];
        for (pattern, text, expected) in cases {
            assert_eq!(fits(pattern.as_bytes(), text.as_bytes()), expected, "{pattern} {text}");
        }
    }

    #[test]
    fn without_patterns_only_our_own_pages_may_ask() {
        let www = WwwSettings { buildbot_url: "https://CI.example.org:8010/bb/".into(), ..WwwSettings::default() };
        let ask = |origin: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ORIGIN, HeaderValue::from_str(origin).unwrap());
            check(&headers, &www).is_ok()
        };
        assert!(ask("https://ci.example.org:8010"));
        assert!(!ask("https://ci.example.org"));
        assert!(!ask("null"));
        assert!(check(&HeaderMap::new(), &www).is_ok_and(|origin| origin.is_none()));
    }
}
