//! The properties of a build, in Buildbot's precedence: whoever comes later wins. Pure.
//!
//! Configuration, changes, buildset, builder, worker, the build itself; then the steps, while it runs. Defaults of builder and
//! worker count only where nobody before them said anything.

use std::collections::BTreeSet;

use ferrobot_config::{BuilderConfig, WorkerConfig};
use ferrobot_data::{Change, SourceStamp};
use ferrobot_model::{BuilderId, Properties, WorkerInfo};
use serde_json::Value as Json;

/// Where the properties of a build come from.
pub(crate) struct Sources<'a> {
    pub(crate) global: &'a Properties,
    pub(crate) changes: &'a [Change],
    pub(crate) buildset: &'a Properties,
    pub(crate) builder: &'a BuilderConfig,
    pub(crate) builder_id: BuilderId,
    pub(crate) worker: &'a WorkerConfig,
    pub(crate) number: i64,
    pub(crate) sourcestamps: &'a [SourceStamp],
}

/// What a build knows before its worker is ready.
pub(crate) fn assemble(sources: &Sources<'_>) -> Properties {
    let mut properties = sources.global.clone();
    for change in sources.changes {
        for (name, value) in &change.properties {
            properties.set(name, value.clone(), "Change");
        }
    }
    properties.update(sources.buildset);
    set_all(&mut properties, &sources.builder.properties, "Builder");
    set_defaults(&mut properties, &sources.builder.default_properties, "Builder");
    properties.set("buildername", sources.builder.name.as_str(), "Builder");
    properties.set("builderid", sources.builder_id.0, "Builder");
    set_all(&mut properties, &sources.worker.properties, "Worker");
    set_defaults(&mut properties, &sources.worker.default_properties, "Worker");
    properties.set("workername", sources.worker.name.as_str(), "Worker");
    if let Some(machine) = &sources.worker.machine_name {
        properties.set("machine_name", machine.as_str(), "Worker");
    }
    set_own(&mut properties, sources);
    properties
}

fn set_all(properties: &mut Properties, from: &Properties, source: &str) {
    for (name, property) in from.iter() {
        properties.set(name, property.value.clone(), source);
    }
}

fn set_defaults(properties: &mut Properties, from: &Properties, source: &str) {
    for (name, property) in from.iter() {
        if !properties.contains(name) {
            properties.set(name, property.value.clone(), source);
        }
    }
}

fn set_own(properties: &mut Properties, sources: &Sources<'_>) {
    properties.set("buildnumber", sources.number, "Build");
    if let [stamp] = sources.sourcestamps {
        properties.set("branch", text_or_null(stamp.branch.as_deref()), "Build");
        properties.set("revision", text_or_null(stamp.revision.as_deref()), "Build");
        properties.set("repository", stamp.repository.as_str(), "Build");
        properties.set("codebase", stamp.codebase.as_str(), "Build");
        properties.set("project", stamp.project.as_str(), "Build");
    }
    let owners = owners(properties, sources);
    if !owners.is_empty() {
        properties.set("owners", owners.into_iter().collect::<Vec<String>>(), "Build");
    }
}

/// Who is responsible for what is built: authors of changes and patches, and who asked for it.
fn owners(properties: &Properties, sources: &Sources<'_>) -> BTreeSet<String> {
    let authors = sources.changes.iter().map(|change| change.author.clone());
    let patches =
        sources.sourcestamps.iter().filter_map(|stamp| stamp.patch.as_ref()).map(|patch| patch.author.clone());
    let owner = properties.get("owner").and_then(Json::as_str).map(str::to_owned);
    // As in Buildbot, a patch without an author adds the empty name.
    authors.chain(patches).chain(owner).collect()
}

fn text_or_null(text: Option<&str>) -> Json {
    text.map_or(Json::Null, Json::from)
}

/// Where the build's files are, known when the worker is ready.
pub(crate) fn directories(info: &WorkerInfo, builder_directory: &str) -> Option<(String, String)> {
    if info.basedir.is_empty() {
        return None;
    }
    let separator = if info.system == "nt" { '\\' } else { '/' };
    let base = info.basedir.trim_end_matches(separator);
    Some((info.basedir.clone(), format!("{base}{separator}{builder_directory}")))
}

#[cfg(test)]
mod tests {
    use ferrobot_model::{ChangeId, SourceStampId};
    use serde_json::json;

    use super::*;

    fn properties(entries: &[(&str, &str, &str)]) -> Properties {
        let mut properties = Properties::new();
        for (name, value, source) in entries {
            properties.set(*name, *value, *source);
        }
        properties
    }

    fn change(author: &str, properties: Json) -> Change {
        Change {
            id: ChangeId(1),
            author: author.to_owned(),
            committer: None,
            comments: String::new(),
            files: vec![],
            branch: None,
            revision: None,
            revlink: None,
            when_timestamp: 0,
            category: None,
            repository: String::new(),
            codebase: String::new(),
            project: String::new(),
            properties: properties.as_object().cloned().unwrap_or_default(),
            sourcestamp: SourceStampId(1),
            parent_changeids: vec![],
        }
    }

    fn stamp(codebase: &str) -> SourceStamp {
        SourceStamp {
            id: Some(SourceStampId(1)),
            branch: Some("main".to_owned()),
            revision: None,
            repository: "repo".to_owned(),
            project: "proj".to_owned(),
            codebase: codebase.to_owned(),
            patch: None,
            created_at: 0,
        }
    }

    #[test]
    fn later_sources_win_and_defaults_give_way() {
        let builder = BuilderConfig {
            name: "linux".to_owned(),
            properties: properties(&[("d", "builder", ""), ("e", "builder", "")]),
            default_properties: properties(&[("c", "default", ""), ("g", "builder default", "")]),
            ..BuilderConfig::default()
        };
        let worker = WorkerConfig {
            name: "w1".to_owned(),
            machine_name: Some("rack 7".to_owned()),
            properties: properties(&[("e", "worker", "")]),
            default_properties: properties(&[("g", "worker default", ""), ("h", "worker default", "")]),
            ..WorkerConfig::default()
        };
        let every = |value: &str, names: &str, source: &str| {
            let mut all = Properties::new();
            for name in names.chars() {
                all.set(name.to_string(), value, source);
            }
            all
        };
        let assembled = assemble(&Sources {
            global: &every("global", "abcdef", "master.cfg"),
            changes: &[change("Ann", json!({"b": "change", "c": "change", "d": "change"}))],
            buildset: &every("buildset", "cde", "Scheduler"),
            builder: &builder,
            builder_id: BuilderId(7),
            worker: &worker,
            number: 3,
            sourcestamps: &[stamp("")],
        });
        let shown: Vec<(&str, String)> = assembled
            .iter()
            .map(|(name, property)| (name, format!("{} ({})", property.value, property.source)))
            .collect();
        insta::assert_snapshot!(
            shown.iter().map(|(name, shown)| format!("{name}: {shown}")).collect::<Vec<_>>().join("\n"),
            @r#"
        a: "global" (master.cfg)
        b: "change" (Change)
        branch: "main" (Build)
        builderid: 7 (Builder)
        buildername: "linux" (Builder)
        buildnumber: 3 (Build)
        c: "buildset" (Scheduler)
        codebase: "" (Build)
        d: "builder" (Builder)
        e: "worker" (Worker)
        f: "global" (master.cfg)
        g: "builder default" (Builder)
        h: "worker default" (Worker)
        machine_name: "rack 7" (Worker)
        owners: ["Ann"] (Build)
        project: "proj" (Build)
        repository: "repo" (Build)
        revision: null (Build)
        workername: "w1" (Worker)
        "#
        );
    }

    #[test]
    fn several_codebases_have_no_common_branch() {
        let assembled = assemble(&Sources {
            global: &Properties::new(),
            changes: &[],
            buildset: &Properties::new(),
            builder: &BuilderConfig::default(),
            builder_id: BuilderId(1),
            worker: &WorkerConfig::default(),
            number: 1,
            sourcestamps: &[stamp("a"), stamp("b")],
        });
        assert!(!assembled.contains("branch") && !assembled.contains("owners"));
    }

    #[test]
    fn directories_are_written_as_the_worker_writes_them() {
        let info = |system: &str, basedir: &str| WorkerInfo {
            system: system.to_owned(),
            basedir: basedir.to_owned(),
            ..WorkerInfo::default()
        };
        let cases = [
            (info("posix", "/w"), Some("/w/linux")),
            (info("posix", "/"), Some("/linux")),
            (info("nt", r"C:\w"), Some(r"C:\w\linux")),
            (info("posix", ""), None),
        ];
        for (info, expected) in cases {
            assert_eq!(directories(&info, "linux").map(|(_, builddir)| builddir).as_deref(), expected);
        }
    }
}
