//! Buildbot's path-based API: `/builders/3/builds?complete=true&order=-number` (inventory C1, C2).

use serde_json::Value;

use crate::{Control, Data};

/// A comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are the API's own")]
pub enum Operator {
    Eq,
    Ne,
    Lt,
    Le,
    Gt,
    Ge,
    Contains,
    In,
    NotIn,
}

/// One filter: `field__op=value`, with every value that was given.
#[derive(Debug, Clone, PartialEq)]
pub struct Filter {
    /// Field name.
    pub field: String,
    /// How to compare.
    pub operator: Operator,
    /// With what, still as text.
    pub values: Vec<String>,
}

/// What to return of a resource.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ResultSpec {
    /// Only these fields; empty means all.
    pub fields: Vec<String>,
    /// Field names, `-` in front for descending.
    pub order: Vec<String>,
    /// At most so many.
    pub limit: Option<i64>,
    /// Leave out so many first.
    pub offset: Option<i64>,
    /// Filters.
    pub filters: Vec<Filter>,
    /// Names of properties to include; `*` for all.
    pub properties: Vec<String>,
}

/// What kind of thing a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One resource.
    Single,
    /// Many.
    Collection,
    /// Bytes with a MIME type and a file name.
    Raw,
}

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// One resource and the plural name it is wrapped in.
    Single { plural: &'static str, value: Value },
    /// Some resources, and how many there are without limit and offset (where that is known cheaply or asked for).
    Collection { plural: &'static str, values: Vec<Value>, total: Option<i64> },
    /// Bytes to download.
    Raw { mime_type: String, filename: String, disposition_attachment: bool, body: Vec<u8> },
}

/// Why there is no answer. The texts are Buildbot's.
#[derive(Debug, thiserror::Error)]
pub enum RestError {
    /// 404.
    #[error("{0}")]
    NotFound(String),
    /// 400.
    #[error("{0}")]
    BadRequest(String),
    /// 501: the resource has no such action.
    #[error("{0}")]
    NoSuchAction(String),
    /// 500.
    #[error("{0}")]
    Internal(String),
}

#[expect(unused_variables, clippy::unused_async, reason = "bodies follow")]
impl Data {
    /// Answers a GET. `path` is split at `/`, without the prefix, URL-decoded. `query` is decoded pairs in order.
    pub async fn get(&self, path: &[String], spec: ResultSpec) -> Result<Reply, RestError> {
        unimplemented!()
    }

    /// What a path names, or 404.
    pub fn kind_of(&self, path: &[String]) -> Result<Kind, RestError> {
        unimplemented!()
    }

    /// Reads the query of a GET for this path: knows which names are fields. Unknown fields are a 400 with Buildbot's text.
    pub fn parse_query(&self, path: &[String], query: &[(String, String)]) -> Result<ResultSpec, RestError> {
        unimplemented!()
    }

    /// Which control action a POST to `path` with `method` and `params` means.
    pub async fn resolve_control(
        &self,
        path: &[String],
        method: &str,
        params: &serde_json::Map<String, Value>,
    ) -> Result<Control, RestError> {
        unimplemented!()
    }

    /// `/application.spec` and `/`.
    #[must_use]
    pub fn application_spec(&self) -> Value {
        unimplemented!()
    }
}
