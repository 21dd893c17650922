//! Waiting for a condition: never for luck.

use std::future::Future;
use std::time::Duration;

/// Nothing in a test takes so long, on the slowest machine.
const DEADLINE: Duration = Duration::from_secs(30);

/// Looks again and again until there is an answer.
///
/// # Panics
/// When there is none in time; `what` says what the test waited for.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    match tokio::time::timeout(DEADLINE, waiting).await {
        Ok(found) => found,
        Err(_) => panic!("waited in vain for {what}"),
    }
}

/// Waits for a future, but not for ever.
pub(crate) async fn in_time<T>(what: &str, future: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, future).await {
        Ok(found) => found,
        Err(_) => panic!("waited in vain for {what}"),
    }
}
