//! Reads by path, as a client of the REST API would.

use ferrobot_data::{LogText, Reply};
use serde_json::Value;

use crate::error::PageError;
use crate::site::Site;

/// A collection. `path` is as in a URL below `/api/v2/`; `query` are decoded pairs.
pub(crate) async fn all(site: &Site, path: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, PageError> {
    let path: Vec<String> = path.split('/').map(str::to_owned).collect();
    let query: Vec<(String, String)> =
        query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let spec = site.data().parse_query(&path, &query)?;
    match site.data().get(&path, spec).await? {
        Reply::Collection { values, .. } => Ok(values),
        // A page shows no more of a list that is too long for memory than its beginning.
        Reply::LongCollection { mut rows, .. } => Ok(rows.next_part().await.transpose()?.unwrap_or_default()),
        Reply::Single { value, .. } => Ok(vec![value]),
        Reply::LongChunk { rest, content } => {
            let mut row = rest;
            row.insert("content".to_owned(), beginning(content).await?.into());
            Ok(vec![row.into()])
        }
        Reply::Raw { .. } => Ok(Vec::new()),
    }
}

/// So much of very long lines is shown in a page; the raw log has all of it.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The beginning of a text that is too long for a page.
async fn beginning(mut content: LogText) -> Result<String, PageError> {
    let mut text = String::new();
    while text.len() < PAGE_BYTES_MAX
        && let Some(block) = content.next_block().await
    {
        text += &block?;
    }
    Ok(text)
}

/// One resource.
pub(crate) async fn one(site: &Site, path: &str, what: &str) -> Result<Value, PageError> {
    let missing = || PageError::NotFound(what.to_owned());
    match all(site, path, &[]).await {
        Ok(found) => found.into_iter().next().ok_or_else(missing),
        Err(PageError::NotFound(_)) => Err(missing()),
        Err(error) => Err(error),
    }
}

/// The number in a field, 0 when it is none.
pub(crate) fn number(row: &Value, field: &str) -> i64 {
    row[field].as_i64().unwrap_or_default()
}

/// The text in a field, empty when it is none.
pub(crate) fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row[field].as_str().unwrap_or_default()
}

/// Names by id, for lists that show the names of what they refer to.
pub(crate) async fn names(
    site: &Site,
    path: &str,
    id: &str,
) -> Result<std::collections::BTreeMap<String, Value>, PageError> {
    let rows = all(site, path, &[("field", id), ("field", "name")]).await?;
    Ok(rows.into_iter().map(|row| (number(&row, id).to_string(), row["name"].clone())).collect())
}

/// A value for a template.
pub(crate) fn shown<T: serde::Serialize>(value: T) -> minijinja::Value {
    minijinja::Value::from(minijinja::value::Serde(value))
}
