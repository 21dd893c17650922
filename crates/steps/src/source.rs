//! What all steps share that check sources out (Buildbot's `Source`): which revision of which codebase, and where it is noted.

use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_data::{Patch, SourceStamp};
use ferrobot_engine::{StepCommon, StepContext, StepError};
use serde_json::{Map, Value as Json};
use std::sync::Arc;

use crate::rendered::fault;

/// Parameters common to source checkout operations.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.source.base", name = "Source", rename_all = "camelCase")]
pub(crate) struct SourceParameters {
    /// Check out the latest sources, whatever the build is about.
    #[config(default = false)]
    pub(crate) always_use_latest: bool,
    /// Kill a command after so many seconds without output.
    #[config(renderable, default = 1200)]
    pub(crate) timeout: Value,
    /// `(delay, repeats)`: try the checkout again.
    pub(crate) retry: Value,
    /// Added to the environment of the commands.
    #[config(renderable)]
    pub(crate) env: Value,
    /// Show the environment in the log.
    #[config(default = true)]
    pub(crate) log_environ: bool,
    /// Which of the build's codebases.
    #[config(renderable, default = "")]
    pub(crate) codebase: Value,
}

/// What to check out.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Wanted {
    pub(crate) branch: Option<String>,
    pub(crate) revision: Option<String>,
    pub(crate) patch: Option<Patch>,
}

/// Gives a source step its texts, and its name by codebase, where the configuration says nothing else.
pub(crate) fn complete_common(common: &mut StepCommon, source: &SourceParameters, default_name: &str) {
    if !common.description.is_truthy() {
        common.description = "updating".into();
    }
    if !common.description_done.is_truthy() {
        common.description_done = "update".into();
    }
    if !source.codebase.is_truthy() {
        return;
    }
    if !common.description_suffix.is_truthy() {
        common.description_suffix = source.codebase.clone();
    }
    let name = match common.name.take() {
        None | Some(Value::None) => default_name.into(),
        Some(name) => name,
    };
    common.name = Some(name_with_codebase(name, source.codebase.clone()));
}

/// `NAME-CODEBASE`, of which either may be a renderable.
fn name_with_codebase(name: Value, codebase: Value) -> Value {
    if let (Value::Str(name), Value::Str(codebase)) = (&name, &codebase) {
        return Value::Str(format!("{name}-{codebase}"));
    }
    let kwargs = Value::Dict(vec![("name".into(), name), ("codebase".into(), codebase)]);
    let args = [("fmtstring".to_owned(), "%(kw:name)s-%(kw:codebase)s".into()), ("kwargs".to_owned(), kwargs)];
    let class = "buildbot.process.properties.Interpolate".to_owned();
    Value::Object(Arc::new(Object { class, args: args.into(), ..Object::default() }))
}

/// Which source stamp of the build is checked out, and the revision that its changes give when it has none.
pub(crate) async fn wanted(context: &mut StepContext, notes: &SourceNotes) -> Result<Option<Wanted>, StepError> {
    let Some(stamp) = context.sourcestamps().iter().find(|stamp| stamp.codebase == notes.codebase).cloned() else {
        let codebase = &notes.codebase;
        tracing::debug!("build {}: no source stamp for codebase '{codebase}'", context.build_id());
        context.add_complete_log("log", &format!("No sourcestamp found in build for codebase '{codebase}'")).await?;
        return Ok(None);
    };
    let mut revision = given(stamp.revision.as_deref());
    if revision.is_none() {
        revision = revision_of_changes(context, &stamp);
        if let Some(revision) = &revision {
            notes.set(context, "revision", revision).await?;
        }
    }
    if let Some(patch) = &stamp.patch {
        // As in Buildbot, without what is no text.
        let text: String = patch.body.utf8_chunks().map(|chunk| chunk.valid()).collect();
        context.add_complete_log("patch", &text).await?;
    }
    Ok(Some(Wanted { branch: given(stamp.branch.as_deref()), revision, patch: stamp.patch }))
}

fn given(text: Option<&str>) -> Option<String> {
    text.filter(|text| !text.is_empty()).map(str::to_owned)
}

/// The revision of the newest change of the source stamp.
fn revision_of_changes(context: &StepContext, stamp: &SourceStamp) -> Option<String> {
    let own = |codebase: &str| codebase == stamp.codebase;
    context.changes().iter().rev().find(|change| own(&change.codebase)).and_then(|change| change.revision.clone())
}

/// Notes what was checked out, in properties that are dicts where there are codebases.
#[derive(Debug, Clone)]
pub(crate) struct SourceNotes {
    /// The step's codebase, rendered.
    pub(crate) codebase: String,
    /// The class of the step: source of the properties.
    pub(crate) class: String,
}

impl SourceNotes {
    /// Sets a property, by codebase.
    pub(crate) async fn set(&self, context: &mut StepContext, name: &str, value: &str) -> Result<(), StepError> {
        let noted = noted(context.properties().get(name), &self.codebase, value)
            .map_err(|problem| fault(format!("Sourcestep {} {problem}", context.step_name())))?;
        context.set_property(name, noted, &self.class).await
    }
}

/// A property with a value for a codebase.
fn noted(before: Option<&Json>, codebase: &str, value: &str) -> Result<Json, &'static str> {
    match (codebase, before) {
        ("", Some(Json::Object(_))) => Err("does not have a codebase, other sourcesteps do"),
        ("", _) => Ok(value.into()),
        (_, Some(Json::String(_))) => Err("has a codebase, other sourcesteps don't"),
        (codebase, before) => {
            let mut by_codebase = match before {
                Some(Json::Object(by_codebase)) => by_codebase.clone(),
                _ => Map::new(),
            };
            by_codebase.insert(codebase.to_owned(), value.into());
            Ok(Json::Object(by_codebase))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn properties_are_dicts_where_there_are_codebases() {
        let cases = [
            (None, "", Ok(json!("r"))),
            (Some(json!("old")), "", Ok(json!("r"))),
            (None, "app", Ok(json!({"app": "r"}))),
            (Some(json!({"lib": "l", "app": "old"})), "app", Ok(json!({"lib": "l", "app": "r"}))),
            (Some(json!({"lib": "l"})), "", Err("does not have a codebase, other sourcesteps do")),
            (Some(json!("old")), "app", Err("has a codebase, other sourcesteps don't")),
        ];
        for (before, codebase, expected) in cases {
            assert_eq!(noted(before.as_ref(), codebase, "r"), expected);
        }
    }

    #[test]
    fn the_codebase_is_part_of_the_name() {
        assert_eq!(name_with_codebase("git".into(), "app".into()), "git-app".into());
        let rendered = name_with_codebase("git".into(), Value::Object(Arc::default()));
        let object = rendered.as_object().unwrap();
        assert_eq!(object.args["fmtstring"], "%(kw:name)s-%(kw:codebase)s".into());
    }
}
