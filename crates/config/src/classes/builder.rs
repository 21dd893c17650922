//! `util.BuilderConfig` (manual section "Builder Configuration").

use crate::{ConfigClass, Value};

/// A builder: which workers build what, and how.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.config.builder", name = "BuilderConfig")]
pub(crate) struct BuilderParameters {
    /// Unique name. It must not start with an underscore.
    #[config(positional)]
    pub(crate) name: Value,
    /// One worker, besides those of `workernames`.
    #[config(positional)]
    pub(crate) workername: Value,
    /// The workers that can build: a list of names, or one name.
    #[config(positional)]
    pub(crate) workernames: Value,
    /// Where the master keeps things of this builder; the name, made safe for a file system, when it is left out.
    #[config(positional)]
    pub(crate) builddir: Value,
    /// The builder's directory on the worker; `builddir` when it is left out.
    #[config(positional)]
    pub(crate) workerbuilddir: Value,
    /// The steps.
    #[config(positional)]
    pub(crate) factory: Value,
    /// Words to group builders by.
    #[config(positional)]
    pub(crate) tags: Value,
    /// A function of (builder, idle workers, build request) that picks the worker.
    #[config(name = "nextWorker", positional)]
    pub(crate) next_worker: Value,
    /// A function of (builder, build requests) that picks the request.
    #[config(name = "nextBuild", positional)]
    pub(crate) next_build: Value,
    /// Locks that a build holds from its beginning to its end.
    #[config(positional, renderable)]
    pub(crate) locks: Value,
    /// Environment variables of all steps.
    #[config(positional, renderable)]
    pub(crate) env: Value,
    /// Properties of all builds.
    #[config(positional, renderable)]
    pub(crate) properties: Value,
    /// Whether a waiting request is dropped for a newer one: `True`, `False`, or a function of (master, builder, request, request).
    #[config(name = "collapseRequests", positional)]
    pub(crate) collapse_requests: Value,
    /// What the builder is for, shown on its page.
    #[config(positional)]
    pub(crate) description: Value,
    /// How the description is written: `None` for plain text, or `markdown`.
    #[config(positional)]
    pub(crate) description_format: Value,
    /// A function of (builder, worker, build request): whether the build can start there.
    #[config(name = "canStartBuild", positional)]
    pub(crate) can_start_build: Value,
    /// Properties of all builds where nothing else sets them.
    #[config(name = "defaultProperties", positional, renderable)]
    pub(crate) default_properties: Value,
    /// The project that the builder belongs to.
    #[config(positional)]
    pub(crate) project: Value,
    /// A function of the build: whether it is run at all.
    #[config(positional)]
    pub(crate) do_build_if: Value,
}
