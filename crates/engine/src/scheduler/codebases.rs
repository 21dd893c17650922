//! The codebases of a scheduler: what it builds where a buildset says nothing. Pure.

use ferrobot_config::{Object, Value};
use ferrobot_data::SourceStamp;

/// Adds a source stamp for each of the scheduler's codebases that has none.
pub(crate) fn complete(object: &Object, mut given: Vec<SourceStamp>) -> Vec<SourceStamp> {
    for default in defaults(object) {
        if !given.iter().any(|stamp| stamp.codebase == default.codebase) {
            given.push(default);
        }
    }
    given
}

/// What `codebases` says; without it there is the one that has no name.
fn defaults(object: &Object) -> Vec<SourceStamp> {
    match object.args.get("codebases") {
        Some(Value::Dict(entries)) => {
            entries.iter().filter_map(|(name, settings)| Some(stamp(name.as_str()?, Some(settings)))).collect()
        }
        Some(Value::List(names) | Value::Tuple(names)) => {
            names.iter().filter_map(Value::as_str).map(|name| stamp(name, None)).collect()
        }
        _ => vec![stamp("", None)],
    }
}

fn stamp(codebase: &str, settings: Option<&Value>) -> SourceStamp {
    let text = |key: &str| settings.and_then(|settings| settings.get(key)).and_then(Value::as_str).map(str::to_owned);
    SourceStamp {
        id: None,
        branch: text("branch"),
        revision: text("revision"),
        repository: text("repository").unwrap_or_default(),
        project: text("project").unwrap_or_default(),
        codebase: codebase.to_owned(),
        patch: None,
        created_at: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(codebases: Option<Value>) -> Object {
        let args = codebases.map(|codebases| ("codebases".to_owned(), codebases)).into_iter().collect();
        Object { args, ..Object::default() }
    }

    fn shown(stamps: &[SourceStamp]) -> Vec<String> {
        stamps
            .iter()
            .map(|stamp| format!("{}@{}:{}", stamp.codebase, stamp.repository, stamp.branch.as_deref().unwrap_or("-")))
            .collect()
    }

    #[test]
    fn missing_codebases_get_the_schedulers_defaults() {
        let settings = |entries: &[(&str, &str)]| {
            Value::Dict(entries.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect())
        };
        let two = Value::Dict(vec![
            ("app".into(), settings(&[("repository", "git://app"), ("branch", "main")])),
            ("lib".into(), settings(&[("repository", "git://lib")])),
        ]);
        let given = SourceStamp { branch: Some("fix".to_owned()), ..stamp("app", None) };
        let cases = [
            (None, vec![], vec!["@:-"]),
            (Some(two.clone()), vec![], vec!["app@git://app:main", "lib@git://lib:-"]),
            (Some(two), vec![given], vec!["app@:fix", "lib@git://lib:-"]),
            (Some(Value::List(vec!["a".into(), "b".into()])), vec![], vec!["a@:-", "b@:-"]),
        ];
        for (codebases, given, expected) in cases {
            assert_eq!(shown(&complete(&object(codebases), given)), expected);
        }
    }
}
