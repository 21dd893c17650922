//! What can go wrong behind the door.

use ferrobot_storage::StorageError;

/// A failure of the state layer.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// The database refused or broke.
    #[error("{context}: {message}")]
    Storage {
        /// What was tried on what.
        context: String,
        /// The database's words.
        message: String,
    },
    /// The database is closed because the master is stopping.
    #[error("the database is closed")]
    Closed,
    /// The user must do something about the database (upgrade, permissions, a lock, a newer version).
    #[error("{0}")]
    Unusable(String),
}

impl DataError {
    /// Names what failed; `what` completes "failed to …".
    pub(crate) fn while_doing(what: &str, error: StorageError) -> DataError {
        match error {
            StorageError::Closed => DataError::Closed,
            StorageError::Unusable(advice) => DataError::Unusable(advice),
            other => DataError::Storage { context: what.to_owned(), message: other.to_string() },
        }
    }
}

impl From<StorageError> for DataError {
    fn from(error: StorageError) -> DataError {
        DataError::while_doing("use the database", error)
    }
}
