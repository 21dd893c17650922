//! `worker.Worker` and `worker.LocalWorker` (manual section "Workers").

use crate::{ConfigClass, Errors, Object, Value};

/// What all workers take.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.worker.base", name = "AbstractWorker", check = WorkerArguments::check)]
pub(crate) struct WorkerArguments {
    /// How many builds may run on the worker at a time; `None`: one of each builder.
    #[config(positional)]
    pub(crate) max_builds: Option<i64>,
    /// Who is told by mail when the worker stays away: an address, or a list of addresses.
    #[config(positional)]
    pub(crate) notify_on_missing: Value,
    /// After how many seconds it counts as missing; `None`: never.
    #[config(positional, default = 3600)]
    pub(crate) missing_timeout: Option<f64>,
    /// Properties of all builds on this worker.
    #[config(positional, renderable)]
    pub(crate) properties: Value,
    /// Properties of all builds on this worker where nothing else sets them.
    #[config(name = "defaultProperties", positional, renderable)]
    pub(crate) default_properties: Value,
    /// Locks that every build on this worker holds.
    #[config(positional)]
    pub(crate) locks: Value,
    /// After how many seconds of silence the worker is asked whether it is there; `None`: never.
    #[config(positional, default = 3600)]
    pub(crate) keepalive_interval: Option<f64>,
    /// The machine of `c['machines']` that the worker runs on.
    #[config(positional)]
    pub(crate) machine_name: Value,
}

impl WorkerArguments {
    fn check(&self, object: &Object, errors: &mut Errors) {
        let addresses = match &self.notify_on_missing {
            Value::None | Value::Str(_) => return,
            Value::List(items) | Value::Tuple(items) => items.as_slice(),
            other => std::slice::from_ref(other),
        };
        for address in addresses.iter().filter(|address| address.as_str().is_none()) {
            let shown = address.to_json().map_or_else(|| address.type_name().to_owned(), |json| json.to_string());
            errors.error(&object.place, format!("notify_on_missing arg {shown} is not a string"));
        }
    }
}

/// A worker that connects to the master with a name and a password.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.worker.base", base = "buildbot.worker.base.AbstractWorker")]
pub(crate) struct Worker {
    /// Unique name, as the worker itself has it.
    #[config(positional, required)]
    pub(crate) name: String,
    /// Its password: text, or a secret.
    #[config(positional, renderable, required)]
    pub(crate) password: Value,
    /// What all workers take.
    #[config(flatten)]
    pub(crate) common: WorkerArguments,
}

/// A worker in the master's own process. It needs `c['protocols'] = {'null': {}}` when there is no other protocol.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.worker.local", base = "buildbot.worker.base.Worker")]
pub(crate) struct LocalWorker {
    /// Unique name.
    #[config(positional, required)]
    pub(crate) name: String,
    /// Its directory below the master's directory `workers`; the name when it is left out.
    #[config(positional)]
    #[expect(dead_code, reason = "whoever starts the worker reads it from the object")]
    pub(crate) workdir: Option<String>,
    /// What all workers take.
    #[config(flatten)]
    pub(crate) common: WorkerArguments,
    /// Not needed.
    #[expect(dead_code, reason = "the master does not log in to itself")]
    pub(crate) password: Value,
}
