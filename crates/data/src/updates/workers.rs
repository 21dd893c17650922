//! Workers that come, go, and rest.

use chrono::{DateTime, Local};
use ferrobot_model::{Timestamp, WorkerId};
use ferrobot_storage::workers;
use serde_json::Value;

use super::Done;
use crate::Data;
use crate::announce::WORKERS;
use crate::resource::workers::worker_by_id;

impl Data {
    /// Soon. `info` is what the API shows as `workerinfo`.
    pub async fn worker_connected(&self, worker: WorkerId, info: Value) -> Done {
        let master = self.master_id();
        self.soon("connect a worker", |tx| {
            workers::connect(tx, worker, master, &info)?;
            self.events().announce(tx, &WORKERS, worker.0, "connected")
        })
        .await
    }

    /// Soon.
    pub async fn worker_disconnected(&self, worker: WorkerId) -> Done {
        let master = self.master_id();
        self.soon("disconnect a worker", |tx| {
            workers::disconnect(tx, worker, master)?;
            self.events().announce(tx, &WORKERS, worker.0, "disconnected")
        })
        .await
    }

    /// Only an event: the worker with the time of its last connection and whom to tell.
    pub async fn worker_missing(&self, worker: WorkerId, last_connection: Timestamp, notify: Vec<String>) -> Done {
        self.soon("miss a worker", |tx| {
            self.events().announce_with(tx, &WORKERS, "missing", |conn| {
                let Some(mut body) = worker_by_id(conn, worker)? else { return Ok(None) };
                body["last_connection"] = Value::from(ctime(last_connection));
                body["notify"] = Value::from(notify);
                Ok(Some(body))
            })
        })
        .await
    }

    /// Pauses or resumes it. Durable.
    pub async fn set_worker_paused(&self, worker: WorkerId, paused: bool, reason: Option<&str>) -> Done {
        self.durably("pause a worker", |tx| {
            workers::set_paused(tx, worker, paused, reason)?;
            self.events().announce(tx, &WORKERS, worker.0, "state_updated")
        })
        .await
    }

    /// Marks it as shutting down or not. Durable.
    pub async fn set_worker_graceful(&self, worker: WorkerId, graceful: bool) -> Done {
        self.durably("retire a worker", |tx| {
            workers::set_graceful(tx, worker, graceful)?;
            self.events().announce(tx, &WORKERS, worker.0, "state_updated")
        })
        .await
    }
}

/// Local time as C's `ctime` writes it.
fn ctime(time: Timestamp) -> String {
    let utc = DateTime::from_timestamp(time.seconds(), 0).unwrap_or_default();
    utc.with_timezone(&Local).format("%a %b %e %H:%M:%S %Y").to_string()
}
