//! Who may send changes over the port of Perspective Broker: what the `PBChangeSource`s of the configuration say.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use ferrobot_config::{Object, Value};
use ferrobot_data::NewChange;
use ferrobot_engine::Master;
use ferrobot_gateway::{Account, Accounts, ChangeSink, SentChange, SentChanges};
use tracing::warn;

/// The accounts of the configuration that is in force.
pub(crate) struct Senders(pub(crate) Weak<Master>);

#[async_trait]
impl Accounts for Senders {
    async fn find(&self, user: &str) -> Option<Account> {
        let master = self.0.upgrade()?;
        let generation = master.generation();
        let object =
            generation.config.change_sources.iter().map(|source| &source.object).find(|object| is_for(object, user))?;
        let default = Value::from("changepw");
        let password = object.args.get("passwd").unwrap_or(&default);
        let password = match master.render_plain(password).await {
            Ok(rendered) => rendered.as_str()?.as_bytes().to_vec(),
            Err(error) => {
                warn!("the password of the change source at {} cannot be read: {error}", object.place);
                return None;
            }
        };
        let prefix = object.args.get("prefix").and_then(Value::as_str).map(str::to_owned);
        let sink = Arc::new(Sink(Weak::clone(&self.0)));
        Some(Account { password, perspective: Arc::new(SentChanges::new(prefix, sink)) })
    }
}

fn is_for(object: &Object, user: &str) -> bool {
    let name = object.args.get("user").and_then(Value::as_str).unwrap_or("change");
    object.class == "buildbot.changes.pb.PBChangeSource" && name == user
}

/// Takes sent changes to the engine.
struct Sink(Weak<Master>);

#[async_trait]
impl ChangeSink for Sink {
    async fn add(&self, change: SentChange) -> Result<(), String> {
        let master = self.0.upgrade().ok_or_else(|| "the master is stopping".to_owned())?;
        let change = NewChange {
            author: change.author,
            committer: None,
            comments: change.comments,
            files: change.files,
            branch: change.branch,
            revision: change.revision,
            revlink: Some(change.revlink.unwrap_or_default()),
            when_timestamp: change.when,
            category: change.category,
            repository: change.repository,
            codebase: change.codebase,
            project: change.project,
            properties: change.properties,
            src: change.src,
        };
        master.add_change(change).await.map(drop).map_err(|error| error.to_string())
    }
}
