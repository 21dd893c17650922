//! Changes: how one comes in, and how every scheduler learns of it, in order.
//!
//! A change is written down as undelivered until every scheduler has handled it; what is left when a master dies, the next
//! one delivers.

use std::sync::Arc;
use std::time::Duration;

use ferrobot_config::Value;
use ferrobot_data::{DataError, NewChange, Subscription};
use ferrobot_model::{ChangeId, Event};
use serde_json::json;
use tokio::sync::mpsc;
use tracing::{info, warn};

use crate::HostCall;
use crate::engine::Engine;
use crate::generation::Generation;
use crate::revlink::revlink;
use crate::scheduler::Delivery;

/// The database is asked this often for changes whose event was lost.
const RECHECK_EVERY: Duration = Duration::from_secs(30);

/// Deliveries whose end is waited for; more hold up the next change.
const DELIVERIES_MAX: usize = 4096;

/// Brings changes to the schedulers until the master ends. `last`: the newest that is not to be brought again.
pub(crate) async fn run(engine: Arc<Engine>, mut events: Subscription, mut last: ChangeId) {
    let (deliveries, under_way) = mpsc::channel(DELIVERIES_MAX);
    engine.tasks.spawn("change deliveries", note_deliveries(Arc::clone(&engine), under_way));
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
                Ok(Some(change)) => {
                    let delivery = engine.schedulers.change(&Arc::new(change), &[]).await;
                    // It ends only with the master.
                    let _ending = deliveries.send((last, delivery)).await;
                }
                // Removed, or an id that was never used.
                Ok(None) => {}
                Err(error) => warn!("change {last} could not be read: {error}"),
            }
        }
    }
}

/// Writes down what every scheduler has handled; many at once when they come fast.
async fn note_deliveries(engine: Arc<Engine>, mut under_way: mpsc::Receiver<(ChangeId, Delivery)>) {
    let mut batch = Vec::new();
    while under_way.recv_many(&mut batch, DELIVERIES_MAX).await > 0 {
        let mut delivered = Vec::new();
        for (change, delivery) in batch.drain(..) {
            if delivery.is_complete().await {
                delivered.push(change);
            }
        }
        note_delivered(&engine, &delivered).await;
    }
}

async fn note_delivered(engine: &Engine, delivered: &[ChangeId]) {
    if let Err(error) = engine.data.changes_delivered(delivered).await {
        warn!("{} changes could not be written down as delivered: {error}", delivered.len());
    }
}

/// Brings the changes that an earlier run left undelivered. A scheduler that has built one of them does not get it again.
pub(crate) async fn catch_up(engine: &Arc<Engine>) -> Result<(), DataError> {
    let undelivered = engine.data.undelivered_changes().await?;
    if undelivered.is_empty() {
        return Ok(());
    }
    info!("{} changes of an earlier run are brought to the schedulers", undelivered.len());
    let (deliveries, under_way) = mpsc::channel(DELIVERIES_MAX);
    engine.tasks.spawn("change deliveries", note_deliveries(Arc::clone(engine), under_way));
    for id in undelivered {
        match engine.data.change(id).await? {
            Some(change) => {
                let have_built = engine.data.schedulers_that_built(id).await?;
                let delivery = engine.schedulers.change(&Arc::new(change), &have_built).await;
                let _ending = deliveries.send((id, delivery)).await;
            }
            None => note_delivered(engine, &[id]).await,
        }
    }
    Ok(())
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
    match generation.call(HostCall::new(handle, args)).await {
        Ok(answer) => answer.as_str().map(str::to_owned),
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
