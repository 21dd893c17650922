//! What a worker's git can do, by its version. Pure.

/// A git program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Features {
    /// `clone --branch`
    pub(crate) branch: bool,
    /// `--progress`
    pub(crate) progress: bool,
    /// `submodule update --force`
    pub(crate) submodule_force: bool,
    /// `submodule update --checkout`
    pub(crate) submodule_checkout: bool,
    /// `credential approve`
    pub(crate) credential_store: bool,
    /// `GIT_SSH_COMMAND`
    pub(crate) ssh_command_variable: bool,
    /// `-c core.sshCommand`
    pub(crate) ssh_command_option: bool,
    /// `clone --filter`
    pub(crate) filters: bool,
}

impl Features {
    /// Reads the output of `git --version`; `None`: that was no git.
    pub(crate) fn from_version(output: &str) -> Option<Features> {
        let version = version(output)?;
        let since = |first: &[u32]| version.as_slice() >= first;
        Some(Features {
            branch: since(&[1, 6, 5]),
            progress: since(&[1, 7, 2]),
            submodule_force: since(&[1, 7, 6]),
            submodule_checkout: since(&[1, 7, 8]),
            credential_store: since(&[1, 7, 9]),
            ssh_command_variable: since(&[2, 3, 0]),
            ssh_command_option: since(&[2, 10, 0]),
            filters: since(&[2, 27, 0]),
        })
    }
}

/// The numbers of `git version 2.39.2.windows.1` that come before anything else, at least three.
fn version(output: &str) -> Option<Vec<u32>> {
    let text = output.strip_prefix("git version ")?;
    let mut numbers: Vec<u32> = text
        .split(|character: char| !character.is_ascii_digit() && character != '.')
        .next()
        .unwrap_or_default()
        .split('.')
        .map_while(|number| number.parse().ok())
        .collect();
    if numbers.is_empty() {
        return None;
    }
    while numbers.len() < 3 {
        numbers.push(0);
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        assert_eq!(version("git version 2.47.3\n"), Some(vec![2, 47, 3]));
        assert_eq!(version("git version 2.39.2.windows.1"), Some(vec![2, 39, 2]));
        assert_eq!(version("git version 2.37.0 (Apple Git-136)"), Some(vec![2, 37, 0]));
        assert_eq!(version("git version 2.10"), Some(vec![2, 10, 0]));
        assert_eq!(version("git: command not found"), None);
        assert_eq!(version("git version unknown"), None);
    }

    #[test]
    fn features_come_with_versions() {
        let of = |text: &str| Features::from_version(&format!("git version {text}")).unwrap();
        let old = of("1.6.4");
        assert!(!old.branch && !old.progress && !old.filters);
        let middle = of("2.9.5");
        assert!(middle.submodule_checkout && middle.ssh_command_variable && !middle.ssh_command_option);
        let new = of("2.27.0");
        assert!(new.branch && new.credential_store && new.ssh_command_option && new.filters);
        assert!(of("2.10.0").ssh_command_option, "ten comes after nine");
    }
}
