//! Names and passwords of workers. Compared in constant time, never logged.

use ferrobot_config::Value;
use subtle::ConstantTimeEq;

use crate::AuthenticateError;
use crate::engine::Engine;

impl Engine {
    /// Whether the password is the worker's.
    pub(crate) async fn check_login(&self, name: &str, password: &[u8]) -> Result<(), AuthenticateError> {
        let expected = self.password_of(name).await?;
        if bool::from(expected.ct_eq(password)) {
            Ok(())
        } else {
            Err(AuthenticateError::WrongPassword(name.to_owned()))
        }
    }

    /// The worker's password; read at each login, so that a changed secret holds at once.
    pub(crate) async fn password_of(&self, name: &str) -> Result<Vec<u8>, AuthenticateError> {
        let unknown = || AuthenticateError::UnknownName(name.to_owned());
        let setup = self.setup();
        let worker = setup.worker_named(name).ok_or_else(unknown)?;
        let unavailable = |reason: String| AuthenticateError::PasswordUnavailable { worker: name.to_owned(), reason };
        let rendered = self
            .render_plain(&setup.generation, &worker.config.password)
            .await
            .map_err(|error| unavailable(error.to_string()))?;
        match rendered {
            Value::Str(text) => Ok(text.into_bytes()),
            Value::Bytes(bytes) => Ok(bytes),
            // A local worker has none, and cannot log in from outside.
            Value::None => Err(unknown()),
            other => Err(unavailable(format!("it must be text, not {}", other.type_name()))),
        }
    }
}
