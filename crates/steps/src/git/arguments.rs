//! The words of git's commands. Pure.

use ferrobot_config::Value;

use super::version::Features;

/// What the repository is checked out with, rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Options {
    pub(crate) repourl: String,
    /// `HEAD` when none is given.
    pub(crate) branch: String,
    pub(crate) revision: Option<String>,
    pub(crate) depth: Option<i64>,
    pub(crate) reference: Option<String>,
    pub(crate) origin: Option<String>,
    pub(crate) filters: Vec<String>,
    pub(crate) submodules: bool,
    pub(crate) remote_submodules: bool,
    pub(crate) tags: bool,
    pub(crate) progress: bool,
    pub(crate) retry_fetch: bool,
    pub(crate) clobber_on_failure: bool,
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

impl Options {
    /// Whether a branch is meant that has a name.
    pub(crate) fn has_branch(&self) -> bool {
        self.branch != "HEAD"
    }

    /// Whether `clone` cannot check the branch out itself.
    pub(crate) fn branch_follows_clone(&self, features: Features) -> bool {
        self.has_branch() && (!features.branch || self.branch.starts_with("refs/"))
    }

    /// `clone …`
    pub(crate) fn clone_words(&self, features: Features) -> Vec<String> {
        let mut command = words(&["clone"]);
        if features.branch && self.has_branch() {
            if self.branch.starts_with("refs/") {
                command.push("--no-checkout".to_owned());
            } else {
                command.extend(["--branch".to_owned(), self.branch.clone()]);
            }
        }
        self.add_depth(&mut command);
        for (option, value) in [("--reference", &self.reference), ("--origin", &self.origin)] {
            if let Some(value) = value {
                command.extend([option.to_owned(), value.clone()]);
            }
        }
        if features.filters {
            for filter in &self.filters {
                command.extend(["--filter".to_owned(), filter.clone()]);
            }
        }
        command.extend([self.repourl.clone(), ".".to_owned()]);
        if self.progress && features.progress {
            command.push("--progress".to_owned());
        }
        command
    }

    /// `fetch …`
    pub(crate) fn fetch_words(&self, features: Features) -> Vec<String> {
        let mut command = words(&["fetch", "-f"]);
        self.add_depth(&mut command);
        if self.tags {
            command.push("--tags".to_owned());
        }
        if self.progress && features.progress {
            command.push("--progress".to_owned());
        }
        command.extend([self.repourl.clone(), self.branch.clone()]);
        command
    }

    /// `submodule update …` after a clone.
    pub(crate) fn first_submodule_words(&self) -> Vec<String> {
        let mut command = words(&["submodule", "update", "--init", "--recursive"]);
        if self.remote_submodules {
            command.push("--remote".to_owned());
        }
        self.add_depth(&mut command);
        command
    }

    /// `submodule update …` after a fetch.
    pub(crate) fn submodule_words(&self, features: Features) -> Vec<String> {
        let mut command = words(&["submodule", "update", "--init", "--recursive"]);
        let options = [
            (features.submodule_force, "--force"),
            (features.submodule_checkout, "--checkout"),
            (self.remote_submodules, "--remote"),
        ];
        command.extend(options.iter().filter(|(wanted, _)| *wanted).map(|(_, option)| (*option).to_owned()));
        command
    }

    fn add_depth(&self, command: &mut Vec<String>) {
        if let Some(depth) = self.depth {
            command.extend(["--depth".to_owned(), depth.to_string()]);
        }
    }
}

/// The depth that `shallow` asks for.
pub(crate) fn depth(shallow: &Value) -> Result<Option<i64>, String> {
    match shallow {
        Value::None | Value::Bool(false) | Value::Int(0) => Ok(None),
        Value::Bool(true) => Ok(Some(1)),
        Value::Int(depth) => Ok(Some(*depth)),
        Value::Str(text) => {
            let parsed = text.parse().map(Some);
            parsed.map_err(|_| format!("'shallow' must be a bool or a depth, but it is '{text}'"))
        }
        other => Err(format!("'shallow' must be a bool or a depth, not {}", other.type_name())),
    }
}

/// Options of `describe` that are on or off.
const DESCRIBE_SWITCHES: [&str; 8] =
    ["all", "always", "contains", "debug", "long", "exact-match", "tags", "first-parent"];

/// `describe …`; `None`: no description is wanted.
pub(crate) fn describe_words(get_description: &Value) -> Option<Vec<String>> {
    let mut command = words(&["describe"]);
    match get_description {
        Value::Bool(true) => {}
        Value::Dict(_) => add_describe_options(&mut command, get_description),
        _ => return None,
    }
    // What is described is named, but for `--dirty`, which describes the working tree.
    if !command.iter().any(|word| word.starts_with("--dirty")) {
        command.push("HEAD".to_owned());
    }
    Some(command)
}

fn add_describe_options(command: &mut Vec<String>, options: &Value) {
    for switch in DESCRIBE_SWITCHES {
        if options.get(switch).is_some_and(Value::is_truthy) {
            command.push(format!("--{switch}"));
        }
    }
    for option in ["match", "exclude"] {
        if let Some(Value::Str(pattern)) = options.get(option)
            && !pattern.is_empty()
        {
            command.extend([format!("--{option}"), pattern.clone()]);
        }
    }
    for option in ["abbrev", "candidates"] {
        match options.get(option) {
            Some(Value::Int(number)) => command.push(format!("--{option}={number}")),
            Some(Value::Str(text)) if !text.is_empty() => command.push(format!("--{option}={text}")),
            _ => {}
        }
    }
    match options.get("dirty") {
        Some(Value::Bool(true)) => command.push("--dirty".to_owned()),
        Some(Value::Str(mark)) if mark.is_empty() => command.push("--dirty".to_owned()),
        Some(Value::Str(mark)) => command.push(format!("--dirty={mark}")),
        _ => {}
    }
}

/// `user@host:path` as a URL, so that it can have a port. Anything else stays.
pub(crate) fn with_port(address: &str, port: i64) -> String {
    if address.contains("://") || address.contains(":\\") {
        return address.to_owned();
    }
    match address.split_once(':') {
        Some((host, path)) => format!("ssh://{host}:{port}/{path}"),
        None => address.to_owned(),
    }
}

#[cfg(test)]
mod tests;
