//! Configurators: what adds builders and schedulers of its own (manual section "Configurators").

use std::time::Duration;

use crate::{ConfigClass, Value};

/// Deletes old logs and build data from time to time.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.configurators.janitor")]
#[expect(dead_code, reason = "checked here and used by nobody yet")]
pub(crate) struct JanitorConfigurator {
    /// How long logs are kept.
    #[config(name = "logHorizon", positional)]
    pub(crate) log_horizon: Option<Duration>,
    /// The hour at which it runs, as `Nightly` takes it.
    #[config(positional, default = 0)]
    pub(crate) hour: Value,
    /// How long build data is kept.
    #[config(positional)]
    pub(crate) build_data_horizon: Option<Duration>,
    /// The minute at which it runs.
    #[config(default = 0)]
    pub(crate) minute: Value,
    /// The day of the month on which it runs.
    #[config(name = "dayOfMonth", default = "*")]
    pub(crate) day_of_month: Value,
    /// The month in which it runs.
    #[config(default = "*")]
    pub(crate) month: Value,
    /// The day of the week on which it runs.
    #[config(name = "dayOfWeek", default = "*")]
    pub(crate) day_of_week: Value,
}
