//! `MultipleFileUpload`: sends files and directories of the worker to the master, one after the other.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{CommandOptions, LogHandle, Step, StepCommon, StepContext, StepError, Summary};
use ferrobot_model::{Command, Results};

use crate::file_exists::PathKind;
use crate::kind::{Faults, StepClass};
use crate::rendered::{fault, text, texts};
use crate::shell_parameters::STDIO;
use crate::transfer::Compression;
use crate::upload::{Link, Parcel, UploadParameters, check_given, check_mode, compression, master_path};
use crate::worker_path::WorkerPaths;

/// Sends files and directories to the master.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct MultipleFileUpload {
    /// Files and directories, relative to `workdir`.
    #[config(positional, renderable)]
    workersrcs: Value,
    /// Where they go and how.
    #[config(flatten)]
    upload: UploadParameters,
    /// `workersrcs` are patterns.
    #[config(positional, default = false)]
    glob: bool,
    /// Mode of the files on the master.
    #[config(positional)]
    mode: Value,
    /// `gz` or `bz2`: compress directories on the way.
    #[config(positional)]
    compress: Value,
    /// Keep the times of files.
    #[config(positional, default = false)]
    keepstamp: bool,
    /// Where the uploaded things can be found.
    #[config(flatten)]
    link: Link,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    common: StepCommon,
}

impl StepClass for MultipleFileUpload {
    fn check(&self, faults: &mut Faults<'_>) {
        check_given(&[&self.workersrcs, &self.upload.masterdest], faults);
        check_mode(&self.mode, faults);
        if let Err(problem) = compression(&self.compress) {
            faults.add(problem);
        }
    }

    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(Upload { config: self, count: None })
    }
}

struct Upload {
    config: MultipleFileUpload,
    /// How many there are, once they are known.
    count: Option<usize>,
}

/// What all uploads of the step share.
struct Plan {
    workdir: String,
    destination: String,
    compression: Compression,
    paths: WorkerPaths,
    stdio: LogHandle,
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
        &["uploadDirectory", "uploadFile", "stat"]
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let config = self.config.clone();
        let sources = texts("workersrcs", &context.render(&config.workersrcs).await?)?;
        let plan = Plan {
            workdir: context.workdir().await?,
            destination: text("masterdest", &context.render(&config.upload.masterdest).await?)?,
            compression: compression(&config.compress).map_err(fault)?,
            paths: WorkerPaths::of(context),
            stdio: context.add_log(STDIO, 's').await?,
        };
        if sources.is_empty() {
            return Ok(Results::Skipped);
        }
        let sources = if config.glob { self.find(context, &plan, &sources).await? } else { sources };
        self.count = Some(sources.len());
        let mut results = if sources.is_empty() { Results::Skipped } else { Results::Success };
        for source in &sources {
            if !self.upload(context, &plan, source).await? {
                results = Results::Failure;
                break;
            }
        }
        config.link.show(context, &plan.destination).await?;
        Ok(results)
    }

    fn summary(&self, results: Option<Results>) -> Summary {
        let _ = results;
        let step = self.count.map(|count| match count {
            1 => "uploading 1 file".to_owned(),
            many => format!("uploading {many} files"),
        });
        Summary { step, build: None }
    }
}

impl Upload {
    /// What the patterns match on the worker.
    async fn find(
        &self,
        context: &mut StepContext,
        plan: &Plan,
        patterns: &[String],
    ) -> Result<Vec<String>, StepError> {
        let mut found = Vec::new();
        for pattern in patterns {
            let path = plan.paths.join(&plan.workdir, pattern);
            let outcome = context.run_command(Command::Glob { path }, CommandOptions::default()).await?;
            found.extend(outcome.or_failed()?.files);
        }
        Ok(found)
    }

    /// Sends one; whether that worked.
    async fn upload(&self, context: &mut StepContext, plan: &Plan, source: &str) -> Result<bool, StepError> {
        let path = plan.paths.join(&plan.workdir, source);
        let options = CommandOptions { stdio: Some(plan.stdio.clone()), ..CommandOptions::default() };
        let stat = context.run_command(Command::Stat { path: path.clone() }, options).await?;
        let name = plan.paths.basename(source);
        // Globs answer with names that the worker chooses: `..` is no name for a file here.
        if name == ".." {
            return Err(fault(format!("`{source}` has no name of its own to be stored under")));
        }
        let destination = master_path(context, &plan.destination).join(name);
        let parcel = Parcel { path, destination, parameters: &self.config.upload, stdio: plan.stdio.clone() };
        match PathKind::of(&stat) {
            PathKind::Missing => {
                let text = format!("File {}/{source} not available at worker", plan.workdir);
                context.add_complete_log("stderr", &text).await?;
                Ok(false)
            }
            PathKind::Other => {
                let text = format!("{source} is neither a regular file, nor a directory");
                context.add_complete_log("stderr", &text).await?;
                Ok(false)
            }
            PathKind::File => parcel.fetch_file(context, &self.config.mode, self.config.keepstamp).await,
            PathKind::Directory => parcel.fetch_directory(context, plan.compression).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::read;

    #[test]
    fn the_text_counts_files() {
        let args = [("workersrcs", Value::List(vec!["a".into()])), ("masterdest", "b".into())];
        let text = |count| {
            let upload = Upload { config: read::<MultipleFileUpload>(&args), count };
            upload.summary(None).step
        };
        assert_eq!(text(None), None);
        assert_eq!(text(Some(1)).as_deref(), Some("uploading 1 file"));
        assert_eq!(text(Some(0)).as_deref(), Some("uploading 0 files"));
        assert_eq!(text(Some(3)).as_deref(), Some("uploading 3 files"));
    }
}
