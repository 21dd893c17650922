//! When the next time is, and what is due then: pure functions of the past, the present and the time zone's offset.

use ferrobot_config::{ConfigClass, Errors, Place, Value};
use ferrobot_model::ChangeId;

use crate::cron::Cron;

/// The fields of cron, and those of the times at which a build is made even without an important change.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.schedulers.timed", name = "NightlyBase", rename_all = "camelCase")]
pub(crate) struct NightlyArguments {
    /// Minute of the hour: a number, a list of numbers, or cron's notation.
    #[config(default = 0)]
    minute: Value,
    /// Hour of the day.
    #[config(default = "*")]
    hour: Value,
    /// Day of the month.
    #[config(default = "*")]
    day_of_month: Value,
    /// Month: a number, or a name of three letters.
    #[config(default = "*")]
    month: Value,
    /// Day of the week: a number (Monday is 0), or a name of three letters.
    #[config(default = "*")]
    day_of_week: Value,
    /// With `onlyIfChanged`: minute at which a build is made in any case.
    #[config(name = "force_at_minute")]
    force_at_minute: Value,
    /// With `onlyIfChanged`: hour at which a build is made in any case.
    #[config(name = "force_at_hour")]
    force_at_hour: Value,
    /// With `onlyIfChanged`: day of the month on which a build is made in any case.
    #[config(name = "force_at_day_of_month")]
    force_at_day_of_month: Value,
    /// With `onlyIfChanged`: month in which a build is made in any case.
    #[config(name = "force_at_month")]
    force_at_month: Value,
    /// With `onlyIfChanged`: day of the week on which a build is made in any case.
    #[config(name = "force_at_day_of_week")]
    force_at_day_of_week: Value,
}

/// A rhythm.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Calendar {
    /// Seconds from one time to the next.
    Every(f64),
    /// Times as cron writes them; `forced` are those at which the lack of important changes does not matter.
    Cron { times: Box<Cron>, forced: Option<Box<Cron>> },
}

impl Calendar {
    /// Reads cron's fields.
    pub(crate) fn nightly(arguments: &NightlyArguments, place: &Place, errors: &mut Errors) -> Option<Calendar> {
        let NightlyArguments { minute, hour, day_of_month, month, day_of_week, .. } = arguments;
        let times = cron([minute, hour, day_of_month, month, day_of_week]);
        let forced = [
            &arguments.force_at_minute,
            &arguments.force_at_hour,
            &arguments.force_at_day_of_month,
            &arguments.force_at_month,
            &arguments.force_at_day_of_week,
        ];
        let (any, zero) = (Value::from("*"), Value::Int(0));
        let filled =
            [or(forced[0], &zero), or(forced[1], &any), or(forced[2], &any), or(forced[3], &any), or(forced[4], &any)];
        let forced = forced.iter().any(|field| **field != Value::None).then(|| cron(filled)).transpose();
        match (times, forced) {
            (Ok(times), Ok(forced)) => {
                if times.next_after(0.0, 0).is_none() {
                    errors.warning(place, "there is no day like this, so the scheduler never builds");
                }
                Some(Calendar::Cron { times: Box::new(times), forced: forced.map(Box::new) })
            }
            (times, forced) => {
                for error in times.err().into_iter().chain(forced.err().map(|error| format!("force_at: {error}"))) {
                    errors.error(place, error);
                }
                None
            }
        }
    }

    /// The next time, never in the past; `None`: there is none.
    pub(crate) fn next(&self, last: Option<f64>, now: f64, utc_offset: impl Fn(f64) -> i64) -> Option<f64> {
        let next = match self {
            Calendar::Every(seconds) => last.map_or(now, |last| last + seconds),
            Calendar::Cron { times, .. } => {
                // The offset of the last time holds until the next, as in Buildbot: on the night when the clocks change
                // the build starts an hour off.
                let from = last.filter(|last| *last != 0.0).unwrap_or(now);
                times.next_after(from, utc_offset(from))? as f64
            }
        };
        Some(next.max(now))
    }

    /// Whether this is a time at which to build in any case.
    pub(crate) fn is_forced_at(&self, at: f64, utc_offset: impl Fn(f64) -> i64) -> bool {
        match self {
            Calendar::Cron { forced: Some(forced), .. } => forced.matches(at, utc_offset(at)),
            Calendar::Every(_) | Calendar::Cron { forced: None, .. } => false,
        }
    }
}

fn or<'a>(value: &'a Value, default: &'a Value) -> &'a Value {
    if *value == Value::None { default } else { value }
}

fn cron([minute, hour, day, month, weekday]: [&Value; 5]) -> Result<Cron, String> {
    let [minute, hour, day, month] =
        [field("minute", minute)?, field("hour", hour)?, field("dayOfMonth", day)?, field("month", month)?];
    let weekday = from_monday(&field("dayOfWeek", weekday)?);
    Cron::parse([&minute, &hour, &day, &month, &weekday])
}

/// A number, text, or a list of them, as cron writes it.
fn field(name: &str, value: &Value) -> Result<String, String> {
    match value {
        Value::Int(number) => Ok(number.to_string()),
        Value::Str(text) => Ok(text.clone()),
        Value::List(items) | Value::Tuple(items) => {
            let items: Result<Vec<String>, String> = items.iter().map(|item| field(name, item)).collect();
            Ok(items?.join(","))
        }
        other => Err(format!("{name} must be a number, a list of numbers or a string, not {}", other.type_name())),
    }
}

/// Buildbot counts single days from Monday, cron from Sunday; what is no plain number stays as it is.
fn from_monday(text: &str) -> String {
    let day = |item: &str| match item.trim().parse::<i64>() {
        Ok(day) => (day + 1).rem_euclid(7).to_string(),
        Err(_) => item.to_owned(),
    };
    text.split(',').map(day).collect::<Vec<_>>().join(",")
}

/// Seconds that the machine's time zone was east of UTC at a time.
pub(crate) fn utc_offset(at: f64) -> i64 {
    use chrono::{Local, Offset, TimeZone};
    let local = Local.timestamp_opt(at.floor() as i64, 0).single();
    local.map_or(0, |local| i64::from(local.offset().fix().local_minus_utc()))
}

/// What decides whether a time is used.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules {
    pub(crate) only_if_changed: bool,
    /// `onlyIfChanged` when the scheduler built last.
    pub(crate) last_only_if_changed: bool,
    pub(crate) first_build: bool,
    pub(crate) forced_now: bool,
}

/// What to do.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Due {
    /// Nothing: no important change has come.
    Skip,
    /// Build these changes, in their order.
    Changes(Vec<ChangeId>),
    /// Build whatever is newest.
    Latest,
}

impl Rules {
    /// `classified`: the changes since the last build, with their importance.
    pub(crate) fn decide(self, classified: &[(ChangeId, bool)]) -> Due {
        let nothing_new = !classified.iter().any(|(_, important)| *important);
        let may_skip = self.only_if_changed && self.last_only_if_changed && !self.first_build && !self.forced_now;
        if may_skip && nothing_new {
            return Due::Skip;
        }
        let mut ids: Vec<ChangeId> = classified.iter().map(|(id, _)| *id).collect();
        ids.sort_unstable();
        if ids.is_empty() { Due::Latest } else { Due::Changes(ids) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn arguments(given: &[(&str, Value)]) -> NightlyArguments {
        let object = ferrobot_config::Object {
            args: given.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            ..ferrobot_config::Object::default()
        };
        NightlyArguments::from_object(&object, &mut Errors::default()).unwrap()
    }

    fn nightly(given: &[(&str, Value)]) -> Result<Calendar, Vec<String>> {
        let mut errors = Errors::default();
        Calendar::nightly(&arguments(given), &Place::default(), &mut errors)
            .ok_or_else(|| errors.errors.into_iter().map(|error| error.message).collect())
    }

    fn numbers(items: &[i64]) -> Value {
        Value::List(items.iter().map(|item| Value::Int(*item)).collect())
    }

    /// 2024-02-27 10:20:30 UTC, a Tuesday.
    const TUESDAY: f64 = 1_709_029_230.0;
    const DAY: f64 = 86_400.0;
    const MIDNIGHT: f64 = 1_708_992_000.0;

    #[test]
    fn fields_in_all_their_forms() {
        let at = |given: &[(&str, Value)]| nightly(given).unwrap().next(None, TUESDAY, |_| 0).unwrap();
        let hour = 3_600.0;
        assert_eq!(at(&[]), MIDNIGHT + 11.0 * hour);
        assert_eq!(at(&[("hour", Value::Int(3))]), MIDNIGHT + DAY + 3.0 * hour);
        assert_eq!(at(&[("minute", numbers(&[21, 40]))]), MIDNIGHT + 10.0 * hour + 21.0 * 60.0);
        assert_eq!(at(&[("minute", "*/25".into())]), MIDNIGHT + 10.0 * hour + 25.0 * 60.0);
        // Single days count from Monday: 2 is Wednesday, 6 and "6" are Sunday.
        assert_eq!(at(&[("hour", Value::Int(0)), ("dayOfWeek", Value::Int(2))]), MIDNIGHT + DAY);
        assert_eq!(at(&[("hour", Value::Int(0)), ("dayOfWeek", Value::Int(6))]), MIDNIGHT + 5.0 * DAY);
        assert_eq!(at(&[("hour", Value::Int(0)), ("dayOfWeek", "6,mon".into())]), MIDNIGHT + 5.0 * DAY);
        assert_eq!(at(&[("hour", Value::Int(0)), ("dayOfWeek", numbers(&[0, 6]))]), MIDNIGHT + 5.0 * DAY);
        // A range of days is cron's own and counts from Sunday.
        assert_eq!(at(&[("hour", Value::Int(0)), ("dayOfWeek", "4-5".into())]), MIDNIGHT + 2.0 * DAY);
    }

    #[test]
    fn faults_of_fields() {
        assert_eq!(
            nightly(&[("hour", Value::Int(24))]).unwrap_err(),
            ["hour: '24' is not acceptable: 24 is out of range, 0 to 23"]
        );
        assert_eq!(
            nightly(&[("minute", Value::None), ("force_at_hour", "x".into())]).unwrap_err(),
            [
                "minute must be a number, a list of numbers or a string, not NoneType",
                "force_at: hour: 'x' is not acceptable: 'x' is not a number"
            ]
        );
    }

    #[test]
    fn days_that_never_come_are_told() {
        let given = [("dayOfMonth", Value::Int(31)), ("month", Value::Int(2))];
        let mut errors = Errors::default();
        let calendar = Calendar::nightly(&arguments(&given), &Place::default(), &mut errors).unwrap();
        assert_eq!(calendar.next(None, TUESDAY, |_| 0), None);
        assert_eq!(errors.warnings[0].message, "there is no day like this, so the scheduler never builds");
    }

    #[test]
    fn forced_times() {
        let calendar = nightly(&[("force_at_hour", Value::Int(11))]).unwrap();
        assert!(calendar.is_forced_at(MIDNIGHT + 11.0 * 3_600.0 + 3.5, |_| 0));
        assert!(!calendar.is_forced_at(MIDNIGHT + 12.0 * 3_600.0, |_| 0));
        assert!(!calendar.is_forced_at(MIDNIGHT + 11.0 * 3_600.0, |_| 3_600));
        assert!(!nightly(&[]).unwrap().is_forced_at(MIDNIGHT, |_| 0));
        assert!(!Calendar::Every(1.0).is_forced_at(MIDNIGHT, |_| 0));
    }

    #[test]
    fn missed_times_are_due_at_once() {
        let every = Calendar::Every(60.0);
        assert_eq!(every.next(None, 100.0, |_| 0), Some(100.0));
        assert_eq!(every.next(Some(90.0), 100.0, |_| 0), Some(150.0));
        assert_eq!(every.next(Some(10.0), 100.0, |_| 0), Some(100.0));
        let nightly = nightly(&[("hour", Value::Int(3))]).unwrap();
        assert_eq!(nightly.next(Some(TUESDAY - 3.0 * DAY), TUESDAY, |_| 0), Some(TUESDAY));
    }

    #[test]
    fn the_offset_of_the_last_time_holds() {
        let nightly = nightly(&[("hour", Value::Int(3))]).unwrap();
        // 2024-03-31 02:00 CET the clocks of Europe go forward: 03:00 with the offset of the night before is 04:00.
        let change = 1_711_846_800.0;
        let offset = |at: f64| if at < change { 3_600 } else { 7_200 };
        let saturday = 1_711_764_000.0;
        let sunday = nightly.next(Some(saturday), saturday, offset).unwrap();
        assert_eq!(sunday, saturday + DAY);
        assert_eq!(nightly.next(Some(sunday), sunday, offset), Some(sunday + DAY - 3_600.0));
    }

    #[test]
    fn when_nothing_changed() {
        let (old, new) = (ChangeId(3), ChangeId(8));
        let rules = Rules { only_if_changed: true, last_only_if_changed: true, first_build: false, forced_now: false };
        let cases = [
            (rules, vec![], Due::Skip),
            (rules, vec![(old, false)], Due::Skip),
            (rules, vec![(new, true), (old, false)], Due::Changes(vec![old, new])),
            (Rules { first_build: true, ..rules }, vec![], Due::Latest),
            (Rules { last_only_if_changed: false, ..rules }, vec![], Due::Latest),
            (Rules { forced_now: true, ..rules }, vec![(old, false)], Due::Changes(vec![old])),
            (Rules { only_if_changed: false, ..rules }, vec![], Due::Latest),
            (Rules { only_if_changed: false, ..rules }, vec![(old, false)], Due::Changes(vec![old])),
        ];
        for (rules, classified, expected) in cases {
            assert_eq!(rules.decide(&classified), expected, "{rules:?} {classified:?}");
        }
    }

    proptest! {
        #[test]
        fn the_next_time_is_never_in_the_past(
            last in proptest::option::of(0.0..4e9), now in 0.0..4e9, every in 0.1..1e6, hour in 0i64..24,
        ) {
            let calendars = [Calendar::Every(every), nightly(&[("hour", Value::Int(hour))]).unwrap()];
            for calendar in calendars {
                let next = calendar.next(last, now, |_| 3_600).unwrap();
                prop_assert!(next >= now);
                if let Some(last) = last {
                    prop_assert!(next > last || next == now);
                }
            }
        }
    }
}
