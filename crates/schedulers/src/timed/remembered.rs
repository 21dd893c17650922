//! What a `NightlyTriggerable` was asked for last, stored as Buildbot stores it.

use ferrobot_data::{Patch, SourceStamp};
use ferrobot_engine::TriggerRequest;
use ferrobot_model::{BuildId, Properties};
use serde_json::{Map, Value as Json, json};

/// Name of the stored value.
pub(super) const STATE: &str = "lastTrigger";

/// The request.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Remembered {
    pub(super) sourcestamps: Vec<SourceStamp>,
    pub(super) properties: Properties,
    pub(super) parent_build: Option<BuildId>,
    pub(super) parent_relationship: Option<String>,
}

impl Remembered {
    pub(super) fn of(request: TriggerRequest) -> Remembered {
        let TriggerRequest { sourcestamps, properties, parent_build, parent_relationship, .. } = request;
        Remembered { sourcestamps, properties, parent_build, parent_relationship }
    }

    /// Source stamps, properties with their sources, parent build, relationship.
    pub(super) fn to_state(&self) -> Json {
        let stamps: Vec<Json> = self.sourcestamps.iter().map(stamp_to_json).collect();
        json!([stamps, self.properties.to_json(), self.parent_build.map(|build| build.0), self.parent_relationship])
    }

    pub(super) fn from_state(state: &Json) -> Option<Remembered> {
        let parts = state.as_array()?;
        let stamps = parts.first()?.as_array()?;
        let mut properties = Properties::new();
        for (name, pair) in parts.get(1).and_then(Json::as_object).into_iter().flatten() {
            let source = pair.get(1).and_then(Json::as_str).unwrap_or("Trigger");
            properties.set(name, pair.get(0).cloned().unwrap_or_default(), source);
        }
        Some(Remembered {
            sourcestamps: stamps.iter().filter_map(|stamp| Some(stamp_from_json(stamp.as_object()?))).collect(),
            properties,
            parent_build: parts.get(2).and_then(Json::as_i64).map(BuildId),
            parent_relationship: parts.get(3).and_then(Json::as_str).map(str::to_owned),
        })
    }
}

fn stamp_to_json(stamp: &SourceStamp) -> Json {
    let mut json = json!({
        "branch": stamp.branch,
        "revision": stamp.revision,
        "repository": stamp.repository,
        "project": stamp.project,
        "codebase": stamp.codebase,
    });
    if let (Some(patch), Some(map)) = (&stamp.patch, json.as_object_mut()) {
        map.insert("patch_level".to_owned(), patch.level.into());
        map.insert("patch_body".to_owned(), String::from_utf8_lossy(&patch.body).into());
        map.insert("patch_subdir".to_owned(), patch.subdir.clone().into());
        map.insert("patch_author".to_owned(), patch.author.clone().into());
        map.insert("patch_comment".to_owned(), patch.comment.clone().into());
    }
    json
}

fn stamp_from_json(json: &Map<String, Json>) -> SourceStamp {
    let text = |name: &str| json.get(name).and_then(Json::as_str).map(str::to_owned);
    let patch = text("patch_body").map(|body| Patch {
        level: json.get("patch_level").and_then(Json::as_i64).unwrap_or(1),
        body: body.into_bytes(),
        author: text("patch_author").unwrap_or_default(),
        comment: text("patch_comment").unwrap_or_default(),
        subdir: text("patch_subdir"),
    });
    SourceStamp {
        id: None,
        branch: text("branch"),
        revision: text("revision"),
        repository: text("repository").unwrap_or_default(),
        project: text("project").unwrap_or_default(),
        codebase: text("codebase").unwrap_or_default(),
        patch,
        created_at: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn survives_being_stored() {
        let mut properties = Properties::new();
        properties.set("given", "night", "Trigger");
        properties.set("list", json!([1, 2]), "Trigger");
        let patch = Patch {
            level: 0,
            body: b"--- a".to_vec(),
            author: "me".to_owned(),
            comment: String::new(),
            subdir: Some(".".to_owned()),
        };
        let stamp = stamp_from_json(json!({"branch": "b", "codebase": "c"}).as_object().unwrap());
        let request = Remembered {
            sourcestamps: vec![stamp.clone(), SourceStamp { patch: Some(patch), ..stamp }],
            properties,
            parent_build: Some(BuildId(7)),
            parent_relationship: Some("Triggered from".to_owned()),
        };
        assert_eq!(Remembered::from_state(&request.to_state()), Some(request));
    }

    #[test]
    fn reads_what_buildbot_stored() {
        // From `object_state` of a 4.3.0 master after a Trigger step.
        let stored = json!([
            [{"codebase": "", "repository": "rp", "branch": "br", "revision": "rev1", "project": "p"}],
            {"given": ["night", "Trigger"]},
            12,
            "Triggered from"
        ]);
        let remembered = Remembered::from_state(&stored).unwrap();
        assert_eq!(remembered.sourcestamps[0].revision.as_deref(), Some("rev1"));
        assert_eq!(remembered.properties.get("given"), Some(&json!("night")));
        assert_eq!(remembered.parent_build, Some(BuildId(12)));
        assert_eq!(Remembered::from_state(&Json::Null), None);
        assert_eq!(Remembered::from_state(&json!("old")), None);
    }
}
