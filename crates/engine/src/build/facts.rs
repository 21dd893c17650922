//! What the steps of a build know: where it runs, what it builds, its properties as they are now.

use std::collections::BTreeSet;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};

use ferrobot_data::{Buildset, Change, DataError, SourceStamp};
use ferrobot_model::{BuildId, BuildRequestId, Properties, Property};
use serde_json::Value as Json;

use super::properties::{Sources, assemble, directories};
use super::{BuildHandle, Stop};
use crate::WorkerSession;
use crate::distributor::Assignment;
use crate::engine::Engine;
use crate::generation::{BuilderSetup, WorkerSetup};
use crate::guard::lock;
use crate::log::Secrets;
use crate::queue::Work;

/// The facts of one build, shared by all that it does.
pub(crate) struct BuildFacts {
    pub(crate) engine: Arc<Engine>,
    pub(crate) id: BuildId,
    pub(crate) number: i64,
    pub(crate) builder: Arc<BuilderSetup>,
    pub(crate) worker: Arc<WorkerSetup>,
    pub(crate) session: Arc<dyn WorkerSession>,
    pub(crate) handle: Arc<BuildHandle>,
    pub(crate) buildset: Buildset,
    pub(crate) changes: Vec<Change>,
    /// What must not be shown.
    pub(crate) secrets: Secrets,
    /// So many of them are written down for another run of the master.
    pub(crate) held_secrets: AtomicUsize,
    live: Mutex<Live>,
    children: Mutex<Vec<BuildRequestId>>,
}

/// Properties, and the names of those that the database does not have yet.
struct Live {
    properties: Properties,
    unwritten: BTreeSet<String>,
}

impl BuildFacts {
    pub(crate) fn new(
        engine: &Arc<Engine>,
        assignment: &Assignment,
        work: &Work,
        id: BuildId,
        number: i64,
    ) -> Arc<BuildFacts> {
        let changes: Vec<Change> = work.changes.iter().flatten().cloned().collect();
        let properties = assemble(&Sources {
            global: &assignment.builder.generation.config.properties,
            changes: &changes,
            buildset: &work.buildset.properties,
            builder: &assignment.builder.config,
            builder_id: assignment.builder.id,
            worker: &assignment.worker.config,
            number,
            sourcestamps: &work.buildset.sourcestamps,
        });
        let unwritten = properties.iter().map(|(name, _)| name.to_owned()).collect();
        let facts = BuildFacts {
            engine: Arc::clone(engine),
            id,
            number,
            builder: Arc::clone(&assignment.builder),
            worker: Arc::clone(&assignment.worker),
            session: Arc::clone(&assignment.session),
            handle: Arc::clone(&assignment.handle),
            buildset: work.buildset.clone(),
            changes,
            secrets: Secrets::default(),
            held_secrets: AtomicUsize::new(0),
            live: Mutex::new(Live { properties, unwritten }),
            children: Mutex::default(),
        };
        // Those that have to be rendered are written when they are.
        for (name, _, _) in facts.open_properties() {
            lock(&facts.live).unwritten.remove(&name);
        }
        Arc::new(facts)
    }

    /// Takes the properties that an earlier run of the master wrote down.
    pub(crate) fn restore_properties(&self, properties: Properties) {
        *lock(&self.live) = Live { properties, unwritten: BTreeSet::new() };
    }

    pub(crate) fn builder_name(&self) -> &str {
        &self.builder.config.name
    }

    pub(crate) fn worker_name(&self) -> &str {
        &self.worker.config.name
    }

    pub(crate) fn sourcestamps(&self) -> &[SourceStamp] {
        &self.buildset.sourcestamps
    }

    /// Why the build is being stopped, if it is.
    pub(crate) fn stop(&self) -> Option<Stop> {
        self.handle.stopped()
    }

    /// A text without the secrets that the build uses.
    pub(crate) fn mask(&self, text: &str) -> String {
        self.secrets.mask(text)
    }

    /// A copy of the properties.
    pub(crate) fn properties(&self) -> Properties {
        lock(&self.live).properties.clone()
    }

    /// The value of one property.
    pub(crate) fn property(&self, name: &str) -> Option<Json> {
        lock(&self.live).properties.get(name).cloned()
    }

    /// Sets a property while the build runs. Written at the end of the step.
    pub(crate) fn set_property(&self, name: &str, property: Property) {
        let mut live = lock(&self.live);
        if property.runtime {
            live.properties.set_runtime(name, property.value, property.source);
        } else {
            live.properties.set(name, property.value, property.source);
        }
        live.unwritten.insert(name.to_owned());
    }

    /// The worker is ready, so that it is known where the build's files are.
    pub(crate) fn worker_is_ready(&self) {
        let builder_directory = &self.builder.config.workerbuilddir;
        if let Some((basedir, builddir)) = directories(self.session.info(), builder_directory) {
            for (name, value) in [("basedir", basedir), ("builddir", builddir)] {
                let property = Property { value: value.into(), source: "Worker".to_owned(), runtime: false };
                self.set_property(name, property);
            }
        }
    }

    /// Writes the properties that changed.
    pub(crate) async fn flush_properties(&self) -> Result<(), DataError> {
        let changed: Vec<(String, Json, String)> = {
            let mut live = lock(&self.live);
            let names = std::mem::take(&mut live.unwritten);
            let of = |name: String| {
                let property = live.properties.property(&name)?;
                Some((name, property.value.clone(), property.source.clone()))
            };
            names.into_iter().filter_map(of).collect()
        };
        if changed.is_empty() { Ok(()) } else { self.engine.data.set_build_properties(self.id, changed).await }
    }

    /// Requests that the build triggered and waits for: cancelled when it is stopped.
    pub(crate) fn wait_for_children(&self, requests: impl IntoIterator<Item = BuildRequestId>) {
        lock(&self.children).extend(requests);
    }

    /// The children, once.
    pub(crate) fn take_children(&self) -> Vec<BuildRequestId> {
        std::mem::take(&mut lock(&self.children))
    }
}
