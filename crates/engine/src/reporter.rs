//! What a kind of reporter implements, the verbs that it has, and the running reporters: started and ended with the configuration.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use ferrobot_config::{Config, Errors, Named, Value};
use ferrobot_data::{Data, Subscription};
use ferrobot_model::Event;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::HostError;
use crate::engine::Engine;
use crate::generation::{CurrentGeneration, Generation};
use crate::guard::lock;
use crate::service::{Service, by_name};

/// A kind of reporter: tells others what happened. Runs as one task; ends when `context.next_missing` says so.
#[async_trait]
pub trait Reporter: Send {
    /// Runs until the master stops or the configuration drops it.
    async fn run(self: Box<Self>, context: ReporterContext);
}

/// The verbs of a reporter.
pub struct ReporterContext {
    engine: Arc<Engine>,
    generation: CurrentGeneration,
    name: String,
    end: CancellationToken,
    missing: Subscription,
}

impl ReporterContext {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The state.
    #[must_use]
    pub fn data(&self) -> &Data {
        &self.engine.data
    }

    /// The configuration in force.
    #[must_use]
    pub fn config(&self) -> Arc<Config> {
        self.generation.get().config
    }

    /// The next worker that is missing: its resource with `last_connection` and `notify`. `None`: the reporter has to end.
    pub async fn next_missing(&mut self) -> Option<Event> {
        tokio::select! {
            event = self.missing.next() => event,
            () = self.end.cancelled() => None,
        }
    }

    /// Renders a value that may hold secrets.
    pub async fn render(&self, value: &Value) -> Result<Value, HostError> {
        self.engine.render_plain(&self.generation.get(), value).await
    }
}

/// All running reporters, by name.
#[derive(Default)]
pub(crate) struct Reporters {
    running: Mutex<HashMap<String, Service>>,
}

impl Reporters {
    /// Ends all.
    pub(crate) async fn end(&self) {
        let running: Vec<Service> = lock(&self.running).drain().map(|(_, service)| service).collect();
        for service in running {
            service.end().await;
        }
    }
}

impl Engine {
    /// Starts and ends reporters so that those of `generation` run; one that did not change goes on.
    pub(crate) async fn configure_reporters(&self, generation: &Generation) {
        let wanted = &generation.config.services;
        let ending: Vec<Service> = {
            let by_name = by_name(wanted);
            let mut running = lock(&self.reporters.running);
            running
                .extract_if(|_, service| !service.goes_on(generation, &by_name))
                .map(|(_, service)| service)
                .collect()
        };
        for service in ending {
            service.end().await;
        }
        for named in wanted {
            if !lock(&self.reporters.running).contains_key(&named.name) {
                self.start_reporter(generation, named);
            }
        }
    }

    fn start_reporter(&self, generation: &Generation, named: &Named) {
        let name = &named.name;
        // The configuration's checks have warned of those that have no behaviour.
        let make = self.kinds.reporters.get(named.object.class.as_str()).filter(|_| named.object.user_class.is_none());
        let Some(make) = make else { return };
        let mut errors = Errors::default();
        let Some(reporter) = make(&named.object, &mut errors) else {
            let told: Vec<String> = errors.errors.iter().map(ToString::to_string).collect();
            warn!(reporter.name = name, "reporter `{name}` does nothing: {}", told.join("; "));
            return;
        };
        let service = Service::new(named, generation, &self.tasks);
        let context = ReporterContext {
            engine: self.handle(),
            generation: service.generation.clone(),
            name: name.clone(),
            end: service.end.clone(),
            // From now on, whenever the task gets to run.
            missing: self.data.events().subscribe(&["workers", "*", "missing"]),
        };
        let ended = service.ended.clone();
        lock(&self.reporters.running).insert(name.clone(), service);
        self.tasks.spawn("reporter", async move {
            // Told even when the reporter panics.
            let _ended = ended.drop_guard();
            reporter.run(context).await;
        });
        info!(reporter.name = name, "reporter `{name}` runs");
    }
}
