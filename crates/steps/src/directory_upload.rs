//! `DirectoryUpload`: sends a directory of the worker to the master.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{CommandOptions, Step, StepCommon, StepContext, StepError, Summary};
use ferrobot_model::{Command, Results};

use crate::kind::{Faults, StepClass};
use crate::rendered::{fault, text};
use crate::shell_parameters::STDIO;
use crate::transfer::DirectoryWriter;
use crate::upload::{check_given, compression, master_path, show_url, size, transfer_fault};
use crate::worker_path::WorkerPaths;

/// Sends a directory, with all that is in it, to the master.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct DirectoryUpload {
    /// The directory, relative to `workdir`.
    #[config(positional, renderable)]
    workersrc: Value,
    /// Where to on the master, relative to its directory.
    #[config(positional, renderable)]
    masterdest: Value,
    /// Directory, relative to the builder's.
    #[config(positional, renderable)]
    #[expect(dead_code, reason = "read with the common parameters; stands here for its position")]
    workdir: Value,
    /// Fail when the archive is larger.
    #[config(positional)]
    maxsize: Value,
    /// Bytes per message.
    #[config(positional, default = 16384)]
    blocksize: i64,
    /// `gz` or `bz2`: compress on the way.
    #[config(positional)]
    compress: Value,
    /// Where the uploaded directory can be found.
    #[config(positional, renderable)]
    url: Value,
    /// Text of the link.
    #[config(positional, renderable)]
    url_text: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    common: StepCommon,
}

impl StepClass for DirectoryUpload {
    fn check(&self, faults: &mut Faults<'_>) {
        check_given(&[&self.workersrc, &self.masterdest], faults);
        if let Err(problem) = compression(&self.compress) {
            faults.add(problem);
        }
    }

    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(Upload { config: self, source: None })
    }
}

struct Upload {
    config: DirectoryUpload,
    /// Name of the directory, once it is known.
    source: Option<String>,
}

#[async_trait]
impl Step for Upload {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "upload".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let config = &self.config;
        let source = text("workersrc", &context.render(&config.workersrc).await?)?;
        let destination = text("masterdest", &context.render(&config.masterdest).await?)?;
        let maxsize = size("maxsize", &config.maxsize)?;
        let compression = compression(&config.compress).map_err(fault)?;
        let paths = WorkerPaths::of(context);
        let stdio = context.add_log(STDIO, 's').await?;
        self.source = Some(paths.basename(&source).to_owned());
        show_url(context, &config.url, &config.url_text, &destination).await?;
        let mut writer = DirectoryWriter::create(master_path(context, &destination), maxsize, compression)
            .map_err(transfer_fault)?;
        let command = Command::UploadDirectory {
            path: paths.join(&context.workdir().await?, &source),
            maxsize,
            blocksize: config.blocksize.unsigned_abs(),
            compress: compression.name(),
        };
        let options = CommandOptions { stdio: Some(stdio), transfer: Some(&mut writer), ..CommandOptions::default() };
        let outcome = context.run_command(command, options).await?;
        Ok(if outcome.did_fail() { Results::Failure } else { Results::Success })
    }

    fn summary(&self, results: Option<Results>) -> Summary {
        let _ = results;
        Summary { step: self.source.as_ref().map(|source| format!("uploading {source}")), build: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::told;

    #[test]
    fn archives_are_compressed_in_ways_that_the_worker_knows() {
        let with = |compress: &str| {
            told::<DirectoryUpload>(&[
                ("workersrc", "a".into()),
                ("masterdest", "b".into()),
                ("compress", compress.into()),
            ])
        };
        assert_eq!(with("gz"), Vec::<String>::new());
        assert_eq!(with("xz"), ["'compress' must be one of None, 'gz', or 'bz2'"]);
    }
}
