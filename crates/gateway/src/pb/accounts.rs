//! Those who log in by Perspective Broker and are no workers.

use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_wire::pb::{Call, Failure, Value};

/// What somebody who has logged in may call.
#[async_trait]
pub trait Perspective: Send + Sync {
    /// Answers one call.
    async fn call(&self, call: Call) -> Result<Value, Failure>;
}

/// Somebody who may log in.
pub struct Account {
    /// The password.
    pub password: Vec<u8>,
    /// What may be done then.
    pub perspective: Arc<dyn Perspective>,
}

/// All who may log in besides workers.
#[async_trait]
pub trait Accounts: Send + Sync {
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
