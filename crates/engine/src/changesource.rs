//! What a kind of change source implements, and the verbs that it has.

mod context;
mod service;

pub use context::ChangeSourceContext;
pub(crate) use service::ChangeSources;

use async_trait::async_trait;

/// A kind of change source. Runs as one task; ends when `context.wait` says so.
#[async_trait]
pub trait ChangeSource: Send {
    /// Runs until the master stops or the configuration drops it.
    async fn run(self: Box<Self>, context: ChangeSourceContext);
}
