//! `Nightly`: builds at times as cron writes them.

use ferrobot_config::{ConfigClass, Errors, Object, Value};
use ferrobot_engine::Scheduler;

use crate::arguments::SchedulerArguments;
use crate::timed::{Calendar, NightlyArguments, Timed, TimedArguments};

/// Builds at certain times, local time.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.schedulers.timed",
    base = "buildbot.schedulers.base.ReconfigurableBaseScheduler",
    rename_all = "camelCase"
)]
pub(crate) struct Nightly {
    /// Unique name.
    #[config(positional)]
    #[expect(dead_code, reason = "the engine knows it")]
    name: String,
    /// Names of the builders to build on.
    #[config(positional, renderable, required)]
    builder_names: Value,
    #[config(flatten)]
    nightly: NightlyArguments,
    #[config(flatten, defaults(reason = "The Nightly scheduler named '%(name)s' triggered this build"))]
    timed: TimedArguments,
    #[config(flatten)]
    scheduler: SchedulerArguments,
}

/// Makes one.
pub(crate) fn make(object: &Object, errors: &mut Errors) -> Option<Box<dyn Scheduler>> {
    let before = errors.errors.len();
    let Nightly { builder_names, nightly, timed, scheduler, .. } = Nightly::from_object(object, errors)?;
    let calendar = Calendar::nightly(&nightly, &object.place, errors).unwrap_or(Calendar::Every(1.0));
    let made = Timed::read(object, &builder_names, &timed, &scheduler, calendar, errors);
    (errors.errors.len() == before).then(|| Box::new(made) as Box<dyn Scheduler>)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_of_all_parts_are_told_at_once() {
        let args = [
            ("name", Value::from("n")),
            ("builderNames", "b".into()),
            ("hour", "25".into()),
            ("fileIsImportant", "x".into()),
            ("codebases", Value::Int(1)),
        ];
        let object = Object {
            args: args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
            ..Object::default()
        };
        let mut errors = Errors::default();
        assert!(make(&object, &mut errors).is_none());
        let told: Vec<&str> = errors.errors.iter().map(|error| error.message.as_str()).collect();
        assert_eq!(told[0], "hour: '25' is not acceptable: 25 is out of range, 0 to 23");
        assert!(told[1].contains("builderNames"));
        assert_eq!(told[2], "Codebases must be a dict of dicts, or list of strings");
        assert_eq!(told[3], "fileIsImportant must be a callable");
    }
}
