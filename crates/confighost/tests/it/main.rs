//! The config host with the real interpreter.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod call;
mod check;
mod load;
mod start;

use std::path::Path;
use std::sync::Arc;

use ferrobot_config::{Callable, Errors, KnownKinds, Object, Value};
use ferrobot_confighost::{ConfigHost, HostOptions, Loaded};
use tempfile::TempDir;

/// A directory with a configuration, and the host that has it loaded.
struct Site {
    directory: TempDir,
    host: Arc<ConfigHost>,
    loaded: Loaded,
}

fn options(directory: &Path) -> HostOptions {
    HostOptions::in_directory(directory)
}

async fn site_with(source: &str, adjust: impl FnOnce(&mut HostOptions)) -> Site {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("master.cfg");
    std::fs::write(&file, source).unwrap();
    let mut options = options(directory.path());
    adjust(&mut options);
    let host = ConfigHost::start(options).await.unwrap();
    let loaded = host.load(&file, directory.path()).await;
    Site { directory, host, loaded }
}

async fn site(source: &str) -> Site {
    site_with(source, |_| ()).await
}

impl Site {
    /// What is wrong, as `line: message`.
    fn faults(&self) -> Vec<String> {
        let errors = &self.loaded.errors.errors;
        errors.iter().map(|fault| format!("{}: {}", fault.place.line, fault.message)).collect()
    }

    fn key(&self, name: &str) -> &Value {
        self.loaded.document.get(name).unwrap_or_else(|| panic!("no key {name}; faults: {:?}", self.faults()))
    }

    fn callable(&self, name: &str) -> Arc<Callable> {
        match self.key(name) {
            Value::Callable(callable) => Arc::clone(callable),
            other => panic!("{name} is {other:?}"),
        }
    }
}

/// Knows every class, and checks nothing.
struct EveryKind;

impl KnownKinds for EveryKind {
    fn check(&self, _object: &Object, _errors: &mut Errors) -> Option<()> {
        Some(())
    }

    fn scheduler_builders(&self, object: &Object) -> Vec<String> {
        let names = object.args.get("builderNames").and_then(Value::as_list).unwrap_or_default();
        names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
    }
}
