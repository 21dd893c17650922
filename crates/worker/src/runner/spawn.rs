//! Finds and starts a program as Python's `execvpe` does, with pipes or on a terminal of its own.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tokio::net::unix::pipe;

use super::child::Child;
use super::environment::Environment;
use super::launch::{Launch, Leads, launch};
use super::mark::Mark;
use crate::python_text::{OsError, bytes_repr, str_repr};

/// Where programs are searched when the environment does not say.
const DEFAULT_PATH: &str = "/bin:/usr/bin";

/// What to start.
pub(super) struct Program<'a> {
    /// The program and its arguments.
    pub(super) argv: Vec<OsString>,
    pub(super) workdir: &'a Path,
    pub(super) environment: &'a Environment,
    pub(super) use_pty: bool,
    pub(super) has_stdin: bool,
}

/// What was started.
pub(super) struct Spawned {
    pub(super) child: Child,
    /// What all its descendants bear.
    pub(super) mark: Option<Mark>,
    /// Where to write its input; absent when it gets none.
    pub(super) stdin: Option<pipe::Sender>,
    /// Its output, or its terminal.
    pub(super) stdout: pipe::Receiver,
    /// Absent on a terminal.
    pub(super) stderr: Option<pipe::Receiver>,
}

/// Starts a program in a process group of its own. The error is what the program's standard error shall say.
pub(super) fn spawn(program: &Program<'_>) -> Result<Spawned, String> {
    if let Some(fault) = fault_of(program) {
        return Err(describe_failure(&program.argv, &format!("ValueError: {fault}")));
    }
    let file = find_program(&program.argv[0], program.environment).map_err(|(error, path)| {
        describe_failure(&program.argv, &exception(&error, &bytes_repr(path.as_os_str().as_bytes())))
    })?;
    let started = if program.use_pty { start_on_terminal(program, &file) } else { start_with_pipes(program, &file) };
    started.map_err(|error| {
        let entered = std::fs::read_dir(program.workdir).map(drop);
        let shown = match &entered {
            Err(refused) if refused.raw_os_error() == error.raw_os_error() => {
                str_repr(&program.workdir.to_string_lossy())
            }
            _ => bytes_repr(file.as_os_str().as_bytes()),
        };
        describe_failure(&program.argv, &exception(&error, &shown))
    })
}

/// What no system could be asked for, in Python's words.
fn fault_of(program: &Program<'_>) -> Option<&'static str> {
    let has_nul = |text: &OsString| text.as_bytes().contains(&0);
    if program.argv[0].is_empty() {
        Some("execve: argv first element cannot be empty")
    } else if program.argv.iter().chain(program.environment.keys()).chain(program.environment.values()).any(has_nul) {
        Some("embedded null byte")
    } else if program.environment.keys().any(|name| name.is_empty() || name.as_bytes().contains(&b'=')) {
        Some("illegal environment variable name")
    } else {
        None
    }
}

fn exception(error: &io::Error, shown: &str) -> String {
    let error = OsError::of(error);
    format!("{}: {}", error.class, error.describe(shown))
}

/// The words of a stock worker's forked process that could not execute; the stack of its own frames is left out.
fn describe_failure(argv: &[OsString], exception: &str) -> String {
    let words: Vec<String> = argv.iter().map(|word| bytes_repr(word.as_bytes())).collect();
    format!(
        "Upon execvpe {} [{}] in environment id {}\n:Traceback (most recent call last):\n{exception}\n",
        words[0],
        words.join(", "),
        std::process::id(),
    )
}

/// Searches the command's own `PATH`. The error names the file that Python would name.
fn find_program(name: &OsStr, environment: &Environment) -> Result<PathBuf, (io::Error, PathBuf)> {
    if name.as_bytes().contains(&b'/') {
        return Ok(PathBuf::from(name));
    }
    let default = OsString::from(DEFAULT_PATH);
    let search = environment.get(OsStr::new("PATH")).unwrap_or(&default);
    let mut missing = None;
    let mut refused = None;
    for directory in search.as_bytes().split(|&byte| byte == b':') {
        let file = Path::new(OsStr::from_bytes(directory)).join(name);
        match check_executable(&file) {
            Ok(()) => return Ok(file),
            Err(error) if matches!(error.raw_os_error(), Some(libc::ENOENT | libc::ENOTDIR)) => {
                missing = Some((error, file));
            }
            Err(error) => refused = refused.or(Some((error, file))),
        }
    }
    Err(refused.or(missing).unwrap_or_else(|| (io::Error::from_raw_os_error(libc::ENOENT), PathBuf::from(name))))
}

fn check_executable(file: &Path) -> io::Result<()> {
    let metadata = std::fs::metadata(file)?;
    if metadata.is_dir() || metadata.permissions().mode() & 0o111 == 0 {
        return Err(io::Error::from_raw_os_error(libc::EACCES));
    }
    nix::unistd::access(file, nix::unistd::AccessFlags::X_OK).map_err(io::Error::from)
}

/// Starts the program on these streams, as the leader of something.
fn start(program: &Program<'_>, file: &Path, streams: [BorrowedFd<'_>; 3], leads: Leads) -> io::Result<Started> {
    // An absolute file, so that it is started as found and never searched again.
    let file = if file.is_absolute() { file.to_owned() } else { program.workdir.join(file) };
    let mark = Mark::choose();
    let pid = launch(&Launch {
        file: &file,
        argv: &program.argv,
        environment: program.environment,
        workdir: program.workdir,
        streams,
        leads,
        mark,
    })?;
    Ok(Started { child: Child::new(pid)?, mark })
}

struct Started {
    child: Child,
    mark: Option<Mark>,
}

fn start_with_pipes(program: &Program<'_>, file: &Path) -> io::Result<Spawned> {
    let (stdin_read, stdin_write) = io::pipe()?;
    let (stdout_read, stdout_write) = io::pipe()?;
    let (stderr_read, stderr_write) = io::pipe()?;
    let streams = [stdin_read.as_fd(), stdout_write.as_fd(), stderr_write.as_fd()];
    let Started { child, mark } = start(program, file, streams, Leads::Group)?;
    // Without input the write end is closed here: the program reads an end of file.
    let stdin = program.has_stdin.then(|| pipe::Sender::from_owned_fd(OwnedFd::from(stdin_write))).transpose()?;
    Ok(Spawned {
        child,
        mark,
        stdin,
        stdout: pipe::Receiver::from_owned_fd(OwnedFd::from(stdout_read))?,
        stderr: Some(pipe::Receiver::from_owned_fd(OwnedFd::from(stderr_read))?),
    })
}

fn start_on_terminal(program: &Program<'_>, file: &Path) -> io::Result<Spawned> {
    let terminal = nix::pty::openpty(None, None)?;
    for fd in [&terminal.master, &terminal.slave] {
        nix::fcntl::fcntl(fd, nix::fcntl::FcntlArg::F_SETFD(nix::fcntl::FdFlag::FD_CLOEXEC))?;
    }
    nix::fcntl::fcntl(&terminal.master, nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK))?;
    let Started { child, mark } = start(program, file, [terminal.slave.as_fd(); 3], Leads::Terminal)?;
    let master = File::from(terminal.master);
    Ok(Spawned { child, mark, stdin: None, stdout: pipe::Receiver::from_file_unchecked(master)?, stderr: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search_path(path: &str) -> Environment {
        Environment::from([(OsString::from("PATH"), OsString::from(path))])
    }

    #[test]
    fn programs_are_found_in_the_commands_own_path() {
        let directory = tempfile::tempdir().unwrap();
        let tool = directory.path().join("tool");
        std::fs::write(&tool, "#!/bin/sh\n").unwrap();
        let path = search_path(&format!("/nowhere:{}:/bin", directory.path().display()));

        let (error, file) = find_program(OsStr::new("tool"), &path).unwrap_err();
        assert_eq!((error.raw_os_error(), file), (Some(libc::EACCES), tool.clone()));

        std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();
        assert_eq!(find_program(OsStr::new("tool"), &path).unwrap(), tool);
        assert_eq!(find_program(OsStr::new("./x"), &path).unwrap(), Path::new("./x"));
        assert_eq!(find_program(OsStr::new("sh"), &Environment::new()).unwrap(), Path::new("/bin/sh"));
    }

    #[test]
    fn a_missing_program_is_reported_as_python_reports_it() {
        let (error, file) = find_program(OsStr::new("no-such"), &search_path("/usr/bin:/bin")).unwrap_err();
        let shown = bytes_repr(file.as_os_str().as_bytes());
        let text = describe_failure(&["no-such".into(), "x".into()], &exception(&error, &shown));
        assert!(text.starts_with("Upon execvpe b'no-such' [b'no-such', b'x'] in environment id "), "{text}");
        assert!(
            text.ends_with("\nFileNotFoundError: [Errno 2] No such file or directory: b'/bin/no-such'\n"),
            "{text}"
        );
    }
}
