//! What the steps share that write a file on the worker.

use std::num::NonZeroU64;

use ferrobot_config::{ConfigClass, Value};
use ferrobot_engine::{CommandOptions, LogHandle, StepContext, StepError, Transfer};
use ferrobot_model::{Command, Results};

use crate::rendered::text;
use crate::worker_path::WorkerPaths;

/// The parameters that say where a file goes and how.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", name = "FileDownload", rename_all = "camelCase")]
pub(crate) struct DownloadParameters {
    /// Where to, relative to `workdir`.
    #[config(positional, renderable)]
    pub(crate) workerdest: Value,
    /// Directory, relative to the builder's.
    #[config(positional, renderable)]
    #[expect(dead_code, reason = "read with the common parameters; stands here for its position")]
    pub(crate) workdir: Value,
    /// Fail when the file is larger.
    #[config(positional)]
    pub(crate) maxsize: Option<u64>,
    /// Bytes per message.
    #[config(positional, default = 16384)]
    pub(crate) blocksize: NonZeroU64,
    /// The file's mode on the worker.
    #[config(positional)]
    pub(crate) mode: Value,
}

impl DownloadParameters {
    /// What is known once it is the step's turn.
    pub(crate) async fn render(&self, context: &mut StepContext) -> Result<Download, StepError> {
        Ok(Download {
            destination: text("workerdest", &context.render(&self.workerdest).await?)?,
            maxsize: self.maxsize,
            blocksize: self.blocksize.get(),
            mode: mode(&self.mode),
        })
    }
}

/// A parameter that is a file's mode, or `None`.
pub(crate) fn mode(value: &Value) -> Option<u32> {
    match value {
        Value::Int(mode) => u32::try_from(*mode).ok(),
        _ => None,
    }
}

/// A file to write on the worker, rendered.
pub(crate) struct Download {
    destination: String,
    maxsize: Option<u64>,
    blocksize: u64,
    mode: Option<u32>,
}

impl Download {
    /// What the step says of itself.
    pub(crate) fn text(&self, context: &StepContext) -> String {
        format!("downloading to {}", WorkerPaths::of(context).basename(&self.destination))
    }

    /// Sends what `reader` reads.
    pub(crate) async fn run(
        &self,
        context: &mut StepContext,
        stdio: LogHandle,
        reader: &mut dyn Transfer,
    ) -> Result<Results, StepError> {
        let path = WorkerPaths::of(context).join(&context.workdir().await?, &self.destination);
        let Download { maxsize, blocksize, mode, .. } = *self;
        let command = Command::DownloadFile { path, maxsize, blocksize, mode };
        let options = CommandOptions { stdio: Some(stdio), transfer: Some(reader), ..CommandOptions::default() };
        Ok(context.run_command(command, options).await?.results())
    }
}
