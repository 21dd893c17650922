//! Which Python runs the configuration.

use std::path::{Path, PathBuf};

/// The interpreters to try, the first that exists being taken: the configured one, that of the virtual environment that
/// is active or that this program is installed in, and what `PATH` has.
pub(crate) fn find(configured: Option<&Path>) -> Option<PathBuf> {
    if let Some(configured) = configured {
        return on_path(configured);
    }
    let active = std::env::var_os("VIRTUAL_ENV").map(|environment| PathBuf::from(environment).join("bin/python3"));
    active
        .filter(|python| python.exists())
        .or_else(beside_this_program)
        .or_else(|| on_path(Path::new("python3")))
        .or_else(|| on_path(Path::new("python")))
}

fn beside_this_program() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let python = program.parent()?.join("python3");
    let is_environment = program.parent()?.parent()?.join("pyvenv.cfg").exists();
    (is_environment && python.exists()).then_some(python)
}

/// A path as it is, a bare name as `PATH` has it.
fn on_path(name: &Path) -> Option<PathBuf> {
    if name.components().count() > 1 {
        return name.exists().then(|| name.to_owned());
    }
    std::env::split_paths(&std::env::var_os("PATH")?).map(|entry| entry.join(name)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_configured_interpreter_is_taken_or_nothing() {
        assert_eq!(find(Some(Path::new("/bin/sh"))), Some("/bin/sh".into()));
        assert_eq!(find(Some(Path::new("/no/such/python"))), None);
        assert_eq!(find(Some(Path::new("no-such-python-anywhere"))), None);
    }

    #[test]
    fn a_bare_name_is_looked_up() {
        assert!(find(Some(Path::new("sh"))).unwrap().is_absolute());
    }
}
