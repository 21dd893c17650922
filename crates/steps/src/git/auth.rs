//! How git proves on the worker who it is: an SSH key, or credentials in a store of its own. The files lie beside the working
//! directory, in one that is removed when the step ends.

use std::collections::BTreeMap;

use ferrobot_model::EnvironmentValue;

use super::version::Features;
use crate::worker_path::WorkerPaths;

/// Commands that talk to other repositories.
const COMMANDS_WITH_AUTH: [&str; 7] = ["clone", "credential", "checkout", "fetch", "ls-remote", "push", "submodule"];

/// What git proves itself with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Auth {
    pub(super) private_key: Option<String>,
    pub(super) known_hosts: Option<String>,
    /// Inputs of `git credential approve`.
    pub(super) credentials: Vec<String>,
    /// Whether credentials are wanted at all, be they rendered to nothing.
    pub(super) has_credentials: bool,
    pub(super) use_http_path: Option<bool>,
    /// Where the files are, on the worker.
    pub(super) directory: String,
    pub(super) paths: WorkerPaths,
}

/// A file to write on the worker: path, content, mode.
pub(super) type AuthFile = (String, String, u32);

impl Auth {
    /// Whether there is anything to prove.
    pub(super) fn is_needed(&self) -> bool {
        self.private_key.is_some() || self.has_credentials
    }

    /// The files that have to be there before git runs.
    pub(super) fn files(&self, features: Features) -> Vec<AuthFile> {
        let Some(key) = &self.private_key else { return Vec::new() };
        let mut files = vec![(self.path("ssh-key"), ending_in_newline(key), 0o400)];
        if let Some(known_hosts) = &self.known_hosts {
            files.push((self.path("ssh-known-hosts"), known_hosts.clone(), 0o400));
        }
        if !features.ssh_command_variable {
            let script = format!("#!/bin/sh\n{} \"$@\"\n", self.ssh_command());
            files.push((self.path("ssh-wrapper.sh"), script, 0o700));
        }
        files
    }

    /// Adds to a git command what it needs: options before the subcommand, and variables.
    pub(super) fn adjust(
        &self,
        subcommand: &str,
        features: Features,
        options: &mut Vec<String>,
        environment: &mut BTreeMap<String, EnvironmentValue>,
    ) -> Result<(), String> {
        if !COMMANDS_WITH_AUTH.contains(&subcommand) {
            return Ok(());
        }
        if self.private_key.is_some() {
            let command = self.ssh_command();
            if features.ssh_command_option {
                options.extend(["-c".to_owned(), format!("core.sshCommand={command}")]);
            } else if features.ssh_command_variable {
                environment.insert("GIT_SSH_COMMAND".to_owned(), EnvironmentValue::Set(command));
            } else {
                let wrapper = self.path("ssh-wrapper.sh");
                environment.insert("GIT_SSH".to_owned(), EnvironmentValue::Set(wrapper));
            }
        }
        if self.has_credentials {
            if !features.credential_store {
                return Err("git credential-store is not supported by the worker's git".to_owned());
            }
            let store = self.path(".git-credentials");
            // The first one makes git forget the stores of the worker's user.
            let mut add = |setting: String| options.extend(["-c".to_owned(), setting]);
            add("credential.helper=".to_owned());
            add(format!("credential.helper=store \"--file={store}\""));
            if let Some(use_http_path) = self.use_http_path {
                add(format!("credential.useHttpPath={use_http_path}"));
            }
        }
        Ok(())
    }

    fn path(&self, name: &str) -> String {
        self.paths.join(&self.directory, name)
    }

    fn ssh_command(&self) -> String {
        let mut words = vec!["ssh".to_owned(), "-o".to_owned(), "BatchMode=yes".to_owned()];
        words.extend(["-i".to_owned(), self.path("ssh-key")]);
        if self.known_hosts.is_some() {
            words.extend(["-o".to_owned(), format!("UserKnownHostsFile={}", self.path("ssh-known-hosts"))]);
        }
        words.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" ")
    }
}

/// Where the files for a working directory lie.
pub(super) fn directory(paths: WorkerPaths, basedir: &str, workerbuilddir: &str, workdir: &str) -> String {
    let workdir = paths.trimmed(workdir);
    let parent = paths.dirname(workdir);
    let parent = if paths.is_absolute(workdir) { parent.to_owned() } else { paths.join(basedir, parent) };
    paths.join(&parent, &format!(".{workerbuilddir}.{}.buildbot", paths.basename(workdir)))
}

/// The line of a known-hosts file for any host with this key.
pub(super) fn known_host(key: &str) -> String {
    format!("* {key}")
}

/// Providers of secrets may strip what a key needs at its end.
fn ending_in_newline(key: &str) -> String {
    if key.ends_with(['\n', '\r']) { key.to_owned() } else { format!("{key}\n") }
}

fn quoted(word: &str) -> String {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || character == '_' || character == '-';
    if !word.is_empty() && word.chars().all(is_plain) { word.to_owned() } else { format!("\"{word}\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auth() -> Auth {
        Auth { directory: "/w/.b.build.buildbot".to_owned(), ..Auth::default() }
    }

    fn features(version: &str) -> Features {
        Features::from_version(&format!("git version {version}")).unwrap()
    }

    fn adjusted(auth: &Auth, subcommand: &str, version: &str) -> (String, BTreeMap<String, EnvironmentValue>) {
        let (mut options, mut environment) = (Vec::new(), BTreeMap::new());
        auth.adjust(subcommand, features(version), &mut options, &mut environment).unwrap();
        (options.join(" "), environment)
    }

    #[test]
    fn keys_reach_every_age_of_git() {
        let with_key = Auth { private_key: Some("KEY".to_owned()), known_hosts: Some("* k".to_owned()), ..auth() };
        let command = "ssh -o \"BatchMode=yes\" -i \"/w/.b.build.buildbot/ssh-key\" \
                       -o \"UserKnownHostsFile=/w/.b.build.buildbot/ssh-known-hosts\"";
        assert_eq!(adjusted(&with_key, "clone", "2.47.3").0, format!("-c core.sshCommand={command}"));
        let variable =
            |name: &str, value: &str| BTreeMap::from([(name.to_owned(), EnvironmentValue::Set(value.to_owned()))]);
        assert_eq!(adjusted(&with_key, "fetch", "2.5.0"), (String::new(), variable("GIT_SSH_COMMAND", command)));
        let wrapper = variable("GIT_SSH", "/w/.b.build.buildbot/ssh-wrapper.sh");
        assert_eq!(adjusted(&with_key, "fetch", "2.0.0"), (String::new(), wrapper));
        assert_eq!(adjusted(&with_key, "rev-parse", "2.47.3"), (String::new(), BTreeMap::new()));
        assert_eq!(with_key.files(features("2.47.3")).len(), 2);
        let old = with_key.files(features("2.0.0"));
        assert_eq!(old[0], ("/w/.b.build.buildbot/ssh-key".to_owned(), "KEY\n".to_owned(), 0o400));
        assert_eq!(old[2].1, format!("#!/bin/sh\n{command} \"$@\"\n"));
    }

    #[test]
    fn credentials_come_from_no_other_store() {
        let with_credentials = Auth { has_credentials: true, use_http_path: Some(true), ..auth() };
        assert_eq!(
            adjusted(&with_credentials, "clone", "2.47.3").0,
            "-c credential.helper= -c credential.helper=store \"--file=/w/.b.build.buildbot/.git-credentials\" \
             -c credential.useHttpPath=true"
        );
        let refused = with_credentials.adjust("clone", features("1.7.8"), &mut Vec::new(), &mut BTreeMap::new());
        assert!(refused.is_err());
    }

    #[test]
    fn the_files_lie_beside_the_working_directory() {
        let cases = [
            ("build", "/w/.ssh.build.buildbot"),
            ("a/b/", "/w/a/.ssh.b.buildbot"),
            ("/elsewhere/x", "/elsewhere/.ssh.x.buildbot"),
        ];
        for (workdir, expected) in cases {
            assert_eq!(directory(WorkerPaths::Posix, "/w", "ssh", workdir), expected);
        }
    }
}
