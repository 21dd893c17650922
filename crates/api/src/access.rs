//! Who asks, and what they may do.

use async_trait::async_trait;
use axum::http::HeaderMap;
use serde_json::{Map, Value, json};

/// Who sent a request.
#[derive(Debug, Clone, PartialEq)]
pub struct User {
    /// What is known of them, as `/config` shows it.
    pub info: Map<String, Value>,
}

impl User {
    /// Somebody who has not logged in.
    #[must_use]
    pub fn anonymous() -> User {
        let mut info = Map::new();
        info.insert("anonymous".into(), Value::Bool(true));
        User { info }
    }

    /// As whom a control action is carried out.
    #[must_use]
    pub fn owner(&self) -> String {
        let known = ["email", "username", "full_name"].iter().find_map(|name| self.info.get(*name)?.as_str());
        known.unwrap_or("anonymous").to_owned()
    }

    pub(crate) fn to_json(&self) -> Value {
        json!(self.info)
    }
}

/// What somebody wants to do.
#[derive(Debug, Clone, Copy)]
pub struct AccessRequest<'a> {
    /// The path below the API's root.
    pub path: &'a [String],
    /// `get`, or the control action.
    pub action: &'a str,
    /// The parameters of the control action.
    pub params: Option<&'a Map<String, Value>>,
}

/// Tells users from their requests and decides what they may do.
#[async_trait]
pub trait Access: Send + Sync {
    /// Who sent a request with these headers.
    async fn user(&self, headers: &HeaderMap) -> User;

    /// Whether `user` may do this; the error is shown to them.
    async fn check(&self, user: &User, request: AccessRequest<'_>) -> Result<(), String>;
}

/// Nobody logs in and everybody may do everything.
#[derive(Debug, Clone, Copy, Default)]
pub struct OpenAccess;

#[async_trait]
impl Access for OpenAccess {
    async fn user(&self, _headers: &HeaderMap) -> User {
        User::anonymous()
    }

    async fn check(&self, _user: &User, _request: AccessRequest<'_>) -> Result<(), String> {
        Ok(())
    }
}
