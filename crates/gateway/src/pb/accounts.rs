//! Those who log in by Perspective Broker and are no workers.
//!
//! A port asks its [`Accounts`] for everybody who is no worker. Each account has a [`Perspective`] of its own kind: what may be
//! called then. A perspective that hands out further objects does so through the [`Caller`].

use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_wire::pb::{Call, Failure, Value};
use tokio_util::task::TaskTracker;

use super::connection::{LocalObject, PbConnection};
use super::login::failure_of;

/// What somebody who has logged in may call.
#[async_trait]
pub trait Perspective: Send + Sync {
    /// Answers one call of `caller`.
    async fn call(&self, caller: &Caller, call: Call) -> Result<Value, Failure>;
}

/// Whoever makes a call: the connection that it came by, and the tasks of its port.
pub struct Caller {
    pub(super) connection: Arc<PbConnection>,
    pub(super) tasks: TaskTracker,
}

impl Caller {
    /// A reference to a new object, for an answer.
    pub(super) fn hand_out(&self, object: Arc<dyn LocalObject>) -> Result<Value, Failure> {
        hand_out(&self.connection, object)
    }
}

/// Makes an object known to the peer: a reference to it, for an answer.
pub(super) fn hand_out(connection: &PbConnection, object: Arc<dyn LocalObject>) -> Result<Value, Failure> {
    connection.export(object).map(|id| Value::Ours(id.0)).map_err(failure_of)
}

/// Somebody who may log in.
pub struct Account {
    /// The password.
    pub password: Vec<u8>,
    /// What may be done then.
    pub perspective: Arc<dyn Perspective>,
}

/// All who may log in at a port besides workers.
#[async_trait]
pub trait Accounts: Send + Sync {
    /// Whether workers may log in at this port too.
    fn takes_workers(&self) -> bool {
        true
    }

    /// The account of this name. Asked at each login, so that a changed configuration holds at once.
    async fn find(&self, user: &str) -> Option<Account>;
}

/// Only workers may log in.
pub struct NoAccounts;

#[async_trait]
impl Accounts for NoAccounts {
    async fn find(&self, _user: &str) -> Option<Account> {
        None
    }
}
