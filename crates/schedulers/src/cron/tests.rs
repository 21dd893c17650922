use proptest::prelude::*;

use super::*;

/// Lines of `expression|after|utc offset|next times or !`, recorded from `croniter` 7.0.0 (see the head of the file).
const RECORDED: &str = include_str!("recorded.txt");

fn parse(line: &str) -> Result<Cron, String> {
    let fields: Vec<&str> = line.split(' ').collect();
    Cron::parse(fields.try_into().expect("five fields"))
}

#[test]
fn finds_the_times_that_croniter_finds() {
    let mut seen = 0;
    for line in RECORDED.lines().filter(|line| !line.starts_with("//")) {
        let [expression, after, offset, expected] =
            line.split('|').collect::<Vec<_>>().try_into().expect("four columns");
        let offset: i64 = offset.parse().unwrap();
        let mut at: f64 = after.parse().unwrap();
        let cron = parse(expression);
        if expected == "!" {
            assert!(cron.is_err(), "{expression} should be refused");
        } else if expected == "never" {
            assert_eq!(cron.unwrap().next_after(at, offset), None, "{line}");
        } else {
            let cron = cron.unwrap_or_else(|error| panic!("{line}: {error}"));
            for next in expected.split(' ') {
                let next: i64 = next.parse().unwrap();
                assert_eq!(cron.next_after(at, offset), Some(next), "{line} after {at}");
                assert!(cron.matches(next as f64 + 59.9, offset), "{line} matches {next}");
                at = next as f64;
            }
        }
        seen += 1;
    }
    assert!(seen > 1000, "the table is there");
}

#[test]
fn a_refusal_names_the_field_and_the_fault() {
    let cases = [
        ("60 * * * *", "minute: '60' is not acceptable: 60 is out of range, 0 to 59"),
        ("0 x * * *", "hour: 'x' is not acceptable: 'x' is not a number"),
        ("0 0 * foo *", "month: 'foo' is not acceptable: 'foo' is not a number"),
        ("*/0 * * * *", "minute: '*/0' is not acceptable: the step must be a positive number"),
        ("0 0 * * 1#6", "dayOfWeek: '1#6' is not acceptable: after # there must be a week from 1 to 5"),
    ];
    for (line, told) in cases {
        assert_eq!(parse(line).unwrap_err(), told);
    }
}

proptest! {
    #[test]
    fn the_next_time_fits_and_nothing_before_it_does(
        minute in 0u32..60, hour in 0u32..24, weekday in 0u32..7, after in 0i64..4_000_000_000, offset in -50_400i64..50_400,
    ) {
        let offset = offset / 900 * 900;
        let cron = parse(&format!("{minute} {hour} * * {weekday}")).unwrap();
        let next = cron.next_after(after as f64, offset).unwrap();
        prop_assert!(next > after && next - after <= 7 * 86_400);
        prop_assert!(cron.matches(next as f64, offset));
        prop_assert!(!cron.matches((next - 60) as f64, offset));
        prop_assert_eq!(cron.next_after((next - 1) as f64, offset), Some(next));
    }
}
