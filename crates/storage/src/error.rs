//! What can go wrong below the door.

/// A failure of the database.
#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    /// The engine refused a statement or broke.
    #[error("the database answers: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A row holds what no master writes.
    #[error("the database holds what it should not: {0}")]
    Corrupt(String),
    /// The database was closed because the master is stopping.
    #[error("the database is closed")]
    Closed,
    /// The user must do something: upgrade, permissions, a lock, a newer version.
    #[error("{0}")]
    Unusable(String),
}
