//! `FileUpload`: sends a file of the worker to the master.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError, Summary};
use ferrobot_model::Results;

use crate::kind::{Faults, StepClass};
use crate::rendered::text;
use crate::shell_parameters::STDIO;
use crate::upload::{Link, Parcel, UploadParameters, check_given, check_mode, master_path};
use crate::worker_path::WorkerPaths;

/// Sends a file to the master.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.transfer", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct FileUpload {
    /// The file, relative to `workdir`.
    #[config(positional, renderable)]
    workersrc: Value,
    /// Where the file goes and how.
    #[config(flatten, defaults(blocksize = 262144))]
    upload: UploadParameters,
    /// The file's mode on the master.
    #[config(positional)]
    mode: Value,
    /// Keep its times.
    #[config(positional, default = false)]
    keepstamp: bool,
    /// Where the uploaded things can be found.
    #[config(flatten)]
    link: Link,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    common: StepCommon,
}

impl StepClass for FileUpload {
    fn check(&self, faults: &mut Faults<'_>) {
        check_given(&[&self.workersrc, &self.upload.masterdest], faults);
        check_mode(&self.mode, faults);
    }

    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(Upload { config: self, source: None })
    }
}

struct Upload {
    config: FileUpload,
    /// Name of the file, once it is known.
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
        &["uploadFile"]
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let config = &self.config;
        let source = text("workersrc", &context.render(&config.workersrc).await?)?;
        let destination = text("masterdest", &context.render(&config.upload.masterdest).await?)?;
        let paths = WorkerPaths::of(context);
        let stdio = context.add_log(STDIO, 's').await?;
        self.source = Some(paths.basename(&source).to_owned());
        config.link.show(context, &destination).await?;
        let path = paths.join(&context.workdir().await?, &source);
        let destination = master_path(context, &destination);
        let parcel = Parcel { path, destination, parameters: &config.upload, stdio };
        let done = parcel.fetch_file(context, &config.mode, config.keepstamp).await?;
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
    fn both_ends_are_needed() {
        assert_eq!(told::<FileUpload>(&[]), ["FileUpload: __init__() takes at least 3 arguments"]);
        let ends = [("workersrc", "a".into()), ("masterdest", "b".into())];
        assert_eq!(told::<FileUpload>(&ends), Vec::<String>::new());
        let [source, destination] = ends;
        let with_mode = [source, destination, ("mode", "0644".into())];
        assert_eq!(told::<FileUpload>(&with_mode), ["mode must be an integer or None"]);
    }
}
