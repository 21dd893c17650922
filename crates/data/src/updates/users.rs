//! Users, as their administrator changes them. All durable.

use ferrobot_model::{User, UserChange, UserId};
use ferrobot_storage::users;

use super::Done;
use crate::{Data, DataError};

impl Data {
    /// The user of this identifier.
    pub async fn user(&self, identifier: &str) -> Result<Option<User>, DataError> {
        self.peek("read a user", |conn| users::of_identifier(conn, identifier)).await
    }

    /// Id of the user with this attribute, made with this identifier when new.
    pub async fn find_user(&self, identifier: &str, kind: &str, data: &str) -> Result<UserId, DataError> {
        self.durably("add a user", |tx| users::find_or_add(tx, identifier, kind, data)).await
    }

    /// Changes a user; all of it or nothing.
    pub async fn change_user(&self, user: UserId, change: &UserChange) -> Done {
        self.durably("change a user", |tx| users::change(tx, user, change)).await
    }

    /// Removes a user, also from the changes that it has made.
    pub async fn remove_user(&self, user: UserId) -> Done {
        self.durably("remove a user", |tx| users::remove(tx, user)).await
    }
}
