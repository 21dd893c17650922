//! Managers of users (manual section "User Objects").

use crate::{ConfigClass, Errors, Object, Value};

/// Lets `buildbot user` change the users.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.process.users.manual", check = CommandlineUserManager::check)]
pub(crate) struct CommandlineUserManager {
    /// Name with which the command logs in.
    #[config(positional)]
    username: Option<String>,
    /// Password with which the command logs in.
    #[config(positional)]
    passwd: Value,
    /// Port of Perspective Broker at which it logs in.
    #[config(positional)]
    port: Value,
}

impl CommandlineUserManager {
    fn check(&self, object: &Object, errors: &mut Errors) {
        if self.username.as_ref().is_none_or(String::is_empty) || !self.passwd.is_truthy() {
            let told = "CommandlineUserManager needs a username and a passwd, with which `buildbot user` logs in";
            errors.error(&object.place, told);
        }
        if !self.port.is_truthy() {
            errors.error(&object.place, "CommandlineUserManager needs a port of Perspective Broker");
        }
    }
}
