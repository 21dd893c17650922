//! `util.BuildFactory` (manual section "Build Factories").

use crate::{ConfigClass, Value};

/// The steps of a builder, in their order.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.process.factory", rename_all = "camelCase")]
pub(crate) struct BuildFactory {
    /// The first steps; `addStep` adds more.
    #[config(positional)]
    pub(crate) steps: Value,
    /// Assigned to a factory: the class of its builds.
    pub(crate) build_class: Value,
    /// Assigned to a factory: whether the time that is left is estimated.
    #[config(default = true)]
    #[expect(dead_code, reason = "nothing is estimated from the progress of single steps")]
    pub(crate) use_progress: Value,
    /// Assigned to a factory: the steps' directory below the builder's, a renderable, or a function of the source stamps.
    #[config(renderable, default = "build")]
    pub(crate) workdir: Value,
}
