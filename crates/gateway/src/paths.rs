//! Worker-side paths: the MessagePack protocol wants them absolute, and the master computes them.

/// How the worker's system writes paths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PathRules {
    Posix,
    Windows,
}

impl PathRules {
    pub(crate) fn of(system: &str) -> PathRules {
        if system == "nt" { PathRules::Windows } else { PathRules::Posix }
    }

    fn separator(self) -> char {
        match self {
            PathRules::Posix => '/',
            PathRules::Windows => '\\',
        }
    }

    fn is_absolute(self, path: &str) -> bool {
        match self {
            PathRules::Posix => path.starts_with('/'),
            PathRules::Windows => path.starts_with(['\\', '/']) || path.as_bytes().get(1) == Some(&b':'),
        }
    }

    /// Joins as the worker's `os.path.join` does: an absolute second part replaces the first.
    pub(crate) fn join(self, base: &str, path: &str) -> String {
        if path.is_empty() || self.is_absolute(path) {
            return if path.is_empty() { base.to_owned() } else { path.to_owned() };
        }
        let separator = self.separator();
        if base.ends_with(['/', separator]) || base.is_empty() {
            format!("{base}{path}")
        } else {
            format!("{base}{separator}{path}")
        }
    }

    /// Joins and removes `.` and inner `..`, as `normpath(join(…))`.
    pub(crate) fn resolve(self, base: &str, path: &str) -> String {
        let joined = self.join(base, path);
        if self == PathRules::Windows {
            return joined.replace('/', "\\");
        }
        let mut parts: Vec<&str> = Vec::new();
        for part in joined.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => {
                    parts.pop();
                }
                ".." if joined.starts_with('/') => {}
                other => parts.push(other),
            }
        }
        let root = if joined.starts_with('/') { "/" } else { "" };
        format!("{root}{}", parts.join("/"))
    }

    /// Expands a leading `~/` with the worker's home.
    pub(crate) fn expand_home(self, path: &str, home: Option<&str>) -> String {
        match (path.strip_prefix("~/"), home) {
            (Some(rest), Some(home)) => self.join(home, rest),
            _ => path.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_resolve_as_on_the_worker() {
        let cases = [
            ("/w", "build", "/w/build"),
            ("/w/", "build/../x", "/w/x"),
            ("/w/b", "/abs/./y", "/abs/y"),
            ("/w", "../../..", "/"),
            ("/w", "", "/w"),
        ];
        for (base, path, expected) in cases {
            assert_eq!(PathRules::Posix.resolve(base, path), expected);
        }
        assert_eq!(PathRules::Windows.resolve("c:\\w", "a/b"), "c:\\w\\a\\b");
    }
}
