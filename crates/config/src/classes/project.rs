//! `util.Project` and `util.Codebase` (manual section "Projects").

use crate::{ConfigClass, Errors, Object};

/// A project: builders that belong together.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.process.project", check = Project::check)]
pub(crate) struct Project {
    /// Unique name.
    #[config(positional, required)]
    pub(crate) name: String,
    /// A short name for addresses; the name when it is left out.
    #[config(positional)]
    pub(crate) slug: Option<String>,
    /// What the project is, shown on its page.
    #[config(positional)]
    pub(crate) description: Option<String>,
    /// How the description is written: `None` for plain text, or `markdown`.
    #[config(positional)]
    pub(crate) description_format: Option<String>,
}

impl Project {
    fn check(&self, object: &Object, errors: &mut Errors) {
        if self.description_format.as_deref().is_some_and(|format| format != "markdown") {
            errors.error(&object.place, "project description format must be None or \"markdown\"");
        }
    }
}

/// A codebase of a project: commits and branches of one repository.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.process.codebase")]
pub(crate) struct Codebase {
    /// Name.
    #[config(positional, required)]
    pub(crate) name: String,
    /// The project that it belongs to.
    #[config(positional, required)]
    pub(crate) project: String,
    /// A short name for addresses; the name when it is left out.
    #[config(positional)]
    pub(crate) slug: Option<String>,
}
