//! What all pages share: the state, the templates, who we are.

use std::sync::{Arc, PoisonError, RwLock};

use ferrobot_data::Data;
use minijinja::{AutoEscape, Environment, Value, context};

use crate::error::PageError;
use crate::show;

/// Who the site says it is.
#[derive(Debug, Clone, Default)]
pub struct SiteOptions {
    /// `title`
    pub title: String,
    /// `titleURL`
    pub title_url: String,
    /// `buildbotURL`, with a slash at the end.
    pub buildbot_url: String,
    /// Version of this program.
    pub version: String,
}

/// The pages' state. Cheap to clone.
#[derive(Clone)]
pub struct Site {
    inner: Arc<Inner>,
}

struct Inner {
    data: Data,
    options: RwLock<Arc<SiteOptions>>,
    templates: Environment<'static>,
}

macro_rules! templates {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../templates/", $name)))),*]
    };
}

const TEMPLATES: &[(&str, &str)] = templates![
    "about.html",
    "base.html",
    "build.html",
    "builder.html",
    "builders.html",
    "buildrequest.html",
    "buildrequests.html",
    "change.html",
    "changes.html",
    "error.html",
    "force.html",
    "home.html",
    "log.html",
    "parts.html",
    "schedulers.html",
    "worker.html",
    "workers.html",
];

impl Site {
    /// Prepares the pages.
    #[must_use]
    pub fn new(data: Data, options: SiteOptions) -> Site {
        let mut templates = Environment::new();
        templates.set_auto_escape_callback(|_name| AutoEscape::Html);
        show::register(&mut templates);
        for (name, source) in TEMPLATES {
            templates.add_template(name, source).expect("the templates are part of the program, and tests render each");
        }
        Site { inner: Arc::new(Inner { data, options: RwLock::new(Arc::new(options)), templates }) }
    }

    pub(crate) fn data(&self) -> &Data {
        &self.inner.data
    }

    /// The time now, for ages.
    pub(crate) fn now(&self) -> f64 {
        self.inner.data.clock().now().0
    }

    /// Renders a template; `section` marks the current entry of the menu.
    pub(crate) fn render(&self, template: &str, section: &str, page: Value) -> Result<String, PageError> {
        let options = self.options();
        let site = context! {
            title => options.title.as_str(),
            title_url => options.title_url.as_str(),
            version => options.version.as_str(),
            now => self.now(),
            section,
            has_scripts => crate::asset::has_scripts(),
        };
        let template = self.inner.templates.get_template(template)?;
        Ok(template.render(context! { site, ..page })?)
    }

    pub(crate) fn options(&self) -> Arc<SiteOptions> {
        Arc::clone(&self.inner.options.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Shows the site by other names from now on.
    pub fn update(&self, options: SiteOptions) {
        *self.inner.options.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(options);
    }
}
