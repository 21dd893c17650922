//! Providers of secrets (manual section "Secret Management").

use crate::{ConfigClass, Errors, Object, Value};

/// Secrets in files: the name of the file is the name of the secret.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.secrets.providers.file", check = SecretInAFile::check)]
#[expect(dead_code, reason = "the engine reads them from the object; here they are checked")]
pub(crate) struct SecretInAFile {
    /// The directory, relative to the master's.
    #[config(positional, required)]
    pub(crate) dirname: String,
    /// Only files with one of these endings, which are not part of the secret's name; `None`: all files.
    #[config(positional)]
    pub(crate) suffixes: Value,
    /// Whether line ends at the end of a file are left out.
    #[config(positional, default = true)]
    pub(crate) strip: bool,
    /// Name of the provider.
    pub(crate) name: Option<String>,
}

impl SecretInAFile {
    fn check(&self, object: &Object, errors: &mut Errors) {
        let is_good = match &self.suffixes {
            Value::None => true,
            Value::List(items) | Value::Tuple(items) => items.iter().all(|item| item.as_str().is_some()),
            _ => false,
        };
        if !is_good {
            errors.error(&object.place, "SecretInAFile: parameter 'suffixes' must be a list of strings");
        }
    }
}
