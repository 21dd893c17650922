//! What the configuration's functions may ask of the running master.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use ferrobot_config::Value;
use ferrobot_confighost::{ConfigHost, MasterCalls};
use ferrobot_data::{Data, Reply};
use ferrobot_engine::render_snapshot;
use serde_json::Value as Json;

/// A function gets so many resources at most; more would fill its memory.
const ROWS_MAX: i64 = 100_000;

/// Answers the functions of one generation.
#[derive(Debug)]
pub(crate) struct Questions {
    data: Data,
    buildbot_url: String,
    /// The host holds its answerer.
    host: Weak<ConfigHost>,
}

/// Lets the functions of a host ask.
pub(crate) fn answer(host: &Arc<ConfigHost>, data: &Data, buildbot_url: &str) {
    let questions = Questions { data: data.clone(), buildbot_url: buildbot_url.to_owned(), host: Arc::downgrade(host) };
    host.set_master(Arc::new(questions));
}

#[async_trait]
impl MasterCalls for Questions {
    async fn render(&self, value: Value, context: Json) -> Result<Value, String> {
        let host = self.host.upgrade().ok_or_else(|| "the configuration is no longer in force".to_owned())?;
        render_snapshot(&*host, &self.buildbot_url, &context, &value).await.map_err(|error| error.to_string())
    }

    async fn get(&self, path: Vec<String>) -> Result<Json, String> {
        let spec = self.data.parse_query(&path, &[]).map_err(|error| error.to_string())?;
        match self.data.get(&path, spec).await {
            Ok(Reply::Single { value, .. }) => Ok(value),
            Ok(Reply::Collection { values, .. }) => Ok(Json::Array(values)),
            Ok(Reply::LongCollection { mut rows, total, .. }) => {
                if total > ROWS_MAX {
                    return Err(format!("there are {total} of them, and a function gets at most {ROWS_MAX}"));
                }
                let mut all = Vec::new();
                while let Some(part) = rows.next_part().await {
                    all.extend(part.map_err(|error| error.to_string())?);
                }
                Ok(Json::Array(all))
            }
            Ok(Reply::LongChunk { .. } | Reply::Raw { .. }) => Err("the contents of logs are not answered".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }
}
