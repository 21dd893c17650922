//! What a Trigger step says of itself. Pure.

use ferrobot_model::Results;

/// `triggered a, b, 2 successes, 1 failure`
pub(super) fn triggered(schedulers: &[&str], results: &[Results]) -> String {
    let mut text = format!("triggered {}", schedulers.join(", "));
    for result in Results::ALL {
        let count = results.iter().filter(|other| **other == result).count();
        match count {
            0 => {}
            1 => text.push_str(&format!(", 1 {result}")),
            many => text.push_str(&format!(", {many} {}", plural(result))),
        }
    }
    text
}

fn plural(results: Results) -> &'static str {
    match results {
        Results::Success => "successes",
        Results::Warnings => "warnings",
        Results::Failure => "failures",
        Results::Skipped => "skipped",
        Results::Exception => "exceptions",
        Results::Retry => "retries",
        Results::Cancelled => "cancelled",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_counted_in_the_order_of_their_codes() {
        use Results::{Exception, Failure, Success, Warnings};
        let cases: [(&[&str], &[Results], &str); 4] = [
            (&["nt"], &[], "triggered nt"),
            (&["t-child"], &[Success], "triggered t-child, 1 success"),
            (&["a", "b", "a"], &[Failure, Success, Success], "triggered a, b, a, 2 successes, 1 failure"),
            (&["a"], &[Exception, Warnings, Exception], "triggered a, 1 warnings, 2 exceptions"),
        ];
        for (schedulers, results, expected) in cases {
            assert_eq!(triggered(schedulers, results), expected);
        }
    }
}
