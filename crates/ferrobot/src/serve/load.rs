//! From a file to a configuration in force: the config host runs it, the checks read what it recorded.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use ferrobot_config::{Config, ConfigError, Errors, Place, Source};
use ferrobot_confighost::{ConfigHost, HostOptions};
use ferrobot_engine::{Generation, Host, check_secrets};
use tracing::info;

use crate::kinds::{self, Checks};

/// How long a configuration may take to load: the largest take seconds, one that never ends must be told.
const LOAD_DEADLINE: Duration = Duration::from_secs(120);
/// Another deadline, in seconds: for configurations that ask slow machines, and for tests.
const LOAD_DEADLINE_VARIABLE: &str = "FERROBOT_CONFIG_DEADLINE";

/// A configuration and the host that answers for its functions, or what is wrong with it.
pub(crate) enum Loaded {
    Good { generation: Generation, host: Arc<ConfigHost>, warnings: Vec<ConfigError> },
    Bad(Errors),
}

/// What `checkconfig` wants to know.
pub(crate) enum Checked {
    Good { config: Arc<Config>, warnings: Vec<ConfigError> },
    Bad(Errors),
}

/// Loads a configuration as a new generation.
pub(crate) async fn generation(file: &Path, basedir: &Path, number: u64) -> anyhow::Result<Loaded> {
    if !file.is_file() {
        return Ok(Loaded::Bad(missing(file)));
    }
    let options = HostOptions { load_deadline: load_deadline()?, ..HostOptions::in_directory(basedir) };
    let host = ConfigHost::start(options).await.context("start the configuration's interpreter")?;
    let loaded = host.load(file, basedir).await;
    let mut errors = loaded.errors;
    // What the file itself reported does not keep the rest from being checked: all faults are told at once.
    let config = match &loaded.document {
        ferrobot_config::Value::None => None,
        document => {
            let (name, text) = (file.display().to_string(), tokio::fs::read(file).await.unwrap_or_default());
            let source = Source { file: &name, text: &String::from_utf8_lossy(&text) };
            Config::from_document(document, &source, &Checks(kinds::all()), &mut errors)
        }
    };
    if let Some(config) = &config {
        check_secrets(config, basedir, &mut errors);
    }
    match config {
        Some(config) if errors.errors.is_empty() => {
            let generation = Generation { config: Arc::new(config), host: Arc::clone(&host) as Arc<dyn Host>, number };
            Ok(Loaded::Good { generation, host, warnings: errors.warnings })
        }
        _ => Ok(Loaded::Bad(errors)),
    }
}

fn load_deadline() -> anyhow::Result<Duration> {
    let Some(value) = std::env::var_os(LOAD_DEADLINE_VARIABLE) else { return Ok(LOAD_DEADLINE) };
    let seconds = value.to_str().and_then(|text| text.parse().ok()).filter(|seconds| *seconds > 0);
    seconds.map(Duration::from_secs).with_context(|| {
        format!("{LOAD_DEADLINE_VARIABLE} is {value:?}; it must be the seconds that a configuration may take to load")
    })
}

/// Loads a configuration only to check it.
pub(crate) fn check(file: &Path, basedir: &Path) -> anyhow::Result<Checked> {
    info!("Loading configuration from '{}'", file.display());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let loaded = runtime.block_on(generation(file, basedir, 1))?;
    runtime.shutdown_background();
    Ok(match loaded {
        Loaded::Good { generation, warnings, .. } => Checked::Good { config: generation.config, warnings },
        Loaded::Bad(errors) => Checked::Bad(errors),
    })
}

fn missing(file: &Path) -> Errors {
    let mut errors = Errors::default();
    errors.error(&Place::default(), format!("configuration file '{}' does not exist", file.display()));
    errors
}
