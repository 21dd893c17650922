//! The repository on the worker: git's commands in it, and the directories and files around it.

use std::collections::BTreeMap;
use std::time::Duration;

use ferrobot_engine::{CommandOptions, CommandOutcome, LogHandle, StepContext, StepError};
use ferrobot_model::{Arg, Command, CommandLine, EnvironmentValue, ShellCommand};

use super::arguments::Options;
use super::auth::Auth;
use super::version::Features;
use crate::rendered::fault;
use crate::transfer::BytesReader;
use crate::worker_path::WorkerPaths;

/// Git gets so many seconds after SIGTERM to remove its lock files.
const SIGTERM_SECONDS: f64 = 1.0;

/// A worker that does not remove a few files in this time holds up no stopped build.
const AUTH_REMOVAL_MAX: Duration = Duration::from_secs(60);

const DOWNLOAD_BLOCK_BYTES: u64 = 32 * 1024;

/// How git is run.
#[derive(Debug, Clone, Default)]
pub(super) struct Settings {
    pub(super) environment: BTreeMap<String, EnvironmentValue>,
    /// `-c` options.
    pub(super) config: Vec<(String, String)>,
    pub(super) timeout: Option<f64>,
    pub(super) log_environ: bool,
    /// Seconds to wait before a clone is tried again, and how often.
    pub(super) retry: Option<(f64, i64)>,
}

impl Settings {
    /// Git with these words.
    pub(super) fn command(&self, workdir: &str, words: Vec<String>) -> ShellCommand {
        let config = self.config.iter().flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")]);
        let line = ["git".to_owned()].into_iter().chain(config).chain(words).map(Arg::from).collect();
        let mut command = ShellCommand::new(workdir, CommandLine::Words(line));
        command.env = self.environment.clone();
        command.timeout = self.timeout;
        command.sigterm_time = Some(SIGTERM_SECONDS);
        command.log_environ = self.log_environ;
        command
    }
}

/// What is in the working directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Found {
    Nothing,
    Repository,
    SomethingElse,
}

/// The repository on the worker.
pub(super) struct Repository<'a> {
    pub(super) context: &'a mut StepContext,
    pub(super) stdio: LogHandle,
    pub(super) options: Options,
    pub(super) settings: Settings,
    pub(super) auth: Auth,
    pub(super) features: Features,
    pub(super) workdir: String,
    pub(super) paths: WorkerPaths,
}

impl Repository<'_> {
    /// Runs git; a failure ends the step.
    pub(super) async fn git(&mut self, words: &[&str]) -> Result<(), StepError> {
        if self.succeeds(words).await? { Ok(()) } else { Err(StepError::Failed) }
    }

    /// Runs git and tells whether it succeeded.
    pub(super) async fn succeeds(&mut self, words: &[&str]) -> Result<bool, StepError> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        self.succeeds_with(words).await
    }

    /// As `succeeds`, for words that were put together.
    pub(super) async fn succeeds_with(&mut self, words: Vec<String>) -> Result<bool, StepError> {
        Ok(!self.run(words, None).await?.did_fail())
    }

    /// Runs git and gives back its output; a failure ends the step.
    pub(super) async fn output_of(&mut self, words: Vec<String>) -> Result<String, StepError> {
        Ok(self.run(words, None).await?.or_failed()?.stdout)
    }

    /// Runs git.
    pub(super) async fn run(&mut self, words: Vec<String>, stdin: Option<String>) -> Result<CommandOutcome, StepError> {
        let (mut options, mut environment) = (Vec::new(), self.settings.environment.clone());
        let subcommand = words.first().map(String::as_str).unwrap_or_default();
        self.auth.adjust(subcommand, self.features, &mut options, &mut environment).map_err(fault)?;
        options.extend(words);
        let mut command = self.settings.command(&self.workdir, options);
        command.env = environment;
        command.initial_stdin = stdin;
        self.command(Command::Shell(command)).await
    }

    /// Runs any command with the step's log.
    pub(super) async fn command(&mut self, command: Command) -> Result<CommandOutcome, StepError> {
        let stdio = Some(self.stdio.clone());
        let options = CommandOptions { stdio, collect_stdout: true, ..CommandOptions::default() };
        self.context.run_command(command, options).await
    }

    /// What is in the working directory.
    pub(super) async fn look(&mut self) -> Result<Found, StepError> {
        if !self.context.worker_has_command("listdir") {
            let has_repository = self.exists(&self.paths.join(&self.workdir, ".git")).await?;
            return Ok(if has_repository { Found::Repository } else { Found::Nothing });
        }
        let outcome = self.command(Command::ListDirectory { path: self.workdir.clone() }).await?;
        Ok(if outcome.files.iter().any(|name| name == ".git") {
            Found::Repository
        } else if outcome.files.is_empty() {
            Found::Nothing
        } else {
            Found::SomethingElse
        })
    }

    /// Whether something is at a path.
    pub(super) async fn exists(&mut self, path: &str) -> Result<bool, StepError> {
        Ok(!self.command(Command::Stat { path: path.to_owned() }).await?.did_fail())
    }

    /// Removes a directory or file; whether that worked.
    pub(super) async fn remove(&mut self, path: &str, timeout: Option<f64>) -> Result<bool, StepError> {
        let log_environ = self.settings.log_environ;
        let paths = vec![path.to_owned()];
        let command = Command::RemoveDirectory { paths, timeout, max_time: None, log_environ };
        Ok(!self.command(command).await?.did_fail())
    }

    /// Removes the working directory.
    pub(super) async fn clear(&mut self) -> Result<(), StepError> {
        let workdir = self.workdir.clone();
        if self.remove(&workdir, self.settings.timeout).await? { Ok(()) } else { Err(StepError::Failed) }
    }

    /// Writes a file.
    pub(super) async fn write(&mut self, path: &str, content: &[u8], mode: Option<u32>) -> Result<(), StepError> {
        let command =
            Command::DownloadFile { path: path.to_owned(), maxsize: None, blocksize: DOWNLOAD_BLOCK_BYTES, mode };
        let mut reader = BytesReader::new(content.to_vec());
        let options = CommandOptions {
            stdio: Some(self.stdio.clone()),
            transfer: Some(&mut reader),
            ..CommandOptions::default()
        };
        self.context.run_command(command, options).await?.or_failed().map(drop)
    }

    /// Puts the files where git finds them that it proves itself with.
    pub(super) async fn bring_auth(&mut self) -> Result<(), StepError> {
        if !self.auth.is_needed() {
            return Ok(());
        }
        self.command(Command::MakeDirectory { paths: vec![self.auth.directory.clone()] }).await?.or_failed()?;
        for (path, content, mode) in self.auth.files(self.features) {
            self.write(&path, content.as_bytes(), Some(mode)).await?;
        }
        for credential in self.auth.credentials.clone() {
            let words = vec!["credential".to_owned(), "approve".to_owned()];
            self.run(words, Some(credential)).await?.or_failed()?;
        }
        Ok(())
    }

    /// Removes them, even where the build has been stopped: they must not stay on the worker.
    pub(super) async fn remove_auth(&mut self) -> Result<(), StepError> {
        if !self.auth.is_needed() {
            return Ok(());
        }
        let (paths, log_environ) = (vec![self.auth.directory.clone()], self.settings.log_environ);
        let command = Command::RemoveDirectory { paths, timeout: None, max_time: None, log_environ };
        let stdio = Some(self.stdio.clone());
        let options = CommandOptions { stdio, even_if_stopped: true, ..CommandOptions::default() };
        let removal = tokio::time::timeout(AUTH_REMOVAL_MAX, self.context.run_command(command, options));
        removal.await.unwrap_or(Err(StepError::Failed)).map(drop)
    }
}
