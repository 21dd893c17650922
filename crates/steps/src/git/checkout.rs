//! The modes and methods: in which order git's commands bring the working directory to what is wanted.

use ferrobot_engine::StepError;
use ferrobot_model::{Command, wait_of};

use super::repository::{Found, Repository};

/// Where the method `copy` keeps its repository.
pub(super) const COPY_SOURCE: &str = "source";

const CLEAN: &[&str] = &["clean", "-f", "-f", "-d"];
const CLEAN_IGNORED: &[&str] = &["clean", "-f", "-f", "-d", "-x"];

/// `mode` and `method`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Incremental,
    Full(Method),
}

/// How a full checkout gets rid of what was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    Clobber,
    Fresh,
    Clean,
    Copy,
}

impl Mode {
    /// Reads rendered parameters.
    pub(super) fn read(mode: &str, method: Option<&str>) -> Result<Mode, String> {
        match (mode, method) {
            ("incremental", _) => Ok(Mode::Incremental),
            ("full", None | Some("fresh")) => Ok(Mode::Full(Method::Fresh)),
            ("full", Some("clobber")) => Ok(Mode::Full(Method::Clobber)),
            ("full", Some("clean")) => Ok(Mode::Full(Method::Clean)),
            ("full", Some("copy")) => Ok(Mode::Full(Method::Copy)),
            ("full", Some(_)) => Err("Git: invalid method for mode 'full'.".to_owned()),
            _ => Err("Git: mode must be full or incremental".to_owned()),
        }
    }
}

impl Repository<'_> {
    /// Checks out what is wanted.
    pub(super) async fn check_out(&mut self, mode: Mode) -> Result<(), StepError> {
        match mode {
            Mode::Full(Method::Clobber) => self.clobber().await,
            Mode::Full(Method::Copy) => self.copy().await,
            Mode::Incremental => self.update_or_clone(Mode::Incremental).await,
            Mode::Full(Method::Fresh) => self.update_or_clone(Mode::Full(Method::Fresh)).await,
            Mode::Full(Method::Clean) => self.update_or_clone(Mode::Full(Method::Clean)).await,
        }
    }

    async fn update_or_clone(&mut self, mode: Mode) -> Result<(), StepError> {
        match self.look().await? {
            Found::SomethingElse => self.clobber().await,
            Found::Nothing => self.clone_or_clobber().await,
            Found::Repository => match mode {
                Mode::Full(Method::Clean) => self.clean().await,
                Mode::Full(_) => self.fresh().await,
                Mode::Incremental => self.incremental().await,
            },
        }
    }

    async fn incremental(&mut self) -> Result<(), StepError> {
        self.fetch_or_fall_back().await?;
        self.update_submodules().await
    }

    async fn clean(&mut self) -> Result<(), StepError> {
        self.git(CLEAN).await?;
        self.fetch_or_fall_back().await?;
        self.update_submodules().await?;
        self.clean_submodules("git clean -f -f -d", CLEAN).await
    }

    async fn fresh(&mut self) -> Result<(), StepError> {
        if self.succeeds(CLEAN_IGNORED).await? {
            self.fetch_or_fall_back().await?;
        } else {
            self.clear().await?;
            self.clone_or_clobber().await?;
        }
        self.update_submodules().await?;
        self.clean_submodules("git clean -f -f -d -x", CLEAN_IGNORED).await
    }

    /// Keeps a repository beside, and copies it.
    async fn copy(&mut self) -> Result<(), StepError> {
        let workdir = self.workdir.clone();
        self.remove(&workdir, self.settings.timeout).await?;
        self.workdir = COPY_SOURCE.to_owned();
        self.update_or_clone(Mode::Incremental).await?;
        let copy = Command::CopyDirectory {
            from: COPY_SOURCE.to_owned(),
            to: workdir.clone(),
            timeout: self.settings.timeout,
            max_time: None,
            log_environ: self.settings.log_environ,
        };
        let outcome = self.command(copy).await?;
        self.workdir = workdir;
        outcome.or_failed().map(drop)
    }

    async fn clobber(&mut self) -> Result<(), StepError> {
        self.clear().await?;
        if self.clone_wholly().await? { Ok(()) } else { Err(StepError::Failed) }
    }

    async fn clone_or_clobber(&mut self) -> Result<(), StepError> {
        if self.clone_wholly().await? {
            Ok(())
        } else if self.options.clobber_on_failure {
            self.clobber().await
        } else {
            Err(StepError::Failed)
        }
    }

    /// Clones, checks the revision out, and fetches the submodules.
    async fn clone_wholly(&mut self) -> Result<bool, StepError> {
        if !self.clone_with_retries().await? {
            return Ok(false);
        }
        if let Some(revision) = self.options.revision.clone()
            && !self.succeeds(&["checkout", "-f", &revision]).await?
        {
            return Ok(false);
        }
        if self.options.submodules {
            return self.succeeds_with(self.options.first_submodule_words()).await;
        }
        Ok(true)
    }

    async fn clone_with_retries(&mut self) -> Result<bool, StepError> {
        loop {
            let mut done = self.succeeds_with(self.options.clone_words(self.features)).await?;
            if done && self.options.branch_follows_clone(self.features) {
                done = self.fetch().await?;
            }
            let Some((delay, repeats)) = self.settings.retry else { return Ok(done) };
            if done || repeats <= 0 || self.context.interrupted().is_some() {
                return Ok(done);
            }
            self.settings.retry = Some((delay, repeats - 1));
            tracing::info!(
                "build {}: the checkout failed, trying {repeats} more times after {delay} seconds",
                self.context.build_id()
            );
            self.context.sleep(wait_of(delay)).await?;
            self.clear().await?;
        }
    }

    async fn fetch_or_fall_back(&mut self) -> Result<(), StepError> {
        if self.fetch().await? {
            return Ok(());
        }
        if self.options.retry_fetch {
            return if self.fetch().await? { Ok(()) } else { Err(StepError::Failed) };
        }
        if self.options.clobber_on_failure { self.clobber().await } else { Err(StepError::Failed) }
    }

    /// Fetches what is not there yet, and checks it out.
    async fn fetch(&mut self) -> Result<bool, StepError> {
        let revision = self.options.revision.clone();
        let is_there = match &revision {
            // Tags are fetched even so.
            Some(revision) if !self.options.tags => self.succeeds(&["cat-file", "-e", revision]).await?,
            _ => false,
        };
        if !is_there && !self.succeeds_with(self.options.fetch_words(self.features)).await? {
            return Ok(false);
        }
        let target = revision.unwrap_or_else(|| "FETCH_HEAD".to_owned());
        if !self.succeeds(&["checkout", "-f", &target]).await? {
            return Ok(false);
        }
        if self.options.has_branch() {
            // Only a name for people; what is checked out stays.
            let branch = self.options.branch.clone();
            self.succeeds(&["checkout", "-B", &branch]).await?;
        }
        Ok(true)
    }

    async fn update_submodules(&mut self) -> Result<(), StepError> {
        if !self.options.submodules {
            return Ok(());
        }
        self.git(&["submodule", "sync"]).await?;
        let words = self.options.submodule_words(self.features);
        if self.succeeds_with(words).await? { Ok(()) } else { Err(StepError::Failed) }
    }

    async fn clean_submodules(&mut self, each: &str, whole: &[&str]) -> Result<(), StepError> {
        if !self.options.submodules {
            return Ok(());
        }
        self.git(&["submodule", "foreach", "--recursive", each]).await?;
        self.git(whole).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_and_methods_are_read_together() {
        let cases = [
            ("incremental", None, Ok(Mode::Incremental)),
            ("incremental", Some("odd"), Ok(Mode::Incremental)),
            ("full", None, Ok(Mode::Full(Method::Fresh))),
            ("full", Some("copy"), Ok(Mode::Full(Method::Copy))),
            ("full", Some("odd"), Err("Git: invalid method for mode 'full'.".to_owned())),
            ("sideways", None, Err("Git: mode must be full or incremental".to_owned())),
        ];
        for (mode, method, expected) in cases {
            assert_eq!(Mode::read(mode, method), expected);
        }
    }
}
