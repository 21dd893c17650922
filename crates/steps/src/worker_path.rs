//! Paths on a worker, which may be of the other kind of system.

use ferrobot_engine::StepContext;

/// How the worker's system writes paths.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum WorkerPaths {
    #[default]
    Posix,
    Windows,
}

impl WorkerPaths {
    /// Those of the worker that runs the step.
    pub(crate) fn of(context: &StepContext) -> WorkerPaths {
        if context.worker_info().system == "nt" { WorkerPaths::Windows } else { WorkerPaths::Posix }
    }

    fn is_separator(self, character: char) -> bool {
        character == '/' || (self == WorkerPaths::Windows && character == '\\')
    }

    /// Whether the path needs no directory to start from.
    pub(crate) fn is_absolute(self, path: &str) -> bool {
        match self {
            WorkerPaths::Posix => path.starts_with('/'),
            WorkerPaths::Windows => {
                path.starts_with(['/', '\\']) || path.get(1..3).is_some_and(|drive| drive == ":\\" || drive == ":/")
            }
        }
    }

    /// `path` below `directory`, unless it is absolute.
    pub(crate) fn join(self, directory: &str, path: &str) -> String {
        if directory.is_empty() || self.is_absolute(path) {
            return path.to_owned();
        }
        if path.is_empty() {
            return directory.to_owned();
        }
        let ended = directory.ends_with(|character| self.is_separator(character));
        let separator = match self {
            _ if ended => "",
            WorkerPaths::Posix => "/",
            WorkerPaths::Windows => "\\",
        };
        format!("{directory}{separator}{path}")
    }

    /// What follows the last separator.
    pub(crate) fn basename(self, path: &str) -> &str {
        path.rsplit(|character| self.is_separator(character)).next().unwrap_or(path)
    }

    /// What is before the last separator.
    pub(crate) fn dirname(self, path: &str) -> &str {
        match path.rfind(|character| self.is_separator(character)) {
            Some(0) => &path[..1],
            Some(end) => &path[..end],
            None => "",
        }
    }

    /// The path without separators at its end.
    pub(crate) fn trimmed(self, path: &str) -> &str {
        path.trim_end_matches(|character| self.is_separator(character))
    }

    /// Whether a relative path stays below the directory that it starts from.
    pub(crate) fn stays_below(self, path: &str) -> bool {
        let mut depth = 0_i64;
        !self.is_absolute(path)
            && path.split(|character| self.is_separator(character)).all(|component| {
                depth += match component {
                    "" | "." => 0,
                    ".." => -1,
                    _ => 1,
                };
                depth >= 0
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_follow_the_workers_system() {
        let (posix, windows) = (WorkerPaths::Posix, WorkerPaths::Windows);
        let joined = [
            (posix, "build", "a", "build/a"),
            (posix, "build/", "a", "build/a"),
            (posix, "build", "/a", "/a"),
            (posix, "", "a", "a"),
            (posix, "build", "..", "build/.."),
            (windows, "build", "a", "build\\a"),
            (windows, "build", "C:\\a", "C:\\a"),
            (windows, "build/", "a", "build/a"),
        ];
        for (system, directory, path, expected) in joined {
            assert_eq!(system.join(directory, path), expected);
        }
        let parted = [
            (posix, "/a/b", "/a", "b"),
            (posix, "a", "", "a"),
            (posix, "/a", "/", "a"),
            (posix, "a\\b", "", "a\\b"),
            (windows, "a\\b/c", "a\\b", "c"),
        ];
        for (system, path, dirname, basename) in parted {
            assert_eq!((system.dirname(path), system.basename(path)), (dirname, basename));
        }
        assert_eq!(posix.trimmed("a//"), "a");
    }

    #[test]
    fn paths_that_go_up_are_seen() {
        let cases = [("a/b", true), ("a/../b", true), ("../a", false), ("a/../../b", false), ("/a", false), ("", true)];
        for (path, expected) in cases {
            assert_eq!(WorkerPaths::Posix.stays_below(path), expected, "{path}");
        }
        assert!(!WorkerPaths::Windows.stays_below("a\\..\\..\\b"));
    }
}
