//! What the steps share that send files of the worker to the master.

use std::io;
use std::path::PathBuf;

use ferrobot_config::Value;
use ferrobot_engine::{StepContext, StepError};

use crate::kind::Faults;
use crate::rendered::{fault, optional_text};
use crate::repr::repr;
use crate::transfer::Compression;

/// A path on the master: relative to its directory, `~` is the home of its user.
pub(crate) fn master_path(context: &StepContext, path: &str) -> PathBuf {
    context.basedir().join(with_home(path))
}

/// A path in which a `~` at the beginning is the home of the master's user.
pub(crate) fn with_home(path: &str) -> String {
    expand_home(path, std::env::var("HOME").ok().as_deref())
}

fn expand_home(path: &str, home: Option<&str>) -> String {
    match (path.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => format!("{home}{rest}"),
        _ => path.to_owned(),
    }
}

/// A failure on the master's side of a transfer.
pub(crate) fn transfer_fault(error: io::Error) -> StepError {
    fault(error.to_string())
}

/// Shows where the uploaded thing can be found.
pub(crate) async fn show_url(
    context: &mut StepContext,
    url: &Value,
    url_text: &Value,
    destination: &str,
) -> Result<(), StepError> {
    let Some(url) = optional_text("url", &context.render(url).await?)? else { return Ok(()) };
    let name = match optional_text("urlText", &context.render(url_text).await?)? {
        Some(name) => name,
        None => destination.rsplit('/').next().unwrap_or(destination).to_owned(),
    };
    context.add_url(&name, &url).await
}

/// A parameter that is a size in bytes, or `None`.
pub(crate) fn size(parameter: &str, value: &Value) -> Result<Option<u64>, StepError> {
    match value {
        Value::None => Ok(None),
        Value::Int(size) if *size >= 0 => Ok(Some(size.unsigned_abs())),
        other => Err(fault(format!("'{parameter}' must be a size in bytes or None, but it is {}", repr(other)))),
    }
}

/// A parameter that is a file's mode, or `None`.
pub(crate) fn mode(value: &Value) -> Option<u32> {
    match value {
        Value::Int(mode) => u32::try_from(*mode).ok(),
        _ => None,
    }
}

/// Tells of a mode that is none.
pub(crate) fn check_mode(value: &Value, faults: &mut Faults<'_>) {
    if !matches!(value, Value::None | Value::Int(_)) {
        faults.add("mode must be an integer or None");
    }
}

/// Reads `compress`.
pub(crate) fn compression(value: &Value) -> Result<Compression, String> {
    let known = match value {
        Value::None => Some(Compression::None),
        Value::Str(name) => Compression::from_name(name),
        _ => None,
    };
    known.ok_or_else(|| "'compress' must be one of None, 'gz', or 'bz2'".to_owned())
}

/// Tells of arguments that have to be there. Python counts `self`.
pub(crate) fn check_given(values: &[&Value], faults: &mut Faults<'_>) {
    if values.iter().any(|value| matches!(value, Value::None)) {
        let class = faults.class;
        faults.add(format!("{class}: __init__() takes at least {} arguments", values.len() + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_home_is_only_at_the_beginning() {
        let cases = [("~/x", "/home/me/x"), ("~", "/home/me"), ("~other/x", "~other/x"), ("a/~", "a/~")];
        for (path, expected) in cases {
            assert_eq!(expand_home(path, Some("/home/me")), expected);
        }
        assert_eq!(expand_home("~/x", None), "~/x");
    }

    #[test]
    fn compression_is_named_as_in_python() {
        assert_eq!(compression(&Value::None), Ok(Compression::None));
        assert_eq!(compression(&"bz2".into()), Ok(Compression::Bzip2));
        assert!(compression(&"xz".into()).is_err());
        assert!(compression(&Value::Int(1)).is_err());
    }
}
