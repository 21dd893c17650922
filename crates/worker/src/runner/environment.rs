//! The environment of a command: the worker's own, changed by what the step asks for.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};

use ferrobot_model::EnvironmentValue;

/// Names and values.
pub type Environment = BTreeMap<OsString, OsString>;

/// What a command's process gets.
pub(super) fn merge(
    base: &Environment,
    requested: &BTreeMap<String, EnvironmentValue>,
    workdir: &OsStr,
) -> Environment {
    let mut environment = base.clone();
    for (name, value) in requested {
        let value = match value {
            EnvironmentValue::Unset => {
                environment.remove(OsStr::new(name));
                continue;
            }
            EnvironmentValue::Set(value) => value.clone(),
            EnvironmentValue::Join(parts) => parts.join(":"),
        };
        // A step adds to the module path of the worker, and never replaces it.
        let value = if name == "PYTHONPATH" { format!("{value}:${{PYTHONPATH}}") } else { value };
        environment.insert(OsString::from(name), expand(&value, base));
    }
    environment.insert(OsString::from("PWD"), workdir.to_owned());
    environment
}

/// Puts the worker's own values in place of `${NAME}`; what is not set is empty.
fn expand(value: &str, base: &Environment) -> OsString {
    let mut expanded = OsString::new();
    let mut rest = value;
    while let Some(start) = rest.find("${") {
        let inner = &rest[start + 2..];
        let length = inner.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        if inner.as_bytes().get(length) == Some(&b'}') {
            expanded.push(&rest[..start]);
            if let Some(known) = base.get(OsStr::new(&inner[..length])) {
                expanded.push(known);
            }
            rest = &inner[length + 1..];
        } else {
            expanded.push(&rest[..start + 2]);
            rest = inner;
        }
    }
    expanded.push(rest);
    expanded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        pairs.iter().map(|(name, value)| (OsString::from(name), OsString::from(value))).collect()
    }

    /// The same cases were shown to a stock worker.
    #[test]
    fn steps_change_the_workers_environment() {
        let base = environment(&[("A", "aval"), ("PATH", "/usr/bin:/bin"), ("USER", "tess"), ("GONE", "x")]);
        let requested = BTreeMap::from([
            ("L".to_owned(), EnvironmentValue::Join(vec!["a".to_owned(), "b".to_owned()])),
            ("GONE".to_owned(), EnvironmentValue::Unset),
            ("NEVER".to_owned(), EnvironmentValue::Unset),
            ("X".to_owned(), EnvironmentValue::Set("${A}|${NOPE}|$A|${USER}|${no-name}|${".to_owned())),
            ("PYTHONPATH".to_owned(), EnvironmentValue::Join(vec!["/p".to_owned(), "/q".to_owned()])),
            ("PATH".to_owned(), EnvironmentValue::Join(vec!["/xx".to_owned(), "${PATH}".to_owned()])),
            ("E".to_owned(), EnvironmentValue::Set(String::new())),
        ]);
        let expected = environment(&[
            ("A", "aval"),
            ("E", ""),
            ("L", "a:b"),
            ("PATH", "/xx:/usr/bin:/bin"),
            ("PWD", "/w/build"),
            ("PYTHONPATH", "/p:/q:"),
            ("USER", "tess"),
            ("X", "aval||$A|tess|${no-name}|${"),
        ]);
        assert_eq!(merge(&base, &requested, OsStr::new("/w/build")), expected);
    }

    #[test]
    fn the_module_path_is_added_to() {
        let base = environment(&[("PYTHONPATH", "/own")]);
        let requested = BTreeMap::from([("PYTHONPATH".to_owned(), EnvironmentValue::Set("/p".to_owned()))]);
        assert_eq!(merge(&base, &requested, OsStr::new("/"))[OsStr::new("PYTHONPATH")], "/p:/own");
    }
}
