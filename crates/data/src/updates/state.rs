//! What schedulers and change sources keep.

use ferrobot_model::{ChangeId, SchedulerId};
use ferrobot_storage::{objects, schedulers};
use serde_json::Value;

use super::Done;
use crate::{Data, DataError};

impl Data {
    /// A stored JSON value of an object (tables `objects`, `object_state`).
    pub async fn get_state(&self, object: &str, class: &str, name: &str) -> Result<Option<Value>, DataError> {
        self.peek("read a state", |conn| objects::get_state(conn, object, class, name)).await
    }

    /// Soon. Stores a JSON value, replacing the one of this name.
    pub async fn set_state(&self, object: &str, class: &str, name: &str, value: Value) -> Done {
        self.soon("store a state", |tx| objects::set_state(tx, object, class, name, &value)).await
    }

    /// Durable. Change classifications of a scheduler: change → important.
    pub async fn classify_changes(&self, scheduler: SchedulerId, changes: Vec<(ChangeId, bool)>) -> Done {
        self.durably("classify changes", |tx| schedulers::classify(tx, scheduler, &changes)).await
    }

    /// Durable. Those with an id below `less_than` (all when `None`) are forgotten.
    pub async fn flush_change_classifications(&self, scheduler: SchedulerId, less_than: Option<ChangeId>) -> Done {
        self.durably("forget changes", |tx| schedulers::flush(tx, scheduler, less_than)).await
    }

    /// The classifications of a scheduler, by change.
    pub async fn change_classifications(&self, scheduler: SchedulerId) -> Result<Vec<(ChangeId, bool)>, DataError> {
        self.peek("read classifications", |conn| schedulers::classifications(conn, scheduler)).await
    }
}
