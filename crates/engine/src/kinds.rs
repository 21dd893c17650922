//! The kinds that a user can name: how to make them from the configuration's objects.
//!
//! The binary fills this from the kinds crates; the engine looks a class up by its dotted path.

use std::collections::HashMap;

use ferrobot_config::{Errors, Object};

use crate::{ChangeSource, Reporter, Scheduler, Step};

type Make<T> = fn(&Object, &mut Errors) -> Option<Box<T>>;

/// Constructors by dotted class path, for example `buildbot.steps.shell.ShellCommand`.
#[derive(Default)]
pub struct Kinds {
    /// Steps.
    pub steps: HashMap<&'static str, Make<dyn Step>>,
    /// Schedulers.
    pub schedulers: HashMap<&'static str, Make<dyn Scheduler>>,
    /// Change sources.
    pub change_sources: HashMap<&'static str, Make<dyn ChangeSource>>,
    /// Reporters.
    pub reporters: HashMap<&'static str, Make<dyn Reporter>>,
}
