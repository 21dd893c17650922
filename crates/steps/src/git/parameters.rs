//! The parameters of `Git`, and what they are rendered to.

use ferrobot_config::{ConfigClass, GitCredentialOptions, GitLogin, Object, Value};
use ferrobot_engine::{Step, StepCommon, StepContext, StepError};

use super::GitStep;
use super::arguments::{Options, depth, with_port};
use super::auth::{self, Auth, known_host};
use super::checkout::{COPY_SOURCE, Method, Mode};
use super::repository::Settings;
use crate::kind::{Faults, StepClass};
use crate::rendered::{environment, fault, optional_text, seconds, text, texts};
use crate::repr::{self, repr};
use crate::source::{SourceParameters, Wanted, complete_common};
use crate::worker_path::WorkerPaths;

/// Checks out a git repository.
#[derive(Debug, Clone, ConfigClass)]
#[config(module = "buildbot.steps.source.git", base = "buildbot.steps.source.base.Source", rename_all = "camelCase")]
pub(crate) struct Git {
    /// The repository.
    #[config(positional, renderable)]
    pub(super) repourl: Value,
    /// Port of SSH, for addresses like `user@host:path`.
    #[config(positional, default = 22)]
    pub(super) port: i64,
    /// Branch, where the build says none.
    #[config(positional, renderable, default = "HEAD")]
    pub(super) branch: Value,
    /// `incremental` or `full`.
    #[config(positional, renderable, default = "incremental")]
    pub(super) mode: Value,
    /// Of the mode `full`: `fresh`, `clean`, `clobber` or `copy`.
    #[config(positional, renderable)]
    pub(super) method: Value,
    /// A repository on the worker to take objects from.
    #[config(positional, renderable)]
    pub(super) reference: Value,
    /// Fetch submodules, too.
    #[config(positional, default = false)]
    pub(super) submodules: bool,
    /// Take the newest commits of the submodules' branches.
    #[config(positional, default = false)]
    pub(super) remote_submodules: bool,
    /// Fetch tags.
    #[config(positional, default = false)]
    pub(super) tags: bool,
    /// Fetch the last commits only: their number, or `True` for one.
    #[config(positional, renderable, default = false)]
    pub(super) shallow: Value,
    /// Filters of partial clones.
    #[config(positional, renderable)]
    pub(super) filters: Value,
    /// Show progress, which keeps long fetches from timing out.
    #[config(positional, default = true)]
    pub(super) progress: bool,
    /// Try a failed fetch once more.
    #[config(positional, default = false)]
    pub(super) retry_fetch: bool,
    /// Begin anew after a failed fetch.
    #[config(positional, default = false)]
    pub(super) clobber_on_failure: bool,
    /// Set the property `commit-description`; `True`, or options of `git describe`.
    #[config(positional, default = false)]
    pub(super) get_description: Value,
    /// Git's own settings.
    #[config(positional, renderable)]
    pub(super) config: Value,
    /// Name of the remote repository.
    #[config(positional, renderable)]
    pub(super) origin: Value,
    /// Private key of SSH.
    #[config(positional, renderable)]
    pub(super) ssh_private_key: Value,
    /// The server's key.
    #[config(positional, renderable)]
    pub(super) ssh_host_key: Value,
    /// Contents of a known-hosts file.
    #[config(positional, renderable)]
    pub(super) ssh_known_hosts: Value,
    /// `(user, password)` for HTTP.
    #[config(positional, renderable, name = "auth_credentials")]
    pub(super) auth_credentials: Option<GitLogin>,
    /// Further credentials.
    #[config(positional, renderable, name = "git_credentials")]
    pub(super) git_credentials: Option<GitCredentialOptions>,
    /// The parameters common to source checkout operations.
    #[config(flatten)]
    pub(super) source: SourceParameters,
    /// The parameters that all steps have.
    #[config(flatten, defaults(halt_on_failure = true))]
    pub(super) common: StepCommon,
}

impl StepClass for Git {
    fn check(&self, faults: &mut Faults<'_>) {
        if !self.repourl.is_truthy() {
            faults.add("Git: must provide repourl.");
        }
        let given = |value: &Value| !matches!(value, Value::None);
        let has_key = given(&self.ssh_private_key);
        for (name, value) in [("sshHostKey", &self.ssh_host_key), ("sshKnownHosts", &self.ssh_known_hosts)] {
            if given(value) && !has_key {
                faults.add(format!("Git: sshPrivateKey must be provided in order use {name}"));
            }
        }
        if given(&self.ssh_host_key) && given(&self.ssh_known_hosts) {
            faults.add("Git: only one of sshKnownHosts and sshHostKey can be provided");
        }
        if let Some(mode) = self.mode.as_str() {
            let method = self.method.as_str();
            if let Err(problem) = Mode::read(mode, method) {
                faults.add(problem);
            }
            if self.shallow.is_truthy() && method.is_some() && (mode != "full" || method != Some("clobber")) {
                faults.add("Git: in mode 'full' shallow only possible with method 'clobber'.");
            }
        }
        if !matches!(self.get_description, Value::Bool(_) | Value::Dict(_)) {
            faults.add("Git: getDescription must be a boolean or a dict.");
        }
    }

    fn into_step(mut self, object: &Object) -> Box<dyn Step> {
        complete_common(&mut self.common, &self.source, "git");
        let class = object.user_class.as_deref().unwrap_or(Git::PATH);
        let class = class.rsplit('.').next().unwrap_or(class).to_owned();
        Box::new(GitStep { git: self, class, missing_codebase: None })
    }
}

/// Everything that the step works with.
pub(super) struct Rendered {
    pub(super) options: Options,
    pub(super) settings: Settings,
    pub(super) auth: Auth,
    pub(super) mode: Mode,
    pub(super) workdir: String,
    pub(super) paths: WorkerPaths,
}

impl Git {
    pub(super) async fn render(&self, context: &mut StepContext, wanted: &Wanted) -> Result<Rendered, StepError> {
        let mode = text("mode", &context.render(&self.mode).await?)?;
        let method = optional_text("method", &context.render(&self.method).await?)?;
        let mode = Mode::read(&mode, method.as_deref()).map_err(fault)?;
        let workdir = context.workdir().await?;
        let paths = WorkerPaths::of(context);
        let options = self.options(context, wanted).await?;
        let auth_workdir = if mode == Mode::Full(Method::Copy) { COPY_SOURCE } else { &workdir };
        let auth = self.auth(context, auth_workdir, paths).await?;
        let settings = self.settings(context).await?;
        Ok(Rendered { options, settings, auth, mode, workdir, paths })
    }

    async fn options(&self, context: &mut StepContext, wanted: &Wanted) -> Result<Options, StepError> {
        let repourl = text("repourl", &context.render(&self.repourl).await?)?;
        let own_branch = optional_text("branch", &context.render(&self.branch).await?)?;
        let branch = wanted.branch.clone().or(own_branch).filter(|branch| !branch.is_empty());
        let branch = branch.unwrap_or_else(|| "HEAD".to_owned());
        let named = [("repourl", Some(&repourl)), ("branch", Some(&branch)), ("revision", wanted.revision.as_ref())];
        for (what, value) in named {
            check_no_option(what, value.map_or("", String::as_str))?;
        }
        Ok(Options {
            repourl: with_port(&repourl, self.port),
            branch,
            revision: wanted.revision.clone(),
            depth: depth(&context.render(&self.shallow).await?).map_err(fault)?,
            reference: optional_text("reference", &context.render(&self.reference).await?)?,
            origin: optional_text("origin", &context.render(&self.origin).await?)?,
            filters: texts("filters", &context.render(&self.filters).await?)?,
            submodules: self.submodules,
            remote_submodules: self.remote_submodules,
            tags: self.tags,
            progress: self.progress,
            retry_fetch: self.retry_fetch,
            clobber_on_failure: self.clobber_on_failure,
        })
    }

    async fn settings(&self, context: &mut StepContext) -> Result<Settings, StepError> {
        let config = match context.render(&self.config).await? {
            Value::None => Vec::new(),
            Value::Dict(entries) => entries.iter().map(|(name, value)| (repr::text(name), repr::text(value))).collect(),
            other => return Err(fault(format!("'config' must be a dict, but it is {}", repr(&other)))),
        };
        Ok(Settings {
            environment: environment(&context.render(&self.source.env).await?)?,
            config,
            timeout: seconds("timeout", &context.render(&self.source.timeout).await?)?,
            log_environ: self.source.log_environ,
            retry: retry(&self.source.retry)?,
        })
    }

    async fn auth(&self, context: &mut StepContext, workdir: &str, paths: WorkerPaths) -> Result<Auth, StepError> {
        let private_key = optional_text("sshPrivateKey", &context.render(&self.ssh_private_key).await?)?;
        let known_hosts = optional_text("sshKnownHosts", &context.render(&self.ssh_known_hosts).await?)?;
        let host_key = optional_text("sshHostKey", &context.render(&self.ssh_host_key).await?)?;
        let login = self.auth_credentials.as_ref().map(|login| login.credential(&self.repourl));
        let options = self.git_credentials.iter().flat_map(|options| options.credentials.clone());
        let credentials = Value::List(login.into_iter().chain(options).collect());
        let basedir = context.worker_info().basedir.clone();
        let builddir = context.properties().get("builddir").and_then(|dir| dir.as_str()).unwrap_or_default().to_owned();
        Ok(Auth {
            private_key,
            known_hosts: known_hosts.or_else(|| host_key.as_deref().map(known_host)),
            has_credentials: self.auth_credentials.is_some() || self.git_credentials.is_some(),
            credentials: texts("git_credentials", &context.render(&credentials).await?)?,
            use_http_path: self.git_credentials.as_ref().and_then(|options| options.use_http_path),
            directory: auth::directory(paths, &basedir, paths.basename(&builddir), workdir),
            paths,
        })
    }
}

/// What a change says must never be taken for an option of git.
fn check_no_option(what: &str, value: &str) -> Result<(), StepError> {
    if value.starts_with('-') {
        return Err(fault(format!("Git: the {what} must not begin with `-`, but it is '{value}'")));
    }
    Ok(())
}

/// `(delay, repeats)`
fn retry(value: &Value) -> Result<Option<(f64, i64)>, StepError> {
    match value {
        Value::None => Ok(None),
        other => match other.as_list() {
            Some([delay, Value::Int(repeats)]) => Ok(Some((seconds("retry", delay)?.unwrap_or_default(), *repeats))),
            _ => Err(fault(format!("'retry' must be (delay, repeats), but it is {}", repr(other)))),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::tests::{read, told};

    fn with(args: &[(&str, Value)]) -> Vec<String> {
        let mut all = vec![("repourl", "r".into())];
        all.extend(args.iter().cloned());
        told::<Git>(&all)
    }

    #[test]
    fn faults_are_told_in_buildbots_words() {
        assert_eq!(told::<Git>(&[]), ["Git: must provide repourl."]);
        assert_eq!(with(&[]), Vec::<String>::new());
        let cases: &[(&[(&str, Value)], &str)] = &[
            (&[("mode", "sideways".into())], "Git: mode must be full or incremental"),
            (&[("mode", "full".into()), ("method", "odd".into())], "Git: invalid method for mode 'full'."),
            (
                &[("mode", "full".into()), ("method", "fresh".into()), ("shallow", Value::Bool(true))],
                "Git: in mode 'full' shallow only possible with method 'clobber'.",
            ),
            (&[("getDescription", "x".into())], "Git: getDescription must be a boolean or a dict."),
            (
                &[("auth_credentials", "me:pw".into())],
                "Git: parameter 'auth_credentials' must be (user name, password), not str",
            ),
            (
                &[("git_credentials", "url=u\n".into())],
                "Git: parameter 'git_credentials' must be a GitCredentialOptions, not str",
            ),
            (&[("sshHostKey", "x".into())], "Git: sshPrivateKey must be provided in order use sshHostKey"),
            (&[("sshKnownHosts", "x".into())], "Git: sshPrivateKey must be provided in order use sshKnownHosts"),
            (
                &[("sshPrivateKey", "k".into()), ("sshHostKey", "x".into()), ("sshKnownHosts", "x".into())],
                "Git: only one of sshKnownHosts and sshHostKey can be provided",
            ),
        ];
        for (args, expected) in cases {
            assert_eq!(with(args), [*expected]);
        }
    }

    #[test]
    fn texts_and_names_follow_the_codebase() {
        let step = |args: &[(&str, Value)]| {
            let mut all = vec![("repourl", "r".into())];
            all.extend(args.iter().cloned());
            read::<Git>(&all).into_step(&Object::default()).common().clone()
        };
        let plain = step(&[]);
        assert!(plain.halt_on_failure);
        assert_eq!((plain.name, plain.description, plain.description_done), (None, "updating".into(), "update".into()));
        let with_codebase = step(&[("codebase", "app".into())]);
        assert_eq!(with_codebase.name, Some("git-app".into()));
        assert_eq!(with_codebase.description_suffix, "app".into());
        let described = step(&[("name", "n".into()), ("codebase", "app".into()), ("descriptionSuffix", "s".into())]);
        assert_eq!((described.name, described.description_suffix), (Some("n-app".into()), "s".into()));
    }

    #[test]
    fn changes_cannot_bring_options() {
        assert!(check_no_option("branch", "--upload-pack=touch /tmp/x").is_err());
        assert!(check_no_option("branch", "feature/-x").is_ok());
    }

    #[test]
    fn retry_is_a_pair() {
        assert_eq!(retry(&Value::Tuple(vec![Value::Int(0), Value::Int(1)])).unwrap(), Some((0.0, 1)));
        assert_eq!(retry(&Value::None).unwrap(), None);
        assert!(retry(&Value::Int(3)).is_err());
    }
}
