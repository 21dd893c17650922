//! Secrets by name: the configuration's providers are asked in their order, the first that has it answers.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use ferrobot_config::{Config, Errors, Object, Value};

use crate::engine::Engine;
use crate::generation::Generation;
use crate::{HostCall, HostError};

/// A secret is a password or a key, not a file system.
const SECRET_BYTES_MAX: u64 = 1024 * 1024;
/// Bits of a file's mode that let everybody in.
const FOR_OTHERS: u32 = 0o007;

impl Engine {
    /// The secret of this name; `None` when no provider has it.
    pub(crate) async fn secret(&self, generation: &Generation, name: &str) -> Result<Option<String>, HostError> {
        for provider in &generation.config.secrets_providers {
            let secret = match provider.class.rsplit('.').next() {
                Some("SecretInAFile") if provider.user_class.is_none() => {
                    in_a_file(&self.basedir, provider, name).await
                }
                _ => ask(generation, provider, name).await?,
            };
            if secret.is_some() {
                return Ok(secret);
            }
        }
        Ok(None)
    }
}

/// Tells what a configuration's secret providers need and do not find: a directory, and files that nobody else can read.
pub fn check_secrets(config: &Config, basedir: &Path, errors: &mut Errors) {
    for provider in &config.secrets_providers {
        let Some(name) = provider.args.get("dirname").and_then(Value::as_str) else { continue };
        let directory = basedir.join(name);
        let files = match std::fs::read_dir(&directory) {
            Ok(files) => files,
            Err(error) => {
                let told = format!("SecretInAFile: the directory '{}' cannot be read: {error}", directory.display());
                errors.error(&provider.place, told);
                continue;
            }
        };
        let suffixes = suffixes(provider);
        for file in files.flatten() {
            let name = file.file_name().to_string_lossy().into_owned();
            let Ok(metadata) = file.metadata() else { continue };
            let mode = metadata.permissions().mode() & 0o777;
            let is_used = suffixes.iter().any(|suffix| name.ends_with(suffix.as_str()));
            if is_used && metadata.is_file() && mode & FOR_OTHERS != 0 {
                let told = format!(
                    "SecretInAFile: the permissions 0o{mode:o} of '{}' let everybody in; run chmod o= on it",
                    file.path().display()
                );
                errors.error(&provider.place, told);
            }
        }
    }
}

/// A provider of the configuration's own, or one that is Python.
async fn ask(generation: &Generation, provider: &Object, name: &str) -> Result<Option<String>, HostError> {
    let call = HostCall { method: Some("get".to_owned()), ..HostCall::new(provider.handle, vec![name.into()]) };
    Ok(generation.call(call).await?.as_str().map(str::to_owned))
}

/// `SecretInAFile`: the file of that name, with one of the suffixes.
async fn in_a_file(basedir: &Path, provider: &Object, name: &str) -> Option<String> {
    let directory = basedir.join(provider.args.get("dirname").and_then(Value::as_str)?);
    let strip = provider.args.get("strip").is_none_or(Value::is_truthy);
    for path in candidates(&directory, name, &suffixes(provider)) {
        let is_small = tokio::fs::metadata(&path).await.is_ok_and(|file| file.len() <= SECRET_BYTES_MAX);
        if !is_small {
            continue;
        }
        if let Ok(text) = tokio::fs::read_to_string(&path).await {
            // Python reads text with line ends of every kind, and Buildbot strips those at the end only.
            let text = text.replace("\r\n", "\n").replace('\r', "\n");
            return Some(if strip { text.trim_end_matches('\n').to_owned() } else { text });
        }
    }
    None
}

fn suffixes(provider: &Object) -> Vec<String> {
    match provider.args.get("suffixes").and_then(Value::as_list) {
        Some(suffixes) => suffixes.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        None => vec![String::new()],
    }
}

/// Only files that lie in the directory itself: a name cannot lead out of it.
fn candidates(directory: &Path, name: &str, suffixes: &[String]) -> Vec<PathBuf> {
    let is_plain = |file: &str| !file.is_empty() && file != "." && file != ".." && !file.contains(['/', '\\', '\0']);
    suffixes
        .iter()
        .map(|suffix| format!("{name}{suffix}"))
        .filter(|file| is_plain(file))
        .map(|file| directory.join(file))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_do_not_lead_out_of_the_directory() {
        let directory = Path::new("/secrets");
        let suffixes = [String::new(), ".txt".to_owned()];
        let cases: [(&str, &[&str]); 4] = [
            ("token", &["/secrets/token", "/secrets/token.txt"]),
            ("../token", &[]),
            ("/etc/passwd", &[]),
            ("..", &["/secrets/...txt"]),
        ];
        for (name, expected) in cases {
            let found: Vec<String> =
                candidates(directory, name, &suffixes).iter().map(|path| path.display().to_string()).collect();
            assert_eq!(found, expected);
        }
    }

    #[tokio::test]
    async fn files_are_read_and_stripped() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("token.key"), " hush \r\n\n").unwrap();
        let provider = |strip: bool| Object {
            args: [
                ("dirname".to_owned(), Value::Str(directory.path().display().to_string())),
                ("suffixes".to_owned(), Value::List(vec![".pem".into(), ".key".into()])),
                ("strip".to_owned(), Value::Bool(strip)),
            ]
            .into(),
            ..Object::default()
        };
        let read = |strip, name: &'static str| {
            let provider = provider(strip);
            async move { in_a_file(Path::new("/"), &provider, name).await }
        };
        assert_eq!(read(true, "token").await.as_deref(), Some(" hush "));
        assert_eq!(read(false, "token").await.as_deref(), Some(" hush \n\n"));
        assert_eq!(read(true, "other").await, None);
    }

    #[test]
    fn a_provider_wants_a_directory_that_is_its_own() {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, mode: u32| {
            let file = directory.path().join(name);
            std::fs::write(&file, "x").unwrap();
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        write("good.txt", 0o640);
        write("open.txt", 0o604);
        write("open.key", 0o644);
        let provider = |name: &str, suffixes: Option<&str>| {
            let mut object = Object::default();
            object.args.insert("dirname".to_owned(), name.into());
            if let Some(suffix) = suffixes {
                object.args.insert("suffixes".to_owned(), Value::List(vec![suffix.into()]));
            }
            std::sync::Arc::new(object)
        };
        let faults = |provider| {
            let config = Config { secrets_providers: vec![provider], ..Config::default() };
            let mut errors = Errors::default();
            check_secrets(&config, directory.path(), &mut errors);
            errors.errors.into_iter().map(|error| error.message).collect::<Vec<_>>()
        };
        assert_eq!(faults(provider(".", Some("good.txt"))), [""; 0]);
        let told = faults(provider(".", Some(".txt")));
        assert_eq!(told.len(), 1);
        assert!(told[0].contains("0o604") && told[0].contains("open.txt"), "{told:?}");
        assert_eq!(faults(provider(".", None)).len(), 2);
        let told = faults(provider("nowhere", None));
        assert!(told[0].contains("nowhere' cannot be read: No such file"), "{told:?}");
    }
}
