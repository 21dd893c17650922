//! One log, a window of lines at a time: a log of any size opens at once.

use axum::extract::{Path, Query, State};
use axum::response::Response;
use minijinja::context;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use crate::ansi::line_to_html;
use crate::error::{PageError, answer};
use crate::read::{all, number, one, shown, text};
use crate::site::Site;

/// Lines on a page.
const LINES_PER_PAGE: i64 = 1000;
/// A longer line is cut in the page; the raw log has all of it.
const LINE_BYTES_MAX: usize = 16 * 1024;

#[derive(Deserialize)]
pub(crate) struct Window {
    /// First line, from 1, which it is when it is not given.
    first: Option<i64>,
}

/// A line as the template shows it.
#[derive(Debug, Serialize, PartialEq, Eq)]
struct Line {
    number: i64,
    /// `o`, `e`, `h` or `t`.
    stream: char,
    html: String,
}

pub(crate) async fn show(
    State(site): State<Site>,
    Path((builder, build, step, slug)): Path<(String, i64, i64, String)>,
    Query(window): Query<Window>,
) -> Response {
    answer(&site, page(&site, (&builder, build, step, &slug), &window).await)
}

async fn page(
    site: &Site,
    (builder, build, step, slug): (&str, i64, i64, &str),
    window: &Window,
) -> Result<String, PageError> {
    let builder_row = one(site, &format!("builders/{builder}"), &format!("builder `{builder}`")).await?;
    let builder_id = number(&builder_row, "builderid");
    let of_build = format!("builders/{builder_id}/builds/{build}");
    let build_row = one(site, &of_build, &format!("build {build} of builder `{builder}`")).await?;
    let step_row = one(site, &format!("{of_build}/steps/{step}"), &format!("step {step} of build {build}")).await?;
    let what = format!("log `{slug}` of step {step}");
    let log = one(site, &format!("{of_build}/steps/{step}/logs/{slug}"), &what).await?;
    let count = number(&log, "num_lines");
    let first = first_line(window.first, count);
    let contents = contents(site, number(&log, "logid"), first).await?;
    let kind = text(&log, "type").chars().next().unwrap_or('t');
    let page = context! {
        builder => shown(&builder_row),
        build => shown(&build_row),
        step => shown(&step_row),
        log => shown(&log),
        lines => shown(lines_of(&contents, kind, first)),
        first,
        last => (first + LINES_PER_PAGE - 1).min(count),
        count,
        previous => (first > 1).then(|| (first - LINES_PER_PAGE).max(1)),
        next => (first + LINES_PER_PAGE <= count).then_some(first + LINES_PER_PAGE),
        last_page => (count - 1).max(0) / LINES_PER_PAGE * LINES_PER_PAGE + 1,
        is_html => kind == 'h',
    };
    site.render("log.html", "builders", page)
}

async fn contents(site: &Site, log: i64, first: i64) -> Result<String, PageError> {
    let (offset, limit) = ((first - 1).to_string(), LINES_PER_PAGE.to_string());
    let query = [("offset", offset.as_str()), ("limit", limit.as_str())];
    let chunks = all(site, &format!("logs/{log}/contents"), &query).await?;
    Ok(chunks.first().map(|chunk: &Json| text(chunk, "content").to_owned()).unwrap_or_default())
}

/// The first line of the page that is asked for, within what there is.
fn first_line(asked: Option<i64>, count: i64) -> i64 {
    asked.unwrap_or(1).clamp(1, count.max(1))
}

fn lines_of(contents: &str, kind: char, first: i64) -> Vec<Line> {
    contents
        .strip_suffix('\n')
        .unwrap_or(contents)
        .split('\n')
        .zip(first..)
        .filter(|(line, _)| !(contents.is_empty() && line.is_empty()))
        .map(|(line, number)| {
            let (stream, text) = match (kind, line.chars().next()) {
                ('s', Some(stream @ ('o' | 'e' | 'h'))) => (stream, &line[1..]),
                _ => ('t', line),
            };
            Line { number, stream, html: line_to_html(cut(text)) }
        })
        .collect()
}

fn cut(line: &str) -> &str {
    &line[..line.floor_char_boundary(LINE_BYTES_MAX)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_stays_within_the_log() {
        let cases = [
            (None, 0, 1),
            (None, 5000, 1),
            (Some(-5), 5000, 1),
            (Some(1500), 5000, 1500),
            (Some(9999), 5000, 5000),
            (Some(2), 0, 1),
        ];
        for (asked, count, expected) in cases {
            assert_eq!(first_line(asked, count), expected, "{asked:?} of {count}");
        }
    }

    #[test]
    fn streams_are_told_apart() {
        let lines = lines_of("hrun\noout <x>\neerr\n", 's', 11);
        let seen: Vec<(i64, char, &str)> =
            lines.iter().map(|line| (line.number, line.stream, line.html.as_str())).collect();
        assert_eq!(seen, [(11, 'h', "run"), (12, 'o', "out &lt;x&gt;"), (13, 'e', "err")]);
        assert_eq!(lines_of("", 's', 1), []);
        assert_eq!(lines_of("plain\n\n", 't', 1).len(), 2);
    }
}
