//! Runs git: with a deadline, bounds on what it says, no questions to a terminal, and nothing of what others
//! wrote taken for an option.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::process::Command;

/// A fetch of a huge repository over a slow line may take long; a server that says nothing may not hold us for ever.
const DEADLINE: Duration = Duration::from_secs(2 * 3600);
/// Ids of a million commits, or names of as many refs.
const OUTPUT_BYTES_MAX: usize = 64 << 20;
/// What of git's complaints is shown.
const COMPLAINT_BYTES_MAX: usize = 4096;

/// Why git gave no answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum GitError {
    /// There is no such program.
    #[error("the program `{0}` was not found: install git on the master's machine, or set gitbin")]
    Missing(String),
    /// It could not be started.
    #[error("could not start `{program}`: {source}")]
    Start {
        /// The program.
        program: String,
        /// Why.
        source: std::io::Error,
    },
    /// It failed.
    #[error("git {command} failed with {status}: {complaint}")]
    Failed {
        /// The subcommand.
        command: String,
        /// `exit status: 128`
        status: String,
        /// The end of its standard error.
        complaint: String,
    },
    /// It took too long.
    #[error("git {command} did not end within {} s", DEADLINE.as_secs())]
    Deadline {
        /// The subcommand.
        command: String,
    },
    /// It said too much.
    #[error("git {command} wrote more than {} MiB", OUTPUT_BYTES_MAX >> 20)]
    TooMuch {
        /// The subcommand.
        command: String,
    },
}

/// How to run git for one repository.
#[derive(Debug, Clone)]
pub(super) struct Git {
    pub(super) program: String,
    /// The poller's own bare repository.
    pub(super) repository: PathBuf,
    /// Where relative paths in URLs start.
    pub(super) directory: PathBuf,
    /// `-c name=value` …
    pub(super) options: Vec<String>,
    pub(super) environment: Vec<(String, String)>,
}

impl Git {
    pub(super) fn new(program: &str, repository: &Path, directory: &Path) -> Git {
        Git {
            program: program.to_owned(),
            repository: repository.to_owned(),
            directory: directory.to_owned(),
            options: Vec::new(),
            environment: Vec::new(),
        }
    }

    /// Runs a subcommand in the repository.
    pub(super) async fn run(&self, command: &str, arguments: &[&str], input: &str) -> Result<Vec<u8>, GitError> {
        let (output, whole) =
            self.finish(self.in_repository(command, arguments), command, input, OUTPUT_BYTES_MAX).await?;
        if whole { Ok(output) } else { Err(GitError::TooMuch { command: command.to_owned() }) }
    }

    /// The beginning of what a subcommand says, at most `size` bytes.
    pub(super) async fn beginning(&self, command: &str, arguments: &[&str], size: usize) -> Result<Vec<u8>, GitError> {
        Ok(self.finish(self.in_repository(command, arguments), command, "", size).await?.0)
    }

    /// The same, as text.
    pub(super) async fn text(&self, command: &str, arguments: &[&str], input: &str) -> Result<String, GitError> {
        let output = self.run(command, arguments, input).await?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    }

    /// Makes the repository.
    pub(super) async fn init(&self) -> Result<(), GitError> {
        let mut git = self.command();
        git.args(["init", "--quiet", "--bare", "--"]).arg(&self.repository);
        self.finish(git, "init", "", OUTPUT_BYTES_MAX).await.map(|_| ())
    }

    fn in_repository(&self, command: &str, arguments: &[&str]) -> Command {
        let mut git = self.command();
        git.arg(format!("--git-dir={}", self.repository.display())).args(&self.options).arg(command).args(arguments);
        git
    }

    fn command(&self) -> Command {
        let mut git = Command::new(&self.program);
        for inherited in ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY"] {
            git.env_remove(inherited);
        }
        git.current_dir(&self.directory)
            .env("GIT_TERMINAL_PROMPT", "0")
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        git
    }

    /// What it says, up to `size` bytes, and whether that is all.
    async fn finish(
        &self,
        mut git: Command,
        command: &str,
        input: &str,
        size: usize,
    ) -> Result<(Vec<u8>, bool), GitError> {
        let command = command.to_owned();
        let mut child = git.spawn().map_err(|source| match source.kind() {
            std::io::ErrorKind::NotFound if self.directory.is_dir() => GitError::Missing(self.program.clone()),
            _ => GitError::Start { program: self.program.clone(), source },
        })?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let write = async {
            if let Some(mut stdin) = stdin {
                // It may have ended without reading: its exit status says more than a broken pipe.
                let _unread = stdin.write_all(input.as_bytes()).await;
            }
        };
        let all = async {
            let (output, complaint, ()) = tokio::join!(first_bytes(stdout, size), last_bytes(stderr), write);
            (output, complaint, child.wait().await)
        };
        let Ok((output, complaint, status)) = tokio::time::timeout(DEADLINE, all).await else {
            return Err(GitError::Deadline { command });
        };
        if output.len() > size {
            // It is ended by our not listening any more, so its status says nothing.
            return Ok((output[..size].to_vec(), false));
        }
        match status {
            Ok(status) if status.success() => Ok((output, true)),
            Ok(status) => Err(GitError::Failed { command, status: status.to_string(), complaint }),
            Err(source) => Err(GitError::Start { program: self.program.clone(), source }),
        }
    }
}

/// At most one byte more than `size`, which says that there is more.
async fn first_bytes(stream: Option<impl AsyncRead + Unpin>, size: usize) -> Vec<u8> {
    let mut output = Vec::new();
    if let Some(stream) = stream {
        let _broken = stream.take(size as u64 + 1).read_to_end(&mut output).await;
    }
    output
}

/// The end of what is said, on one line.
async fn last_bytes(stream: Option<impl AsyncRead + Unpin>) -> String {
    let mut kept = Vec::new();
    let mut block = [0; 4096];
    if let Some(mut stream) = stream {
        while let Ok(count @ 1..) = stream.read(&mut block).await {
            kept.extend_from_slice(&block[..count]);
            let surplus = kept.len().saturating_sub(COMPLAINT_BYTES_MAX);
            kept.drain(..surplus);
        }
    }
    let text = String::from_utf8_lossy(&kept);
    text.split(['\n', '\r']).map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}
