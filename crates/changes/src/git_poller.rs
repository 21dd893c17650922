//! `GitPoller`: looks into a remote git repository from time to time, and makes a change of each new commit.
//!
//! What was seen is the stored value `lastRev`, as Buildbot stores it. `poll` holds one look, `refs` what to look at, `commit` what a
//! change says, `command` how git is run, `auth` what it needs to get in.

mod auth;
mod command;
mod commit;
mod poll;
mod refs;

use std::sync::Arc;

use async_trait::async_trait;
use ferrobot_config::{Callable, ConfigClass, Errors, GitCredentialOptions, GitLogin, Object, Value};
use ferrobot_data::NewChange;
use ferrobot_engine::{ChangeSource, ChangeSourceContext};
use ferrobot_model::TextEncoding;
use serde_json::Value as Json;
use tokio::time::Instant;
use tracing::{info, warn};

use self::auth::Credentials;
use self::poll::{Outlet, Poller};
use self::refs::Wanted;
use crate::polling::{Polling, chance};

/// Polls a git repository.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.changes.gitpoller", base = "buildbot.changes.base.ReconfigurablePollingChangeSource")]
pub(crate) struct GitPoller {
    /// URL of the repository.
    #[config(positional)]
    repourl: String,
    /// Branches to look at: names, `True` for all, or a function of the ref. Default: the repository's default branch.
    branches: Value,
    /// The branch to look at.
    branch: Value,
    /// Directory of the poller's own repository, from the master's; default: `gitpoller-work`.
    workdir: Option<String>,
    /// Seconds from one look to the next.
    #[config(name = "pollInterval", default = 600)]
    poll_interval: f64,
    /// The git program.
    #[config(default = "git")]
    gitbin: String,
    /// Whether a change has the time of its commit; otherwise that of the look.
    #[config(default = true)]
    usetimestamps: bool,
    /// Category of the changes: text, or a function of the change's attributes.
    category: Value,
    /// The codebase whose commits are recorded.
    codebase: Value,
    /// Project of the changes.
    project: Option<String>,
    /// Not supported any more.
    fetch_refspec: Value,
    /// Encoding of names and comments.
    #[config(default = "utf-8")]
    encoding: String,
    /// Unique name; default: the URL.
    #[expect(dead_code, reason = "the engine knows it")]
    name: Option<String>,
    /// Whether it looks at once when the master starts.
    #[config(name = "pollAtLaunch", default = false)]
    poll_at_launch: bool,
    /// Whether a branch that is new, or points elsewhere, makes a change even without a new commit.
    #[config(name = "buildPushesWithNoCommits", default = false)]
    build_pushes_with_no_commits: bool,
    /// Whether it looks at tags only.
    #[config(default = false)]
    only_tags: bool,
    /// The private key for ssh.
    #[config(name = "sshPrivateKey", renderable)]
    ssh_private_key: Value,
    /// The key of the ssh host.
    #[config(name = "sshHostKey", renderable)]
    ssh_host_key: Value,
    /// Contents of a `known_hosts` file.
    #[config(name = "sshKnownHosts", renderable)]
    ssh_known_hosts: Value,
    /// Fewest seconds to add to the interval, by chance.
    #[config(name = "pollRandomDelayMin", default = 0)]
    poll_random_delay_min: f64,
    /// Most seconds to add to the interval.
    #[config(name = "pollRandomDelayMax", default = 0)]
    poll_random_delay_max: f64,
    /// User name and password.
    #[config(renderable)]
    auth_credentials: Option<GitLogin>,
    /// What git's credential helpers know.
    #[config(renderable)]
    git_credentials: Option<GitCredentialOptions>,
}

/// Makes one.
pub(crate) fn make(object: &Object, errors: &mut Errors) -> Option<Box<dyn ChangeSource>> {
    let before = errors.errors.len();
    let arguments = GitPoller::from_object(object, errors)?;
    let wanted = wanted(&arguments, object, errors);
    check(&arguments, object, errors);
    let polling = Polling {
        interval: arguments.poll_interval,
        at_launch: arguments.poll_at_launch,
        random_min: arguments.poll_random_delay_min,
        random_max: arguments.poll_random_delay_max,
    };
    polling.check(&object.place, errors);
    let encoding = TextEncoding::from_python_name(&arguments.encoding).or_else(|| {
        errors.error(&object.place, format!("GitPoller: encoding '{}' is not known", arguments.encoding));
        None
    });
    if errors.errors.len() > before {
        return None;
    }
    let credentials = Credentials {
        private_key: arguments.ssh_private_key,
        host_key: arguments.ssh_host_key,
        known_hosts: arguments.ssh_known_hosts,
        login: arguments.auth_credentials,
        options: arguments.git_credentials,
    };
    Some(Box::new(Source {
        polling,
        workdir: arguments.workdir.unwrap_or_else(|| "gitpoller-work".to_owned()),
        credentials,
        poller: Poller {
            repourl: arguments.repourl,
            wanted: wanted?,
            program: arguments.gitbin,
            usetimestamps: arguments.usetimestamps,
            category: arguments.category,
            project: arguments.project.unwrap_or_default(),
            encoding: encoding?,
            build_pushes_with_no_commits: arguments.build_pushes_with_no_commits,
            last_rev: None,
        },
    }))
}

fn wanted(arguments: &GitPoller, object: &Object, errors: &mut Errors) -> Option<Wanted> {
    let GitPoller { branches, branch, only_tags, .. } = arguments;
    if *only_tags && (branch.is_truthy() || branches.is_truthy()) {
        errors.error(&object.place, "GitPoller: can't specify only_tags and branch/branches");
    }
    if branch.is_truthy() && branches.is_truthy() {
        errors.error(&object.place, "GitPoller: can't specify both branch and branches");
    }
    match (branch, branches) {
        (Value::Str(branch), _) if !branch.is_empty() => return Some(Wanted::Named(vec![branch.clone()])),
        (other, _) if other.is_truthy() => {
            errors.error(&object.place, "GitPoller: 'branch' argument must be a str");
            return None;
        }
        _ => {}
    }
    let wanted = match branches {
        Value::None => Some(Wanted::Head),
        Value::Bool(true) => Some(Wanted::AllBranches),
        Value::Callable(function) => Some(Wanted::Function(function.clone())),
        Value::List(names) => {
            let names: Option<Vec<String>> = names.iter().map(|name| name.as_str().map(str::to_owned)).collect();
            names.map(|names| if names.is_empty() { Wanted::Head } else { Wanted::Named(names) })
        }
        _ => None,
    };
    if wanted.is_none() {
        errors.error(
            &object.place,
            "GitPoller: 'branches' argument must be one of list of str, True, or Callable[[str], bool]",
        );
    }
    if *only_tags { Some(Wanted::Tags) } else { wanted }
}

fn check(arguments: &GitPoller, object: &Object, errors: &mut Errors) {
    let place = &object.place;
    let GitPoller { ssh_private_key: key, ssh_host_key: host_key, ssh_known_hosts: known_hosts, .. } = arguments;
    if *host_key != Value::None && *key == Value::None {
        errors.error(place, "GitPoller: sshPrivateKey must be provided in order use sshHostKey");
    }
    if *known_hosts != Value::None && *key == Value::None {
        errors.error(place, "GitPoller: sshPrivateKey must be provided in order use sshKnownHosts");
    }
    if *host_key != Value::None && *known_hosts != Value::None {
        errors.error(place, "GitPoller: only one of sshKnownHosts and sshHostKey can be provided");
    }
    if arguments.fetch_refspec != Value::None {
        errors.error(
            place,
            "GitPoller: fetch_refspec is no longer supported. Instead, only the given branches are downloaded.",
        );
    }
    match &arguments.codebase {
        Value::None => {}
        Value::Object(codebase) if codebase.class.ends_with(".Codebase") => errors.warning(
            place,
            "GitPoller: recording the commits of a codebase is not supported yet; changes are made all the same",
        ),
        _ => errors.error(place, "GitPoller: codebase must be None or instance of Codebase"),
    }
    match &arguments.category {
        Value::None | Value::Str(_) | Value::Callable(_) => {}
        other => errors
            .error(place, format!("GitPoller: category must be a string or a function, not {}", other.type_name())),
    }
    if !object.overrides.is_empty() {
        let names = object.overrides.join(", ");
        errors.error(place, format!("replacing {names} of a GitPoller in a subclass is not supported yet"));
    }
}

struct Source {
    polling: Polling,
    workdir: String,
    credentials: Credentials,
    poller: Poller,
}

#[async_trait]
impl ChangeSource for Source {
    async fn run(self: Box<Self>, mut context: ChangeSourceContext) {
        let Source { polling, workdir, credentials, mut poller } = *self;
        let workdir = context.basedir().join(workdir);
        let started = Instant::now();
        let mut wait = polling.first(chance());
        let mut told: Option<String> = None;
        while context.wait(wait).await {
            match poller.poll(&workdir, context.basedir(), &credentials, &context).await {
                Ok(()) => {
                    if told.take().is_some() {
                        info!(changesource.name = context.name(), "polling {} works again", poller.repourl);
                    }
                }
                // Told once, not every few minutes for as long as the server is away.
                Err(error) => {
                    let text = error.to_string();
                    if told.as_ref() != Some(&text) {
                        warn!(changesource.name = context.name(), "polling {}: {text}", poller.repourl);
                        told = Some(text);
                    }
                }
            }
            wait = polling.next(started.elapsed(), chance());
        }
    }
}

#[async_trait]
impl Outlet for ChangeSourceContext {
    async fn add_change(&self, change: NewChange) -> Result<(), String> {
        ChangeSourceContext::add_change(self, change).await.map(|_| ()).map_err(|error| error.to_string())
    }

    async fn call(&self, function: &Arc<Callable>, argument: Value) -> Result<Value, String> {
        ChangeSourceContext::call(self, function, vec![argument]).await.map_err(|error| error.to_string())
    }

    async fn render(&self, value: &Value) -> Result<Value, String> {
        ChangeSourceContext::render(self, value).await.map_err(|error| error.to_string())
    }

    async fn get_state(&self, name: &str) -> Result<Option<Json>, String> {
        ChangeSourceContext::get_state(self, name).await.map_err(|error| error.to_string())
    }

    async fn set_state(&self, name: &str, value: Json) -> Result<(), String> {
        ChangeSourceContext::set_state(self, name, value).await.map_err(|error| error.to_string())
    }

    async fn ended(&self) {
        ChangeSourceContext::ended(self).await;
    }
}

#[cfg(test)]
mod tests;
