//! Reads a worker's `buildbot.tac` without running it.
//!
//! The file is Python, but nearly always only assigns plain values and hands them to `Worker(…)`. That much is understood
//! here: literals, names, `os.environ`, paths, reading a password from a file. What goes beyond is an error that names the
//! line, and only when the worker needs the value.

mod assignments;
mod evaluate;
mod tokens;

pub use assignments::Assignments;

use std::path::{Path, PathBuf};
use std::time::Duration;

use ferrobot_model::{TextEncoding, span_of};

use crate::options::{AllowShutdown, LogRotation, MasterAddress, Protocol, WorkerOptions};

use evaluate::{Call, Script, Value};

/// Why a directory is no worker's, or its settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TacError {
    /// There is no such file, or it cannot be read.
    #[error("error reading '{path}': {reason}", path = path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The file belongs to something else.
    #[error("unexpected content in '{path}'", path = path.display())]
    NotAWorker {
        /// The file.
        path: PathBuf,
    },
    /// A value is computed in a way that only Python understands.
    #[error("{path}:{line}: `{name}` is computed by Python code that cannot be read here; write its value instead",
        path = path.display())]
    Computed {
        /// The file.
        path: PathBuf,
        /// Where.
        line: usize,
        /// Which value.
        name: String,
    },
    /// A value makes no sense.
    #[error("{path}: {reason}", path = path.display())]
    Invalid {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}

/// Checks that a directory has a worker's `buildbot.tac`.
pub fn check(directory: &Path) -> Result<String, TacError> {
    let path = directory.join("buildbot.tac");
    let text = std::fs::read_to_string(&path).map_err(|error| TacError::Unreadable {
        path: path.clone(),
        reason: crate::python_text::OsError::of(&error).strerror,
    })?;
    let is_worker = |name: &str| {
        text.contains(&format!("Application('{name}')")) || text.contains(&format!("Application(\"{name}\")"))
    };
    if is_worker("buildbot-worker") || is_worker("buildslave") { Ok(text) } else { Err(TacError::NotAWorker { path }) }
}

/// The settings of the worker in a directory.
pub fn read(directory: &Path) -> Result<WorkerOptions, TacError> {
    let text = check(directory)?;
    parse(&text, directory)
}

/// The settings in the text of a file that lies in `directory`.
fn parse(text: &str, directory: &Path) -> Result<WorkerOptions, TacError> {
    let script = Script::run(text, &directory.join("buildbot.tac"));
    let file = TacFile { path: directory.join("buildbot.tac"), script };
    file.options(directory)
}

struct TacFile {
    path: PathBuf,
    script: Script,
}

impl TacFile {
    fn invalid(&self, reason: String) -> TacError {
        TacError::Invalid { path: self.path.clone(), reason }
    }

    fn options(&self, directory: &Path) -> Result<WorkerOptions, TacError> {
        let call = self.script.worker.as_ref();
        let call = call.ok_or_else(|| self.invalid("there is no call of `Worker(…)` in it".to_owned()))?;
        let arguments = Arguments { file: self, call };
        let basedir = match arguments.text(4, "basedir")? {
            None => directory.to_owned(),
            Some(given) if given == "." => directory.to_owned(),
            Some(given) => directory.join(given),
        };
        let master = MasterAddress {
            host: arguments.text(0, "buildmaster_host")?.unwrap_or_default(),
            port: self.port(arguments.number(1, "port")?)?,
        };
        let name = arguments.text(2, "name")?.unwrap_or_default();
        let password = arguments.text(3, "passwd")?.unwrap_or_default();
        Ok(WorkerOptions {
            connection_string: arguments.text(NAMED, "connection_string")?,
            proxy: arguments.text(NAMED, "proxy_connection_string")?,
            use_tls: arguments.flag("useTls")?,
            protocol: self.protocol(arguments.text(NAMED, "protocol")?.as_deref())?,
            keepalive: arguments.span(5, "keepalive")?,
            maxdelay: arguments.span(NAMED, "maxdelay")?.unwrap_or(Duration::from_secs(300)),
            maxretries: self.whole("maxRetries", arguments.number(NAMED, "maxRetries")?)?,
            umask: self.whole("umask", arguments.number(NAMED, "umask")?)?,
            numcpus: arguments.number(NAMED, "numcpus")?.filter(|&count| count != 0.0).map(|count| count as i64),
            encoding: self.encoding(arguments.text(NAMED, "unicode_encoding")?.as_deref())?,
            allow_shutdown: self.allow_shutdown(arguments.text(NAMED, "allow_shutdown")?.as_deref())?,
            delete_leftover_dirs: arguments.flag("delete_leftover_dirs")?,
            rotation: self.rotation()?,
            ..WorkerOptions::new(basedir, master, &name, &password)
        })
    }

    fn port(&self, port: Option<f64>) -> Result<u16, TacError> {
        let Some(port) = port else { return Ok(9989) };
        if port.fract() == 0.0 && (1.0..=65535.0).contains(&port) {
            return Ok(port as u16);
        }
        Err(self.invalid(format!("{port} is not a port")))
    }

    fn whole(&self, name: &str, value: Option<f64>) -> Result<Option<u32>, TacError> {
        match value {
            None => Ok(None),
            Some(number) if number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number) => {
                Ok(Some(number as u32))
            }
            Some(number) => Err(self.invalid(format!("`{name}` must be a whole number, not {number}"))),
        }
    }

    fn protocol(&self, name: Option<&str>) -> Result<Protocol, TacError> {
        let name = name.unwrap_or("pb");
        Protocol::from_name(name).ok_or_else(|| self.invalid(format!("Unknown protocol {name}")))
    }

    fn encoding(&self, name: Option<&str>) -> Result<TextEncoding, TacError> {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(TextEncoding::Utf8) };
        let unknown = || format!("unicode_encoding: '{name}' is no encoding that is known; the usual one is 'utf-8'");
        TextEncoding::from_python_name(name).ok_or_else(|| self.invalid(unknown()))
    }

    fn allow_shutdown(&self, how: Option<&str>) -> Result<Option<AllowShutdown>, TacError> {
        match how {
            None => Ok(None),
            Some("signal") => Ok(Some(AllowShutdown::Signal)),
            Some("file") => Ok(Some(AllowShutdown::File)),
            Some(other) => Err(self.invalid(format!("allow_shutdown must be 'signal' or 'file', not '{other}'"))),
        }
    }

    /// Without its own log observer the file lets the log grow.
    fn rotation(&self) -> Result<Option<LogRotation>, TacError> {
        if !self.script.sets_log_observer {
            return Ok(None);
        }
        let length = match self.script.variables.get("rotateLength") {
            Some(Value::Number(length)) => *length as i64,
            _ => 10_000_000,
        };
        let kept = match self.script.variables.get("maxRotatedFiles") {
            Some(Value::Number(kept)) => self.whole("maxRotatedFiles", Some(*kept))?,
            _ => None,
        };
        Ok(Some(LogRotation { length, kept }))
    }
}

/// The place of arguments that are only given by name.
const NAMED: usize = usize::MAX;

struct Arguments<'a> {
    file: &'a TacFile,
    call: &'a Call,
}

impl Arguments<'_> {
    fn get(&self, place: usize, name: &str) -> Result<Option<&Value>, TacError> {
        match self.call.argument(place, name) {
            None | Some(Value::None) => Ok(None),
            Some(Value::Computed { line }) => {
                Err(TacError::Computed { path: self.file.path.clone(), line: *line, name: name.to_owned() })
            }
            Some(value) => Ok(Some(value)),
        }
    }

    fn text(&self, place: usize, name: &str) -> Result<Option<String>, TacError> {
        match self.get(place, name)? {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text.clone())),
            Some(other) => Err(self.file.invalid(format!("`{name}` must be text, not {other}"))),
        }
    }

    fn number(&self, place: usize, name: &str) -> Result<Option<f64>, TacError> {
        match self.get(place, name)? {
            None => Ok(None),
            Some(Value::Number(number)) => Ok(Some(*number)),
            Some(Value::Flag(flag)) => Ok(Some(f64::from(u8::from(*flag)))),
            Some(Value::Text(text)) => match text.trim().parse() {
                Ok(number) => Ok(Some(number)),
                Err(_) => Err(self.file.invalid(format!("`{name}` must be a number, not '{text}'"))),
            },
            Some(other) => Err(self.file.invalid(format!("`{name}` must be a number, not {other}"))),
        }
    }

    /// A number of seconds; zero says the same as nothing.
    fn span(&self, place: usize, name: &str) -> Result<Option<Duration>, TacError> {
        let Some(number) = self.number(place, name)? else { return Ok(None) };
        let span = span_of(number).map_err(|error| self.file.invalid(format!("`{name}` {error}")))?;
        Ok(Some(span).filter(|span| !span.is_zero()))
    }

    fn flag(&self, name: &str) -> Result<bool, TacError> {
        Ok(self.get(NAMED, name)?.is_some_and(Value::is_true))
    }
}

#[cfg(test)]
mod tests;
