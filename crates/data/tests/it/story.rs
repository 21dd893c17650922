//! Events as a story: the topics that somebody who listens to everything sees.

use ferrobot_data::Subscription;
use ferrobot_model::Event;
use serde_json::Value;

/// Collects events until one with this topic, which is included.
pub(crate) async fn until(subscription: &mut Subscription, topic: &str) -> Vec<Event> {
    let mut seen = Vec::new();
    loop {
        let next = tokio::time::timeout(std::time::Duration::from_secs(20), subscription.next());
        let event = next.await.unwrap_or_else(|_| panic!("no {topic} among {:?}", topics(&seen))).unwrap();
        let last = event.key.join("/") == topic;
        seen.push(event);
        if last {
            return seen;
        }
    }
}

pub(crate) fn topics(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.key.join("/")).collect()
}

/// The body of the event with this topic.
pub(crate) fn body(events: &[Event], topic: &str) -> Value {
    let event = events.iter().find(|event| event.key.join("/") == topic);
    event.map(|event| event.body.as_ref().clone()).unwrap_or_else(|| panic!("no {topic}"))
}
