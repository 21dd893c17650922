//! `FileDownload`: sends a file of the master to the worker.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_data::python_repr_text;
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};
use ferrobot_model::Results;

use crate::download::Download;
use crate::kind::{Faults, StepClass};
use crate::rendered::text;
use crate::shell_parameters::STDIO;
use crate::transfer::FileReader;
use crate::upload::{check_given, check_mode, master_path, mode, size, with_home};

/// Sends a file to the worker.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct FileDownload {
    /// The file on the master, relative to its directory.
    #[config(positional, renderable, required)]
    mastersrc: Value,
    /// Where to, relative to `workdir`.
    #[config(positional, renderable)]
    workerdest: Value,
    /// Directory, relative to the builder's.
    #[config(positional, renderable)]
    #[expect(dead_code, reason = "read with the common parameters; stands here for its position")]
    workdir: Value,
    /// Fail when the file is larger.
    #[config(positional)]
    maxsize: Value,
    /// Bytes per message.
    #[config(positional, default = 16384)]
    blocksize: i64,
    /// The file's mode on the worker.
    #[config(positional)]
    mode: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    common: StepCommon,
}

impl StepClass for FileDownload {
    fn check(&self, faults: &mut Faults<'_>) {
        check_given(&[&self.mastersrc, &self.workerdest], faults);
        check_mode(&self.mode, faults);
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

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let config = &self.config;
        let source = text("mastersrc", &context.render(&config.mastersrc).await?)?;
        let download = Download {
            destination: text("workerdest", &context.render(&config.workerdest).await?)?,
            maxsize: size("maxsize", &config.maxsize)?,
            blocksize: config.blocksize.unsigned_abs(),
            mode: mode(&config.mode),
        };
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
}
