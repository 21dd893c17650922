//! The event bus: bounded queues, one per subscriber.

use std::sync::{Arc, Mutex, PoisonError};

use ferrobot_model::Event;
use tokio::sync::mpsc;

/// One slow subscriber may fall this far behind before events are dropped for it: about ten seconds of a very busy master.
const SUBSCRIBER_QUEUE_MAX: usize = 4096;

/// The bus.
#[derive(Clone, Default)]
pub struct Events {
    subscribers: Arc<Mutex<Vec<Subscriber>>>,
}

struct Subscriber {
    pattern: Vec<String>,
    sender: mpsc::Sender<Event>,
}

/// Receives matching events until it is dropped.
pub struct Subscription {
    receiver: mpsc::Receiver<Event>,
}

impl Events {
    /// Delivers events whose key matches `pattern` (`*` is exactly one word). An empty pattern matches everything.
    #[must_use]
    pub fn subscribe(&self, pattern: &[&str]) -> Subscription {
        let (sender, receiver) = mpsc::channel(SUBSCRIBER_QUEUE_MAX);
        let pattern = pattern.iter().map(|word| (*word).to_owned()).collect();
        self.lock().push(Subscriber { pattern, sender });
        Subscription { receiver }
    }

    /// Publishes one event. A subscriber whose queue is full misses it: level, not edge.
    pub fn publish(&self, event: Event) {
        self.lock().retain(|subscriber| {
            let pattern: Vec<&str> = subscriber.pattern.iter().map(String::as_str).collect();
            if !(pattern.is_empty() || event.matches(&pattern)) {
                return !subscriber.sender.is_closed();
            }
            !matches!(subscriber.sender.try_send(event.clone()), Err(mpsc::error::TrySendError::Closed(_)))
        });
    }

    /// Whether anybody listens: lets a writer skip making a body.
    #[must_use]
    pub fn has_subscribers(&self) -> bool {
        !self.lock().is_empty()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Subscriber>> {
        self.subscribers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscription {
    /// The next event; `None` when the bus is gone.
    pub async fn next(&mut self) -> Option<Event> {
        self.receiver.recv().await
    }
}
