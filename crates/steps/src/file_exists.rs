//! `FileExists`: whether there is a file on the worker.

use async_trait::async_trait;
use ferrobot_config::{ConfigClass, Object, Value};
use ferrobot_engine::{CommandOptions, CommandOutcome, Step, StepCommon, StepContext, StepError};
use ferrobot_model::{Command, Results};

use crate::kind::StepClass;
use crate::rendered::text;

/// Checks for a file.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.worker", base = "buildbot.process.buildstep.BuildStep", rename_all = "camelCase")]
pub(crate) struct FileExists {
    /// The file, relative to the builder's directory.
    #[config(positional, renderable, required)]
    file: Value,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    common: StepCommon,
}

impl StepClass for FileExists {
    fn into_step(self, _object: &Object) -> Box<dyn Step> {
        Box::new(Check { config: self, done: None })
    }
}

/// What is at a path on the worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathKind {
    Missing,
    File,
    Directory,
    Other,
}

impl PathKind {
    /// Reads the answer to `stat`.
    pub(crate) fn of(outcome: &CommandOutcome) -> PathKind {
        const FORMAT_MASK: u32 = 0o170_000;
        if outcome.did_fail() {
            return PathKind::Missing;
        }
        let mode = outcome.stat.as_ref().and_then(|stat| stat.first()).map_or(0, |mode| *mode as u32);
        match mode & FORMAT_MASK {
            0o100_000 => PathKind::File,
            0o040_000 => PathKind::Directory,
            _ => PathKind::Other,
        }
    }
}

struct Check {
    config: FileExists,
    done: Option<&'static str>,
}

#[async_trait]
impl Step for Check {
    fn common(&self) -> &StepCommon {
        &self.config.common
    }

    fn default_name(&self) -> String {
        "FileExists".to_owned()
    }

    fn worker_commands(&self) -> &'static [&'static str] {
        &["stat"]
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let path = text("file", &context.render(&self.config.file).await?)?;
        let outcome = context.run_command(Command::Stat { path }, CommandOptions::default()).await?;
        let (done, results) = match PathKind::of(&outcome) {
            PathKind::File => ("File found.", Results::Success),
            PathKind::Missing => ("File not found.", Results::Failure),
            PathKind::Directory | PathKind::Other => ("Not a file.", Results::Failure),
        };
        self.done = Some(done);
        Ok(results)
    }

    fn description_done(&self) -> Option<String> {
        self.done.map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_tells_what_is_there() {
        let answer = |rc, mode: u32| CommandOutcome {
            rc: Some(rc),
            stat: Some(vec![f64::from(mode), 1.0, 2.0]),
            ..CommandOutcome::default()
        };
        assert_eq!(PathKind::of(&answer(0, 0o100_644)), PathKind::File);
        assert_eq!(PathKind::of(&answer(0, 0o040_755)), PathKind::Directory);
        assert_eq!(PathKind::of(&answer(0, 0o010_644)), PathKind::Other);
        assert_eq!(PathKind::of(&answer(2, 0)), PathKind::Missing);
    }
}
