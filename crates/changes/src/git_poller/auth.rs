//! What git needs to get in: keys and passwords, in files that only we can read and that live for one look.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use ferrobot_config::{GitCredentialOptions, GitLogin, Value};
use tempfile::TempDir;

use super::command::Git;
use super::poll::{Outlet, PollError};

/// As the configuration has them, not yet rendered.
#[derive(Debug, Clone, Default)]
pub(super) struct Credentials {
    pub(super) private_key: Value,
    pub(super) host_key: Value,
    pub(super) known_hosts: Value,
    pub(super) login: Option<GitLogin>,
    pub(super) options: Option<GitCredentialOptions>,
}

impl Credentials {
    fn are_needed(&self) -> bool {
        let Credentials { private_key, login, options, .. } = self;
        *private_key != Value::None || login.is_some() || options.is_some()
    }

    /// Writes the files, and tells `git` of them. They go when the directory is dropped.
    pub(super) async fn unpack(
        &self,
        repourl: &str,
        git: &mut Git,
        outlet: &dyn Outlet,
    ) -> Result<Option<TempDir>, PollError> {
        if !self.are_needed() {
            return Ok(None);
        }
        let repository = git.repository.canonicalize().map_err(PollError::Files)?;
        // Readable by us alone; several pollers may share the repository.
        let files = tempfile::Builder::new().prefix(".auth-").tempdir_in(repository).map_err(PollError::Files)?;
        if self.private_key != Value::None {
            self.unpack_ssh(files.path(), git, outlet).await?;
        }
        self.unpack_store(repourl, files.path(), git, outlet).await?;
        Ok(Some(files))
    }

    async fn unpack_ssh(&self, directory: &Path, git: &mut Git, outlet: &dyn Outlet) -> Result<(), PollError> {
        let mut key = text(&self.private_key, outlet).await?;
        if !key.ends_with('\n') {
            key.push('\n');
        }
        let key_path = directory.join("ssh-key");
        write(&key_path, &key)?;
        let mut command = format!("ssh -o \"BatchMode=yes\" -i \"{}\"", key_path.display());
        let known_hosts = if self.known_hosts != Value::None {
            Some(text(&self.known_hosts, outlet).await?)
        } else if self.host_key != Value::None {
            Some(format!("* {}\n", text(&self.host_key, outlet).await?.trim_end()))
        } else {
            None
        };
        if let Some(known_hosts) = known_hosts {
            let path = directory.join("ssh-known-hosts");
            write(&path, &known_hosts)?;
            command.push_str(&format!(" -o \"UserKnownHostsFile={}\"", path.display()));
        }
        git.environment.push(("GIT_SSH_COMMAND".to_owned(), command));
        Ok(())
    }

    async fn unpack_store(
        &self,
        repourl: &str,
        directory: &Path,
        git: &mut Git,
        outlet: &dyn Outlet,
    ) -> Result<(), PollError> {
        let mut credentials = Vec::new();
        if let Some(login) = &self.login {
            credentials.push(text(&login.credential(&repourl.into()), outlet).await?);
        }
        let mut use_http_path = None;
        if let Some(options) = &self.options {
            for credential in &options.credentials {
                credentials.push(text(credential, outlet).await?);
            }
            use_http_path = options.use_http_path;
        }
        if credentials.is_empty() {
            return Ok(());
        }
        // Only our own helper is asked: the first, empty one clears those of the machine's configuration.
        let store = directory.join("git-credentials");
        git.options.extend(["-c".to_owned(), "credential.helper=".to_owned()]);
        git.options.extend(["-c".to_owned(), format!("credential.helper=store \"--file={}\"", store.display())]);
        if let Some(wanted) = use_http_path {
            git.options.extend(["-c".to_owned(), format!("credential.useHttpPath={wanted}")]);
        }
        for credential in credentials {
            git.run("credential", &["approve"], &credential).await?;
        }
        Ok(())
    }
}

async fn text(value: &Value, outlet: &dyn Outlet) -> Result<String, PollError> {
    match outlet.render(value).await.map_err(PollError::Render)? {
        Value::Str(text) => Ok(text),
        Value::Bytes(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        other => Err(PollError::Render(format!("a key or password must be text, not {}", other.type_name()))),
    }
}

fn write(path: &Path, content: &str) -> Result<(), PollError> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o400).open(path).map_err(PollError::Files)?;
    file.write_all(content.as_bytes()).map_err(PollError::Files)
}
