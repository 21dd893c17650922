//! Database URLs: where the file is.

use std::path::{Path, PathBuf};

use crate::StorageError;

/// The file that a database URL such as `sqlite:///state.sqlite` names. Relative paths start at `basedir`.
pub fn database_path(url: &str, basedir: &Path) -> Result<PathBuf, StorageError> {
    let Some(rest) = url.strip_prefix("sqlite:") else {
        let scheme = url.split(':').next().unwrap_or_default();
        return Err(StorageError::Unusable(format!(
            "the database URL begins with `{scheme}:`, and only `sqlite:` is supported; write for example sqlite:///state.sqlite"
        )));
    };
    let without_options = rest.split('?').next().unwrap_or_default();
    let path =
        without_options.strip_prefix("///").unwrap_or_default().replace("%(basedir)s", &basedir.to_string_lossy());
    if path.is_empty() || path == ":memory:" {
        return Err(StorageError::Unusable(format!(
            "the database URL `{url}` names no file; write for example sqlite:///state.sqlite"
        )));
    }
    Ok(basedir.join(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_files() {
        let cases = [
            ("sqlite:///state.sqlite", Some("/base/state.sqlite")),
            ("sqlite:///sub/x.db?timeout=30", Some("/base/sub/x.db")),
            ("sqlite:////var/lib/state.sqlite", Some("/var/lib/state.sqlite")),
            ("sqlite:///%(basedir)s/state.sqlite", Some("/base/state.sqlite")),
            ("sqlite://", None),
            ("sqlite:///:memory:", None),
            ("postgresql://user@host/db", None),
        ];
        for (url, expected) in cases {
            let path = database_path(url, Path::new("/base")).ok();
            assert_eq!(path.as_deref(), expected.map(Path::new), "{url}");
        }
    }
}
