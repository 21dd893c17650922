//! The whole configuration: typed, validated, immutable. One value of [`Config`] is one generation.

mod argument;
mod backends;
mod builders;
mod checks;
mod keys;
mod locks;
mod logins;
mod mail;
mod network;
mod objects;
mod property;
mod services;
mod settings;
#[cfg(test)]
mod tests;
mod workers;
mod www;

pub use logins::{Login, LoginPurpose};

use std::sync::Arc;

use ferrobot_model::endpoint::Endpoint;
use ferrobot_model::{Properties, TextEncoding};

use crate::{Callable, Errors, Object, Pattern, Place, Source, Value};

/// What a master runs on.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// `title`
    pub title: String,
    /// `titleURL`
    pub title_url: String,
    /// `buildbotURL`, with a slash at the end.
    pub buildbot_url: String,
    /// `workers`
    pub workers: Vec<Arc<WorkerConfig>>,
    /// `builders`
    pub builders: Vec<Arc<BuilderConfig>>,
    /// `projects`
    pub projects: Vec<ProjectConfig>,
    /// `codebases`
    pub codebases: Vec<CodebaseConfig>,
    /// `schedulers`, each with its name.
    pub schedulers: Vec<Named>,
    /// `change_source`, each with its name.
    pub change_sources: Vec<Named>,
    /// `services`: reporters and the like.
    pub services: Vec<Named>,
    /// `secretsProviders`
    pub secrets_providers: Vec<Arc<Object>>,
    /// `protocols`
    pub protocols: Protocols,
    /// Who may log in by Perspective Broker besides workers.
    pub logins: Vec<Login>,
    /// `db`/`db_url`
    pub db_url: String,
    /// `www`; `None`: no web server.
    pub www: Option<WwwConfig>,
    /// How logs are kept.
    pub logs: LogSettings,
    /// `properties`; those that are rendered when a build starts are null here.
    pub properties: Properties,
    /// Of `properties`, those that are rendered when a build starts.
    pub renderable_properties: Vec<(String, Value)>,
    /// `collapseRequests`
    pub collapse_requests: CollapseRequests,
    /// `prioritizeBuilders`
    pub prioritize_builders: Option<Arc<Callable>>,
    /// `select_next_worker`
    pub select_next_worker: Option<Arc<Callable>>,
    /// `codebaseGenerator`
    pub codebase_generator: Option<Arc<Callable>>,
    /// `revlink`: a function from (revision, repository) to a URL.
    pub revlink: Value,
    /// `multiMaster`
    pub multi_master: bool,
    /// `validation`
    pub validation: Validation,
}

/// `validation`: what names and values may look like; `None`: Buildbot's own pattern.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "the fields are the keys of `c['validation']`")]
pub struct Validation {
    pub branch: Option<Pattern>,
    pub revision: Option<Pattern>,
    pub property_name: Option<Pattern>,
    pub property_value: Option<Pattern>,
}

/// An object of the configuration with the name that identifies it across reconfigurations.
#[derive(Debug, Clone, PartialEq)]
pub struct Named {
    /// Its name, unique among its like.
    pub name: String,
    /// The object.
    pub object: Arc<Object>,
}

/// Where workers may connect.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Protocols {
    /// Perspective Broker.
    pub pb: Option<Endpoint>,
    /// `msgpack_experimental_v7`
    pub msgpack: Option<Endpoint>,
    /// `null`: local workers.
    pub null: bool,
    /// Names that no version knows: accepted, and nothing listens for them.
    pub unknown: Vec<String>,
}

/// `c['www']`.
#[derive(Debug, Clone, Default)]
pub struct WwwConfig {
    /// `port`; `None`: nothing listens.
    pub port: Option<Endpoint>,
    /// `plugins`
    pub plugins: Vec<(String, Value)>,
    /// `change_hook_dialects`: dialect and its options.
    pub change_hook_dialects: Vec<(String, Value)>,
    /// `allowed_origins`
    pub allowed_origins: Vec<String>,
    /// `json_cache_seconds`
    pub json_cache_seconds: i64,
    /// `rest_minimum_version`
    pub rest_minimum_version: i64,
    /// `logfileName`
    pub logfile_name: String,
    /// `versions`: names and versions that are shown beside the master's own.
    pub versions: Vec<(String, String)>,
    /// All other keys that pages may know, as written.
    pub others: Vec<(String, Value)>,
}

/// How logs are kept.
#[derive(Debug, Clone, PartialEq)]
pub struct LogSettings {
    /// `logCompressionMethod`: `raw`, `gz`, `bz2`, `lz4`, `zstd`, `br`.
    pub compression_method: String,
    /// `logCompressionLimit` in bytes; 0: never.
    pub compression_limit: u64,
    /// `logMaxSize` in bytes.
    pub max_size: Option<u64>,
    /// `logMaxTailSize` in bytes.
    pub max_tail_size: Option<u64>,
    /// `logEncoding`: how bytes are read that are to be logged.
    pub encoding: TextEncoding,
}

impl Default for LogSettings {
    fn default() -> LogSettings {
        LogSettings {
            compression_method: "gz".to_owned(),
            compression_limit: 4096,
            max_size: None,
            max_tail_size: None,
            encoding: TextEncoding::Utf8,
        }
    }
}

/// `collapseRequests`.
#[derive(Debug, Clone, Default)]
pub enum CollapseRequests {
    /// Not given: a builder takes the global setting, the global setting is `True`.
    #[default]
    Default,
    /// `True`
    Always,
    /// `False`
    Never,
    /// A function of (master, builder, request, request).
    Function(Arc<Callable>),
}

/// A builder.
#[derive(Debug, Clone, Default)]
pub struct BuilderConfig {
    /// Unique name.
    pub name: String,
    /// `description`
    pub description: Option<String>,
    /// `description_format`
    pub description_format: Option<String>,
    /// `project`
    pub project: Option<String>,
    /// `tags`
    pub tags: Vec<String>,
    /// `workernames`: checked, in order.
    pub workernames: Vec<String>,
    /// `builddir`: where the master keeps things of this builder; default: the name made safe.
    pub builddir: String,
    /// `workerbuilddir`: the builder's directory on the worker.
    pub workerbuilddir: String,
    /// `factory`
    pub factory: Factory,
    /// `env`
    pub env: Value,
    /// `properties`
    pub properties: Properties,
    /// `defaultProperties`
    pub default_properties: Properties,
    /// Of both, those that are rendered when a build starts. They are null in the two.
    pub renderable_properties: Vec<(String, Value)>,
    /// `collapseRequests`
    pub collapse_requests: CollapseRequests,
    /// `nextWorker`
    pub next_worker: Option<Arc<Callable>>,
    /// `nextBuild`
    pub next_build: Option<Arc<Callable>>,
    /// `canStartBuild`
    pub can_start_build: Option<Arc<Callable>>,
    /// `locks`: a list or a renderable.
    pub locks: Value,
    /// The object itself.
    pub object: Arc<Object>,
    /// Where it was constructed.
    pub place: Place,
}

/// The plan of a builder's builds.
#[derive(Debug, Clone, Default)]
pub struct Factory {
    /// Its steps, in order, not yet read: the engine makes them when a build starts.
    pub steps: Vec<Arc<Object>>,
    /// `workdir`: a path, a renderable or a function of the source stamp; `None`: `build`.
    pub workdir: Value,
    /// The factory object.
    pub object: Option<Arc<Object>>,
}

/// A worker.
#[derive(Debug, Clone, Default)]
pub struct WorkerConfig {
    /// Unique name.
    pub name: String,
    /// Dotted class: `buildbot.worker.base.Worker` and the like.
    pub class: String,
    /// Text or a secret; `None` for local workers.
    pub password: Value,
    /// Whether it runs in the master's process.
    pub local: bool,
    /// `max_builds`; `None`: no limit.
    pub max_builds: Option<i64>,
    /// `notify_on_missing`
    pub notify_on_missing: Vec<String>,
    /// `missing_timeout` in seconds; `None`: never.
    pub missing_timeout: Option<f64>,
    /// `keepalive_interval` in seconds; `None`: no keepalive.
    pub keepalive_interval: Option<f64>,
    /// `properties`
    pub properties: Properties,
    /// `defaultProperties`
    pub default_properties: Properties,
    /// Of both, those that are rendered when a build starts. They are null in the two.
    pub renderable_properties: Vec<(String, Value)>,
    /// `locks`
    pub locks: Value,
    /// `machine_name`
    pub machine_name: Option<String>,
    /// The object itself, for what its class has beyond this.
    pub object: Arc<Object>,
    /// Where it was constructed.
    pub place: Place,
}

/// A project.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are the parameters of `util.Project`")]
pub struct ProjectConfig {
    pub name: String,
    pub slug: String,
    pub description: Option<String>,
    pub description_format: Option<String>,
}

/// A codebase of a project.
#[derive(Debug, Clone, Default, PartialEq)]
#[expect(missing_docs, reason = "the fields are the parameters of `util.Codebase`")]
pub struct CodebaseConfig {
    pub name: String,
    pub project: String,
    pub slug: String,
}

/// Which classes of the kinds crates have behaviour, and how to check an object of one without keeping it.
pub trait KnownKinds {
    /// Checks an object's arguments; `None`: the class has no behaviour in this version.
    fn check(&self, object: &Object, errors: &mut Errors) -> Option<()>;
    /// Names of the builders that a scheduler object serves, where they are plain.
    fn scheduler_builders(&self, object: &Object) -> Vec<String>;
    /// The name that Buildbot gives to a change source without one; `None`: its class has no rule of its own.
    fn source_name(&self, _object: &Object) -> Option<String> {
        None
    }
}

/// A document being read.
struct Reading<'a> {
    document: &'a Value,
    source: Source<'a>,
    kinds: &'a dyn KnownKinds,
    config: Config,
    errors: &'a mut Errors,
}

impl Config {
    /// Reads the document that a file made. All faults go to `errors`; `None` means that there was at least one.
    #[must_use]
    pub fn from_document(
        document: &Value,
        source: &Source<'_>,
        kinds: &dyn KnownKinds,
        errors: &mut Errors,
    ) -> Option<Config> {
        let before = errors.errors.len();
        let mut reading = Reading { document, source: *source, kinds, config: Config::default(), errors };
        keys::known_keys(&mut reading);
        settings::read(&mut reading);
        network::read(&mut reading);
        www::read(&mut reading);
        workers::read(&mut reading);
        builders::read(&mut reading);
        objects::read(&mut reading);
        services::read(&mut reading);
        mail::add_default(&mut reading.config);
        logins::read(&mut reading);
        checks::run(&mut reading);
        crate::renderable::check(document, reading.errors);
        let config = reading.config;
        let is_good = errors.errors.len() == before;
        errors.forget_repeated();
        is_good.then_some(config)
    }

    /// The builder of this name.
    #[must_use]
    pub fn builder(&self, name: &str) -> Option<&Arc<BuilderConfig>> {
        self.builders.iter().find(|builder| builder.name == name)
    }

    /// The worker of this name.
    #[must_use]
    pub fn worker(&self, name: &str) -> Option<&Arc<WorkerConfig>> {
        self.workers.iter().find(|worker| worker.name == name)
    }
}
