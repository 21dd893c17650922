//! Report generators: what a reporter tells when (manual section "Report Generators").

use crate::{ConfigClass, Errors, Object, Place, Value};

/// Words of `mode`.
const MODES: &[&str] = &["failing", "passing", "problem", "change", "warnings", "exception", "cancelled"];

/// Which builds a generator looks at.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.reporters.generators.utils", name = "BuildStatusGeneratorMixin", check = Picked::check)]
pub(crate) struct Picked {
    /// Only builds of builders with one of these tags.
    #[config(positional)]
    tags: Value,
    /// Only builds of these builders.
    #[config(positional)]
    builders: Value,
    /// Only builds of these schedulers.
    #[config(positional)]
    schedulers: Value,
    /// Only builds of these branches.
    #[config(positional)]
    branches: Value,
}

impl Picked {
    fn check(&self, object: &Object, errors: &mut Errors) {
        let place = &object.place;
        let all = [
            ("tags", &self.tags),
            ("builders", &self.builders),
            ("schedulers", &self.schedulers),
            ("branches", &self.branches),
        ];
        for (name, value) in all {
            if !matches!(value, Value::None | Value::List(_) | Value::Tuple(_)) {
                errors.error(place, format!("{name} must be a list or None"));
            }
        }
        if self.tags.is_truthy() && self.builders.is_truthy() {
            errors.error(place, "Please specify only builders or tags to include - not both.");
        }
    }
}

/// `all`, or one or several of the words.
fn check_mode(mode: &Value, place: &Place, errors: &mut Errors) {
    let items = match mode {
        Value::None => return,
        Value::Str(word) if word == "all" => return,
        Value::List(items) | Value::Tuple(items) => items.as_slice(),
        other => std::slice::from_ref(other),
    };
    for item in items {
        match item.as_str() {
            Some("all") => {
                errors
                    .error(place, "mode 'all' is not valid in an iterator and must be passed in as a separate string");
            }
            Some(word) if MODES.contains(&word) => {}
            Some(word) => errors.error(place, format!("mode {word} is not a valid mode")),
            None => {
                errors.error(place, format!("mode must be a string or a list of strings, not {}", item.type_name()))
            }
        }
    }
}

/// Tells of builds that have ended.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.reporters.generators.build", check = BuildStatusGenerator::check)]
#[expect(dead_code, reason = "checked here and used by nobody yet")]
pub(crate) struct BuildStatusGenerator {
    /// Which results are told: `all`, or some of `failing`, `passing`, `problem`, `change`, `warnings`, `exception`, `cancelled`.
    #[config(positional, default = ("failing", "passing", "warnings"))]
    mode: Value,
    /// Which builds.
    #[config(flatten)]
    picked: Picked,
    /// Whether logs are added; use the formatter's `want_logs_content`.
    #[config(positional)]
    add_logs: Value,
    /// Whether patches are added.
    #[config(positional, default = false)]
    add_patch: Value,
    /// Whether the beginning of a build is told, too.
    #[config(positional, default = false)]
    report_new: Value,
    /// How it is told.
    #[config(positional)]
    message_formatter: Value,
}

impl BuildStatusGenerator {
    fn check(&self, object: &Object, errors: &mut Errors) {
        check_mode(&self.mode, &object.place, errors);
    }
}

/// Tells of builds that begin and that end.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.reporters.generators.build")]
#[expect(dead_code, reason = "checked here and used by nobody yet")]
pub(crate) struct BuildStartEndStatusGenerator {
    /// Which builds.
    #[config(flatten)]
    picked: Picked,
    /// Whether logs are added; use the formatter's `want_logs_content`.
    #[config(positional)]
    add_logs: Value,
    /// Whether patches are added.
    #[config(positional, default = false)]
    add_patch: Value,
    /// How the beginning is told.
    #[config(positional)]
    start_formatter: Value,
    /// How the end is told.
    #[config(positional)]
    end_formatter: Value,
}

/// Tells of buildsets that are complete, each build by itself.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.reporters.generators.buildset", check = BuildSetStatusGenerator::check)]
#[expect(dead_code, reason = "checked here and used by nobody yet")]
pub(crate) struct BuildSetStatusGenerator {
    /// Which results are told, as for a build.
    #[config(positional, default = ("failing", "passing", "warnings"))]
    mode: Value,
    /// Which builds.
    #[config(flatten)]
    picked: Picked,
    /// The subject of the message.
    #[config(positional)]
    subject: Value,
    /// Whether logs are added; use the formatter's `want_logs_content`.
    #[config(positional)]
    add_logs: Value,
    /// Whether patches are added.
    #[config(positional, default = false)]
    add_patch: Value,
    /// How it is told.
    #[config(positional)]
    message_formatter: Value,
}

impl BuildSetStatusGenerator {
    fn check(&self, object: &Object, errors: &mut Errors) {
        check_mode(&self.mode, &object.place, errors);
    }
}

/// Tells of buildsets that are complete, in one message.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.reporters.generators.buildset")]
#[expect(dead_code, reason = "checked here and used by nobody yet")]
pub(crate) struct BuildSetCombinedStatusGenerator {
    /// How it is told.
    #[config(positional, required)]
    message_formatter: Value,
}

/// Tells of build requests that wait.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.reporters.generators.buildrequest")]
#[expect(dead_code, reason = "checked here and used by nobody yet")]
pub(crate) struct BuildRequestGenerator {
    /// Which requests.
    #[config(flatten)]
    picked: Picked,
    /// Whether patches are added.
    #[config(positional, default = false)]
    add_patch: Value,
    /// How it is told.
    #[config(positional)]
    formatter: Value,
}

/// Tells of workers that stay away.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.reporters.generators.worker", check = WorkerMissingGenerator::check)]
pub struct WorkerMissingGenerator {
    /// Which workers: `all`, or a list of names.
    #[config(positional, default = "all")]
    pub workers: Value,
    /// How it is told.
    #[config(positional)]
    pub message_formatter: Value,
}

impl WorkerMissingGenerator {
    fn check(&self, object: &Object, errors: &mut Errors) {
        if self.workers.as_list().is_none() && self.workers.as_str() != Some("all") {
            errors.error(&object.place, "workers must be 'all', or list of worker names");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn generator(class: &str, args: &[(&str, Value)]) -> Value {
        Value::Object(Arc::new(Object {
            class: format!("buildbot.reporters.generators.{class}"),
            args: args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
            ..Object::default()
        }))
    }

    #[test]
    fn faults_of_reporters_and_generators_are_buildbots() {
        let words = |words: &[&str]| Value::Tuple(words.iter().map(|word| Value::from(*word)).collect());
        let build = |name, value| generator("build.BuildStatusGenerator", &[(name, value)]);
        let both = [("tags", words(&["x"])), ("builders", words(&["y"]))];
        type Arguments = Vec<(&'static str, Value)>;
        let cases: Vec<(Arguments, Vec<&str>)> = vec![
            (vec![], vec!["MailNotifier: parameter 'fromaddr' is required"]),
            (vec![("fromaddr", "not an address".into())], vec![]),
            (vec![("extraRecipients", "a@b.c".into())], vec!["extraRecipients must be a list or tuple"]),
            (
                vec![("extraRecipients", words(&["a@b.c", "A <a@b.c>", "x y@z", "nota"]))],
                vec!["extra recipient x y@z is not a valid email", "extra recipient nota is not a valid email"],
            ),
            (vec![("extraHeaders", "x".into())], vec!["extraHeaders must be a dictionary"]),
            (vec![("generators", "x".into())], vec!["MailNotifier: generators argument must be a list"]),
            (vec![("generators", words(&["x"]))], vec!["MailNotifier: a str is not a generator"]),
            (vec![("generators", Value::List(vec![build("mode", "all".into())]))], vec![]),
            (vec![("generators", Value::List(vec![build("mode", words(MODES))]))], vec![]),
            (
                vec![("generators", Value::List(vec![build("mode", "sometimes".into())]))],
                vec!["mode sometimes is not a valid mode"],
            ),
            (
                vec![("generators", Value::List(vec![build("mode", words(&["all"]))]))],
                vec!["mode 'all' is not valid in an iterator and must be passed in as a separate string"],
            ),
            (
                vec![("generators", Value::List(vec![generator("build.BuildStartEndStatusGenerator", &both)]))],
                vec!["Please specify only builders or tags to include - not both."],
            ),
            (
                vec![("generators", Value::List(vec![build("branches", "x".into()), build("tags", "x".into())]))],
                vec!["branches must be a list or None", "tags must be a list or None"],
            ),
            (
                vec![(
                    "generators",
                    Value::List(vec![generator("worker.WorkerMissingGenerator", &[("workers", "w1".into())])]),
                )],
                vec!["workers must be 'all', or list of worker names"],
            ),
        ];
        for (args, expected) in cases {
            let mut object = Object { class: "buildbot.reporters.mail.MailNotifier".to_owned(), ..Object::default() };
            if !args.is_empty() {
                object.args.insert("fromaddr".to_owned(), "ci@example.org".into());
            }
            object.args.extend(args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            let mut errors = Errors::default();
            super::super::check(&object, &mut errors);
            let told: Vec<&str> = errors.errors.iter().map(|error| error.message.as_str()).collect();
            assert_eq!(told, expected, "{args:?}");
        }
    }
}
