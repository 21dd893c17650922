//! Reads the arguments of a command as masters send them (inventory D4), and says what is wrong with them in the words
//! of a stock worker.

use std::collections::BTreeMap;

use ferrobot_model::{Arg, Command, CommandLine, EnvironmentValue, LogFile, ShellCommand};
use ferrobot_wire::msgpack::text_of;
use rmpv::Value;

use crate::python_text::{failure, str_repr};

/// Why a command is not started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum ArgumentError {
    /// The request is answered with this exception.
    Refused(String),
    /// The command is taken on, and ends with this failure at once.
    Failed(String),
}

use ArgumentError::{Failed, Refused};

/// Block size of transfers whose master names none.
const BLOCKSIZE: u64 = 16 * 1024;
/// Lists in command lines may be nested so deep.
const NESTING_MAX: usize = 8;

/// The typed command.
pub(super) fn read(id: &str, name: &str, args: &Value) -> Result<Command, ArgumentError> {
    let Value::Map(entries) = args else {
        return Err(Refused(format!("the arguments of `{name}` are not a map")));
    };
    let read = |class: &'static str| Arguments { class, entries };
    match name {
        "shell" => shell(&read("WorkerShellCommand").require(&["workdir", "command"])?),
        "upload_file" | "uploadFile" => {
            let args = read("WorkerFileUploadCommand").require(&["path", "blocksize"])?;
            let keepstamp = args.flag("keepstamp", false);
            let (path, maxsize, blocksize) = args.transfer()?;
            Ok(Command::UploadFile { path, maxsize, blocksize, keepstamp })
        }
        "upload_directory" | "uploadDirectory" => {
            let args = read("WorkerDirectoryUploadCommand").require(&["path", "blocksize"])?;
            let compress = args.get("compress").and_then(Value::as_str).map(str::to_owned);
            let (path, maxsize, blocksize) = args.transfer()?;
            Ok(Command::UploadDirectory { path, maxsize, blocksize, compress })
        }
        "download_file" | "downloadFile" => {
            let args = read("WorkerFileDownloadCommand").require(&["path", "blocksize"])?;
            let mode = args.get("mode").and_then(Value::as_u64).and_then(|mode| u32::try_from(mode).ok());
            let (path, maxsize, blocksize) = args.transfer()?;
            Ok(Command::DownloadFile { path, maxsize, blocksize, mode })
        }
        "mkdir" => Ok(Command::MakeDirectory { paths: read("MakeDirectory").require(&["paths"])?.paths()? }),
        "rmdir" => {
            let args = read("RemoveDirectory").require(&["paths"])?;
            let (timeout, max_time, log_environ) = args.limits();
            Ok(Command::RemoveDirectory { paths: args.paths()?, timeout, max_time, log_environ })
        }
        "cpdir" => {
            let args = read("CopyDirectory").require(&["to_path", "from_path"])?;
            let (timeout, max_time, log_environ) = args.limits();
            let (from, to) = (args.text("from_path")?, args.text("to_path")?);
            Ok(Command::CopyDirectory { from, to, timeout, max_time, log_environ })
        }
        "stat" => Ok(Command::Stat { path: read("StatFile").key("path")?.text("path")? }),
        "glob" => Ok(Command::Glob { path: read("GlobPath").require(&["path"])?.text("path")? }),
        "listdir" => Ok(Command::ListDirectory { path: read("ListDir").key("path")?.text("path")? }),
        "rmfile" => Ok(Command::RemoveFile { path: read("RemoveFile").require(&["path"])?.text("path")? }),
        _ => Err(Refused(format!("(command {id}): unrecognized WorkerCommand '{name}'"))),
    }
}

struct Arguments<'a> {
    /// The name that a stock worker's texts use.
    class: &'static str,
    entries: &'a [(Value, Value)],
}

impl<'a> Arguments<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.entries.iter().find(|(key, _)| key.as_str() == Some(name)).map(|(_, value)| value)
    }

    fn require(self, names: &[&str]) -> Result<Arguments<'a>, ArgumentError> {
        let missing: Vec<&str> = names.iter().copied().filter(|name| self.get(name).is_none()).collect();
        if missing.is_empty() {
            return Ok(self);
        }
        Err(Refused(format!("{} is missing args: {}", self.class, missing.join(", "))))
    }

    /// Stock workers take these commands on, and fail when they miss their only argument.
    fn key(self, name: &str) -> Result<Arguments<'a>, ArgumentError> {
        if self.get(name).is_none() {
            return Err(Failed(failure("KeyError", &format!("'{name}'"))));
        }
        Ok(self)
    }

    fn wrong(&self, name: &str, wanted: &str) -> ArgumentError {
        Failed(failure("TypeError", &format!("argument '{name}' of {} must be {wanted}", self.class)))
    }

    fn text(&self, name: &str) -> Result<String, ArgumentError> {
        self.get(name).and_then(text_of).ok_or_else(|| self.wrong(name, "text"))
    }

    fn paths(&self) -> Result<Vec<String>, ArgumentError> {
        let wrong = || self.wrong("paths", "a list of texts");
        let paths = self.get("paths").and_then(Value::as_array).ok_or_else(wrong)?;
        paths.iter().map(|path| text_of(path).ok_or_else(wrong)).collect()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.get(name).and_then(Value::as_f64)
    }

    fn flag(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            None | Some(Value::Nil) => default,
            Some(Value::Boolean(flag)) => *flag,
            Some(other) => other.as_f64().is_none_or(|number| number != 0.0),
        }
    }

    /// Without a word about the timeout it is the worker's own; nothing, in so many words, is none.
    fn limits(&self) -> (Option<f64>, Option<f64>, bool) {
        let timeout = self.get("timeout").map(|timeout| timeout.as_f64().unwrap_or_default());
        (timeout, self.number("maxTime"), self.flag("logEnviron", true))
    }

    fn transfer(&self) -> Result<(String, Option<u64>, u64), ArgumentError> {
        let blocksize = self.get("blocksize").and_then(Value::as_u64).unwrap_or(BLOCKSIZE);
        Ok((self.text("path")?, self.get("maxsize").and_then(Value::as_u64), blocksize))
    }
}

fn shell(args: &Arguments<'_>) -> Result<Command, ArgumentError> {
    let command = args.get("command").and_then(command_line);
    let command = command.ok_or_else(|| args.wrong("command", "text or a list of texts"))?;
    Ok(Command::Shell(ShellCommand {
        workdir: args.text("workdir")?,
        command,
        env: environment(args.get("env"))?,
        timeout: args.number("timeout"),
        max_time: args.number("maxTime"),
        max_lines: args.get("max_lines").and_then(Value::as_i64),
        sigterm_time: args.number("sigtermTime"),
        want_stdout: args.flag("want_stdout", true),
        want_stderr: args.flag("want_stderr", true),
        initial_stdin: args.get("initial_stdin").and_then(text_of),
        logfiles: logfiles(args)?,
        use_pty: use_pty(args.get("usePTY"))?,
        log_environ: args.flag("logEnviron", true),
        interrupt_signal: args.get("interruptSignal").and_then(text_of),
    }))
}

fn use_pty(value: Option<&Value>) -> Result<bool, ArgumentError> {
    match value {
        None => Ok(false),
        Some(Value::Boolean(flag)) => Ok(*flag),
        Some(number) if number.as_f64() == Some(0.0) => Ok(false),
        Some(number) if number.as_f64() == Some(1.0) => Ok(true),
        Some(other) => {
            let shown = match other {
                Value::Nil => "None".to_owned(),
                text => text.as_str().map_or_else(|| text.to_string(), str_repr),
            };
            let message = format!("Unexpected usePTY argument value: {shown}. Expected boolean.");
            Err(Failed(failure("AssertionError", &message)))
        }
    }
}

fn command_line(value: &Value) -> Option<CommandLine> {
    match value {
        Value::Array(words) => {
            let mut found = Vec::with_capacity(words.len());
            for word in words {
                add_words(&mut found, word, 0)?;
            }
            Some(CommandLine::Words(found))
        }
        other => Some(CommandLine::Shell(text_of(other)?.into())),
    }
}

/// One word, or nested lists of them; `["obfuscated", real, shown]` is one word whose real text no log shows.
fn add_words(words: &mut Vec<Arg>, value: &Value, depth: usize) -> Option<()> {
    match value {
        Value::Array(parts) => match parts.as_slice() {
            [mark, real, shown] if mark.as_str() == Some("obfuscated") => {
                words.push(Arg { text: text_of(real)?, shown: Some(text_of(shown)?) });
                Some(())
            }
            _ if depth < NESTING_MAX => parts.iter().try_for_each(|part| add_words(words, part, depth + 1)),
            _ => None,
        },
        other => {
            words.push(argument(other)?);
            Some(())
        }
    }
}

fn argument(value: &Value) -> Option<Arg> {
    match value {
        Value::Integer(number) => Some(number.to_string().into()),
        Value::F64(number) => Some(number.to_string().into()),
        Value::Nil => Some("None".into()),
        Value::Boolean(flag) => Some(if *flag { "True" } else { "False" }.into()),
        other => text_of(other).map(Arg::from),
    }
}

fn environment(value: Option<&Value>) -> Result<BTreeMap<String, EnvironmentValue>, ArgumentError> {
    let Some(Value::Map(entries)) = value else { return Ok(BTreeMap::new()) };
    entries
        .iter()
        .map(|(name, value)| {
            let name = text_of(name).unwrap_or_default();
            let value = match value {
                Value::Nil => EnvironmentValue::Unset,
                Value::Array(parts) => {
                    let part = |(place, part)| text_of(part).ok_or_else(|| not_text(place, part));
                    EnvironmentValue::Join(parts.iter().enumerate().map(part).collect::<Result<_, _>>()?)
                }
                other => EnvironmentValue::Set(text_of(other).ok_or_else(|| incorrect(&name))?),
            };
            Ok((name, value))
        })
        .collect()
}

fn not_text(place: usize, part: &Value) -> ArgumentError {
    let kind = match part {
        Value::Nil => "NoneType",
        Value::Boolean(_) => "bool",
        Value::Integer(_) => "int",
        Value::F32(_) | Value::F64(_) => "float",
        Value::Array(_) => "list",
        Value::Map(_) => "dict",
        Value::String(_) | Value::Binary(_) | Value::Ext(..) => "bytes",
    };
    Failed(failure("TypeError", &format!("sequence item {place}: expected str instance, {kind} found")))
}

fn incorrect(name: &str) -> ArgumentError {
    let message = format!("'env' values must be strings or lists; key '{name}' is incorrect");
    Failed(failure("RuntimeError", &message))
}

fn logfiles(args: &Arguments<'_>) -> Result<Vec<(String, LogFile)>, ArgumentError> {
    let Some(Value::Map(entries)) = args.get("logfiles") else { return Ok(Vec::new()) };
    entries
        .iter()
        .map(|(name, value)| {
            let wrong = || args.wrong("logfiles", "names of files, or maps with a filename");
            let file = match value {
                Value::Map(options) => {
                    let options = Arguments { class: args.class, entries: options };
                    let filename = options.get("filename").and_then(text_of).ok_or_else(wrong)?;
                    LogFile { filename, follow: options.flag("follow", false) }
                }
                other => LogFile { filename: text_of(other).ok_or_else(wrong)?, follow: false },
            };
            Ok((text_of(name).ok_or_else(wrong)?, file))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: Vec<(&str, Value)>) -> Value {
        Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
    }

    fn list(words: &[&str]) -> Value {
        Value::Array(words.iter().map(|&word| word.into()).collect())
    }

    /// The arguments of a real 4.3.0 master.
    #[test]
    fn a_masters_shell_command_is_understood() {
        let args = map(vec![
            ("workdir", "/w/b1/build".into()),
            ("env", map(vec![("FOO", "bar".into()), ("LST", list(&["a", "b"])), ("GONE", Value::Nil)])),
            ("want_stdout", true.into()),
            ("want_stderr", false.into()),
            (
                "logfiles",
                map(vec![("lg", "lg".into()), ("fl", map(vec![("filename", "lg2".into()), ("follow", true.into())]))]),
            ),
            ("timeout", 1200.into()),
            ("maxTime", Value::Nil),
            ("max_lines", 3.into()),
            ("sigtermTime", 1.5.into()),
            ("usePTY", false.into()),
            ("logEnviron", true.into()),
            ("initial_stdin", "abc".into()),
            ("interruptSignal", "KILL".into()),
            ("command", Value::Array(vec!["echo".into(), list(&["obfuscated", "real", "XXX"]), 5.into()])),
        ]);
        let Ok(Command::Shell(shell)) = read("1", "shell", &args) else { panic!() };
        let secret = Arg { text: "real".to_owned(), shown: Some("XXX".to_owned()) };
        let expected = ShellCommand {
            env: BTreeMap::from([
                ("FOO".to_owned(), EnvironmentValue::Set("bar".to_owned())),
                ("LST".to_owned(), EnvironmentValue::Join(vec!["a".to_owned(), "b".to_owned()])),
                ("GONE".to_owned(), EnvironmentValue::Unset),
            ]),
            want_stderr: false,
            logfiles: vec![
                ("lg".to_owned(), LogFile { filename: "lg".to_owned(), follow: false }),
                ("fl".to_owned(), LogFile { filename: "lg2".to_owned(), follow: true }),
            ],
            max_lines: Some(3),
            sigterm_time: Some(1.5),
            initial_stdin: Some("abc".to_owned()),
            interrupt_signal: Some("KILL".to_owned()),
            ..ShellCommand::new("/w/b1/build", CommandLine::Words(vec!["echo".into(), secret, "5".into()]))
        };
        assert_eq!(shell, expected);
    }

    #[test]
    fn what_is_missing_is_named_as_by_a_stock_worker() {
        let nothing = map(vec![]);
        let cases = [
            ("nope", &nothing, "(command 1): unrecognized WorkerCommand 'nope'"),
            ("shell", &nothing, "WorkerShellCommand is missing args: workdir, command"),
            ("mkdir", &nothing, "MakeDirectory is missing args: paths"),
            ("cpdir", &nothing, "CopyDirectory is missing args: to_path, from_path"),
            ("upload_file", &nothing, "WorkerFileUploadCommand is missing args: path, blocksize"),
            ("download_file", &nothing, "WorkerFileDownloadCommand is missing args: path, blocksize"),
            ("glob", &nothing, "GlobPath is missing args: path"),
        ];
        for (name, args, expected) in cases {
            assert_eq!(read("1", name, args), Err(Refused(expected.to_owned())));
        }
    }

    #[test]
    fn what_masters_leave_out_is_not_what_they_set_to_nothing() {
        let remove = |more: Vec<(&str, Value)>| {
            let args = map([vec![("paths", list(&["/x"]))], more].concat());
            let Ok(Command::RemoveDirectory { timeout, .. }) = read("1", "rmdir", &args) else { panic!() };
            timeout
        };
        assert_eq!(remove(vec![]), None);
        assert_eq!(remove(vec![("timeout", Value::Nil)]), Some(0.0));
        assert_eq!(remove(vec![("timeout", 7.into())]), Some(7.0));
        let words = Value::Array(vec!["echo".into(), Value::Nil, true.into(), 1.5.into()]);
        let args = map(vec![("workdir", "/w".into()), ("command", words), ("usePTY", 1.into())]);
        let Ok(Command::Shell(shell)) = read("1", "shell", &args) else { panic!() };
        let words = ["echo", "None", "True", "1.5"].map(Arg::from).to_vec();
        assert_eq!((shell.command, shell.use_pty), (CommandLine::Words(words), true));
    }

    #[test]
    fn wrong_values_fail_the_command() {
        let with_env = |env: Value| map(vec![("workdir", "/w".into()), ("command", "x".into()), ("env", env)]);
        let cases = [
            (
                "shell",
                with_env(map(vec![("A", 5.into())])),
                "<class 'RuntimeError'>: 'env' values must be strings or lists; key 'A' is incorrect",
            ),
            (
                "shell",
                map(vec![("workdir", "/w".into()), ("command", Value::Nil)]),
                "<class 'TypeError'>: argument 'command'",
            ),
            (
                "shell",
                with_env(map(vec![("A", Value::Array(vec!["x".into(), 5.into()]))])),
                "<class 'TypeError'>: sequence item 1: expected str instance, int found",
            ),
            (
                "shell",
                map(vec![("workdir", "/w".into()), ("command", "x".into()), ("usePTY", "slave-config".into())]),
                "<class 'AssertionError'>: Unexpected usePTY argument value: 'slave-config'. Expected boolean.",
            ),
            ("stat", map(vec![]), "<class 'KeyError'>: 'path'"),
            ("listdir", map(vec![]), "<class 'KeyError'>: 'path'"),
            ("stat", map(vec![("path", 5.into())]), "<class 'TypeError'>: argument 'path' of StatFile must be text"),
            ("mkdir", map(vec![("paths", "/x".into())]), "<class 'TypeError'>: argument 'paths'"),
        ];
        for (name, args, expected) in cases {
            let Err(Failed(text)) = read("1", name, &args) else { panic!("{name}") };
            assert!(text.contains(expected), "{text}");
        }
    }
}
