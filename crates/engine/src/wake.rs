//! What the distributor has to look at again, and its alarm. Setting the alarm is cheap; looking happens once for many.

use std::collections::HashSet;
use std::sync::Mutex;

use ferrobot_model::BuilderId;
use tokio::sync::Notify;

use crate::guard::lock;

/// The distributor's alarm.
#[derive(Default)]
pub(crate) struct Wake {
    alarm: Notify,
    touched: Mutex<Touched>,
}

/// Builders to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Touched {
    /// These.
    Some(HashSet<BuilderId>),
    /// Every builder that has work.
    All,
}

impl Default for Touched {
    fn default() -> Touched {
        Touched::Some(HashSet::new())
    }
}

impl Wake {
    /// Something changed for these builders.
    pub(crate) fn builders(&self, builders: impl IntoIterator<Item = BuilderId>) {
        if let Touched::Some(touched) = &mut *lock(&self.touched) {
            touched.extend(builders);
        }
        self.alarm.notify_one();
    }

    /// Something changed that may concern all builders.
    pub(crate) fn all(&self) {
        *lock(&self.touched) = Touched::All;
        self.alarm.notify_one();
    }

    /// Waits for the alarm; one that came earlier counts.
    pub(crate) async fn wait(&self) {
        self.alarm.notified().await;
    }

    /// What was touched since the last call.
    pub(crate) fn take(&self) -> Touched {
        std::mem::take(&mut lock(&self.touched))
    }
}
