//! What runs as long as the configuration has it: a scheduler or a change source.

use std::collections::HashMap;

use ferrobot_config::{Named, is_unchanged};
use tokio_util::sync::CancellationToken;

use crate::generation::{CurrentGeneration, Generation};
use crate::task::Tasks;

/// What it runs with, and how it is ended.
#[derive(Clone)]
pub(crate) struct Service {
    pub(crate) named: Named,
    pub(crate) generation: CurrentGeneration,
    pub(crate) end: CancellationToken,
    /// Its task cancels this when it is over.
    pub(crate) ended: CancellationToken,
}

/// What a configuration wants, by name.
pub(crate) fn by_name(wanted: &[Named]) -> HashMap<&str, &Named> {
    wanted.iter().map(|named| (named.name.as_str(), named)).collect()
}

impl Service {
    pub(crate) fn new(named: &Named, generation: &Generation, tasks: &Tasks) -> Service {
        Service {
            named: named.clone(),
            generation: CurrentGeneration::new(generation),
            end: tasks.ending().child_token(),
            ended: CancellationToken::new(),
        }
    }

    /// Goes on with another generation when that wants it unchanged; `false`: it has to end.
    pub(crate) fn goes_on(&self, generation: &Generation, wanted: &HashMap<&str, &Named>) -> bool {
        let same = wanted.get(self.named.name.as_str()).is_some_and(|named| is_unchanged(&self.named, named));
        if same {
            self.generation.set(generation);
        }
        same
    }

    /// Ends it, and waits until its task is over.
    pub(crate) async fn end(&self) {
        self.end.cancel();
        self.ended.cancelled().await;
    }
}
