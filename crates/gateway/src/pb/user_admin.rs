//! What `buildbot user` may call: the users are added, changed, removed and shown (manual section "User Objects").

use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_model::{User, UserChange, UserId};
use ferrobot_wire::pb::{Call, Failure, Value};

use super::accounts::{Caller, Perspective};

/// Where the users are. Errors are told to whoever calls.
#[async_trait]
pub trait UserDirectory: Send + Sync {
    /// The user of this identifier.
    async fn find(&self, identifier: &str) -> Result<Option<User>, String>;

    /// The user with this attribute, made with this identifier when new.
    async fn add(&self, identifier: &str, kind: &str, value: &str) -> Result<UserId, String>;

    /// Changes a user; all of it or nothing.
    async fn change(&self, user: UserId, change: &UserChange) -> Result<(), String>;

    /// Removes a user.
    async fn remove(&self, user: UserId) -> Result<(), String>;
}

/// What the administrator of the users may call.
pub struct UserAdmin {
    directory: Arc<dyn UserDirectory>,
}

/// A user to be added or changed.
struct Entry {
    identifier: String,
    change: UserChange,
}

impl UserAdmin {
    /// For these users.
    #[must_use]
    pub fn new(directory: Arc<dyn UserDirectory>) -> UserAdmin {
        UserAdmin { directory }
    }

    async fn commandline(&self, call: &Call) -> Result<String, String> {
        let text = |place: usize, name: &str| call.argument(place, name).and_then(Value::as_text);
        let identifiers = call.argument(3, "ids").and_then(Value::as_sequence).unwrap_or_default();
        let identifiers = identifiers.iter().filter_map(Value::as_text);
        let login = match (text(1, "bb_username"), text(2, "bb_password")) {
            (Some(name), Some(password)) => Some((name.to_owned(), password.to_owned())),
            _ => None,
        };
        let entries = call.argument(4, "info").and_then(Value::as_sequence).unwrap_or_default();
        let entries: Vec<Entry> = entries.iter().map(|value| entry(value, login.clone())).collect::<Result<_, _>>()?;
        match text(0, "op") {
            Some("add") => self.add(entries).await,
            Some("update") => self.update(entries).await,
            Some("remove") => self.remove(identifiers).await,
            Some("get") => self.show(identifiers).await,
            other => {
                Err(format!("'{}' is no operation; there are add, remove, update and get", other.unwrap_or_default()))
            }
        }
    }

    async fn add(&self, entries: Vec<Entry>) -> Result<String, String> {
        let mut told = "user(s) added:\n".to_owned();
        for Entry { identifier, mut change } in entries {
            if change.attributes.is_empty() {
                continue;
            }
            let (kind, value) = change.attributes.remove(0);
            let user = self.directory.add(&identifier, &kind, &value).await?;
            let _ = write!(told, "identifier: {identifier}\nuid: {user}\n\n");
            told.push_str(&format!("identifier: {identifier}\n").repeat(change.attributes.len()));
            if change != UserChange::default() {
                self.directory.change(user, &change).await?;
            }
        }
        Ok(told)
    }

    async fn update(&self, entries: Vec<Entry>) -> Result<String, String> {
        let mut told = "user(s) updated:\n".to_owned();
        for Entry { identifier, change } in entries {
            let Some(user) = self.directory.find(&identifier).await? else {
                let _ = writeln!(told, "no user has the identifier {identifier}");
                continue;
            };
            self.directory.change(user.id, &change).await?;
            told.push_str(&format!("identifier: {identifier}\n").repeat(change.attributes.len().max(1)));
        }
        Ok(told)
    }

    async fn remove(&self, identifiers: impl Iterator<Item = &str>) -> Result<String, String> {
        let mut told = "user(s) removed:\n".to_owned();
        for identifier in identifiers {
            if let Some(user) = self.directory.find(identifier).await? {
                self.directory.remove(user.id).await?;
                let _ = writeln!(told, "identifier: {identifier}");
            }
        }
        Ok(told)
    }

    async fn show(&self, identifiers: impl Iterator<Item = &str>) -> Result<String, String> {
        let mut told = "user(s) found:\n".to_owned();
        for identifier in identifiers {
            match self.directory.find(identifier).await? {
                None => told.push_str("no match found\n"),
                Some(user) => told.push_str(&shown(&user)),
            }
        }
        Ok(told)
    }
}

fn entry(value: &Value, login: Option<(String, String)>) -> Result<Entry, String> {
    let mut identifier = None;
    let mut attributes = Vec::new();
    for (key, value) in value.as_dict().unwrap_or_default() {
        match (key.as_text(), value.as_text()) {
            (Some("identifier"), Some(text)) => identifier = Some(text.to_owned()),
            (Some(kind), Some(text)) => attributes.push((kind.to_owned(), text.to_owned())),
            _ => return Err("a user's attributes have to be text".to_owned()),
        }
    }
    let identifier = identifier.ok_or("a user has no identifier")?;
    Ok(Entry { identifier, change: UserChange { login, attributes } })
}

fn shown(user: &User) -> String {
    let User { id, identifier, bb_username, attributes } = user;
    let name = bb_username.as_deref().unwrap_or("None");
    let mut text = format!("uid: {id}\nidentifier: {identifier}\nbb_username: {name}\n");
    if !attributes.is_empty() {
        text.push_str("attributes:\n");
        for (kind, value) in attributes {
            let _ = writeln!(text, "\t{kind}: {value}");
        }
        text.push('\n');
    }
    text
}

#[async_trait]
impl Perspective for UserAdmin {
    async fn call(&self, _caller: &Caller, call: Call) -> Result<Value, Failure> {
        if call.method != "commandline" {
            return Err(Failure::no_such_method(&call.method));
        }
        let told = self.commandline(&call).await.map_err(|reason| Failure::new("builtins.RuntimeError", reason))?;
        Ok(Value::Text(told))
    }
}
