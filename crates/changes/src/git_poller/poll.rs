//! One look into the remote repository: which refs moved, which commits are new, a change of each.
//!
//! A ref is remembered only as far as its changes were added: what fails is tried again at the next look.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_config::{Callable, Value};
use ferrobot_data::NewChange;
use ferrobot_model::TextEncoding;
use serde_json::{Map, Value as Json};
use tracing::info;

use super::auth::Credentials;
use super::command::{Git, GitError};
use super::commit::{self, Commit};
use super::refs::{RemoteRef, Wanted, branch_name, difference, read_trackers, tracker, tracker_prefix};

/// Name of the stored value, as Buildbot stores it.
const STATE: &str = "lastRev";
/// Author, committer and message of a commit; what is beyond is left out.
const ABOUT_BYTES_MAX: usize = 1 << 20;
/// Names of the files that a commit touches, about a hundred thousand; what is beyond is left out.
const FILES_BYTES_MAX: usize = 4 << 20;
/// As many refs are fetched by one call, so that its command line stays short enough for the system.
const REFS_PER_FETCH: usize = 500;

/// What a look needs of the engine.
#[async_trait]
pub(super) trait Outlet: Send + Sync {
    /// Adds a change; it is durable then.
    async fn add_change(&self, change: NewChange) -> Result<(), String>;
    /// Calls a function of the configuration.
    async fn call(&self, function: &Arc<Callable>, argument: Value) -> Result<Value, String>;
    /// Renders a value that may hold secrets.
    async fn render(&self, value: &Value) -> Result<Value, String>;
    /// A stored value.
    async fn get_state(&self, name: &str) -> Result<Option<Json>, String>;
    /// Stores a value.
    async fn set_state(&self, name: &str, value: Json) -> Result<(), String>;
    /// Resolves when the source has to end.
    async fn ended(&self);
}

/// Why a look failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum PollError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("could not write the files with keys and passwords: {0}")]
    Files(std::io::Error),
    #[error("could not render a key or password: {0}")]
    Render(String),
    #[error("the function for {what} failed: {why}")]
    Function { what: &'static str, why: String },
    #[error("git describes commit {0} in a way that we do not understand")]
    Odd(String),
    #[error("{0}")]
    Data(String),
    #[error("the poller has to end")]
    Ended,
}

/// What is looked for, and what was seen.
#[derive(Debug)]
pub(super) struct Poller {
    pub(super) repourl: String,
    pub(super) wanted: Wanted,
    pub(super) program: String,
    pub(super) usetimestamps: bool,
    pub(super) category: Value,
    pub(super) project: String,
    pub(super) encoding: TextEncoding,
    pub(super) build_pushes_with_no_commits: bool,
    /// The newest commit of each ref; `None`: not read yet.
    pub(super) last_rev: Option<BTreeMap<String, String>>,
}

impl Poller {
    /// Looks once. `repository` is the poller's own, made when missing.
    pub(super) async fn poll(
        &mut self,
        repository: &Path,
        directory: &Path,
        credentials: &Credentials,
        outlet: &dyn Outlet,
    ) -> Result<(), PollError> {
        let mut git = Git::new(&self.program, repository, directory);
        git.init().await?;
        let files = credentials.unpack(&self.repourl, &mut git, outlet).await?;
        let remote = tokio::select! {
            remote = self.remote_refs(&git, outlet) => remote?,
            () = outlet.ended() => return Ok(()),
        };
        if remote.is_empty() {
            return Ok(());
        }
        let trackers = tokio::select! {
            trackers = self.fetch(&git, &remote) => trackers?,
            () = outlet.ended() => return Ok(()),
        };
        drop(files);
        self.take_in(&git, &remote, &trackers, outlet).await
    }

    async fn remote_refs(&self, git: &Git, outlet: &dyn Outlet) -> Result<Vec<RemoteRef>, PollError> {
        let option = if self.wanted == Wanted::Head { "--symref" } else { "--refs" };
        let patterns = self.wanted.patterns();
        let mut arguments = vec![option, "--", self.repourl.as_str()];
        arguments.extend(patterns.iter().map(String::as_str));
        let answer = git.text("ls-remote", &arguments, "").await?;
        let mut remote = self.wanted.read(&answer);
        if let Wanted::Function(function) = &self.wanted {
            let mut liked = Vec::new();
            for found in remote {
                let answer = outlet.call(function, Value::Str(found.name.clone())).await;
                if answer.map_err(|why| PollError::Function { what: "branches", why })?.is_truthy() {
                    liked.push(found);
                }
            }
            remote = liked;
        }
        Ok(remote)
    }

    /// Brings our repository up to date; what our refs name then.
    async fn fetch(&self, git: &Git, remote: &[RemoteRef]) -> Result<BTreeMap<String, String>, PollError> {
        let kept = self.trackers(git).await?;
        let (fetch, gone) = difference(&self.repourl, remote, &kept);
        if fetch.is_empty() {
            return Ok(kept);
        }
        if !gone.is_empty() {
            // A branch `a` that is gone would be in the way of a branch `a/b`.
            let input: String = gone.iter().map(|name| format!("delete {name}\n")).collect();
            git.run("update-ref", &["--stdin"], &input).await?;
        }
        for refspecs in fetch.chunks(REFS_PER_FETCH) {
            let mut arguments = vec!["--quiet", "--no-tags", "--no-recurse-submodules", "--", self.repourl.as_str()];
            arguments.extend(refspecs.iter().map(String::as_str));
            git.run("fetch", &arguments, "").await?;
        }
        self.trackers(git).await
    }

    async fn trackers(&self, git: &Git) -> Result<BTreeMap<String, String>, PollError> {
        let prefix = tracker_prefix(&self.repourl);
        let answer = git.text("for-each-ref", &["--format=%(objectname) %(refname)", "--", &prefix], "").await?;
        Ok(read_trackers(&answer))
    }

    /// Makes changes of what is new, and remembers what was seen.
    async fn take_in(
        &mut self,
        git: &Git,
        remote: &[RemoteRef],
        trackers: &BTreeMap<String, String>,
        outlet: &dyn Outlet,
    ) -> Result<(), PollError> {
        let stored = match &self.last_rev {
            Some(seen) => seen.clone(),
            None => read_state(outlet.get_state(STATE).await.map_err(PollError::Data)?),
        };
        let first_look = stored.is_empty();
        let mut seen = stored.clone();
        let mut failed = None;
        for RemoteRef { name, .. } in remote {
            let Some(revision) = trackers.get(&tracker(&self.repourl, name)) else { continue };
            let remembered = self.wanted.remembered_as(name);
            if first_look {
                seen.insert(remembered.to_owned(), revision.clone());
                continue;
            }
            match self.follow(git, remembered, revision, &mut seen, outlet).await {
                Ok(()) => {}
                Err(PollError::Ended) => break,
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        let still_there: BTreeSet<&str> = remote.iter().map(|found| self.wanted.remembered_as(&found.name)).collect();
        seen.retain(|name, _| still_there.contains(name.as_str()));
        if seen != stored {
            outlet.set_state(STATE, to_state(&seen)).await.map_err(PollError::Data)?;
        }
        self.last_rev = Some(seen);
        failed.map_or(Ok(()), Err)
    }

    /// Adds the changes of one ref, and notes in `seen` how far it came.
    async fn follow(
        &self,
        git: &Git,
        remembered: &str,
        revision: &str,
        seen: &mut BTreeMap<String, String>,
        outlet: &dyn Outlet,
    ) -> Result<(), PollError> {
        let before = seen.get(remembered).cloned();
        if before.as_deref() == Some(revision) {
            return Ok(());
        }
        let new = self.new_commits(git, revision, before.is_none(), seen).await?;
        if !new.is_empty() {
            info!("polling {}: {} new commits on {remembered}", self.repourl, new.len());
        }
        for commit in new {
            let change = tokio::select! {
                change = self.describe(git, &commit, remembered, outlet) => change?,
                () = outlet.ended() => return Err(PollError::Ended),
            };
            outlet.add_change(change).await.map_err(PollError::Data)?;
            seen.insert(remembered.to_owned(), commit);
        }
        seen.insert(remembered.to_owned(), revision.to_owned());
        Ok(())
    }

    /// The commits that lead to `revision` and to nothing that was seen, oldest first.
    async fn new_commits(
        &self,
        git: &Git,
        revision: &str,
        is_new_ref: bool,
        seen: &BTreeMap<String, String>,
    ) -> Result<Vec<String>, PollError> {
        let mut input = format!("{revision}\n");
        let mut known: Vec<&String> = seen.values().collect();
        known.sort_unstable();
        known.dedup();
        input.extend(known.into_iter().map(|known| format!("^{known}\n")));
        let arguments = ["--ignore-missing", "--first-parent", "--format=%H", "--stdin", "--"];
        let answer = git.text("log", &arguments, &input).await?;
        let mut new: Vec<String> = answer.lines().map(str::to_owned).filter(|line| !line.is_empty()).collect();
        new.reverse();
        if new.is_empty() && self.build_pushes_with_no_commits {
            let why = if is_new_ref { "is new" } else { "points elsewhere" };
            info!("polling {}: a branch {why} without a new commit, building {revision}", self.repourl);
            new.push(revision.to_owned());
        }
        Ok(new)
    }

    async fn describe(
        &self,
        git: &Git,
        revision: &str,
        remembered: &str,
        outlet: &dyn Outlet,
    ) -> Result<NewChange, PollError> {
        let about = ["--no-walk", "-z", commit::FORMAT, revision, "--"];
        let files = ["--no-walk", "-z", "--name-only", "--format=", "-m", "--first-parent", revision, "--"];
        let (about, mut files) = tokio::try_join!(
            git.beginning("log", &about, ABOUT_BYTES_MAX),
            git.beginning("log", &files, FILES_BYTES_MAX),
        )?;
        if files.len() == FILES_BYTES_MAX {
            // The last name is not whole.
            files.truncate(files.iter().rposition(|byte| *byte == 0).unwrap_or(0));
        }
        let Commit { timestamp, author, committer, comments } =
            Commit::parse(&about, self.encoding).ok_or_else(|| PollError::Odd(revision.to_owned()))?;
        let mut change = NewChange {
            author,
            committer: Some(committer),
            comments,
            files: commit::parse_files(&files, self.encoding),
            branch: Some(branch_name(remembered).to_owned()),
            revision: Some(revision.to_owned()),
            revlink: Some(String::new()),
            when_timestamp: self.usetimestamps.then_some(timestamp),
            category: self.category.as_str().map(str::to_owned),
            repository: self.repourl.clone(),
            codebase: String::new(),
            project: self.project.clone(),
            properties: Map::new(),
            src: Some("git".to_owned()),
        };
        if let Value::Callable(function) = &self.category {
            let answer = outlet.call(function, attributes(&change)).await;
            let answer = answer.map_err(|why| PollError::Function { what: "category", why })?;
            change.category = answer.as_str().map(str::to_owned);
        }
        Ok(change)
    }
}

/// What Buildbot shows to a function that tells the category.
fn attributes(change: &NewChange) -> Value {
    let text = |value: &Option<String>| value.clone().map_or(Value::None, Value::Str);
    let entries = [
        ("author", Value::Str(change.author.clone())),
        ("files", Value::List(change.files.iter().cloned().map(Value::Str).collect())),
        ("comments", Value::Str(change.comments.clone())),
        ("revision", text(&change.revision)),
        ("when_timestamp", change.when_timestamp.map_or(Value::None, Value::Int)),
        ("branch", text(&change.branch)),
        ("category", Value::None),
        ("revlink", text(&change.revlink)),
        ("properties", Value::Dict(Vec::new())),
        ("repository", Value::Str(change.repository.clone())),
        ("project", Value::Str(change.project.clone())),
        ("codebase", Value::None),
    ];
    Value::Dict(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

fn read_state(state: Option<Json>) -> BTreeMap<String, String> {
    let Some(Json::Object(map)) = state else { return BTreeMap::new() };
    map.into_iter().filter_map(|(name, revision)| Some((name, revision.as_str()?.to_owned()))).collect()
}

fn to_state(seen: &BTreeMap<String, String>) -> Json {
    Json::Object(seen.iter().map(|(name, revision)| (name.clone(), revision.clone().into())).collect())
}
