//! The open transaction that many changes share, and the events that wait for its commit.

use ferrobot_model::Event;
use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::StorageError;

/// What a change works with: the connection, inside the transaction, and a place to put its events.
pub struct Tx<'a> {
    conn: &'a Connection,
    events: &'a mut Vec<Event>,
}

impl Tx<'_> {
    /// Lets an event go out after the commit.
    pub fn publish(&mut self, event: Event) {
        self.events.push(event);
    }
}

impl std::ops::Deref for Tx<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.conn
    }
}

/// Somebody who waits for the commit.
pub(crate) struct Waiter {
    /// Wait until the disk has it, too.
    pub(crate) synced: bool,
    pub(crate) answer: oneshot::Sender<Result<(), StorageError>>,
}

/// The write connection and its open transaction.
pub(crate) struct Group {
    /// `None` when closed.
    conn: Option<Connection>,
    open: bool,
    events: Vec<Event>,
    pub(crate) waiters: Vec<Waiter>,
}

/// What a commit leaves to do.
pub(crate) struct Committed {
    pub(crate) events: Vec<Event>,
    pub(crate) waiters: Vec<Waiter>,
    pub(crate) result: Result<(), rusqlite::Error>,
}

impl Group {
    pub(crate) fn new(conn: Connection) -> Group {
        Group { conn: Some(conn), open: false, events: Vec::new(), waiters: Vec::new() }
    }

    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    pub(crate) fn conn(&self) -> Result<&Connection, StorageError> {
        self.conn.as_ref().ok_or(StorageError::Closed)
    }

    /// Opens the transaction unless it is open. Takes the file's write lock, so that no later statement can meet it.
    pub(crate) fn begin(&mut self) -> Result<(), StorageError> {
        if !self.open {
            self.conn()?.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
            self.open = true;
        }
        Ok(())
    }

    /// Runs one change under a savepoint, so that its failure spoils nothing else.
    pub(crate) fn run<T>(
        &mut self,
        change: impl FnOnce(&mut Tx<'_>) -> Result<T, StorageError>,
    ) -> Result<T, StorageError> {
        let conn = self.conn.as_ref().ok_or(StorageError::Closed)?;
        let mut savepoint = Savepoint::begin(conn, &mut self.events)?;
        let value = change(&mut Tx { conn, events: savepoint.events });
        savepoint.kept = value.is_ok();
        let released = savepoint.end();
        if conn.is_autocommit() {
            // The engine gave up the whole transaction (the disk is full, memory is out).
            self.give_up();
            value?;
            return Err(given_up());
        }
        let value = value?;
        released?;
        Ok(value)
    }

    fn give_up(&mut self) {
        tracing::error!("the database gave up a transaction; the changes of some milliseconds are lost");
        self.open = false;
        self.events.clear();
        for waiter in self.waiters.drain(..) {
            let _caller_gone = waiter.answer.send(Err(given_up()));
        }
    }

    /// Commits what is open.
    pub(crate) fn commit(&mut self) -> Committed {
        let result = match (&self.conn, self.open) {
            (Some(conn), true) => conn.prepare_cached("COMMIT").and_then(|mut commit| commit.execute([])).map(drop),
            _ => Ok(()),
        };
        if let (Err(_), Some(conn)) = (&result, &self.conn)
            && !conn.is_autocommit()
        {
            let _nothing_more_to_try = conn.execute_batch("ROLLBACK");
        }
        self.open = false;
        let events = std::mem::take(&mut self.events);
        Committed {
            events: if result.is_ok() { events } else { Vec::new() },
            waiters: std::mem::take(&mut self.waiters),
            result,
        }
    }

    /// Gives up the connection; later changes answer `Closed`.
    pub(crate) fn close(&mut self) -> Option<Connection> {
        self.conn.take()
    }
}

fn given_up() -> StorageError {
    StorageError::Unusable("the database gave up the transaction; is the disk full?".into())
}

/// Rolls back to its start unless kept, also when the change panics.
struct Savepoint<'a> {
    conn: &'a Connection,
    events: &'a mut Vec<Event>,
    events_before: usize,
    kept: bool,
}

impl<'a> Savepoint<'a> {
    fn begin(conn: &'a Connection, events: &'a mut Vec<Event>) -> rusqlite::Result<Savepoint<'a>> {
        conn.prepare_cached("SAVEPOINT one_change")?.execute([])?;
        let events_before = events.len();
        Ok(Savepoint { conn, events, events_before, kept: false })
    }

    fn end(mut self) -> rusqlite::Result<()> {
        let result = self.finish();
        std::mem::forget(self);
        result
    }

    fn finish(&mut self) -> rusqlite::Result<()> {
        if !self.kept {
            self.events.truncate(self.events_before);
        }
        if self.conn.is_autocommit() {
            return Ok(());
        }
        if !self.kept {
            self.conn.prepare_cached("ROLLBACK TO one_change")?.execute([])?;
        }
        self.conn.prepare_cached("RELEASE one_change")?.execute([])?;
        Ok(())
    }
}

impl Drop for Savepoint<'_> {
    fn drop(&mut self) {
        let _panicking_already = self.finish();
    }
}
