//! What the configuration's functions ask of the master while they run.

use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_config::Value;
use rmpv::Value as Packed;
use serde_json::Value as Json;
use tokio::sync::mpsc;

use crate::connection;
use crate::decode::{DEPTH_MAX, get, text};
use crate::encode;
use crate::host::Shared;

/// The master, as far as the configuration's functions may use it.
#[async_trait]
pub trait MasterCalls: Send + Sync + std::fmt::Debug {
    /// Renders a value for the build of this context, which has the properties as they are now.
    async fn render(&self, value: Value, context: Json) -> Result<Value, String>;

    /// Reads from the data API.
    async fn get(&self, path: Vec<String>) -> Result<Json, String>;
}

/// Answers questions, each on a task of its own; ends when the connection does.
pub(crate) async fn answer_all(
    mut asked: mpsc::Receiver<Vec<u8>>,
    outgoing: mpsc::WeakSender<Vec<u8>>,
    shared: Arc<Shared>,
) {
    while let Some(frame) = asked.recv().await {
        let (Some(outgoing), Some((number, question))) = (outgoing.upgrade(), read(&frame, &shared)) else { continue };
        let master = shared.master.get().cloned();
        tokio::spawn(async move {
            let result = match master {
                Some(master) => ask(master.as_ref(), question).await,
                None => Err("the master cannot be asked while the configuration is loaded".to_owned()),
            };
            // Without a connection nobody waits for it.
            let _ = outgoing.send(connection::answer(number, result)).await;
        });
    }
}

enum Question {
    Render { value: Value, context: Json },
    Get(Vec<String>),
    Unknown(String),
}

fn read(frame: &[u8], shared: &Shared) -> Option<(u64, Question)> {
    let mut rest = frame;
    let message = rmpv::decode::read_value_ref_with_max_depth(&mut rest, DEPTH_MAX).ok()?;
    let number = get(&message, "id")?.as_u64()?;
    let args = get(&message, "args").map_or(Value::None, |args| shared.decoder().transient(args));
    let arg = |name| args.get(name).cloned().unwrap_or_default();
    let question = match text(&message, "call").as_str() {
        "render" => Question::Render { value: arg("value"), context: arg("context").to_json().unwrap_or_default() },
        "get" => {
            let parts = arg("path");
            let parts = parts.as_list().unwrap_or_default().iter().filter_map(|part| part.as_str().map(str::to_owned));
            Question::Get(parts.collect())
        }
        other => Question::Unknown(other.to_owned()),
    };
    Some((number, question))
}

async fn ask(master: &dyn MasterCalls, question: Question) -> Result<Packed, String> {
    match question {
        Question::Render { value, context } => master.render(value, context).await.map(|value| encode::value(&value)),
        Question::Get(path) => master.get(path).await.map(|row| encode::json(&row)),
        Question::Unknown(name) => Err(format!("the master does not know the request `{name}`")),
    }
}
