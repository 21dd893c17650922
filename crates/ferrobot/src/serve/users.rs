//! Who may log in at a port of Perspective Broker besides workers: those whom the configuration in force names, for that port.

use std::sync::{Arc, Weak};

use async_trait::async_trait;
use ferrobot_config::{Config, Login, LoginPurpose, Value};
use ferrobot_data::{Data, NewChange};
use ferrobot_engine::Master;
use ferrobot_gateway::{
    Account, Accounts, ChangeSink, Perspective, SentChange, SentChanges, TryUser, UserAdmin, UserDirectory,
};
use ferrobot_model::endpoint::Place;
use ferrobot_model::{User, UserChange, UserId};
use tracing::warn;

/// The accounts of one port.
pub(crate) struct Users {
    pub(crate) master: Weak<Master>,
    /// Where the port is: what it is for may change while it is open.
    pub(crate) place: Place,
}

#[async_trait]
impl Accounts for Users {
    fn takes_workers(&self) -> bool {
        let config = self.master.upgrade().map(|master| master.generation().config);
        config.is_some_and(|config| config.protocols.pb.as_ref().is_some_and(|port| port.place.is_same(&self.place)))
    }

    async fn find(&self, user: &str) -> Option<Account> {
        let master = self.master.upgrade()?;
        let config = master.generation().config;
        let login = self.login(&config, user)?;
        let perspective: Arc<dyn Perspective> = match &login.purpose {
            LoginPurpose::Changes { prefix } => {
                Arc::new(SentChanges::new(prefix.clone(), Arc::new(Sink(Weak::clone(&self.master)))))
            }
            LoginPurpose::Try { scheduler } => {
                let tries = master.tries();
                if !tries.takes_tries(scheduler) {
                    warn!(scheduler.name = scheduler, "`{user}` may not log in: scheduler '{scheduler}' is disabled");
                    return None;
                }
                Arc::new(TryUser::new(user, scheduler, tries))
            }
            LoginPurpose::Users => Arc::new(UserAdmin::new(Arc::new(Directory(master.data().clone())))),
        };
        Some(Account { password: password(&master, login).await?, perspective })
    }
}

impl Users {
    fn login<'a>(&self, config: &'a Config, user: &str) -> Option<&'a Login> {
        config.logins.iter().find(|login| login.user == user && login.port.place.is_same(&self.place))
    }
}

async fn password(master: &Master, login: &Login) -> Option<Vec<u8>> {
    let (user, place) = (&login.user, &login.place);
    match master.render_plain(&login.password).await {
        Ok(Value::Str(password)) => Some(password.into_bytes()),
        Ok(Value::Bytes(password)) => Some(password),
        Ok(other) => {
            warn!("`{user}` may not log in: the password at {place} is {}, not a string", other.type_name());
            None
        }
        Err(error) => {
            warn!("`{user}` may not log in: the password at {place} cannot be read: {error}");
            None
        }
    }
}

/// The users in the database.
struct Directory(Data);

#[async_trait]
impl UserDirectory for Directory {
    async fn find(&self, identifier: &str) -> Result<Option<User>, String> {
        self.0.user(identifier).await.map_err(|error| error.to_string())
    }

    async fn add(&self, identifier: &str, kind: &str, value: &str) -> Result<UserId, String> {
        self.0.find_user(identifier, kind, value).await.map_err(|error| error.to_string())
    }

    async fn change(&self, user: UserId, change: &UserChange) -> Result<(), String> {
        self.0.change_user(user, change).await.map_err(|error| error.to_string())
    }

    async fn remove(&self, user: UserId) -> Result<(), String> {
        self.0.remove_user(user).await.map_err(|error| error.to_string())
    }
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
