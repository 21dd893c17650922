//! `StringDownload`: writes a text as a file on the worker.

use async_trait::async_trait;
use bytes::Bytes;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;

use crate::download::DownloadParameters;
use crate::kind::{Faults, StepClass};
use crate::rendered::fault;
use crate::repr::repr;
use crate::shell_parameters::STDIO;
use crate::transfer::BytesReader;
use crate::upload::check_given;

/// Writes a text as a file on the worker.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct StringDownload {
    /// The text.
    #[config(positional, renderable, required)]
    s: Value,
    /// Where the file goes and how.
    #[config(flatten)]
    download: DownloadParameters,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    common: StepCommon,
}

impl StepClass for StringDownload {
    fn check(&self, faults: &mut Faults<'_>) {
        check_given(&[&self.s, &self.download.workerdest], faults);
        check_string_mode(&self.download.mode, faults);
    }

    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(StringDownloadStep { config: self, done: None })
    }
}

/// Tells of a mode that is none, in the words of this family of steps.
pub(crate) fn check_string_mode(mode: &Value, faults: &mut Faults<'_>) {
    if !matches!(mode, Value::None | Value::Int(_)) {
        faults.add(format!("StringDownload step's mode must be an integer or None, got {}", repr(mode)));
    }
}

struct StringDownloadStep {
    config: StringDownload,
    done: Option<String>,
}

#[async_trait]
impl Step for StringDownloadStep {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "string_download".to_owned()
    }

    fn worker_commands(&self) -> &'static [&'static str] {
        &["downloadFile"]
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let config = &self.config;
        let content: Bytes = match context.render(&config.s).await? {
            Value::Str(text) => text.into(),
            Value::Bytes(bytes) => bytes.into(),
            other => return Err(fault(format!("'s' must be text or bytes, but it is {}", repr(&other)))),
        };
        let download = config.download.render(context).await?;
        self.done = Some(download.text(context));
        let stdio = context.add_log(STDIO, 's').await?;
        download.run(context, stdio, &mut BytesReader::new(content)).await
    }

    fn description_done(&self) -> Option<String> {
        self.done.clone()
    }
}
