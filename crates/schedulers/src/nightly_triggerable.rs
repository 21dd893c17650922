//! `NightlyTriggerable`: builds at certain times what a Trigger step asked for last.

use ferrobot_config::{ConfigClass, Errors, Object, Value};
use ferrobot_engine::Scheduler;

use crate::arguments::SchedulerArguments;
use crate::timed::{Calendar, NightlyArguments, Timed, TimedArguments};

/// Builds at certain times, if it was triggered since the last.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.timed",
    base = "buildbot.schedulers.base.ReconfigurableBaseScheduler",
    rename_all = "camelCase"
)]
pub(crate) struct NightlyTriggerable {
    /// Unique name.
    #[config(positional)]
    #[expect(dead_code, reason = "the engine knows it")]
    name: String,
    /// Names of the builders to build on.
    #[config(positional, renderable, required)]
    builder_names: Value,
    #[config(flatten)]
    nightly: NightlyArguments,
    #[config(flatten, defaults(reason = "The NightlyTriggerable scheduler named '%(name)s' triggered this build"))]
    timed: TimedArguments,
    #[config(flatten)]
    scheduler: SchedulerArguments,
}

/// Makes one.
pub(crate) fn make(object: &Object, errors: &mut Errors) -> Option<Box<dyn Scheduler>> {
    let before = errors.errors.len();
    let NightlyTriggerable { builder_names, nightly, timed, scheduler, .. } =
        NightlyTriggerable::from_object(object, errors)?;
    let calendar = Calendar::nightly(&nightly, &object.place, errors).unwrap_or(Calendar::Every(1.0));
    let made = Timed::read(object, &builder_names, &timed, &scheduler, calendar, errors).triggerable();
    (errors.errors.len() == before).then(|| Box::new(made) as Box<dyn Scheduler>)
}
