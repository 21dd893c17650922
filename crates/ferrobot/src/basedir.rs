//! A master's directory: its `buildbot.tac`, its process id, its log.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use ferrobot_worker::options::LogRotation;
use ferrobot_worker::tac::Assignments;
use nix::errno::Errno;
use nix::sys::signal::kill;
use nix::unistd::Pid;

/// What `buildbot.tac` says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    /// Absolute path of the directory.
    pub(crate) basedir: PathBuf,
    /// Name of the configuration file.
    pub(crate) configfile: String,
    /// When the log is rotated; `None`: never.
    pub(crate) rotation: Option<LogRotation>,
    /// Mask for new files.
    pub(crate) umask: Option<u32>,
}

/// Reads a master's `buildbot.tac`, without running it.
pub(crate) fn read(basedir: &Path) -> anyhow::Result<Settings> {
    let absolute = std::path::absolute(basedir).with_context(|| format!("resolve `{}`", basedir.display()))?;
    let file = absolute.join("buildbot.tac");
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) => {
            let why = if error.kind() == std::io::ErrorKind::NotFound {
                "No such file or directory".to_owned()
            } else {
                error.to_string()
            };
            bail!(
                "error reading '{}': {why}\ninvalid buildmaster directory '{}'",
                basedir.join("buildbot.tac").display(),
                basedir.display()
            )
        }
    };
    if !text.contains("Application('buildmaster')") {
        bail!("unexpected content in '{}'\ninvalid buildmaster directory '{}'", file.display(), basedir.display());
    }
    let assigned = Assignments::read(&text, &file);
    let length = assigned.integer("rotateLength");
    let kept = assigned.integer("maxRotatedFiles").and_then(|kept| u32::try_from(kept).ok());
    Ok(Settings {
        configfile: assigned.text("configfile").unwrap_or("master.cfg").to_owned(),
        rotation: length.map(|length| LogRotation { length, kept }),
        umask: assigned.integer("umask").and_then(|mask| u32::try_from(mask).ok()),
        basedir: absolute,
    })
}

/// The file with the process id of the running master.
pub(crate) fn pid_file(basedir: &Path) -> PathBuf {
    basedir.join("twistd.pid")
}

/// The process id that a `twistd.pid` names. Zero and less stand for groups of processes, and 1 is no master: a signal to
/// one of them would end others than the master.
pub(crate) fn read_pid(basedir: &Path) -> Option<Pid> {
    let text = std::fs::read_to_string(pid_file(basedir)).ok()?;
    text.trim().parse().ok().filter(|&pid| pid > 1).map(Pid::from_raw)
}

/// The process of the master, when one runs in the directory.
pub(crate) fn running(basedir: &Path) -> Option<Pid> {
    read_pid(basedir).filter(|&pid| is_alive(pid))
}

/// Whether a process lives.
pub(crate) fn is_alive(pid: Pid) -> bool {
    !matches!(kill(pid, None), Err(Errno::ESRCH))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_single_process_counts_as_a_master() {
        let own = std::process::id().to_string();
        let cases = [
            (own.as_str(), true, true),
            ("999999999\n", true, false),
            ("1", false, false),
            ("0", false, false),
            ("-1", false, false),
            ("-4711", false, false),
            ("99999999999", false, false),
            ("", false, false),
            ("x", false, false),
        ];
        let directory = tempfile::tempdir().unwrap();
        for (text, is_read, is_running) in cases {
            std::fs::write(pid_file(directory.path()), text).unwrap();
            assert_eq!(read_pid(directory.path()).is_some(), is_read, "{text:?}");
            assert_eq!(running(directory.path()).is_some(), is_running, "{text:?}");
        }
        std::fs::remove_file(pid_file(directory.path())).unwrap();
        assert_eq!(running(directory.path()), None);
    }
}
