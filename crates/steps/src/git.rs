//! `Git`: checks out a git repository on the worker.
//!
//! `arguments` has the words of git's commands, `checkout` their order by mode and method, `repository` runs them, `auth` proves who
//! asks, `patch` applies what a source stamp brings along.

mod arguments;
mod auth;
mod checkout;
mod parameters;
mod patch;
mod repository;
mod version;

use async_trait::async_trait;
use ferrobot_config::Value;
use ferrobot_engine::{CommandOptions, Step, StepCommon, StepContext, StepError};
use ferrobot_model::{Command, Results};

use arguments::describe_words;
pub(crate) use parameters::Git;
use repository::{Repository, Settings};
use version::Features;

use crate::shell_parameters::STDIO;
use crate::source::{SourceNotes, Wanted, wanted};

/// Length of a revision: SHA-1 or SHA-256 in hexadecimal digits.
const REVISION_CHARS: [usize; 2] = [40, 64];

struct GitStep {
    git: Git,
    /// Class of the step: source of the properties.
    class: String,
    /// The codebase that the build does not have.
    missing_codebase: Option<String>,
}

#[async_trait]
impl Step for GitStep {
    fn common(&self) -> &StepCommon {
        &self.git.common
    }

    fn default_name(&self) -> String {
        "git".to_owned()
    }

    async fn run(&mut self, context: &mut StepContext) -> Result<Results, StepError> {
        let codebase = context.render(&self.git.source.codebase).await?;
        let codebase = codebase.as_str().unwrap_or_default().to_owned();
        let notes = SourceNotes { codebase, class: self.class.clone() };
        let wanted = if self.git.source.always_use_latest {
            Wanted::default()
        } else {
            match wanted(context, &notes).await? {
                Some(wanted) => wanted,
                None => {
                    self.missing_codebase = Some(notes.codebase);
                    return Ok(Results::Failure);
                }
            }
        };
        self.check_out(context, &wanted, &notes).await?;
        Ok(Results::Success)
    }

    fn description_done(&self) -> Option<String> {
        self.missing_codebase.as_ref().map(|codebase| format!("Codebase {codebase} not in build"))
    }
}

impl GitStep {
    async fn check_out(
        &self,
        context: &mut StepContext,
        wanted: &Wanted,
        notes: &SourceNotes,
    ) -> Result<(), StepError> {
        let rendered = self.git.render(context, wanted).await?;
        let stdio = context.add_log(STDIO, 's').await?;
        let features = find_git(context, &stdio, &rendered.settings, &rendered.workdir).await?;
        let mut repository = Repository {
            stdio,
            options: rendered.options,
            settings: rendered.settings,
            auth: rendered.auth,
            features,
            workdir: rendered.workdir,
            paths: rendered.paths,
            context,
        };
        let done = work(&mut repository, rendered.mode, wanted, notes, &self.git.get_description).await;
        match done {
            Ok(()) => repository.remove_auth().await,
            Err(error) => {
                // The first error is the one to tell.
                let _also_failed = repository.remove_auth().await;
                Err(error)
            }
        }
    }
}

async fn work(
    repository: &mut Repository<'_>,
    mode: checkout::Mode,
    wanted: &Wanted,
    notes: &SourceNotes,
    get_description: &Value,
) -> Result<(), StepError> {
    repository.forget_patch().await?;
    repository.bring_auth().await?;
    repository.check_out(mode).await?;
    if let Some(patch) = &wanted.patch {
        repository.apply(patch).await?;
    }
    let revision = repository.output_of(vec!["rev-parse".to_owned(), "HEAD".to_owned()]).await?;
    let revision = revision.trim();
    if !REVISION_CHARS.contains(&revision.len()) {
        return Err(StepError::Failed);
    }
    notes.set(repository.context, "got_revision", revision).await?;
    if let Some(words) = describe_words(get_description) {
        // A revision without any tag has no description, which is no fault.
        let outcome = repository.run(words, None).await?;
        if !outcome.did_fail() {
            notes.set(repository.context, "commit-description", outcome.stdout.trim()).await?;
        }
    }
    Ok(())
}

/// Asks the worker's git for its version.
async fn find_git(
    context: &mut StepContext,
    stdio: &ferrobot_engine::LogHandle,
    settings: &Settings,
    workdir: &str,
) -> Result<Features, StepError> {
    let command = settings.command(workdir, vec!["--version".to_owned()]);
    let options = CommandOptions { stdio: Some(stdio.clone()), collect_stdout: true, ..CommandOptions::default() };
    let outcome = context.run_command(Command::Shell(command), options).await?;
    if outcome.did_fail() {
        if !outcome.interrupted {
            let advice = "git is not installed on the worker, or not in its PATH: install it there\n";
            stdio.header(advice).await?;
        }
        return Err(StepError::Failed);
    }
    Features::from_version(&outcome.stdout)
        .ok_or_else(|| StepError::WorkerSetup("git is not installed on worker".to_owned()))
}
