//! Translates typed commands to the MessagePack protocol's names and arguments (inventory D4).

use ferrobot_model::{Arg, Command, CommandLine, EnvironmentValue, ShellCommand, WorkerInfo};
use rmpv::Value;

use crate::paths::PathRules;

/// Turns relative paths of one builder into what the worker wants.
pub(crate) struct Paths<'a> {
    rules: PathRules,
    base: String,
    home: Option<&'a str>,
}

impl<'a> Paths<'a> {
    pub(crate) fn new(info: &'a WorkerInfo, builder_directory: &str) -> Paths<'a> {
        let rules = PathRules::of(&info.system);
        let base = rules.join(&info.basedir, builder_directory);
        Paths { rules, base, home: info.environ.get("HOME").map(String::as_str) }
    }

    fn of(&self, path: &str) -> Value {
        self.rules.resolve(&self.base, &self.rules.expand_home(path, self.home)).into()
    }

    fn all(&self, paths: &[String]) -> Value {
        paths.iter().map(|path| self.of(path)).collect::<Vec<_>>().into()
    }
}

/// The `args` of `start_command`. Only a worker of ours hides secret words by itself; for a stock worker they are plain.
pub(crate) fn arguments(command: &Command, paths: &Paths<'_>, hides_words: bool) -> Value {
    match command {
        Command::Shell(shell) => shell_arguments(shell, paths, hides_words),
        Command::UploadFile { path, maxsize, blocksize, keepstamp } => map(vec![
            ("path", paths.of(path)),
            ("maxsize", optional(*maxsize)),
            ("blocksize", (*blocksize).into()),
            ("keepstamp", (*keepstamp).into()),
        ]),
        Command::UploadDirectory { path, maxsize, blocksize, compress } => map(vec![
            ("path", paths.of(path)),
            ("maxsize", optional(*maxsize)),
            ("blocksize", (*blocksize).into()),
            ("compress", optional(compress.clone())),
        ]),
        Command::DownloadFile { path, maxsize, blocksize, mode } => map(vec![
            ("path", paths.of(path)),
            ("maxsize", optional(*maxsize)),
            ("blocksize", (*blocksize).into()),
            ("mode", optional(*mode)),
        ]),
        Command::MakeDirectory { paths: directories } => map(vec![("paths", paths.all(directories))]),
        Command::RemoveDirectory { paths: directories, timeout, max_time, log_environ } => map(vec![
            ("paths", paths.all(directories)),
            ("timeout", number(*timeout)),
            ("maxTime", number(*max_time)),
            ("logEnviron", (*log_environ).into()),
        ])
        .without_nil("timeout"),
        Command::CopyDirectory { from, to, timeout, max_time, log_environ } => map(vec![
            ("from_path", paths.of(from)),
            ("to_path", paths.of(to)),
            ("timeout", number(*timeout)),
            ("maxTime", number(*max_time)),
            ("logEnviron", (*log_environ).into()),
        ])
        .without_nil("timeout"),
        Command::Stat { path }
        | Command::Glob { path }
        | Command::ListDirectory { path }
        | Command::RemoveFile { path } => map(vec![("path", paths.of(path))]),
    }
}

fn shell_arguments(shell: &ShellCommand, paths: &Paths<'_>, hides_words: bool) -> Value {
    let logfiles = shell
        .logfiles
        .iter()
        .map(|(name, file)| {
            // Without options by its name alone, which is how the header shows it.
            let value = if file.follow {
                map(vec![("filename", file.filename.clone().into()), ("follow", true.into())])
            } else {
                file.filename.clone().into()
            };
            (name.clone().into(), value)
        })
        .collect::<Vec<(Value, Value)>>();
    map(vec![
        ("workdir", paths.of(&shell.workdir)),
        ("command", command_line(&shell.command, hides_words)),
        ("env", Value::Map(shell.env.iter().map(|(name, value)| (name.clone().into(), environment(value))).collect())),
        ("timeout", number(shell.timeout)),
        ("maxTime", number(shell.max_time)),
        ("max_lines", optional(shell.max_lines)),
        ("sigtermTime", number(shell.sigterm_time)),
        ("want_stdout", shell.want_stdout.into()),
        ("want_stderr", shell.want_stderr.into()),
        ("initial_stdin", optional(shell.initial_stdin.clone())),
        ("logfiles", Value::Map(logfiles)),
        ("usePTY", shell.use_pty.into()),
        ("logEnviron", shell.log_environ.into()),
        ("interruptSignal", optional(shell.interrupt_signal.clone())),
    ])
    .without_nil("interruptSignal")
}

fn command_line(command: &CommandLine, hides_words: bool) -> Value {
    match command {
        CommandLine::Shell(word) => word.text.clone().into(),
        CommandLine::Words(words) => words.iter().map(|word| argument(word, hides_words)).collect::<Vec<_>>().into(),
    }
}

fn argument(word: &Arg, hides_words: bool) -> Value {
    match word.shown.as_ref().filter(|_| hides_words) {
        None => word.text.clone().into(),
        Some(shown) => Value::Array(vec!["obfuscated".into(), word.text.clone().into(), shown.clone().into()]),
    }
}

fn environment(value: &EnvironmentValue) -> Value {
    match value {
        EnvironmentValue::Set(text) => text.clone().into(),
        EnvironmentValue::Join(parts) => parts.iter().cloned().map(Value::from).collect::<Vec<_>>().into(),
        EnvironmentValue::Unset => Value::Nil,
    }
}

/// Whole seconds go as integers: the worker prints them in its header.
fn number(seconds: Option<f64>) -> Value {
    match seconds {
        None => Value::Nil,
        Some(seconds) if seconds.fract() == 0.0 => Value::from(seconds as i64),
        Some(seconds) => Value::from(seconds),
    }
}

fn optional<T: Into<Value>>(value: Option<T>) -> Value {
    value.map_or(Value::Nil, Into::into)
}

pub(crate) fn map(entries: Vec<(&str, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

trait WithoutNil {
    fn without_nil(self, name: &str) -> Self;
}

impl WithoutNil for Value {
    /// Leaves an argument out, so that the worker's default holds.
    fn without_nil(self, name: &str) -> Value {
        match self {
            Value::Map(entries) => Value::Map(
                entries.into_iter().filter(|(key, value)| !(value.is_nil() && key.as_str() == Some(name))).collect(),
            ),
            other => other,
        }
    }
}
