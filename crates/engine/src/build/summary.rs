//! What a step and a build say of themselves. Pure.

use ferrobot_config::Value;
use ferrobot_model::Results;

use super::Stop;
use crate::{StepCommon, Summary};

/// Words of a description: text, or a list of texts.
pub(crate) fn join_words(value: &Value) -> Option<String> {
    match value {
        Value::None => None,
        Value::Str(text) => Some(text.clone()),
        Value::List(items) | Value::Tuple(items) => {
            Some(items.iter().filter_map(join_words).collect::<Vec<_>>().join(" "))
        }
        other => other.to_json().map(|json| json.to_string()),
    }
}

/// The rendered parts of a step's description.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Descriptions {
    pub(crate) running: Option<String>,
    pub(crate) done: Option<String>,
    pub(crate) suffix: Option<String>,
}

impl Descriptions {
    fn with_suffix(&self, text: String) -> String {
        match &self.suffix {
            Some(suffix) => format!("{text} {suffix}"),
            None => text,
        }
    }
}

/// What a running step shows.
pub(crate) fn running_text(descriptions: &Descriptions, summary: Summary) -> String {
    match &descriptions.running {
        Some(text) => descriptions.with_suffix(text.clone()),
        None => summary.step.unwrap_or_else(|| "running".to_owned()),
    }
}

/// What a finished step shows. `ending` follows the text; `None` is the result, where it is not success.
pub(crate) fn step_text(
    descriptions: &Descriptions,
    summary: &Summary,
    results: Results,
    ending: Option<String>,
) -> String {
    let text = match descriptions.done.as_ref().or(descriptions.running.as_ref()) {
        Some(text) => descriptions.with_suffix(text.clone()),
        None => summary.step.clone().unwrap_or_else(|| "finished".to_owned()),
    };
    let ending = ending.unwrap_or_else(|| match results {
        Results::Success => String::new(),
        other => format!(" ({other})"),
    });
    text + &ending
}

/// What a finished step adds to its build's text.
pub(crate) fn part_of_build_text(
    common: &StepCommon,
    summary: Summary,
    step_text: &str,
    results: Results,
) -> Option<String> {
    let text = summary.build.or_else(|| speaks_for_build(common, results).then(|| step_text.to_owned()));
    text.filter(|text| !text.is_empty())
}

/// `updateBuildSummaryPolicy`, or what follows from the flags.
fn speaks_for_build(common: &StepCommon, results: Results) -> bool {
    match &common.update_build_summary_policy {
        Value::Bool(always) => *always,
        Value::List(codes) | Value::Tuple(codes) => codes.contains(&Value::Int(results.code())),
        _ => match results {
            Results::Exception | Results::Retry | Results::Cancelled => true,
            Results::Failure => common.halt_on_failure || common.flunk_on_failure || common.warn_on_failure,
            Results::Warnings => common.warn_on_warnings || common.flunk_on_warnings,
            Results::Success | Results::Skipped => false,
        },
    }
}

/// What a finished build shows: its result, why it was stopped, and what its steps say.
pub(crate) fn build_text(results: Results, stop: Option<&Stop>, steps: &[String]) -> String {
    let result = match results {
        Results::Success | Results::Skipped => "build successful",
        Results::Warnings => "warnings",
        Results::Failure => "failed",
        Results::Exception => "exception",
        Results::Retry => "retry",
        Results::Cancelled => "cancelled",
    };
    let stopped = match stop {
        None => None,
        Some(Stop::Asked { reason, .. }) => Some(format!("({reason})")),
        Some(Stop::WorkerLost(_)) => Some("lost connection".to_owned()),
        Some(stop @ Stop::MasterEnds) => Some(format!("({})", stop.reason())),
    };
    std::iter::once(result.to_owned()).chain(stopped).chain(steps.iter().cloned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use ferrobot_config::{ConfigClass, Errors, Object};

    use super::*;

    fn common(flags: &[&str]) -> StepCommon {
        let args = flags.iter().map(|flag| {
            let (name, value) = flag.strip_prefix('!').map_or((*flag, true), |name| (name, false));
            (name.to_owned(), Value::Bool(value))
        });
        let object = Object { args: args.collect(), ..Object::default() };
        StepCommon::from_object(&object, &mut Errors::default()).unwrap()
    }

    fn says(step: &str) -> Summary {
        Summary { step: Some(step.to_owned()), ..Summary::default() }
    }

    #[test]
    fn texts_are_those_of_the_recorded_builds() {
        let described = Descriptions {
            running: Some("long describing".to_owned()),
            done: Some("has done".to_owned()),
            suffix: Some("the end".to_owned()),
        };
        let plain = Descriptions::default();
        let done = |descriptions, summary, results, ending: Option<&str>| {
            step_text(descriptions, summary, results, ending.map(str::to_owned))
        };
        let shell = says("'sh -c ...'");
        assert_eq!(done(&plain, &shell, Results::Success, None), "'sh -c ...'");
        assert_eq!(done(&plain, &shell, Results::Failure, None), "'sh -c ...' (failure)");
        assert_eq!(done(&plain, &shell, Results::Skipped, None), "'sh -c ...' (skipped)");
        assert_eq!(
            done(&plain, &shell, Results::Failure, Some(" (failure) (timed out)")),
            "'sh -c ...' (failure) (timed out)"
        );
        assert_eq!(done(&described, &shell, Results::Failure, None), "has done the end (failure)");
        assert_eq!(running_text(&described, shell.clone()), "long describing the end");
        assert_eq!(done(&plain, &Summary::default(), Results::Exception, None), "finished (exception)");
        assert_eq!(running_text(&plain, Summary::default()), "running");
    }

    #[test]
    fn the_policy_says_which_steps_speak_for_the_build() {
        let cases = [
            (vec![], Results::Failure, true),
            (vec!["!flunkOnFailure"], Results::Failure, false),
            (vec!["!flunkOnFailure", "warnOnFailure"], Results::Failure, true),
            (vec!["!flunkOnFailure", "haltOnFailure"], Results::Failure, true),
            (vec![], Results::Warnings, false),
            (vec!["warnOnWarnings"], Results::Warnings, true),
            (vec!["flunkOnWarnings"], Results::Warnings, true),
            (vec![], Results::Exception, true),
            (vec![], Results::Success, false),
            (vec!["updateBuildSummaryPolicy"], Results::Success, true),
            (vec!["!updateBuildSummaryPolicy"], Results::Exception, false),
        ];
        for (flags, results, expected) in cases {
            assert_eq!(speaks_for_build(&common(&flags), results), expected, "{flags:?} {results}");
        }
        let explicit = Summary { build: Some("modern".to_owned()), ..Summary::default() };
        let part = part_of_build_text(&common(&[]), explicit, "step", Results::Success);
        assert_eq!(part.as_deref(), Some("modern"), "what a step says of the build is always taken");
        let silent = Summary { build: Some(String::new()), ..Summary::default() };
        assert_eq!(part_of_build_text(&common(&[]), silent, "step", Results::Exception), None);
    }

    #[test]
    fn build_texts_are_those_of_the_recorded_builds() {
        let asked = Stop::Asked { reason: "enough is enough".to_owned(), results: Results::Cancelled };
        let lost = Stop::WorkerLost("reset".to_owned());
        let steps = |text: &str| vec![text.to_owned()];
        let cases = [
            (Results::Success, None, vec![], "build successful"),
            (Results::Skipped, None, vec![], "build successful"),
            (Results::Failure, None, steps("'sh' (failure)"), "failed 'sh' (failure)"),
            (Results::Warnings, None, vec![], "warnings"),
            (
                Results::Cancelled,
                Some(&asked),
                steps("'x' (cancelled)"),
                "cancelled (enough is enough) 'x' (cancelled)",
            ),
            (Results::Retry, Some(&lost), steps("'x' (retry)"), "retry lost connection 'x' (retry)"),
        ];
        for (results, stop, steps, expected) in cases {
            assert_eq!(build_text(results, stop, &steps), expected);
        }
    }
}
