//! What the steps share that write a file on the worker.

use ferrobot_engine::{CommandOptions, LogHandle, StepContext, StepError, Transfer};
use ferrobot_model::{Command, Results};

use crate::worker_path::WorkerPaths;

/// A file to write on the worker, rendered.
pub(crate) struct Download {
    pub(crate) destination: String,
    pub(crate) maxsize: Option<u64>,
    pub(crate) blocksize: u64,
    pub(crate) mode: Option<u32>,
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
        let outcome = context.run_command(command, options).await?;
        Ok(if outcome.did_fail() { Results::Failure } else { Results::Success })
    }
}
