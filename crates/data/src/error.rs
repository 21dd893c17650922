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

impl From<StorageError> for DataError {
    fn from(error: StorageError) -> DataError {
        match error {
            StorageError::Closed => DataError::Closed,
            StorageError::Unusable(advice) => DataError::Unusable(advice),
            other => DataError::Storage { context: "use the database".into(), message: other.to_string() },
        }
    }
}
