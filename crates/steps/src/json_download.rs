//! `JSONStringDownload` and `JSONPropertiesDownload`: write a value, or the build's properties, as JSON on the worker.

use std::num::NonZeroU64;

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_data::{Layout, SourceStamp, python_json};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::{Properties, Results};
use serde_json::{Value as Json, json};

use crate::download::DownloadParameters;
use crate::kind::{Faults, StepClass};
use crate::rendered::fault;
use crate::repr::repr;
use crate::shell_parameters::STDIO;
use crate::string_download::check_string_mode;
use crate::transfer::BytesReader;
use crate::upload::check_given;

/// Writes a value as JSON on the worker.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.steps.transfer",
    name = "JSONStringDownload",
    base = "buildbot.steps.transfer.StringDownload",
    rename_all = "camelCase"
)]
pub(crate) struct JsonStringDownload {
    /// The value.
    #[config(positional, renderable, required)]
    o: Value,
    /// Where to, relative to `workdir`.
    #[config(positional, renderable)]
    workerdest: Value,
    /// How the file is sent.
    #[config(flatten)]
    sending: Sending,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    common: StepCommon,
}

/// Writes the properties and source stamps of the build as JSON on the worker.
#[derive(Debug, Clone, ConfigClass)]
#[config(
    module = "buildbot.steps.transfer",
    name = "JSONPropertiesDownload",
    base = "buildbot.steps.transfer.StringDownload",
    rename_all = "camelCase"
)]
pub(crate) struct JsonPropertiesDownload {
    /// Where to, relative to `workdir`.
    #[config(positional, renderable)]
    workerdest: Value,
    /// How the file is sent.
    #[config(flatten)]
    sending: Sending,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    common: StepCommon,
}

/// The parameters of `StringDownload` that say how the file is sent.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", name = "StringDownload", rename_all = "camelCase")]
struct Sending {
    /// Fail when the text is longer.
    maxsize: Option<u64>,
    /// Bytes per message.
    #[config(default = 16384)]
    blocksize: NonZeroU64,
    /// The file's mode on the worker.
    mode: Value,
}

impl Sending {
    fn to(self, workerdest: Value) -> DownloadParameters {
        let Sending { maxsize, blocksize, mode } = self;
        DownloadParameters { workerdest, workdir: Value::None, maxsize, blocksize, mode }
    }
}

impl StepClass for JsonStringDownload {
    fn check(&self, faults: &mut Faults<'_>) {
        check_given(&[&self.workerdest], faults);
        check_string_mode(&self.sending.mode, faults);
    }

    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        let JsonStringDownload { o, workerdest, sending, common } = self;
        let download = sending.to(workerdest);
        Box::new(JsonStep { content: Content::Value(o), name: "json_download", download, common, done: None })
    }
}

impl StepClass for JsonPropertiesDownload {
    fn check(&self, faults: &mut Faults<'_>) {
        check_given(&[&self.workerdest], faults);
        check_string_mode(&self.sending.mode, faults);
    }

    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        let JsonPropertiesDownload { workerdest, sending, common } = self;
        let (name, download) = ("json_properties_download", sending.to(workerdest));
        Box::new(JsonStep { content: Content::Properties, name, download, common, done: None })
    }
}

enum Content {
    Value(Value),
    Properties,
}

struct JsonStep {
    content: Content,
    name: &'static str,
    download: DownloadParameters,
    common: StepCommon,
    done: Option<String>,
}

#[async_trait]
impl Step for JsonStep {
    fn common(&self) -> &StepCommon {
        &self.common
    }

    fn default_name(&self) -> String {
        self.name.to_owned()
    }

    fn worker_commands(&self) -> &'static [&'static str] {
        &["downloadFile"]
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let json = match &self.content {
            Content::Value(value) => {
                let value = context.render(value).await?;
                value.to_json().ok_or_else(|| fault(format!("{} cannot be written as JSON", repr(&value))))?
            }
            Content::Properties => facts(&context.properties(), context.sourcestamps()),
        };
        let download = self.download.render(context).await?;
        self.done = Some(download.text(context));
        let stdio = context.add_log(STDIO, 's').await?;
        download.run(context, stdio, &mut BytesReader::new(python_json(&json, Layout::Spaced))).await
    }

    fn description_done(&self) -> Option<String> {
        self.done.clone()
    }
}

/// What the build knows about itself.
fn facts(properties: &Properties, stamps: &[SourceStamp]) -> Json {
    let properties: serde_json::Map<String, Json> =
        properties.iter().map(|(name, property)| (name.to_owned(), property.value.clone())).collect();
    json!({"properties": properties, "sourcestamps": stamps.iter().map(sourcestamp).collect::<Vec<_>>()})
}

fn sourcestamp(stamp: &SourceStamp) -> Json {
    let patch = stamp.patch.as_ref();
    json!({
        "branch": stamp.branch,
        "revision": stamp.revision,
        "repository": stamp.repository,
        "project": stamp.project,
        "codebase": stamp.codebase,
        "patch_level": patch.map(|patch| patch.level),
        "patch_body": patch.map(|patch| String::from_utf8_lossy(&patch.body).into_owned()),
        "patch_subdir": patch.map(|patch| patch.subdir.clone().unwrap_or_default()),
        "patch_author": patch.map(|patch| patch.author.clone()),
        "patch_comment": patch.map(|patch| patch.comment.clone()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::told;

    #[test]
    fn properties_and_sourcestamps_are_what_the_recorded_file_has() {
        let mut properties = Properties::new();
        properties.set("number", 1, "test");
        properties.set("buildername", "b", "test");
        let stamp = SourceStamp {
            id: None,
            branch: Some(String::new()),
            revision: None,
            repository: "r".to_owned(),
            project: String::new(),
            codebase: String::new(),
            patch: None,
            created_at: 0,
        };
        assert_eq!(
            python_json(&facts(&properties, &[stamp]), Layout::Spaced),
            r#"{"properties": {"buildername": "b", "number": 1}, "sourcestamps": [{"branch": "", "revision": null, "#
                .to_owned()
                + r#""repository": "r", "project": "", "codebase": "", "patch_level": null, "patch_body": null, "#
                + r#""patch_subdir": null, "patch_author": null, "patch_comment": null}]}"#
        );
    }

    #[test]
    fn the_file_needs_a_name() {
        assert_eq!(
            told::<JsonPropertiesDownload>(&[]),
            ["JSONPropertiesDownload: __init__() takes at least 2 arguments"]
        );
    }
}
