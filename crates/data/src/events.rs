//! The event bus: bounded queues, one per subscriber.

use std::sync::{Arc, PoisonError, RwLock};
use std::task::{Context, Poll};

use ferrobot_model::Event;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;

/// One slow subscriber may fall this far behind before events are dropped for it: about ten seconds of a very busy master.
const SUBSCRIBER_QUEUE_MAX: usize = 4096;

/// The bus.
#[derive(Clone, Default)]
pub struct Events {
    subscribers: Arc<RwLock<Vec<Subscriber>>>,
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
        let mut subscribers = self.subscribers.write().unwrap_or_else(PoisonError::into_inner);
        subscribers.retain(|subscriber| !subscriber.sender.is_closed());
        subscribers.push(Subscriber { pattern, sender });
        Subscription { receiver }
    }

    /// Publishes one event. A subscriber whose queue is full misses it: level, not edge.
    pub fn publish(&self, event: Event) {
        for subscriber in self.read().iter().filter(|subscriber| subscriber.matches(&event.key)) {
            if let Err(TrySendError::Full(missed)) = subscriber.sender.try_send(event.clone()) {
                tracing::debug!("a slow subscriber misses the event {}", missed.key.join("/"));
            }
        }
    }

    /// Whether anybody listens: lets a writer skip making a body.
    #[must_use]
    pub fn has_subscribers(&self) -> bool {
        self.read().iter().any(Subscriber::listens)
    }

    /// Whether anybody listens to events at `path` that end in `word`. Words of the path that begin with `:` stand for
    /// any word.
    pub(crate) fn wants(&self, path: &[&str], word: &str) -> bool {
        self.read().iter().any(|subscriber| subscriber.wants(path, word) && subscriber.listens())
    }

    fn read(&self) -> std::sync::RwLockReadGuard<'_, Vec<Subscriber>> {
        self.subscribers.read().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Subscriber {
    fn listens(&self) -> bool {
        !self.sender.is_closed()
    }

    fn matches(&self, key: &[String]) -> bool {
        let pattern = &self.pattern;
        pattern.is_empty()
            || pattern.len() == key.len()
                && pattern.iter().zip(key).all(|(wanted, word)| wanted == "*" || wanted == word)
    }

    fn wants(&self, path: &[&str], word: &str) -> bool {
        let pattern = &self.pattern;
        let any = |(wanted, word): (&String, &&str)| wanted == "*" || word.starts_with(':') || wanted == word;
        pattern.is_empty() || pattern.len() == path.len() + 1 && pattern.iter().zip(path.iter().chain([&word])).all(any)
    }
}

impl Subscription {
    /// The next event; `None` when the bus is gone.
    pub async fn next(&mut self) -> Option<Event> {
        self.receiver.recv().await
    }

    /// The same for those who wait for several subscriptions at once.
    pub fn poll_next(&mut self, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.receiver.poll_recv(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wanted_is_known_before_there_is_a_key() {
        let path = ["builders", ":builderid", "builds", ":number"];
        let cases: [(&[&str], bool); 7] = [
            (&[], true),
            (&["builders", "*", "builds", "*", "new"], true),
            (&["builders", "3", "builds", "*", "*"], true),
            (&["builders", "3", "builds", "*", "finished"], false),
            (&["workers", "*", "builds", "*", "new"], false),
            (&["builders", "*", "builds", "*"], false),
            (&["*", "*"], false),
        ];
        for (pattern, expected) in cases {
            let events = Events::default();
            assert!(!events.wants(&path, "new"));
            let subscription = events.subscribe(pattern);
            assert_eq!(events.wants(&path, "new"), expected, "{pattern:?}");
            drop(subscription);
            assert!(!events.wants(&path, "new") && !events.has_subscribers());
        }
    }

    #[tokio::test]
    async fn events_arrive_in_order_and_only_where_they_match() {
        let events = Events::default();
        let mut builds = events.subscribe(&["builds", "*", "new"]);
        let mut all = events.subscribe(&[]);
        for key in ["builds/1/new", "builds/1/finished", "builds/2/new"] {
            let key = key.split('/').map(str::to_owned).collect();
            events.publish(Event { key, body: Arc::new(serde_json::Value::Null) });
        }
        drop(events);
        let mut seen = Vec::new();
        while let Some(event) = builds.next().await {
            seen.push(event.key[1].clone());
        }
        assert_eq!(seen, ["1", "2"]);
        let mut count = 0;
        while all.next().await.is_some() {
            count += 1;
        }
        assert_eq!(count, 3);
    }
}
