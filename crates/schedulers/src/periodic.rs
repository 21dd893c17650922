//! `Periodic`: a build every so many seconds, the first at once.

use ferrobot_config::{ConfigClass, Errors, Object, Value};
use ferrobot_engine::Scheduler;

use crate::arguments::SchedulerArguments;
use crate::timed::{Calendar, Timed, TimedArguments};

/// Builds in a fixed rhythm.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.timed",
    base = "buildbot.schedulers.base.ReconfigurableBaseScheduler",
    rename_all = "camelCase"
)]
pub(crate) struct Periodic {
    /// Unique name.
    #[config(positional)]
    #[expect(dead_code, reason = "the engine knows it")]
    name: String,
    /// Names of the builders to build on.
    #[config(positional, renderable, required)]
    builder_names: Value,
    /// Seconds from one build to the next.
    periodic_build_timer: f64,
    #[config(flatten, defaults(reason = "The Periodic scheduler named '%(name)s' triggered this build"))]
    timed: TimedArguments,
    #[config(flatten)]
    scheduler: SchedulerArguments,
}

/// Makes one.
pub(crate) fn make(object: &Object, errors: &mut Errors) -> Option<Box<dyn Scheduler>> {
    let before = errors.errors.len();
    let Periodic { builder_names, periodic_build_timer, timed, scheduler, .. } = Periodic::from_object(object, errors)?;
    if periodic_build_timer.is_nan() || periodic_build_timer <= 0.0 {
        errors.error(&object.place, "periodicBuildTimer must be positive");
    }
    let calendar = Calendar::Every(periodic_build_timer);
    let made = Timed::read(object, &builder_names, &timed, &scheduler, calendar, errors);
    (errors.errors.len() == before).then(|| Box::new(made) as Box<dyn Scheduler>)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(arguments: &[(&str, Value)]) -> Vec<String> {
        let args = arguments.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
        let mut errors = Errors::default();
        let object = Object { args: args.collect(), ..Object::default() };
        let made = make(&object, &mut errors);
        assert_eq!(made.is_some(), errors.errors.is_empty());
        errors.errors.into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn the_timer_is_positive() {
        let with = |timer: Value| {
            told(&[
                ("name", "p".into()),
                ("builderNames", Value::List(vec!["b".into()])),
                ("periodicBuildTimer", timer),
            ])
        };
        assert_eq!(with(Value::Int(10)), [""; 0]);
        assert_eq!(with(Value::Float(0.5)), [""; 0]);
        assert_eq!(with(Value::Int(0)), ["periodicBuildTimer must be positive"]);
        assert_eq!(with(Value::Int(-1)), ["periodicBuildTimer must be positive"]);
        assert_eq!(with(Value::Float(f64::NAN)), ["periodicBuildTimer must be positive"]);
        assert_eq!(with(Value::Float(f64::INFINITY)), [""; 0]);
        assert_eq!(with("x".into()).len(), 1);
    }
}
