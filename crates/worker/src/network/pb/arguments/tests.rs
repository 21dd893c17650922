//! Arguments as a stock master 4.3.0 sends them.

use ferrobot_model::{CommandLine, EnvironmentValue, LogFile};

use super::*;

fn requested(name: &str, args: Value) -> Requested {
    read("5", name, &args).unwrap()
}

#[test]
fn a_masters_shell_command_is_understood() {
    let args = Value::dict([
        ("workdir", "build".into()),
        (
            "env",
            Value::dict([("A", "b".into()), ("L", Value::List(vec!["/a".into(), "/b".into()])), ("N", Value::None)]),
        ),
        ("want_stdout", true.into()),
        ("want_stderr", true.into()),
        ("logfiles", Value::dict([("fl", Value::dict([("filename", "lg2".into()), ("follow", true.into())]))])),
        ("timeout", 1.5.into()),
        ("maxTime", 50i64.into()),
        ("max_lines", 30i64.into()),
        ("sigtermTime", 2i64.into()),
        ("usePTY", false.into()),
        ("logEnviron", true.into()),
        ("initial_stdin", "in".into()),
        ("interruptSignal", "TERM".into()),
        (
            "command",
            Value::List(vec![
                "echo".into(),
                Value::Tuple(vec!["obfuscated".into(), "real".into(), "XXX".into()]),
                Value::Bytes(bytes::Bytes::from_static("b\u{fc}".as_bytes())),
            ]),
        ),
    ]);
    let Requested { command: Command::Shell(shell), file: None } = requested("shell", args) else { panic!() };
    let CommandLine::Words(words) = shell.command else { panic!() };
    assert_eq!((words[1].text.as_str(), words[1].shown.as_deref()), ("real", Some("XXX")));
    assert_eq!(words[2].text, "b\u{fc}");
    assert_eq!(shell.workdir, "build");
    assert_eq!(shell.env["L"], EnvironmentValue::Join(vec!["/a".to_owned(), "/b".to_owned()]));
    assert_eq!(shell.env["N"], EnvironmentValue::Unset);
    assert_eq!((shell.timeout, shell.max_time, shell.max_lines), (Some(1.5), Some(50.0), Some(30)));
    assert_eq!((shell.sigterm_time, shell.interrupt_signal.as_deref()), (Some(2.0), Some("TERM")));
    assert_eq!(shell.logfiles, [("fl".to_owned(), LogFile { filename: "lg2".to_owned(), follow: true })]);
}

#[test]
fn files_are_transferred_through_the_masters_objects() {
    let upload = |source: (&'static str, Value)| {
        Value::dict([
            ("workdir", "build".into()),
            ("writer", Value::Theirs(10)),
            ("maxsize", Value::None),
            ("blocksize", Value::Integer(1 << 30)),
            ("keepstamp", true.into()),
            source,
        ])
    };
    let path_of = |requested: Requested| match requested.command {
        Command::UploadFile { path, blocksize, keepstamp: true, .. } if blocksize == SIZE_MAX as u64 => path,
        other => panic!("{other:?}"),
    };
    let home = std::env::var("HOME").unwrap();
    for (source, expected) in [
        (("workersrc", "up.txt"), "build/up.txt".to_owned()),
        (("slavesrc", "up.txt"), "build/up.txt".to_owned()),
        (("workersrc", "/up.txt"), "/up.txt".to_owned()),
        (("workersrc", "~/up.txt"), format!("{home}/up.txt")),
    ] {
        let found = requested("uploadFile", upload((source.0, source.1.into())));
        assert_eq!(found.file, Some(10));
        assert_eq!(path_of(found), expected, "{source:?}");
    }
    let download = Value::dict([
        ("maxsize", Value::None),
        ("reader", Value::Theirs(20)),
        ("blocksize", Value::Integer(16384)),
        ("workdir", "build".into()),
        ("mode", Value::Integer(0o600)),
        ("workerdest", "down".into()),
    ]);
    let command =
        Command::DownloadFile { path: "build/down".into(), maxsize: None, blocksize: 16384, mode: Some(0o600) };
    assert_eq!(requested("downloadFile", download), Requested { command, file: Some(20) });
    let directory = Value::dict([
        ("workdir", "build".into()),
        ("writer", Value::Theirs(18)),
        ("maxsize", Value::None),
        ("blocksize", Value::Integer(16384)),
        ("compress", "gz".into()),
        ("workersrc", "tree".into()),
    ]);
    let command = Command::UploadDirectory {
        path: "build/tree".into(),
        maxsize: None,
        blocksize: 16384,
        compress: Some("gz".into()),
    };
    assert_eq!(requested("uploadDirectory", directory), Requested { command, file: Some(18) });
}

#[test]
fn directories_and_lookups_have_their_own_names() {
    let list = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    let remove = |paths: &[&str], timeout, log_environ| Command::RemoveDirectory {
        paths: list(paths),
        timeout,
        max_time: None,
        log_environ,
    };
    let copy = Command::CopyDirectory {
        from: "build/a".into(),
        to: "build/b".into(),
        timeout: Some(120.0),
        max_time: None,
        log_environ: true,
    };
    let cases = [
        ("mkdir", Value::dict([("dir", "build/d".into())]), Command::MakeDirectory { paths: list(&["build/d"]) }),
        (
            "mkdir",
            Value::dict([("dir", Value::List(vec!["a".into(), "b".into()]))]),
            Command::MakeDirectory { paths: list(&["a", "b"]) },
        ),
        (
            "rmdir",
            Value::dict([("dir", Value::List(vec!["build/a".into(), "build/b".into()])), ("logEnviron", false.into())]),
            remove(&["build/a", "build/b"], Some(120.0), false),
        ),
        (
            "rmdir",
            Value::dict([("dir", "build".into()), ("timeout", Value::None)]),
            remove(&["build"], Some(0.0), true),
        ),
        ("cpdir", Value::dict([("fromdir", "build/a".into()), ("todir", "build/b".into())]), copy),
        ("stat", Value::dict([("file", "build/x".into())]), Command::Stat { path: "build/x".into() }),
        (
            "stat",
            Value::dict([("file", "x".into()), ("workdir", "build".into())]),
            Command::Stat { path: "build/x".into() },
        ),
        ("listdir", Value::dict([("dir", "build".into())]), Command::ListDirectory { path: "build".into() }),
        ("glob", Value::dict([("path", "build/*".into())]), Command::Glob { path: "build/*".into() }),
        ("rmfile", Value::dict([("path", "build/x".into())]), Command::RemoveFile { path: "build/x".into() }),
    ];
    for (name, args, command) in cases {
        assert_eq!(requested(name, args), Requested { command, file: None });
    }
}

#[test]
fn what_is_missing_is_named_as_by_a_stock_worker() {
    let nothing = || Value::Dict(Vec::new());
    let key = |name: &str| ("builtins.KeyError", format!("'{name}'"));
    let cases = [
        ("mkdir", nothing(), key("dir")),
        ("rmdir", nothing(), key("dir")),
        ("cpdir", nothing(), key("fromdir")),
        ("stat", nothing(), key("file")),
        ("glob", nothing(), key("path")),
        ("rmfile", nothing(), key("path")),
        ("shell", nothing(), key("workdir")),
        ("uploadFile", nothing(), key("workdir")),
        ("uploadDirectory", nothing(), key("workdir")),
        ("downloadFile", nothing(), key("workdir")),
        (
            "upload_file",
            nothing(),
            ("builtins.ValueError", "WorkerFileUploadCommand is missing args: path, writer, blocksize".to_owned()),
        ),
        (
            "nope",
            nothing(),
            ("buildbot_worker.base.UnknownCommand", "(command 5): unrecognized WorkerCommand 'nope'".to_owned()),
        ),
        (
            "mkdir",
            Value::dict([("dir", Value::Integer(5))]),
            ("builtins.TypeError", "join() argument must be str, bytes, or os.PathLike object, not 'int'".to_owned()),
        ),
    ];
    for (name, args, (class, message)) in cases {
        let Err(Unusable::Refused(failure)) = read("5", name, &args) else { panic!("{name}") };
        assert_eq!((failure.class.as_str(), failure.message), (class, message), "{name}");
    }
    let bad = Value::dict([
        ("workdir", "build".into()),
        ("command", "true".into()),
        ("env", Value::dict([("A", Value::Integer(5))])),
    ]);
    let Err(Unusable::Failed(text)) = read("5", "shell", &bad) else { panic!() };
    assert!(text.contains("key 'A' is incorrect"), "{text}");
}
