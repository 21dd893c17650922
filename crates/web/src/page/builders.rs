//! All builders with their last builds, narrowed down by tag or text.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Query, State};
use axum::response::Response;
use minijinja::context;
use serde::Deserialize;
use serde_json::Value as Json;

use crate::error::{PageError, answer};
use crate::read::{all, number, shown, text};
use crate::site::Site;

/// Builds that are looked at to find each builder's last ones.
const BUILDS_LOOKED_AT: &str = "1000";
/// How many of its last builds a builder shows.
const BUILDS_PER_BUILDER: usize = 5;

#[derive(Deserialize)]
pub(crate) struct Narrow {
    /// Only builders with this tag.
    tag: Option<String>,
    /// Only builders whose name contains this.
    name: Option<String>,
    /// Builders that no master has any more, too.
    #[serde(default)]
    old: bool,
}

pub(crate) async fn show(State(site): State<Site>, Query(narrow): Query<Narrow>) -> Response {
    answer(&site, page(&site, &narrow).await)
}

async fn page(site: &Site, narrow: &Narrow) -> Result<String, PageError> {
    let builders = all(site, "builders", &[("order", "name")]).await?;
    let builds = all(site, "builds", &[("order", "-buildid"), ("limit", BUILDS_LOOKED_AT)]).await?;
    let tags: BTreeSet<String> = builders.iter().flat_map(tags_of).map(str::to_owned).collect();
    let mut last: BTreeMap<i64, Vec<Json>> = BTreeMap::new();
    for build in builds {
        let of_builder = last.entry(number(&build, "builderid")).or_default();
        if of_builder.len() < BUILDS_PER_BUILDER {
            of_builder.push(build);
        }
    }
    let rows: Vec<Json> = builders
        .into_iter()
        .filter(|builder| is_wanted(builder, narrow))
        .map(|mut builder| {
            let builds = last.remove(&number(&builder, "builderid")).unwrap_or_default();
            builder["builds"] = Json::from(builds);
            builder
        })
        .collect();
    let page = context! {
        builders => shown(&rows),
        tags => shown(&tags),
        tag => narrow.tag.as_deref(),
        name => narrow.name.as_deref(),
        old => narrow.old,
    };
    site.render("builders.html", "builders", page)
}

fn tags_of(builder: &Json) -> impl Iterator<Item = &str> {
    builder["tags"].as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(Json::as_str)
}

fn is_wanted(builder: &Json, narrow: &Narrow) -> bool {
    let has_master = builder["masterids"].as_array().is_some_and(|masters| !masters.is_empty());
    let has_tag = narrow.tag.as_deref().is_none_or(|tag| tag.is_empty() || tags_of(builder).any(|other| other == tag));
    let has_name = narrow.name.as_deref().is_none_or(|part| text(builder, "name").contains(part));
    (has_master || narrow.old) && has_tag && has_name
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn builders_are_narrowed_down() {
        let builder = json!({"name": "linux-gcc", "tags": ["linux"], "masterids": [1]});
        let gone = json!({"name": "old", "tags": [], "masterids": []});
        let narrow = |tag: Option<&str>, name: Option<&str>, old| Narrow {
            tag: tag.map(str::to_owned),
            name: name.map(str::to_owned),
            old,
        };
        let cases = [
            (&builder, narrow(None, None, false), true),
            (&builder, narrow(Some("linux"), None, false), true),
            (&builder, narrow(Some("bsd"), None, false), false),
            (&builder, narrow(Some(""), Some("gcc"), false), true),
            (&builder, narrow(None, Some("clang"), false), false),
            (&gone, narrow(None, None, false), false),
            (&gone, narrow(None, None, true), true),
        ];
        for (builder, narrow, expected) in cases {
            assert_eq!(is_wanted(builder, &narrow), expected, "{builder}");
        }
    }
}
