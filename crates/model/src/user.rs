//! Users: who makes changes, as their administrator sees them (manual section "User Objects").

use crate::UserId;

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its row.
    pub id: UserId,
    /// Its unique name.
    pub identifier: String,
    /// Its name at Buildbot.
    pub bb_username: Option<String>,
    /// Kinds and values: `git`, `email`, …
    pub attributes: Vec<(String, String)>,
}

/// What changes of a user.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UserChange {
    /// Name at Buildbot, and the password, salted and hashed.
    pub login: Option<(String, String)>,
    /// Kinds and values; those of other kinds stay.
    pub attributes: Vec<(String, String)>,
}
