//! The kinds that a user can name: gathered from the crates that have them.

use std::sync::{Arc, OnceLock};

use ferrobot_config::{ClassSchema, Errors, KnownKinds, Object};
use ferrobot_engine::Kinds;

/// All kinds of steps, schedulers and change sources.
pub(crate) fn all() -> Arc<Kinds> {
    static ALL: OnceLock<Arc<Kinds>> = OnceLock::new();
    let all = ALL.get_or_init(|| {
        let mut kinds = Kinds::default();
        ferrobot_steps::register(&mut kinds);
        ferrobot_schedulers::register(&mut kinds);
        ferrobot_changes::register(&mut kinds);
        ferrobot_reporters::register(&mut kinds);
        Arc::new(kinds)
    });
    Arc::clone(all)
}

/// The descriptions of all classes, by module and name.
pub(crate) fn schemas() -> Vec<ClassSchema> {
    let mut schemas = ferrobot_steps::schemas();
    schemas.extend(ferrobot_schedulers::schemas());
    schemas.extend(ferrobot_changes::schemas());
    schemas.extend(ferrobot_config::schemas());
    // The order of its positional parameters mixes inherited ones with its own, which a description cannot say: the
    // Python package has it by hand.
    schemas.retain(|schema| schema.name != "CodebaseParameter");
    schemas.sort_by_key(|schema| (schema.module, schema.name));
    schemas.dedup_by_key(|schema| (schema.module, schema.name));
    schemas
}

/// What the configuration's checks ask of the kinds.
pub(crate) struct Checks(pub(crate) Arc<Kinds>);

impl KnownKinds for Checks {
    fn check(&self, object: &Object, errors: &mut Errors) -> Option<()> {
        let class = object.class.as_str();
        if let Some(make) = self.0.steps.get(class) {
            let _checked = make(object, errors);
        } else if let Some(make) = self.0.schedulers.get(class) {
            let _checked = make(object, errors);
        } else {
            let make = self.0.change_sources.get(class)?;
            let _checked = make(object, errors);
        }
        Some(())
    }

    fn source_name(&self, object: &Object) -> Option<String> {
        ferrobot_changes::default_name(object)
    }

    fn scheduler_builders(&self, object: &Object) -> Vec<String> {
        // Its faults are told when it is checked.
        let mut errors = Errors::default();
        self.0
            .schedulers
            .get(object.class.as_str())
            .and_then(|make| make(object, &mut errors))
            .map(|scheduler| scheduler.builder_names())
            .unwrap_or_default()
    }
}
