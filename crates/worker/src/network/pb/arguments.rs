//! Reads the arguments of commands as masters send them over Perspective Broker (inventory D4): older names, and paths in
//! pieces below the builder's directory. They are brought to the form of MessagePack, which is then read by one reader.

use ferrobot_model::Command;
use ferrobot_wire::pb::banana::SIZE_MAX;
use ferrobot_wire::pb::{Failure, Value};
use nix::unistd::User;
use rmpv::Value as Plain;

use super::values;
use crate::info::COMMANDS;
use crate::network::arguments::{self as plain, ArgumentError};

/// Seconds without output after which removing or copying a directory is given up, unless the master says otherwise.
const DIRECTORY_TIMEOUT_S: i64 = 120;

/// A command, and the master's object for the file that it transfers.
#[derive(Debug, PartialEq)]
pub(super) struct Requested {
    pub(super) command: Command,
    pub(super) file: Option<i64>,
}

/// Why a command is not started.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    /// The call is answered with this.
    Refused(Failure),
    /// The command is taken on, and ends with this text at once.
    Failed(String),
}

/// The typed command.
pub(super) fn read(id: &str, name: &str, args: &Value) -> Result<Requested, Unusable> {
    if !COMMANDS.contains(&name) {
        let message = format!("(command {id}): unrecognized WorkerCommand '{name}'");
        let above = &["twisted.spread.pb.Error"];
        return Err(Unusable::Refused(values::exception("buildbot_worker.base.UnknownCommand", above, message)));
    }
    let Value::Dict(entries) = args else {
        return Err(value_error(format!("the arguments of `{name}` are not a dictionary")));
    };
    let arguments = Arguments { entries };
    let entries = arguments.translated(name)?;
    let file = arguments.get("writer").or_else(|| arguments.get("reader"));
    let file = file.and_then(|value| if let Value::Theirs(id) = value { Some(*id) } else { None });
    check_transfer(name, &entries, file)?;
    match plain::read(id, name, &Plain::Map(entries)) {
        Ok(command) => Ok(Requested { command: with_possible_blocks(command), file }),
        Err(ArgumentError::Refused(text)) => Err(value_error(text)),
        Err(ArgumentError::Failed(text)) => Err(Unusable::Failed(text)),
    }
}

fn value_error(message: String) -> Unusable {
    Unusable::Refused(values::exception("builtins.ValueError", &[], message))
}

/// A transfer has to have all of its parts.
fn check_transfer(name: &str, entries: &[(Plain, Plain)], file: Option<i64>) -> Result<(), Unusable> {
    let (class, object) = match name {
        "uploadFile" | "upload_file" => ("WorkerFileUploadCommand", "writer"),
        "uploadDirectory" | "upload_directory" => ("WorkerDirectoryUploadCommand", "writer"),
        "downloadFile" | "download_file" => ("WorkerFileDownloadCommand", "reader"),
        _ => return Ok(()),
    };
    let has = |name: &str| entries.iter().any(|(key, _)| key.as_str() == Some(name));
    let present = |name: &str| if name == object { file.is_some() } else { has(name) };
    let missing: Vec<&str> = ["path", object, "blocksize"].into_iter().filter(|name| !present(name)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(value_error(format!("{class} is missing args: {}", missing.join(", "))))
}

/// No block may be larger than what the protocol can carry.
fn with_possible_blocks(mut command: Command) -> Command {
    if let Command::UploadFile { blocksize, .. }
    | Command::UploadDirectory { blocksize, .. }
    | Command::DownloadFile { blocksize, .. } = &mut command
    {
        *blocksize = (*blocksize).min(SIZE_MAX as u64);
    }
    command
}

struct Arguments<'a> {
    entries: &'a [(Value, Value)],
}

impl<'a> Arguments<'a> {
    fn get(&self, name: &str) -> Option<&'a Value> {
        self.entries.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
    }

    fn require(&self, name: &str) -> Result<&'a Value, Unusable> {
        self.get(name).ok_or_else(|| {
            let above = &["builtins.LookupError"];
            Unusable::Refused(values::exception("builtins.KeyError", above, format!("'{name}'")))
        })
    }

    fn text(&self, name: &str) -> Result<&'a str, Unusable> {
        let value = self.require(name)?;
        value.as_text().ok_or_else(|| {
            let kind = python_type(value);
            let message = format!("join() argument must be str, bytes, or os.PathLike object, not '{kind}'");
            Unusable::Refused(values::exception("builtins.TypeError", &[], message))
        })
    }

    /// The arguments with their names in MessagePack.
    fn translated(&self, name: &str) -> Result<Vec<(Plain, Plain)>, Unusable> {
        let mut entries: Vec<(Plain, Plain)> =
            self.entries.iter().map(|(key, value)| (plain_value(key), plain_value(value))).collect();
        let mut set = |name: &str, value: Plain| {
            entries.retain(|(key, _)| key.as_str() != Some(name));
            entries.push((name.into(), value));
        };
        match name {
            "shell" => {
                self.require("workdir")?;
            }
            "uploadFile" | "uploadDirectory" => set("path", self.transferred("workersrc", "slavesrc")?),
            "downloadFile" => set("path", self.transferred("workerdest", "slavedest")?),
            "mkdir" => set("paths", self.directories()?),
            "rmdir" => {
                set("paths", self.directories()?);
                if self.get("timeout").is_none() {
                    set("timeout", DIRECTORY_TIMEOUT_S.into());
                }
            }
            "cpdir" => {
                set("from_path", self.text("fromdir")?.into());
                set("to_path", self.text("todir")?.into());
                if self.get("timeout").is_none() {
                    set("timeout", DIRECTORY_TIMEOUT_S.into());
                }
            }
            "stat" => {
                let file = self.text("file")?;
                let workdir = self.get("workdir").and_then(Value::as_text).unwrap_or_default();
                set("path", join(workdir, file).into());
            }
            "listdir" => set("path", self.text("dir")?.into()),
            "glob" => set("path", self.text("path")?.into()),
            "rmfile" => set("path", expand_user(self.text("path")?).into()),
            _ => {}
        }
        Ok(entries)
    }

    /// One directory, or a list of them.
    fn directories(&self) -> Result<Plain, Unusable> {
        match self.require("dir")?.as_sequence() {
            Some(list) => Ok(Plain::Array(list.iter().map(plain_value).collect())),
            None => Ok(Plain::Array(vec![self.text("dir")?.into()])),
        }
    }

    /// The place of a file that is transferred; `old` is the name of an argument that masters before 0.9 use.
    fn transferred(&self, name: &str, old: &str) -> Result<Plain, Unusable> {
        let workdir = self.text("workdir")?;
        let name = if self.get(name).is_none() && self.get(old).is_some() { old } else { name };
        let file = self.text(name)?;
        Ok(join(workdir, &expand_user(file)).into())
    }
}

/// The name of the value's type, for messages.
fn python_type(value: &Value) -> &'static str {
    match value {
        Value::None => "NoneType",
        Value::Bool(_) => "bool",
        Value::Integer(_) => "int",
        Value::Float(_) => "float",
        Value::Bytes(_) => "bytes",
        Value::Text(_) => "str",
        Value::List(_) => "list",
        Value::Tuple(_) => "tuple",
        Value::Set(_) => "set",
        Value::Dict(_) => "dict",
        Value::Theirs(_) | Value::Ours(_) | Value::Instance(..) => "object",
    }
}

/// `~` is the home of whom this process belongs to, `~name` that of somebody else; what cannot be found stays.
fn expand_user(path: &str) -> String {
    let Some(rest) = path.strip_prefix('~') else { return path.to_owned() };
    let (name, below) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let of_user = |user: nix::Result<Option<User>>| user.ok().flatten().map(|user| user.dir.display().to_string());
    let home = if name.is_empty() {
        std::env::var("HOME").ok().or_else(|| of_user(User::from_uid(nix::unistd::getuid())))
    } else {
        of_user(User::from_name(name))
    };
    home.map_or_else(|| path.to_owned(), |home| format!("{}{below}", home.trim_end_matches('/')))
}

/// One path below another, unless it is absolute.
fn join(directory: &str, path: &str) -> String {
    if directory.is_empty() || path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{}/{path}", directory.trim_end_matches('/'))
    }
}

fn plain_value(value: &Value) -> Plain {
    match value {
        Value::None | Value::Theirs(_) | Value::Ours(_) | Value::Instance(..) => Plain::Nil,
        Value::Bool(flag) => Plain::Boolean(*flag),
        Value::Integer(number) => (*number).into(),
        Value::Float(number) => (*number).into(),
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(_) => Plain::Binary(bytes.to_vec()),
        },
        Value::Text(text) => text.as_str().into(),
        Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
            Plain::Array(items.iter().map(plain_value).collect())
        }
        Value::Dict(entries) => {
            Plain::Map(entries.iter().map(|(key, value)| (plain_value(key), plain_value(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests;
