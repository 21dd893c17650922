//! Stories of single commands.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use ferrobot_model::{
    Command, CommandEvent, CommandLine, EnvironmentValue, LogFile, ShellCommand, Stream, TextEncoding, Update,
};
use ferrobot_worker::Control;

use crate::place::{Place, finish, interrupt_when_it_prints, sh, wait_until_gone};

#[tokio::test]
async fn a_program_is_run_and_reported() {
    let place = Place::new();
    let report = place.sh("echo out; echo err >&2; printf 'no newline'; pwd > where; exit 3").await;
    assert_eq!((report.stdout.as_str(), report.stderr.as_str(), report.rc), ("out\nno newline\n", "err\n", Some(3)));
    assert_eq!(report.failure, None);
    assert!(report.elapsed.is_some());
    let start = format!(
        "sh -c 'echo out; echo err >&2; printf '\"'\"'no newline'\"'\"'; pwd > where; exit 3'\n in dir {}\
         (timeout 1200 secs)\n watching logfiles {{}}\n argv: [b'sh', b'-c', ",
        place.path("build ")
    );
    assert!(report.header.starts_with(&start), "{}", report.header);
    assert!(report.header.contains(" using PTY: False\nelapsedTime="), "{}", report.header);
    assert_eq!(place.read("build/where").trim(), std::fs::canonicalize(place.path("build")).unwrap().to_str().unwrap());
}

#[tokio::test]
async fn steps_see_their_environment() {
    let place = Place::new();
    let mut shell = sh("echo \"$A|$B|${GONE-gone}|$PWD\"");
    shell.env = BTreeMap::from([
        ("A".to_owned(), EnvironmentValue::Set("${HOME}/x".to_owned())),
        ("B".to_owned(), EnvironmentValue::Join(vec!["1".to_owned(), "2".to_owned()])),
        ("GONE".to_owned(), EnvironmentValue::Unset),
    ]);
    let report = place.run(Command::Shell(shell)).await;
    let home = std::env::var("HOME").unwrap_or_default();
    assert_eq!(report.stdout, format!("{home}/x|1:2|gone|{}\n", place.path("build")));
}

#[tokio::test]
async fn input_is_given_and_ends() {
    let place = Place::new();
    let with_input = |input: Option<String>| Command::Shell(ShellCommand { initial_stdin: input, ..sh("cat | wc -c") });
    assert_eq!(place.run(with_input(None)).await.stdout.trim(), "0");
    // More than a pipe holds.
    assert_eq!(place.run(with_input(Some("x".repeat(300_000)))).await.stdout.trim(), "300000");
}

#[tokio::test]
async fn an_empty_input_ends_too_and_needs_no_terminal() {
    let shell = ShellCommand { use_pty: true, initial_stdin: Some(String::new()), ..sh("cat; test -t 0 || echo none") };
    let report = Place::new().run(Command::Shell(shell)).await;
    assert_eq!(report.stdout, "none\n");
    assert!(report.header.starts_with("WARNING: disabling usePTY for this command"), "{}", report.header);
    assert!(report.header.contains(" using PTY: False\n") && !report.header.contains("to stdin"), "{}", report.header);
}

#[tokio::test]
async fn directories_are_named_as_the_master_names_them() {
    let place = Place::new();
    for (workdir, name) in [("a/../b/", "b"), ("c/.", "c"), ("d/./e", "d/e")] {
        let shell = ShellCommand { workdir: workdir.to_owned(), ..sh("echo $PWD; pwd") };
        let report = place.run(Command::Shell(shell)).await;
        let expected = place.path(name);
        assert_eq!(report.stdout, format!("{expected}\n{expected}\n"));
        assert!(report.header.contains(&format!("\n in dir {} (timeout", place.path(workdir))), "{}", report.header);
    }
    let report = place.run(Command::MakeDirectory { paths: vec!["f/.".to_owned()] }).await;
    assert!(report.rc == Some(0) && place.exists("f"), "{report:?}");
}

/// Python refuses each of these before it asks the system.
#[tokio::test]
async fn what_no_program_can_get_is_told() {
    let place = Place::new();
    let variable = |name: &str, value: &str| {
        let env = BTreeMap::from([(name.to_owned(), EnvironmentValue::Set(value.to_owned()))]);
        ShellCommand { env, ..sh("echo started") }
    };
    let words = |words: &[&str]| {
        ShellCommand::new("build", CommandLine::Words(words.iter().map(|&word| word.into()).collect()))
    };
    let cases = [
        (variable("A=B", "c"), "illegal environment variable name"),
        (variable("A", "b\0"), "embedded null byte"),
        (words(&["echo", "a\0b"]), "embedded null byte"),
        (words(&["", "x"]), "execve: argv first element cannot be empty"),
    ];
    for (shell, fault) in cases {
        let report = place.run(Command::Shell(shell)).await;
        assert_eq!((report.rc, report.stdout.as_str()), (Some(1), ""));
        assert!(report.stderr.ends_with(&format!("\nValueError: {fault}\n")), "{}", report.stderr);
    }
    let report = place.run(Command::Shell(words(&[]))).await;
    assert!(report.stderr.starts_with("error in RunProcess._startCommand (list index out of range)\n"), "{report:?}");
    assert!(report.failure.unwrap().contains("AbandonChain'>: (-1, 'Got exception (list index out of range)')"));
    std::fs::write(place.path("file"), "").unwrap();
    let report = place.run(Command::Shell(ShellCommand { workdir: "file".to_owned(), ..sh("true") })).await;
    let start = format!("error in RunProcess._startCommand ([Errno 17] File exists: '{}')\n", place.path("file"));
    assert!(report.stderr.starts_with(&start) && report.header.is_empty() && report.rc.is_none(), "{report:?}");
}

#[tokio::test]
async fn a_terminal_says_that_a_program_is_missing() {
    let words = CommandLine::Words(vec!["no-such-program".into()]);
    let shell = ShellCommand { use_pty: true, ..ShellCommand::new(".", words) };
    let report = Place::new().run(Command::Shell(shell)).await;
    assert_eq!((report.rc, report.stderr.as_str()), (Some(1), ""));
    assert!(report.stdout.starts_with("Upon execvpe b'no-such-program' "), "{}", report.stdout);
}

#[tokio::test]
async fn lines_are_counted_however_they_end_if_they_are_wanted() {
    let place = Place::new();
    let shell = ShellCommand { max_lines: Some(3), ..sh("printf 'a\\rb\\rc\\r\\nd\\r'; sleep 1000") };
    let report = place.run(Command::Shell(shell)).await;
    assert_eq!((report.rc, report.reason.as_deref()), (Some(-1), Some("max_lines_failure")));
    assert!(report.header.contains("\ncommand exceeds max lines: 4/3 written/allowed"), "{}", report.header);
    let shell = ShellCommand { max_lines: Some(3), want_stdout: false, ..sh("seq 1 100; echo end >&2") };
    let report = place.run(Command::Shell(shell)).await;
    assert_eq!((report.rc, report.stdout.as_str(), report.stderr.as_str()), (Some(0), "", "end\n"));
}

#[tokio::test]
async fn a_copy_makes_what_is_missing_above_it() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("from/sub")).unwrap();
    let copy = |timeout| Command::CopyDirectory {
        from: "from".to_owned(),
        to: "new/deep/to".to_owned(),
        timeout,
        max_time: None,
        log_environ: false,
    };
    let report = place.run(copy(None)).await;
    assert_eq!(report.rc, Some(0), "{report:?}");
    assert!(place.exists("new/deep/to/sub") && report.header.contains(" (timeout 120 secs)\n"), "{}", report.header);
    // Nothing, in so many words, is no limit; and what is there is copied into.
    let report = place.run(copy(Some(0.0))).await;
    assert!(place.exists("new/deep/to/from/sub") && !report.header.contains("timeout"), "{}", report.header);
}

#[tokio::test]
async fn a_terminal_is_a_terminal() {
    let place = Place::new();
    let script = "test -t 0 && test -t 1 && test -t 2 && echo tty; echo x > /dev/tty; exit 4";
    let report = place.run(Command::Shell(ShellCommand { use_pty: true, ..sh(script) })).await;
    assert_eq!((report.stdout.as_str(), report.rc), ("tty\nx\n", Some(4)));
    assert!(report.header.contains(" using PTY: True\n"));
}

#[tokio::test]
async fn a_signal_is_told() {
    let report = Place::new().sh("kill -SEGV $$").await;
    assert_eq!(report.rc, Some(-1));
    assert!(report.header.contains("process killed by signal 11\n"), "{}", report.header);
}

#[tokio::test]
async fn a_missing_program_is_told_as_by_python() {
    let place = Place::new();
    let words = CommandLine::Words(vec!["no-such-program".into(), "x".into()]);
    let report = place.run(Command::Shell(ShellCommand::new(".", words))).await;
    assert_eq!(report.rc, Some(1));
    let start = "Upon execvpe b'no-such-program' [b'no-such-program', b'x'] in environment id ";
    assert!(report.stderr.starts_with(start), "{}", report.stderr);
    assert!(
        report.stderr.contains("\nFileNotFoundError: [Errno 2] No such file or directory: b'"),
        "{}",
        report.stderr
    );
}

#[tokio::test]
async fn silence_kills_the_whole_group() {
    let place = Place::new();
    let shell = ShellCommand { timeout: Some(0.5), ..sh("sleep 1000 & echo $! > child; echo start; wait") };
    let report = place.run(Command::Shell(shell)).await;
    assert_eq!((report.rc, report.reason.as_deref()), (Some(-1), Some("timeout_without_output")));
    assert!(
        report.header.contains("\ncommand timed out: 0.5 seconds without output running [b'sh', b'-c', "),
        "{}",
        report.header
    );
    assert!(report.header.contains(", attempting to kill\nprocess killed by signal 9\n"), "{}", report.header);
    wait_until_gone(&place.read("build/child")).await;
}

#[tokio::test]
async fn output_counts_as_a_sign_of_life_but_time_is_limited() {
    let place = Place::new();
    let limited = ShellCommand { timeout: Some(5.0), max_time: Some(1.0), ..sh("while :; do echo x; sleep 0.1; done") };
    let report = place.run(Command::Shell(limited)).await;
    assert_eq!((report.rc, report.reason.as_deref()), (Some(-1), Some("timeout")));
    assert!(report.header.contains("command timed out: 1 seconds elapsed running "), "{}", report.header);
    assert!(report.stdout.starts_with("x\nx\n"));
}

#[tokio::test]
async fn too_many_lines_end_a_program() {
    let place = Place::new();
    let report = place.run(Command::Shell(ShellCommand { max_lines: Some(3), ..sh("seq 1 6; sleep 1000") })).await;
    assert_eq!((report.rc, report.reason.as_deref()), (Some(-1), Some("max_lines_failure")));
    assert!(report.header.contains("\ncommand exceeds max lines: 6/3 written/allowed running "), "{}", report.header);
    assert_eq!(report.stdout, "1\n2\n3\n4\n5\n6\n");
}

#[tokio::test]
async fn an_interrupted_program_may_say_goodbye() {
    let place = Place::new();
    let script = "trap 'echo bye; exit 5' TERM; echo start; while :; do sleep 0.1; done";
    let shell = ShellCommand { sigterm_time: Some(20.0), ..sh(script) };
    let report = finish(place.start(Command::Shell(shell)), interrupt_when_it_prints()).await;
    assert_eq!((report.rc, report.stdout.as_str()), (Some(5), "start\nbye\n"));
    assert!(report.header.contains("\ncommand interrupted, attempting to kill\n"), "{}", report.header);
}

#[tokio::test]
async fn who_ignores_the_gentle_signal_gets_the_hard_one() {
    let place = Place::new();
    let script = "trap '' TERM; echo start; while :; do sleep 0.1; done";
    let shell = ShellCommand { sigterm_time: Some(0.5), ..sh(script) };
    let report = finish(place.start(Command::Shell(shell)), interrupt_when_it_prints()).await;
    assert_eq!(report.rc, Some(-1));
    assert!(report.header.contains("process killed by signal 9\n"), "{}", report.header);
}

#[tokio::test]
async fn who_survives_everything_is_reported_and_killed() {
    let place = Place::new();
    let script = "trap '' TERM; echo $$ > pid; echo start; while :; do sleep 0.1; done";
    let shell = ShellCommand { interrupt_signal: Some("TERM".to_owned()), ..sh(script) };
    let report = finish(place.start(Command::Shell(shell)), interrupt_when_it_prints()).await;
    assert_eq!(report.rc, Some(-1));
    assert!(report.header.contains("SIGTERM failed to kill process\nusing fake rc=-1\n"), "{}", report.header);
    assert!(report.failure.unwrap().contains("<class 'RuntimeError'>: SIGTERM failed to kill process"));
    wait_until_gone(&place.read("build/pid")).await;
}

#[tokio::test]
async fn a_command_nobody_listens_to_is_killed() {
    let place = Place::new();
    let mut running = place.start(Command::Shell(sh("echo $$ > pid; echo start; sleep 1000")));
    while let Some(event) = running.events.recv().await {
        if matches!(event, CommandEvent::Update(Update::Output(Stream::Stdout, _))) {
            break;
        }
    }
    drop(running);
    wait_until_gone(&place.read("build/pid")).await;
}

#[tokio::test]
async fn a_slow_reader_slows_the_program_down() {
    let place = Place::new();
    let running = place.start(Command::Shell(sh("head -c 20000000 /dev/zero | tr '\\0' '\\n'; touch done")));
    // Long enough for any machine to fill all buffers; the program must still be waiting.
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert!(!place.exists("build/done"));
    let report = finish(running, |_| None).await;
    assert_eq!(report.stdout.len(), 20_000_000);
    assert!(place.exists("build/done"));
}

#[tokio::test]
async fn log_files_are_followed_to_their_end() {
    let place = Place::new();
    let logfiles = vec![
        ("lg".to_owned(), LogFile { filename: "lg".to_owned(), follow: false }),
        ("never".to_owned(), LogFile { filename: "never".to_owned(), follow: false }),
    ];
    let shell = ShellCommand { logfiles, ..sh("echo l1 > lg; sleep 2.5; echo l2 >> lg; printf q >> lg") };
    let report = place.run(Command::Shell(shell)).await;
    assert_eq!(report.logs, BTreeMap::from([("lg".to_owned(), "l1\nl2\nq\n".to_owned())]));
}

#[tokio::test]
async fn directories_are_made_copied_and_removed() {
    let place = Place::new();
    let paths = vec!["a/b".to_owned(), place.path("c")];
    assert_eq!(place.run(Command::MakeDirectory { paths: paths.clone() }).await.rc, Some(0));
    assert_eq!(place.run(Command::MakeDirectory { paths }).await.rc, Some(0));
    std::fs::write(place.path("a/b/file"), "x").unwrap();

    let report = place.run(Command::MakeDirectory { paths: vec!["a/b/file/x".to_owned()] }).await;
    assert_eq!(report.rc, Some(20));
    assert_eq!(report.header, format!("mkdir: Not a directory: {}\n", place.path("a/b/file/x")));

    let copy = |from: &str, to: &str| Command::CopyDirectory {
        from: from.to_owned(),
        to: to.to_owned(),
        timeout: None,
        max_time: None,
        log_environ: false,
    };
    let report = place.run(copy("a", "copy")).await;
    assert_eq!((report.rc, place.read("copy/b/file").as_str()), (Some(0), "x"));
    let start = format!(
        "cp -R -P -p -v {} {}\n in dir {} (timeout 120 secs)\n",
        place.path("a"),
        place.path("copy"),
        place.path("").trim_end_matches('/')
    );
    assert!(report.header.starts_with(&start), "{}", report.header);
    let report = place.run(copy("nope", "copy2")).await;
    assert_eq!(report.rc, Some(1));
    assert!(report.stderr.starts_with("cp: cannot stat '"), "{}", report.stderr);

    let remove = |path: &str| Command::RemoveDirectory {
        paths: vec![path.to_owned()],
        timeout: None,
        max_time: None,
        log_environ: false,
    };
    let report = place.run(remove("copy")).await;
    assert_eq!((report.rc, place.exists("copy")), (Some(0), false));
    assert!(report.header.starts_with(&format!("rm -rf {}\n in dir ", place.path("copy"))), "{}", report.header);
    assert_eq!(place.run(remove("copy")).await.rc, Some(0));
}

#[tokio::test]
async fn the_disk_is_looked_at() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("d")).unwrap();
    std::fs::write(place.path("d/f"), "12345").unwrap();
    let named = |path: &str| path.to_owned();
    let report = place.run(Command::Stat { path: named("d/f") }).await;
    assert_eq!((report.rc, report.stat.len(), report.stat[6]), (Some(0), 10, 5.0));
    let report = place.run(Command::Stat { path: named("nope") }).await;
    assert_eq!(report.rc, Some(2));
    assert_eq!(report.header, format!("stat: No such file or directory: {}\n", place.path("nope")));
    assert_eq!(place.run(Command::ListDirectory { path: named("d") }).await.files, ["f"]);
    assert_eq!(place.run(Command::Glob { path: place.path("d/*") }).await.files, [place.path("d/f")]);
    assert_eq!(place.run(Command::RemoveFile { path: named("d") }).await.rc, Some(21));
    assert_eq!(place.run(Command::RemoveFile { path: named("d/f") }).await.rc, Some(0));
    assert!(!place.exists("d/f"));
}

#[tokio::test]
async fn files_are_uploaded_within_their_limit() {
    let place = Place::new();
    std::fs::write(place.path("up"), "x".repeat(10_000)).unwrap();
    let upload = |path: &str, maxsize: Option<u64>, keepstamp: bool| Command::UploadFile {
        path: path.to_owned(),
        maxsize,
        blocksize: 4096,
        keepstamp,
    };
    let report = place.run(upload("up", None, true)).await;
    assert_eq!((report.rc, report.uploaded.len()), (Some(0), 10_000));
    assert_eq!(report.events, ["close write", "utime"]);
    assert_eq!(report.header, format!("sending {}\n", place.path("up")));

    let report = place.run(upload("up", Some(5000), false)).await;
    assert_eq!((report.rc, report.uploaded.len()), (Some(1), 5000));
    assert_eq!(report.stderr, format!("Maximum filesize reached, truncating file '{}'\n", place.path("up")));

    let report = place.run(upload("nope", None, false)).await;
    assert_eq!((report.rc, report.events.as_slice()), (Some(1), ["close write"].as_slice()));
    assert_eq!(report.stderr, format!("Cannot open file '{}' for upload\n", place.path("nope")));
}

#[tokio::test]
async fn a_refused_upload_stops() {
    let place = Place::new();
    std::fs::write(place.path("up"), "x".repeat(1_000_000)).unwrap();
    let command = Command::UploadFile { path: "up".to_owned(), maxsize: None, blocksize: 100, keepstamp: false };
    let mut refused = false;
    let report = finish(place.start(command), |event| match event {
        CommandEvent::Write(_) if !refused => {
            refused = true;
            Some(Control::Refused("disk full".to_owned()))
        }
        _ => None,
    })
    .await;
    assert_eq!(report.rc, Some(1));
    assert!(report.failure.unwrap().contains("disk full"));
    assert!(report.uploaded.len() < 1_000_000);
}

#[tokio::test]
async fn directories_are_uploaded_as_archives() {
    let place = Place::new();
    std::fs::create_dir_all(place.path("tree/sub")).unwrap();
    std::fs::write(place.path("tree/sub/f"), "content").unwrap();
    let upload = |path: &str| Command::UploadDirectory {
        path: path.to_owned(),
        maxsize: None,
        blocksize: 16384,
        compress: Some("gz".to_owned()),
    };
    let report = place.run(upload("tree")).await;
    assert_eq!((report.rc, report.events.as_slice()), (Some(0), ["unpack"].as_slice()));
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(report.uploaded.as_slice()));
    archive.unpack(place.path("out")).unwrap();
    assert_eq!(place.read("out/sub/f"), "content");

    let report = place.run(upload("nope")).await;
    assert_eq!(report.rc, Some(1));
    let path = place.path("nope");
    let expected =
        format!("Cannot read directory '{path}' for upload: [Errno 2] No such file or directory: '{path}'\n");
    assert_eq!(report.stderr, expected);
}

#[tokio::test]
async fn files_are_downloaded() {
    let place = Place::new();
    let download = |path: &str, maxsize: Option<u64>| Command::DownloadFile {
        path: path.to_owned(),
        maxsize,
        blocksize: 4,
        mode: Some(0o600),
    };
    let serve = |content: &'static [u8]| {
        let mut rest = content;
        move |event: &CommandEvent| match event {
            CommandEvent::Read(length) => {
                let (block, left) = rest.split_at(rest.len().min(*length as usize));
                rest = left;
                Some(Control::Data(Bytes::from_static(block)))
            }
            _ => None,
        }
    };
    let report = finish(place.start(download("new/down", None)), serve(b"0123456789")).await;
    assert_eq!((report.rc, place.read("new/down").as_str()), (Some(0), "0123456789"));
    assert_eq!(report.events, ["read", "read", "read", "read", "close read"]);
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(place.path("new/down")).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);

    let report = finish(place.start(download("cut", Some(6))), serve(b"0123456789")).await;
    assert_eq!((report.rc, place.read("cut").as_str()), (Some(1), "012345"));
    assert_eq!(report.stderr, format!("Maximum filesize reached, truncating file '{}'\n", place.path("cut")));

    let report = finish(place.start(download("new/down/x", None)), serve(b"")).await;
    assert_eq!(report.rc, Some(1));
    assert_eq!(report.stderr, format!("Cannot open file '{}' for download\n", place.path("new/down/x")));
}

#[tokio::test]
async fn programs_of_another_encoding_are_spoken_to_in_it() {
    let place = Place::of_encoding(TextEncoding::Latin1);
    let print = |text: &str| {
        let words = ["sh", "-c", "printf %s \"$0\" | tee file; printf %s \"$0\" >&2", text].map(Into::into).to_vec();
        Command::Shell(ShellCommand::new("build", CommandLine::Words(words)))
    };
    let report = place.run(print("grüße")).await;
    assert_eq!((report.stdout.as_str(), report.stderr.as_str(), report.rc), ("grüße\n", "grüße\n", Some(0)));
    assert_eq!(std::fs::read(place.path("build/file")).unwrap(), b"gr\xfc\xdfe");
    let report = place.run(print("5 €")).await;
    let failure = report.failure.unwrap();
    assert!(failure.contains("unicode_encoding of this worker has no '€', which is in '5 €'"), "{failure}");
}
