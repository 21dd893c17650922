//! Times as cron writes them, and the next one that fits: what Nightly schedulers run on.
//!
//! The dialect is that of the Python package `croniter`, which Buildbot hands these fields to; a table of its answers is
//! the test. That includes what is odd about it: `5-5` means every value, and a range that wraps around with a step
//! may continue one value further than one would count.

use chrono::{Datelike, NaiveDate, Weekday};

/// No next time within so many years means never.
const YEARS_MAX: i32 = 50;
const MINUTES_PER_DAY: i64 = 24 * 60;

/// Minute, hour, day of month, month, day of week.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Cron {
    minute: u64,
    hour: u64,
    day: Days,
    month: u64,
    weekday: Weekdays,
}

/// Days of the month.
#[derive(Debug, Clone, Default, PartialEq)]
struct Days {
    bits: u64,
    any: bool,
    /// `L`: the last day of the month.
    last: bool,
    /// `15W`: the working day nearest to that day.
    nearest: Option<u32>,
}

/// Days of the week, Sunday first.
#[derive(Debug, Clone, Default, PartialEq)]
struct Weekdays {
    bits: u64,
    any: bool,
    /// `5#2`, `L5`: only the second, only the last Friday of the month.
    nth: Vec<(u32, Nth)>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Nth {
    Week(u32),
    Last,
}

/// What a field may hold.
struct Field {
    name: &'static str,
    min: u32,
    /// The largest value; for days of the week 7, which is Sunday again.
    max: u32,
    names: &'static [&'static str],
}

const MINUTE: Field = Field { name: "minute", min: 0, max: 59, names: &[] };
const HOUR: Field = Field { name: "hour", min: 0, max: 23, names: &[] };
const DAY: Field = Field { name: "dayOfMonth", min: 1, max: 31, names: &[] };
const MONTH: Field = Field {
    name: "month",
    min: 1,
    max: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
};
const WEEKDAY: Field =
    Field { name: "dayOfWeek", min: 0, max: 7, names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"] };

impl Cron {
    /// Reads the five fields, in cron's order.
    pub(crate) fn parse(fields: [&str; 5]) -> Result<Cron, String> {
        let [minute, hour, day, month, weekday] = fields.map(str::to_ascii_lowercase);
        let (mut days, mut weekdays) = (Days::parse(&day)?, Weekdays::parse(&weekday)?);
        // Every day, spelled out, is as good as `*`, unless the other field restricts without any `*` in it.
        days.any |= days.bits == DAY.bits(1, 31, 1) && weekday.contains('*');
        weekdays.any |= weekdays.bits == WEEKDAY.bits(0, 6, 1) && day.contains('*');
        Ok(Cron {
            minute: MINUTE.values(&minute)?.0,
            hour: HOUR.values(&hour)?.0,
            day: days,
            month: MONTH.values(&month)?.0,
            weekday: weekdays,
        })
    }

    /// The first fitting time later than `after` (seconds since the epoch), in a zone that is `utc_offset` seconds east.
    pub(crate) fn next_after(&self, after: f64, utc_offset: i64) -> Option<i64> {
        let minute = (after.floor() as i64 + utc_offset).div_euclid(60) + 1;
        let (first, second) = self.cases();
        let mut next = self.next_minute(minute, &first);
        if let Some(second) = second {
            next = match (next, self.next_minute(minute, &second)) {
                (Some(first), Some(second)) => Some(first.min(second)),
                // Where a day is told by its place in the month, both fields must fit some day.
                (first, second) if self.weekday.nth.is_empty() && self.day.nearest.is_none() => first.or(second),
                _ => None,
            };
        }
        Some(next? * 60 - utc_offset)
    }

    /// Whether the minute of `at` fits.
    pub(crate) fn matches(&self, at: f64, utc_offset: i64) -> bool {
        let minute = (at.floor() as i64 + utc_offset).div_euclid(60) * 60 - utc_offset;
        self.next_after((minute - 1) as f64, utc_offset) == Some(minute)
    }

    /// When both day fields are restricted, either of them may fit.
    fn cases(&self) -> (DayRule<'_>, Option<DayRule<'_>>) {
        let both = DayRule { day: &self.day, weekday: &self.weekday, by_day: true, by_weekday: true };
        if self.day.any || self.weekday.any {
            return (both, None);
        }
        (DayRule { by_weekday: false, ..both }, Some(DayRule { by_day: false, ..both }))
    }

    /// `from` and the result count minutes since the epoch, local time.
    fn next_minute(&self, from: i64, rule: &DayRule<'_>) -> Option<i64> {
        let (first_day, first_minute) = (from.div_euclid(MINUTES_PER_DAY), from.rem_euclid(MINUTES_PER_DAY));
        let mut date = NaiveDate::from_ymd_opt(1970, 1, 1)?.checked_add_signed(chrono::Duration::days(first_day))?;
        let last_year = date.year() + YEARS_MAX;
        let mut day = first_day;
        while date.year() <= last_year {
            let earliest = if day == first_day { first_minute } else { 0 };
            if has(self.month, date.month())
                && rule.fits(date)
                && let Some(minute) = self.time_of_day(earliest)
            {
                return Some(day * MINUTES_PER_DAY + minute);
            }
            date = date.succ_opt()?;
            day += 1;
        }
        None
    }

    fn time_of_day(&self, earliest: i64) -> Option<i64> {
        (earliest..MINUTES_PER_DAY)
            .find(|minute| has(self.hour, (minute / 60) as u32) && has(self.minute, (minute % 60) as u32))
    }
}

/// Which of the two day fields count.
#[derive(Clone, Copy)]
struct DayRule<'a> {
    day: &'a Days,
    weekday: &'a Weekdays,
    by_day: bool,
    by_weekday: bool,
}

impl DayRule<'_> {
    fn fits(&self, date: NaiveDate) -> bool {
        let by_day = !self.by_day || self.day.any || self.day.fits(date);
        let by_weekday =
            !self.by_weekday || self.weekday.any || has(self.weekday.bits, date.weekday().num_days_from_sunday());
        // These narrow everything, whichever field they stand in.
        by_day && by_weekday && self.weekday.nth_fits(date) && self.day.nearest_fits(date)
    }
}

impl Days {
    fn parse(text: &str) -> Result<Days, String> {
        let day_of_w = text.strip_suffix('w').or_else(|| text.strip_prefix('w'));
        if let Some(day) = day_of_w {
            let nearest = DAY.value(day, text)?;
            return Ok(Days { nearest: Some(nearest), ..Days::default() });
        }
        let mut days = Days::default();
        for item in text.split(',') {
            match item {
                "l" => days.last = true,
                "?" => days.any = true,
                other => {
                    let (bits, any) = DAY.item(other, text)?;
                    days.bits |= bits;
                    days.any |= any;
                }
            }
        }
        Ok(days)
    }

    fn fits(&self, date: NaiveDate) -> bool {
        self.nearest.is_some() || has(self.bits, date.day()) || self.last && date.day() == last_day(date)
    }

    fn nearest_fits(&self, date: NaiveDate) -> bool {
        let Some(wanted) = self.nearest else { return true };
        let last = last_day(date);
        let wanted = wanted.min(last);
        let nearest = match date.with_day(wanted).map(|day| day.weekday()) {
            Some(Weekday::Sat) if wanted == 1 => 3,
            Some(Weekday::Sat) => wanted - 1,
            Some(Weekday::Sun) if wanted == last => wanted - 2,
            Some(Weekday::Sun) => wanted + 1,
            _ => wanted,
        };
        date.day() == nearest
    }
}

impl Weekdays {
    fn parse(text: &str) -> Result<Weekdays, String> {
        let mut weekdays = Weekdays::default();
        let mut literal = false;
        for item in text.split(',') {
            if item == "?" {
                weekdays.any = true;
            } else if let Some((day, week)) = item.split_once('#') {
                let week = week.parse().ok().filter(|week| (1..=5).contains(week));
                let week = week.ok_or_else(|| refusal(&WEEKDAY, text, "after # there must be a week from 1 to 5"))?;
                weekdays.nth.push((WEEKDAY.value(day, text)? % 7, Nth::Week(week)));
            } else if let Some(day) = item.strip_prefix('l') {
                weekdays.nth.push((WEEKDAY.value(day, text)? % 7, Nth::Last));
            } else {
                let (bits, any) = WEEKDAY.item(item, text)?;
                literal |= !any;
                weekdays.bits |= bits;
                weekdays.any |= any;
            }
        }
        if literal && !weekdays.nth.is_empty() {
            return Err(refusal(&WEEKDAY, text, "days with # or L cannot be mixed with plain days"));
        }
        for (day, _) in &weekdays.nth {
            weekdays.bits |= 1 << day;
        }
        Ok(weekdays)
    }

    fn nth_fits(&self, date: NaiveDate) -> bool {
        let weekday = date.weekday().num_days_from_sunday();
        let fits = |nth: &Nth| match nth {
            Nth::Week(week) => (date.day() - 1) / 7 + 1 == *week,
            Nth::Last => date.day() + 7 > last_day(date),
        };
        self.nth.is_empty() || self.nth.iter().any(|(day, nth)| *day == weekday && fits(nth))
    }
}

impl Field {
    /// All values of a comma-separated list, and whether one of them is `*`.
    fn values(&self, text: &str) -> Result<(u64, bool), String> {
        let mut all = (0, false);
        for item in text.split(',') {
            let (bits, any) = self.item(item, text)?;
            all = (all.0 | bits, all.1 | any);
        }
        Ok(all)
    }

    /// `*`, `5`, `mon`, `1-5`, `22-3`, any of them with `/2`.
    fn item(&self, item: &str, text: &str) -> Result<(u64, bool), String> {
        let (base, step) = match item.split_once('/') {
            None => (item, None),
            Some((base, step)) => {
                let step = number(step).filter(|step| *step > 0);
                (base, Some(step.ok_or_else(|| refusal(self, text, "the step must be a positive number"))?))
            }
        };
        let stride = step.unwrap_or(1);
        if base == "*" {
            return Ok((self.bits(self.min, self.largest(), stride), step.is_none()));
        }
        if let Some((low, high)) = base.split_once('-') {
            let (low, high) = (self.first(self.value(low, text)?), self.value(high, text)?);
            return Ok((self.range(low, high, stride), false));
        }
        let value = self.first(self.value(base, text)?);
        Ok((if step.is_some() { self.bits(value, self.largest(), stride) } else { self.bits(value, value, 1) }, false))
    }

    fn range(&self, low: u32, high: u32, step: u32) -> u64 {
        if low < high {
            return self.bits(low, high, step);
        }
        if low == high {
            return self.bits(self.min, self.max, step);
        }
        let max = self.largest();
        let last = low + (max - low) / step * step;
        let skipped = if last + step > max + 1 { step - (max - last) } else { 0 };
        self.bits(low, max, step) | self.bits(self.min + skipped, high, step)
    }

    fn bits(&self, low: u32, high: u32, step: u32) -> u64 {
        let is_weekday = self.max == WEEKDAY.max;
        (low..=high)
            .step_by(step as usize)
            .fold(0, |bits, value| bits | 1 << if is_weekday { value % 7 } else { value })
    }

    /// A value that others follow: Sunday is the first day then.
    fn first(&self, value: u32) -> u32 {
        if value > self.largest() { self.min } else { value }
    }

    /// The largest value once Sunday is counted once.
    fn largest(&self) -> u32 {
        if self.max == WEEKDAY.max { 6 } else { self.max }
    }

    fn value(&self, value: &str, text: &str) -> Result<u32, String> {
        if let Some(at) = self.names.iter().position(|name| *name == value) {
            return Ok(at as u32 + self.min);
        }
        let number = number(value).ok_or_else(|| refusal(self, text, &format!("'{value}' is not a number")))?;
        if (self.min..=self.max).contains(&number) {
            return Ok(number);
        }
        Err(refusal(self, text, &format!("{number} is out of range, {} to {}", self.min, self.max)))
    }
}

fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|_| text.bytes().all(|digit| digit.is_ascii_digit()))
}

fn refusal(field: &Field, text: &str, why: &str) -> String {
    format!("{}: '{text}' is not acceptable: {why}", field.name)
}

fn has(bits: u64, value: u32) -> bool {
    bits >> value & 1 == 1
}

fn last_day(date: NaiveDate) -> u32 {
    let (year, month) = if date.month() == 12 { (date.year() + 1, 1) } else { (date.year(), date.month() + 1) };
    NaiveDate::from_ymd_opt(year, month, 1).and_then(|first| first.pred_opt()).map_or(31, |last| last.day())
}

#[cfg(test)]
mod tests;
