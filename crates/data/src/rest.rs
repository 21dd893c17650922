//! Buildbot's path-based API: `/builders/3/builds?complete=true&order=-number`.
//!
//! A path leads to an endpoint, a query to a [`ResultSpec`]; both together are answered from the database, or from the
//! running configuration for force schedulers. What a POST asks for becomes a [`crate::Control`].

use std::collections::VecDeque;

use ferrobot_model::BuilderId;
use ferrobot_storage::{StorageError, rusqlite};
use serde_json::{Map, Value, json};

use crate::logtext::LogText;
use crate::pyrepr::python_repr_text;
use crate::resource::endpoint::{self, Argument, Arguments, Endpoint};
use crate::resource::select::Listed;
use crate::resource::{self, build_data, builders, field, forceschedulers, logs, memory, query, select};
use crate::{Data, DataError};

/// The contents of a log up to this size are one JSON value; longer ones are streamed.
const CONTENT_BYTES_MAX: usize = 1024 * 1024;

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

impl ResultSpec {
    /// Whether a field is wanted.
    pub(crate) fn shows(&self, name: &str) -> bool {
        self.fields.is_empty() || self.fields.iter().any(|field| field == name)
    }

    /// The properties to show; none when the field is not wanted.
    pub(crate) fn shown_properties(&self) -> &[String] {
        if self.shows("properties") { &self.properties } else { &[] }
    }
}

/// An answer.
pub enum Reply {
    /// One resource and the plural name it is wrapped in.
    Single {
        /// Name of the wrapping.
        plural: &'static str,
        /// The resource.
        value: Value,
    },
    /// Some resources.
    Collection {
        /// Name of the wrapping.
        plural: &'static str,
        /// The resources.
        values: Vec<Value>,
        /// How many there are without limit and offset.
        total: i64,
    },
    /// More resources than memory should hold: to be read in parts.
    LongCollection {
        /// Name of the wrapping.
        plural: &'static str,
        /// The resources.
        rows: LongList,
        /// As for a short one.
        total: i64,
    },
    /// One chunk of a log that is too long for memory: a `logchunks` resource whose `content` is to be streamed.
    LongChunk {
        /// The other fields that were asked for.
        rest: Map<String, Value>,
        /// The `content`.
        content: LogText,
    },
    /// Bytes to download.
    Raw {
        /// Without the character set, which is UTF-8.
        mime_type: String,
        /// What to call the file.
        filename: String,
        /// Save it, rather than show it.
        disposition_attachment: bool,
        /// The bytes.
        body: RawBody,
    },
}

/// Bytes to download.
pub enum RawBody {
    /// At hand.
    Bytes(Vec<u8>),
    /// To be read block by block.
    Log(LogText),
}

/// A long list: which rows it has was settled at once, what is in them is read part by part.
pub struct LongList {
    data: Data,
    endpoint: Endpoint,
    spec: ResultSpec,
    first: Vec<Value>,
    later: VecDeque<i64>,
}

impl LongList {
    /// The next resources; `None` at the end.
    pub async fn next_part(&mut self) -> Option<Result<Vec<Value>, RestError>> {
        if !self.first.is_empty() {
            return Some(Ok(std::mem::take(&mut self.first)));
        }
        if self.later.is_empty() {
            return None;
        }
        let part = self.later.len().min(usize::try_from(select::ROWS_MAX).unwrap_or(usize::MAX));
        let ids: Vec<i64> = self.later.drain(..part).collect();
        let (endpoint, spec) = (self.endpoint, self.spec.clone());
        Some(self.data.query(move |conn| resource::part(conn, endpoint, &ids, &spec)).await)
    }
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

impl From<rusqlite::Error> for RestError {
    fn from(error: rusqlite::Error) -> RestError {
        RestError::from(StorageError::from(error))
    }
}

impl From<StorageError> for RestError {
    fn from(error: StorageError) -> RestError {
        RestError::from(DataError::from(error))
    }
}

impl From<DataError> for RestError {
    fn from(error: DataError) -> RestError {
        RestError::Internal(error.to_string())
    }
}

impl Data {
    /// Answers a GET. `path` is split at `/`, without the prefix, URL-decoded.
    pub async fn get(&self, path: &[String], spec: ResultSpec) -> Result<Reply, RestError> {
        let (endpoint, arguments) = find(path)?;
        let plural = endpoint.entity().plural;
        match endpoint {
            Endpoint::ForceSchedulers => {
                let rows = self.force_schedulers(&arguments).await?;
                let listed = memory::list(&forceschedulers::ENTITY, rows, &spec)?;
                Ok(Reply::Collection { plural, values: listed.values, total: listed.total })
            }
            Endpoint::ForceScheduler => {
                let name = arguments.text("schedulername").unwrap_or_default();
                let mut rows = self.force_schedulers(&Arguments::default()).await?;
                rows.retain(|row| row["name"] == name);
                let value = rows.into_iter().next().ok_or_else(|| not_found(endpoint, &arguments, &spec))?;
                Ok(Reply::Single { plural, value: select::select_fields(value, &spec.fields) })
            }
            Endpoint::LogChunk => self.log_contents(endpoint, arguments, spec).await,
            Endpoint::RawLogChunk | Endpoint::RawInlineLogChunk => self.log_download(endpoint, arguments, spec).await,
            Endpoint::BuildData => {
                let missing = not_found(endpoint, &arguments, &spec);
                let value = self.query(move |conn| build_data::value(conn, &arguments)).await?;
                let (filename, value) = value.ok_or(missing)?;
                let mime_type = "application/octet-stream".to_owned();
                Ok(Reply::Raw { mime_type, filename, disposition_attachment: true, body: RawBody::Bytes(value) })
            }
            _ if endpoint.is_collection() => {
                let look = move |conn: &_| {
                    resource::collection(conn, endpoint, &arguments, &spec).map(|listed| (listed, spec))
                };
                let (Listed { values, total, later }, spec) = self.query(look).await?;
                if later.is_empty() {
                    return Ok(Reply::Collection { plural, values, total });
                }
                let rows = LongList { data: self.clone(), endpoint, spec, first: values, later: later.into() };
                Ok(Reply::LongCollection { plural, rows, total })
            }
            _ => {
                let missing = not_found(endpoint, &arguments, &spec);
                let fields = spec.fields.clone();
                let value = self.query(move |conn| resource::single(conn, endpoint, &arguments, &spec)).await?;
                Ok(Reply::Single { plural, value: select::select_fields(value.ok_or(missing)?, &fields) })
            }
        }
    }

    /// Reads the query of a GET for this path: knows which names are fields. Unknown fields are a 400 with Buildbot's
    /// text. `query` is decoded pairs, in order.
    pub fn parse_query(&self, path: &[String], query: &[(String, String)]) -> Result<ResultSpec, RestError> {
        query::parse(find(path)?.0, query)
    }

    /// Reads, off the runtime's threads.
    pub(crate) async fn query<T, E, F>(&self, look: F) -> Result<T, RestError>
    where
        T: Send + 'static,
        E: Into<RestError> + Send + 'static,
        F: FnOnce(&rusqlite::Connection) -> Result<T, E> + Send + 'static,
    {
        self.storage().read(move |conn| Ok(look(conn))).await?.map_err(Into::into)
    }

    async fn force_schedulers(&self, path: &Arguments) -> Result<Vec<Value>, RestError> {
        let builder = match path.text("builderid") {
            None => None,
            Some(text) => {
                let id = BuilderId(field::integer(text).unwrap_or(-1));
                let known = self.query(move |conn| builders::builder_by_id(conn, id)).await?.is_some();
                Some(
                    known
                        .then_some(id)
                        .ok_or_else(|| not_found(Endpoint::ForceSchedulers, path, &ResultSpec::default()))?,
                )
            }
        };
        Ok(self.controller().map(|controller| controller.force_schedulers(builder)).unwrap_or_default())
    }

    async fn log_contents(
        &self,
        endpoint: Endpoint,
        arguments: Arguments,
        spec: ResultSpec,
    ) -> Result<Reply, RestError> {
        let missing = not_found(endpoint, &arguments, &ResultSpec { limit: None, offset: None, ..spec.clone() });
        let head = self.query(move |conn| logs::head(conn, &arguments)).await?;
        let Some(head) = head else { return Err(missing) };
        let first = spec.offset.unwrap_or(0);
        let last = match spec.limit {
            Some(limit) => first.saturating_add(limit).saturating_sub(1),
            None => (head.lines - 1).max(0),
        };
        if first < 0 || last < first {
            return Err(missing);
        }
        let fields = json!({"logid": head.id, "firstline": first});
        let Value::Object(mut fields) = select::select_fields(fields, &spec.fields) else { return Err(missing) };
        let plural = endpoint.entity().plural;
        if !spec.shows("content") {
            return Ok(Reply::Single { plural, value: Value::Object(fields) });
        }
        let mut content = LogText::lines(self, head.id, first, last);
        if content.read_ahead(CONTENT_BYTES_MAX).await? {
            fields.insert("content".to_owned(), Value::String(content.collect().await?));
            Ok(Reply::Single { plural, value: Value::Object(fields) })
        } else {
            Ok(Reply::LongChunk { rest: fields, content })
        }
    }

    async fn log_download(
        &self,
        endpoint: Endpoint,
        arguments: Arguments,
        spec: ResultSpec,
    ) -> Result<Reply, RestError> {
        let missing = not_found(endpoint, &arguments, &spec);
        let head = self.query(move |conn| logs::head(conn, &arguments)).await?.ok_or(missing)?;
        Ok(Reply::Raw {
            mime_type: head.mime_type().to_owned(),
            filename: head.filename(),
            disposition_attachment: endpoint == Endpoint::RawLogChunk,
            body: RawBody::Log(LogText::download(self, &head)),
        })
    }
}

/// What answers a path, or 404.
pub(crate) fn find(path: &[String]) -> Result<(Endpoint, Arguments), RestError> {
    endpoint::find(path).ok_or_else(|| RestError::NotFound(format!("Invalid path: {}", path.join("/"))))
}

/// The 404 of Buildbot, which shows the endpoint and everything that it was asked.
fn not_found(endpoint: Endpoint, path: &Arguments, spec: &ResultSpec) -> RestError {
    let arguments = path.iter().map(|(name, value)| match value {
        Argument::Integer(number) => format!("'{name}': {number}"),
        Argument::Text(text) => format!("'{name}': {}", python_repr_text(text)),
    });
    RestError::NotFound(format!(
        "not found while getting from endpoint for {} with arguments {} and {{{}}}",
        endpoint.patterns().join(","),
        shown_spec(spec),
        arguments.collect::<Vec<_>>().join(", "),
    ))
}

fn shown_spec(spec: &ResultSpec) -> String {
    let texts = |texts: &[String]| texts.iter().map(|text| python_repr_text(text)).collect::<Vec<_>>().join(", ");
    let number = |number: Option<i64>| number.map_or_else(|| "None".to_owned(), |number| number.to_string());
    let fields = if spec.fields.is_empty() { "None".to_owned() } else { format!("[{}]", texts(&spec.fields)) };
    let order = match spec.order.as_slice() {
        [] => "None".to_owned(),
        [one] => format!("({},)", python_repr_text(one)),
        several => format!("({})", texts(several)),
    };
    let properties = if spec.properties.is_empty() {
        String::new()
    } else {
        format!("resultspec.Property('b'property'','eq',[{}])", texts(&spec.properties))
    };
    format!(
        "ResultSpec(**{{'filters': [], 'fields': {fields}, 'properties': [{properties}], 'order': {order}, \
         'limit': {}, 'offset': {}}})",
        number(spec.limit),
        number(spec.offset),
    )
}
