//! `DirectoryUpload`: sends a directory of the worker to the master.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError, Summary};
use ferrobot_model::Results;

use crate::kind::{Faults, StepClass};
use crate::rendered::{fault, text};
use crate::shell_parameters::STDIO;
use crate::upload::{Link, Parcel, UploadParameters, check_given, compression, master_path};
use crate::worker_path::WorkerPaths;

/// Sends a directory, with all that is in it, to the master.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct DirectoryUpload {
    /// The directory, relative to `workdir`.
    #[config(positional, renderable)]
    workersrc: Value,
    /// Where the directory goes and how.
    #[config(flatten)]
    upload: UploadParameters,
    /// `gz` or `bz2`: compress on the way.
    #[config(positional)]
    compress: Value,
    /// Where the uploaded things can be found.
    #[config(flatten)]
    link: Link,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    common: StepCommon,
}

impl StepClass for DirectoryUpload {
    fn check(&self, faults: &mut Faults<'_>) {
        check_given(&[&self.workersrc, &self.upload.masterdest], faults);
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

    fn worker_commands(&self) -> &'static [&'static str] {
        &["uploadDirectory"]
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let config = &self.config;
        let source = text("workersrc", &context.render(&config.workersrc).await?)?;
        let destination = text("masterdest", &context.render(&config.upload.masterdest).await?)?;
        let compression = compression(&config.compress).map_err(fault)?;
        let paths = WorkerPaths::of(context);
        let stdio = context.add_log(STDIO, 's').await?;
        self.source = Some(paths.basename(&source).to_owned());
        config.link.show(context, &destination).await?;
        let path = paths.join(&context.workdir().await?, &source);
        let destination = master_path(context, &destination);
        let parcel = Parcel { path, destination, parameters: &config.upload, stdio };
        let done = parcel.fetch_directory(context, compression).await?;
        Ok(if done { Results::Success } else { Results::Failure })
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
