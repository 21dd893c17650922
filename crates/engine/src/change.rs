//! Changes: how one comes in, and how every scheduler learns of it, in order.

use std::sync::Arc;
use std::time::Duration;

use ferrobot_config::Value;
use ferrobot_data::{DataError, NewChange, Subscription};
use ferrobot_model::{ChangeId, Event};
use serde_json::json;
use tracing::warn;

use crate::HostCall;
use crate::engine::Engine;
use crate::generation::Generation;
use crate::host::CALL_DEADLINE;
use crate::revlink::revlink;

/// The database is asked this often for changes whose event was lost.
const RECHECK_EVERY: Duration = Duration::from_secs(30);

/// Brings changes to the schedulers until the master ends. `last`: the newest that is not to be brought again.
pub(crate) async fn run(engine: Arc<Engine>, mut events: Subscription, mut last: ChangeId) {
    loop {
        let newest = tokio::select! {
            event = events.next() => match event {
                Some(event) => change_of(&event),
                None => return,
            },
            () = tokio::time::sleep(RECHECK_EVERY) => newest_change(&engine).await,
            () = engine.tasks.ending().cancelled() => return,
        };
        let Some(newest) = newest else { continue };
        while last < newest {
            last = ChangeId(last.0 + 1);
            match engine.data.change(last).await {
                Ok(Some(change)) => engine.schedulers.change(&Arc::new(change)).await,
                // Removed, or an id that was never used.
                Ok(None) => {}
                Err(error) => warn!("change {last} could not be read: {error}"),
            }
        }
    }
}

/// The newest change that there is.
pub(crate) async fn newest_change(engine: &Engine) -> Option<ChangeId> {
    match engine.data.recent_changes(1).await {
        Ok(changes) => changes.iter().map(|change| change.id).max(),
        Err(error) => {
            warn!("the newest change could not be read: {error}");
            None
        }
    }
}

/// `changes/<id>/new`
fn change_of(event: &Event) -> Option<ChangeId> {
    event.key.get(1)?.parse().ok().map(ChangeId)
}

impl Engine {
    /// Adds a change, after the configuration has had its say about codebase and link.
    pub(crate) async fn add_change(
        &self,
        generation: &Generation,
        mut change: NewChange,
    ) -> Result<ChangeId, DataError> {
        let config = &generation.config;
        if let Some(generator) = &config.codebase_generator
            && change.codebase.is_empty()
            && let Some(codebase) = ask(generation, generator.handle, vec![description(&change)]).await
        {
            change.codebase = codebase;
        }
        if change.revlink.as_ref().is_none_or(String::is_empty)
            && let Some(revision) = &change.revision
        {
            let link = match &config.revlink {
                Value::Callable(function) => {
                    let args = vec![revision.as_str().into(), change.repository.as_str().into()];
                    ask(generation, function.handle, args).await
                }
                setting => revlink(setting, revision, &change.repository),
            };
            change.revlink = link.or(change.revlink);
        }
        self.data.add_change(change).await
    }
}

/// Calls a function that answers with text; its failure is told and costs the answer only.
async fn ask(generation: &Generation, handle: u64, args: Vec<Value>) -> Option<String> {
    let call = HostCall { handle, method: None, args, kwargs: Vec::new(), context: None, deadline: CALL_DEADLINE };
    match generation.host.call(call).await {
        Ok(reply) => reply.value.as_str().map(str::to_owned),
        Err(error) => {
            warn!("a function of the configuration failed for a change: {error}");
            None
        }
    }
}

/// A change as `codebaseGenerator` sees it.
fn description(change: &NewChange) -> Value {
    Value::from_json(&json!({
        "author": change.author,
        "committer": change.committer,
        "comments": change.comments,
        "files": change.files,
        "branch": change.branch,
        "revision": change.revision,
        "revlink": change.revlink,
        "when_timestamp": change.when_timestamp,
        "category": change.category,
        "repository": change.repository,
        "project": change.project,
        "properties": change.properties,
        "src": change.src,
    }))
}
