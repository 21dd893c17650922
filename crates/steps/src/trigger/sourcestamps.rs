//! What the triggered builds build. Pure.

use std::collections::BTreeMap;

use ferrobot_config::Value;
use ferrobot_data::SourceStamp;
use serde_json::Value as Json;

use crate::repr::{repr, text};

/// Source stamps of the configuration, each for another codebase, sorted by it.
pub(super) fn given(dicts: &[Value]) -> Result<Vec<SourceStamp>, String> {
    let mut stamps = BTreeMap::new();
    for dict in dicts {
        let stamp = read(dict)?;
        if stamps.insert(stamp.codebase.clone(), stamp).is_some() {
            return Err("AssertionError: codebase specified multiple times".to_owned());
        }
    }
    Ok(stamps.into_values().collect())
}

fn read(dict: &Value) -> Result<SourceStamp, String> {
    if !matches!(dict, Value::Dict(_)) {
        return Err(format!("a source stamp must be a dict, but it is {}", repr(dict)));
    }
    let optional = |name: &str| match dict.get(name) {
        None | Some(Value::None) => None,
        Some(value) => Some(text(value)),
    };
    Ok(SourceStamp {
        id: None,
        branch: optional("branch"),
        revision: optional("revision"),
        repository: optional("repository").unwrap_or_default(),
        project: optional("project").unwrap_or_default(),
        codebase: optional("codebase").unwrap_or_default(),
        patch: None,
        created_at: 0,
    })
}

/// The build's own source stamps, with the revisions that it `got`: a text, or a dict by codebase.
pub(super) fn of_build(build: &[SourceStamp], got: Option<&Json>) -> Vec<SourceStamp> {
    let stamps: BTreeMap<&str, SourceStamp> =
        build.iter().map(|stamp| (stamp.codebase.as_str(), with_revision(stamp, got))).collect();
    stamps.into_values().collect()
}

fn with_revision(stamp: &SourceStamp, got: Option<&Json>) -> SourceStamp {
    let got = match got {
        Some(Json::Object(by_codebase)) => by_codebase.get(&stamp.codebase),
        single if stamp.codebase.is_empty() => single,
        _ => None,
    };
    let revision = match got {
        None => stamp.revision.clone(),
        Some(Json::Null) => None,
        Some(Json::String(revision)) => Some(revision.clone()),
        Some(other) => Some(other.to_string()),
    };
    // Without its id, so that it is looked up again by what it says now.
    SourceStamp { id: None, revision, created_at: 0, ..stamp.clone() }
}

#[cfg(test)]
mod tests {
    use ferrobot_model::SourceStampId;
    use serde_json::json;

    use super::*;

    fn stamp(codebase: &str, revision: &str) -> SourceStamp {
        SourceStamp {
            id: Some(SourceStampId(7)),
            branch: Some("main".to_owned()),
            revision: Some(revision.to_owned()),
            repository: "r".to_owned(),
            project: "p".to_owned(),
            codebase: codebase.to_owned(),
            patch: None,
            created_at: 5,
        }
    }

    #[test]
    fn got_revisions_replace_those_that_were_asked_for() {
        let build = [stamp("lib", "l1"), stamp("", "a1")];
        let cases = [
            (None, ["a1", "l1"]),
            (Some(json!("got")), ["got", "l1"]),
            (Some(json!({"lib": "got"})), ["a1", "got"]),
            (Some(json!({"": "x", "lib": "y", "other": "z"})), ["x", "y"]),
        ];
        for (got, expected) in cases {
            let stamps = of_build(&build, got.as_ref());
            let revisions: Vec<&str> = stamps.iter().filter_map(|stamp| stamp.revision.as_deref()).collect();
            assert_eq!(revisions, expected, "{got:?}");
            assert!(stamps.iter().all(|stamp| stamp.id.is_none()));
        }
    }

    #[test]
    fn codebases_are_named_once() {
        let dict = |codebase: &str| Value::Dict(vec![("codebase".into(), codebase.into())]);
        let stamps = given(&[dict("b"), Value::Dict(vec![("revision".into(), Value::Int(4))])]).unwrap();
        let seen: Vec<_> = stamps.iter().map(|stamp| (stamp.codebase.as_str(), stamp.revision.as_deref())).collect();
        assert_eq!(seen, [("", Some("4")), ("b", None)]);
        assert!(given(&[dict("b"), dict("b")]).unwrap_err().contains("codebase specified multiple times"));
        assert!(given(&["x".into()]).is_err());
    }
}
