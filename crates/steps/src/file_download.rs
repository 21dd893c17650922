//! `FileDownload`: sends a file of the master to the worker.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_data::python_repr_text;
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;

use crate::download::DownloadParameters;
use crate::kind::{Faults, StepClass};
use crate::rendered::text;
use crate::shell_parameters::STDIO;
use crate::transfer::FileReader;
use crate::upload::{check_given, check_mode, master_path, with_home};

/// Sends a file to the worker.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct FileDownload {
    /// The file on the master, relative to its directory.
    #[config(positional, renderable, required)]
    mastersrc: Value,
    /// Where the file goes and how.
    #[config(flatten)]
    download: DownloadParameters,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    common: StepCommon,
}

impl StepClass for FileDownload {
    fn check(&self, faults: &mut Faults<'_>) {
        check_given(&[&self.mastersrc, &self.download.workerdest], faults);
        check_mode(&self.download.mode, faults);
    }

    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(FileDownloadStep { config: self, done: None })
    }
}

struct FileDownloadStep {
    config: FileDownload,
    done: Option<String>,
}

#[async_trait]
impl Step for FileDownloadStep {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "download".to_owned()
    }

    fn worker_commands(&self) -> &'static [&'static str] {
        &["downloadFile"]
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let config = &self.config;
        let source = text("mastersrc", &context.render(&config.mastersrc).await?)?;
        let download = config.download.render(context).await?;
        self.done = Some(download.text(context));
        let stdio = context.add_log(STDIO, 's').await?;
        let path = master_path(context, &source);
        let Ok(mut reader) = FileReader::open(&path).await else {
            let text = format!("File {} not available at master", python_repr_text(&with_home(&source)));
            context.add_complete_log("stderr", &text).await?;
            return Ok(Results::Failure);
        };
        download.run(context, stdio, &mut reader).await
    }

    fn description_done(&self) -> Option<String> {
        self.done.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::told;

    #[test]
    fn both_ends_are_needed() {
        assert_eq!(told::<FileDownload>(&[]), ["FileDownload: parameter 'mastersrc' is required"]);
        assert_eq!(
            told::<FileDownload>(&[("mastersrc", "a".into())]),
            ["FileDownload: __init__() takes at least 3 arguments"]
        );
    }

    #[test]
    fn a_block_has_at_least_a_byte() {
        let with = |size| {
            let ends = [("mastersrc", "a".into()), ("workerdest", "b".into())];
            told::<FileDownload>(&[&ends[..], &[("blocksize", Value::Int(size))]].concat())
        };
        assert_eq!(with(1), Vec::<String>::new());
        assert_eq!(with(-1), ["FileDownload: parameter 'blocksize' must be greater than 0, but it is -1"]);
    }
}
