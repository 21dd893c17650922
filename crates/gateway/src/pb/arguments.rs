//! Translates typed commands to Perspective Broker's names and arguments (inventory D4).

use ferrobot_model::{Arg, Command, CommandLine, EnvironmentValue, ShellCommand};
use ferrobot_wire::pb::{LocalId, Value};

/// Which words a worker understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ages {
    /// Version 0.9 and newer.
    Worker,
    /// Older: it calls itself a slave.
    Slave,
}

/// The command's name.
pub(super) fn name(command: &Command) -> &'static str {
    match command {
        Command::UploadFile { .. } => "uploadFile",
        Command::UploadDirectory { .. } => "uploadDirectory",
        Command::DownloadFile { .. } => "downloadFile",
        other => other.name(),
    }
}

/// The command's arguments; `transfer` is the object that takes an upload or gives a download.
pub(super) fn of(command: &Command, ages: Ages, transfer: Option<LocalId>) -> Value {
    let transfer = transfer.map_or(Value::None, |id| Value::Ours(id.0));
    let (source, destination) = match ages {
        Ages::Worker => ("workersrc", "workerdest"),
        Ages::Slave => ("slavesrc", "slavedest"),
    };
    match command {
        Command::Shell(shell) => of_shell(shell),
        Command::UploadFile { path, maxsize, blocksize, keepstamp } => {
            let (directory, file) = split(path);
            dict(vec![
                ("workdir", directory.into()),
                (source, file.into()),
                ("writer", transfer),
                ("maxsize", size(*maxsize)),
                ("blocksize", size(Some(*blocksize))),
                ("keepstamp", (*keepstamp).into()),
            ])
        }
        Command::UploadDirectory { path, maxsize, blocksize, compress } => {
            let (directory, file) = split(path);
            dict(vec![
                ("workdir", directory.into()),
                (source, file.into()),
                ("writer", transfer),
                ("maxsize", size(*maxsize)),
                ("blocksize", size(Some(*blocksize))),
                ("compress", compress.as_deref().into()),
            ])
        }
        Command::DownloadFile { path, maxsize, blocksize, mode } => {
            let (directory, file) = split(path);
            dict(vec![
                ("workdir", directory.into()),
                (destination, file.into()),
                ("reader", transfer),
                ("maxsize", size(*maxsize)),
                ("blocksize", size(Some(*blocksize))),
                ("mode", mode.map(i64::from).into()),
            ])
        }
        Command::MakeDirectory { paths } => dict(vec![("dir", one_or_more(paths))]),
        Command::RemoveDirectory { paths, timeout, max_time, log_environ } => {
            let mut entries = vec![("dir", one_or_more(paths)), ("logEnviron", (*log_environ).into())];
            entries.extend(limits(*timeout, *max_time));
            dict(entries)
        }
        Command::CopyDirectory { from, to, timeout, max_time, log_environ } => {
            let mut entries = vec![
                ("fromdir", from.as_str().into()),
                ("todir", to.as_str().into()),
                ("logEnviron", (*log_environ).into()),
            ];
            entries.extend(limits(*timeout, *max_time));
            dict(entries)
        }
        Command::Stat { path } => {
            let (directory, file) = split(path);
            dict(vec![("file", file.into()), ("workdir", directory.into()), ("logEnviron", false.into())])
        }
        Command::Glob { path } => dict(vec![("path", path.as_str().into()), ("logEnviron", false.into())]),
        Command::ListDirectory { path } => dict(vec![("dir", path.as_str().into()), ("logEnviron", false.into())]),
        Command::RemoveFile { path } => dict(vec![("path", path.as_str().into()), ("logEnviron", false.into())]),
    }
}

fn of_shell(shell: &ShellCommand) -> Value {
    let logfiles = shell.logfiles.iter().map(|(name, file)| {
        // Without options by its name alone, which is how the header shows it.
        let value = if file.follow {
            dict(vec![("filename", file.filename.as_str().into()), ("follow", true.into())])
        } else {
            file.filename.as_str().into()
        };
        (name.as_str().into(), value)
    });
    let mut entries = vec![
        ("workdir", shell.workdir.as_str().into()),
        (
            "env",
            Value::Dict(shell.env.iter().map(|(name, value)| (name.as_str().into(), environment(value))).collect()),
        ),
        ("want_stdout", shell.want_stdout.into()),
        ("want_stderr", shell.want_stderr.into()),
        ("logfiles", Value::Dict(logfiles.collect())),
        ("timeout", number(shell.timeout)),
        ("maxTime", number(shell.max_time)),
        ("max_lines", shell.max_lines.into()),
        ("sigtermTime", number(shell.sigterm_time)),
        ("usePTY", shell.use_pty.into()),
        ("logEnviron", shell.log_environ.into()),
        ("initial_stdin", shell.initial_stdin.as_deref().into()),
        ("command", command_line(&shell.command)),
    ];
    // Without it the worker's default holds.
    if let Some(signal) = &shell.interrupt_signal {
        entries.push(("interruptSignal", signal.as_str().into()));
    }
    dict(entries)
}

fn dict(entries: Vec<(&str, Value)>) -> Value {
    Value::Dict(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

fn limits(timeout: Option<f64>, max_time: Option<f64>) -> Vec<(&'static str, Value)> {
    // What is not said is the worker's default.
    let mut entries = Vec::new();
    if timeout.is_some() {
        entries.push(("timeout", number(timeout)));
    }
    if max_time.is_some() {
        entries.push(("maxTime", number(max_time)));
    }
    entries
}

fn one_or_more(paths: &[String]) -> Value {
    match paths {
        [one] => one.as_str().into(),
        more => Value::List(more.iter().map(|path| path.as_str().into()).collect()),
    }
}

/// The worker joins the two again, below the builder's directory.
fn split(path: &str) -> (&str, &str) {
    match path.rsplit_once('/') {
        Some(("", _)) | None => (".", path),
        Some((directory, file)) => (directory, file),
    }
}

fn size(bytes: Option<u64>) -> Value {
    bytes.map(|bytes| i64::try_from(bytes).unwrap_or(i64::MAX)).into()
}

/// Whole seconds go as integers: the worker prints them in its header.
fn number(seconds: Option<f64>) -> Value {
    match seconds {
        None => Value::None,
        Some(seconds) if seconds.fract() == 0.0 => Value::Integer(seconds as i64),
        Some(seconds) => Value::Float(seconds),
    }
}

fn environment(value: &EnvironmentValue) -> Value {
    match value {
        EnvironmentValue::Set(text) => text.as_str().into(),
        EnvironmentValue::Join(parts) => Value::List(parts.iter().map(|part| part.as_str().into()).collect()),
        EnvironmentValue::Unset => Value::None,
    }
}

fn command_line(command: &CommandLine) -> Value {
    match command {
        CommandLine::Shell(word) => word.text.as_str().into(),
        CommandLine::Words(words) => Value::List(words.iter().map(argument).collect()),
    }
}

/// A secret word goes as a triple, of which the worker's log shows the last.
fn argument(word: &Arg) -> Value {
    match &word.shown {
        None => word.text.as_str().into(),
        Some(shown) => Value::Tuple(vec!["obfuscated".into(), word.text.as_str().into(), shown.as_str().into()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The arguments that a stock master of 4.3.0 sends for the same step.
    #[test]
    fn a_shell_command_is_asked_for_as_by_a_stock_master() {
        let words = ["sh", "-c", "sleep 30"].map(Into::into).to_vec();
        let shell = ShellCommand {
            timeout: Some(1.0),
            interrupt_signal: Some("KILL".to_owned()),
            ..ShellCommand::new("build", CommandLine::Words(words))
        };
        let args = of(&Command::Shell(shell), Ages::Worker, None);
        let expected = [
            ("workdir", "build".into()),
            ("env", Value::Dict(Vec::new())),
            ("want_stdout", true.into()),
            ("want_stderr", true.into()),
            ("logfiles", Value::Dict(Vec::new())),
            ("timeout", Value::Integer(1)),
            ("maxTime", Value::None),
            ("max_lines", Value::None),
            ("sigtermTime", Value::None),
            ("usePTY", false.into()),
            ("logEnviron", true.into()),
            ("initial_stdin", Value::None),
            ("command", Value::List(vec!["sh".into(), "-c".into(), "sleep 30".into()])),
            ("interruptSignal", "KILL".into()),
        ];
        assert_eq!(args, Value::dict(expected));
    }

    #[test]
    fn secrets_are_sent_with_what_may_be_shown() {
        let secret = Arg { text: "real".to_owned(), shown: Some("XXX".to_owned()) };
        let shell = ShellCommand::new(".", CommandLine::Words(vec!["svn".into(), secret]));
        let args = of(&Command::Shell(shell), Ages::Worker, None);
        let triple = Value::Tuple(vec!["obfuscated".into(), "real".into(), "XXX".into()]);
        assert_eq!(args.get("command"), Some(&Value::List(vec!["svn".into(), triple])));
    }

    #[test]
    fn transfers_name_their_objects() {
        let upload = |path: &str| Command::UploadFile {
            path: path.to_owned(),
            maxsize: None,
            blocksize: 262_144,
            keepstamp: true,
        };
        let args = of(&upload("build/up.txt"), Ages::Worker, Some(LocalId(15)));
        let expected = [
            ("workdir", "build".into()),
            ("workersrc", "up.txt".into()),
            ("writer", Value::Ours(15)),
            ("maxsize", Value::None),
            ("blocksize", Value::Integer(262_144)),
            ("keepstamp", true.into()),
        ];
        assert_eq!(args, Value::dict(expected));
        assert_eq!(of(&upload("up.txt"), Ages::Slave, None).get("slavesrc"), Some(&"up.txt".into()));
        assert_eq!(of(&upload("/abs/up"), Ages::Worker, None).get("workdir"), Some(&"/abs".into()));
        assert_eq!(name(&upload("x")), "uploadFile");
    }

    #[test]
    fn directories_are_named_one_by_one_or_all_at_once() {
        let make = |paths: &[&str]| {
            let paths = paths.iter().map(|&path| path.to_owned()).collect();
            of(&Command::MakeDirectory { paths }, Ages::Worker, None)
        };
        assert_eq!(make(&["build/dd/ee"]), Value::dict([("dir", "build/dd/ee".into())]));
        assert_eq!(make(&["a", "b"]), Value::dict([("dir", Value::List(vec!["a".into(), "b".into()]))]));
    }
}
