//! The running change sources: started and ended with the configuration.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use ferrobot_config::{Errors, Named};
use ferrobot_data::DataError;
use ferrobot_model::ChangeSourceId;
use futures_util::future::try_join_all;
use tokio::sync::Notify;
use tracing::{info, warn};

use super::ChangeSourceContext;
use crate::engine::Engine;
use crate::generation::Generation;
use crate::guard::lock;
use crate::service::{Service, by_name};

/// All running change sources, by name.
#[derive(Default)]
pub(crate) struct ChangeSources {
    running: Mutex<HashMap<String, Running>>,
}

struct Running {
    service: Service,
    id: ChangeSourceId,
    poll_now: Arc<Notify>,
}

impl ChangeSources {
    /// Lets sources poll now: the one of this name, or all. Returns how many.
    pub(crate) fn poll_now(&self, name: Option<&str>) -> usize {
        let running = lock(&self.running);
        let meant = running.values().filter(|running| name.is_none_or(|name| running.service.named.name == name));
        meant.map(|running| running.poll_now.notify_one()).count()
    }

    /// Ends all.
    pub(crate) async fn end(&self, engine: &Engine) {
        let running: Vec<Running> = lock(&self.running).drain().map(|(_, running)| running).collect();
        for running in running {
            engine.end_change_source(running).await;
        }
    }
}

impl Engine {
    /// Starts and ends change sources so that those of `generation` run; one that did not change goes on.
    pub(crate) async fn configure_change_sources(&self, generation: &Generation) -> Result<(), DataError> {
        let wanted = &generation.config.change_sources;
        let ending: Vec<Running> = {
            let by_name = by_name(wanted);
            let mut running = lock(&self.change_sources.running);
            let ending = running.extract_if(|_, running| !running.service.goes_on(generation, &by_name));
            ending.map(|(_, running)| running).collect()
        };
        for running in ending {
            self.end_change_source(running).await;
        }
        // All at once: their writes share transactions.
        let starting = wanted
            .iter()
            .filter(|named| !lock(&self.change_sources.running).contains_key(&named.name))
            .map(|named| self.start_change_source(generation, named));
        try_join_all(starting).await.map(drop)
    }

    async fn end_change_source(&self, running: Running) {
        running.service.end().await;
        if let Err(error) = self.data.set_changesource_master(running.id, false).await {
            let name = &running.service.named.name;
            warn!(changesource.name = name, "change source `{name}` could not be given up: {error}");
        }
    }

    async fn start_change_source(&self, generation: &Generation, named: &Named) -> Result<(), DataError> {
        let name = &named.name;
        let Some(make) = self.kinds.change_sources.get(named.object.class.as_str()) else {
            warn!(changesource.name = name, "change source `{name}` has an unknown class and does nothing");
            return Ok(());
        };
        let mut errors = Errors::default();
        let Some(source) = make(&named.object, &mut errors) else {
            let told: Vec<String> = errors.errors.iter().map(ToString::to_string).collect();
            warn!(changesource.name = name, "change source `{name}` does nothing: {}", told.join("; "));
            return Ok(());
        };
        let id = self.data.find_changesource_id(name).await?;
        self.data.set_changesource_master(id, true).await?;
        let service = Service::new(named, generation, &self.tasks);
        let poll_now = Arc::<Notify>::default();
        let class = named.object.user_class.as_ref().unwrap_or(&named.object.class);
        let context = ChangeSourceContext {
            engine: self.handle(),
            generation: service.generation.clone(),
            name: name.clone(),
            class: class.rsplit('.').next().unwrap_or_default().to_owned(),
            poll_now: Arc::clone(&poll_now),
            end: service.end.clone(),
        };
        let ended = service.ended.clone();
        lock(&self.change_sources.running).insert(name.clone(), Running { service, id, poll_now });
        self.tasks.spawn("change source", async move {
            // Told even when the source panics.
            let _ended = ended.drop_guard();
            source.run(context).await;
        });
        info!(changesource.name = name, "change source `{name}` runs");
        Ok(())
    }
}
