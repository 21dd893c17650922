//! What git proves itself with over HTTP, wherever the configuration lets git ask a server.

use std::sync::Arc;

use crate::{FromValue, Object, Value};

/// `auth_credentials`: both parts may be renderables.
#[derive(Debug, Clone, PartialEq)]
pub struct GitLogin {
    /// User name.
    pub user: Value,
    /// Password.
    pub password: Value,
}

impl GitLogin {
    /// The input of `git credential approve` for a repository, as a renderable.
    #[must_use]
    pub fn credential(&self, url: &Value) -> Value {
        let attributes = [("url", url), ("username", &self.user), ("password", &self.password)];
        Value::Object(Arc::new(Object {
            class: "buildbot.util.git_credential.GitCredentialInputRenderer".to_owned(),
            extra: attributes.map(|(name, value)| (name.to_owned(), value.clone())).into(),
            ..Object::default()
        }))
    }
}

impl FromValue for GitLogin {
    const ANNOTATION: &'static str = "tuple";

    fn from_value(value: &Value) -> Result<GitLogin, String> {
        match value.as_list() {
            Some([user, password]) => Ok(GitLogin { user: user.clone(), password: password.clone() }),
            Some(other) => Err(format!("must be (user name, password), not {} values", other.len())),
            None => Err(format!("must be (user name, password), not {}", value.type_name())),
        }
    }
}

/// `git_credentials`: an instance of the class of this name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GitCredentialOptions {
    /// Inputs of `git credential approve`, which may be renderables.
    pub credentials: Vec<Value>,
    /// Git's setting `credential.useHttpPath`.
    pub use_http_path: Option<bool>,
}

impl FromValue for GitCredentialOptions {
    const ANNOTATION: &'static str = "object";

    fn from_value(value: &Value) -> Result<GitCredentialOptions, String> {
        let object = value
            .as_object()
            .filter(|object| object.class == "buildbot.util.git_credential.GitCredentialOptions")
            .ok_or_else(|| format!("must be a GitCredentialOptions, not {}", value.type_name()))?;
        let given = |name: &str| object.args.get(name).unwrap_or(&Value::None);
        let credentials = given("credentials");
        let Some(list) = credentials.as_list() else {
            return Err(format!("must have a list of credentials, not {}", credentials.type_name()));
        };
        let use_http_path = match given("use_http_path") {
            Value::None => None,
            wanted => Some(wanted.is_truthy()),
        };
        Ok(GitCredentialOptions { credentials: list.to_vec(), use_http_path })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(class: &str, args: &[(&str, Value)]) -> Value {
        let args = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        Value::Object(Arc::new(Object { class: class.to_owned(), args, ..Object::default() }))
    }

    #[test]
    fn logins_are_pairs() {
        let login = GitLogin::from_value(&Value::Tuple(vec!["me".into(), "pw".into()])).unwrap();
        assert!(login.credential(&"u".into()).holds_renderable());
        assert_eq!((login.user, login.password), ("me".into(), "pw".into()));
        let cases = [
            ("me:pw".into(), "must be (user name, password), not str"),
            (Value::List(vec!["me".into()]), "must be (user name, password), not 1 values"),
        ];
        for (value, expected) in cases {
            assert_eq!(GitLogin::from_value(&value), Err(expected.to_owned()));
        }
    }

    #[test]
    fn options_are_an_object_with_a_list() {
        const CLASS: &str = "buildbot.util.git_credential.GitCredentialOptions";
        let list = Value::List(vec!["url=u\n".into()]);
        let given = object(CLASS, &[("credentials", list.clone()), ("use_http_path", Value::Bool(false))]);
        let expected = GitCredentialOptions { credentials: vec!["url=u\n".into()], use_http_path: Some(false) };
        assert_eq!(GitCredentialOptions::from_value(&given), Ok(expected));
        let cases = [
            (list, "must be a GitCredentialOptions, not list"),
            (object("buildbot.locks.MasterLock", &[]), "must be a GitCredentialOptions, not MasterLock"),
            (object(CLASS, &[("credentials", "url=u\n".into())]), "must have a list of credentials, not str"),
        ];
        for (value, expected) in cases {
            assert_eq!(GitCredentialOptions::from_value(&value), Err(expected.to_owned()));
        }
    }
}
