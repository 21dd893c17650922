//! The same commands on every kind of worker: they must not differ in anything that a user sees.

use std::collections::BTreeMap;
use std::sync::Arc;

use ferrobot_engine::WorkerSession;
use ferrobot_gateway::LocalSession;
use ferrobot_model::{Arg, Command, CommandLine, EnvironmentValue, LogFile, ShellCommand, TextEncoding};
use ferrobot_worker::options::Protocol;

use crate::desk::{LiveWorker, TestMaster};
use crate::programs::{Reference, StockWorker};
use crate::reports::{report, report_of_interrupted};

pub(crate) fn sh(script: &str) -> ShellCommand {
    let words = ["sh", "-c", script].map(Into::into).to_vec();
    ShellCommand {
        log_environ: false,
        interrupt_signal: Some("KILL".to_owned()),
        ..ShellCommand::new("build", CommandLine::Words(words))
    }
}

fn shells() -> Vec<ShellCommand> {
    let secret = Arg { text: "hunter2".to_owned(), shown: Some("XXX".to_owned()) };
    let words =
        |words: Vec<Arg>| ShellCommand { log_environ: false, ..ShellCommand::new("build", CommandLine::Words(words)) };
    let environment = BTreeMap::from([
        ("A".to_owned(), EnvironmentValue::Set("${USER}|${FERROBOT_NO_SUCH}".to_owned())),
        ("L".to_owned(), EnvironmentValue::Join(vec!["a".to_owned(), "b".to_owned()])),
        ("HOME".to_owned(), EnvironmentValue::Unset),
    ]);
    let logfiles = vec![
        ("lg".to_owned(), LogFile { filename: "lg".to_owned(), follow: false }),
        ("fl".to_owned(), LogFile { filename: "fl".to_owned(), follow: true }),
    ];
    vec![
        sh("echo hello; echo oops >&2; printf 'a\\rb\\r\\nc\\n'; printf 'no newline'"),
        sh("printf '\\377abc\\n\\303\\251\\n'; exit 3"),
        sh("kill -9 $$"),
        ShellCommand {
            log_environ: false,
            ..ShellCommand::new("other", CommandLine::Shell("echo \"$PWD\" | sed s/x/x/".into()))
        },
        words(vec!["nosuch".into(), "x y".into()]),
        words(vec!["printf".into(), "%s.".into(), secret, "it's".into(), "é".into()]),
        ShellCommand { env: environment, ..sh("echo \"$A $L ${HOME-gone}\"") },
        ShellCommand { initial_stdin: Some("abc\ndef".to_owned()), ..sh("cat") },
        ShellCommand { use_pty: true, ..sh("test -t 1 && echo tty; exit 4") },
        ShellCommand { want_stdout: false, ..sh("echo no; echo yes >&2") },
        ShellCommand { timeout: Some(1.0), ..sh("echo x; exec sleep 100") },
        ShellCommand { max_time: Some(1.0), sigterm_time: Some(1.0), ..sh("exec sleep 100") },
        ShellCommand { max_lines: Some(3), ..sh("seq 1 6; exec sleep 100") },
        ShellCommand { logfiles, ..sh("echo l1 > lg; printf l2 >> lg") },
    ]
}

fn commands() -> Vec<Command> {
    let path = |path: &str| path.to_owned();
    let upload = |path: &str, maxsize: Option<u64>| Command::UploadFile {
        path: path.to_owned(),
        maxsize,
        blocksize: 4,
        keepstamp: false,
    };
    let remove = |path: &str| Command::RemoveDirectory {
        paths: vec![path.to_owned()],
        timeout: None,
        max_time: None,
        log_environ: false,
    };
    let copy = |from: &str, to: &str| Command::CopyDirectory {
        from: from.to_owned(),
        to: to.to_owned(),
        timeout: None,
        max_time: None,
        log_environ: false,
    };
    let archive = |path: &str, compress: Option<&str>| Command::UploadDirectory {
        path: path.to_owned(),
        maxsize: None,
        blocksize: 16384,
        compress: compress.map(str::to_owned),
    };
    let download = |path: &str, maxsize: Option<u64>| Command::DownloadFile {
        path: path.to_owned(),
        maxsize,
        blocksize: 4,
        mode: Some(0o600),
    };
    let mut commands: Vec<Command> = shells().into_iter().map(Command::Shell).collect();
    commands.extend([
        Command::MakeDirectory { paths: vec![path("build/tree/sub/empty")] },
        Command::MakeDirectory { paths: vec![path("build/lg")] },
        Command::Shell(sh("echo aaa > tree/a; echo bb > tree/sub/b; ln -s a tree/l")),
        Command::Stat { path: path("build/tree/a") },
        Command::Stat { path: path("build/nope") },
        Command::Glob { path: path("build/tree/*") },
        Command::Glob { path: path("build/tree/**") },
        Command::ListDirectory { path: path("build/tree") },
        Command::ListDirectory { path: path("build/nope") },
        upload("build/tree/a", None),
        upload("build/tree/a", Some(3)),
        upload("build/nope", None),
        archive("build/tree", None),
        archive("build/tree", Some("gz")),
        archive("build/nope", None),
        download("build/new/down", None),
        Command::Shell(sh("cat new/down; stat -c %a new/down")),
        download("build/cut", Some(6)),
        download("build/lg/x", None),
        copy("build/tree", "build/tree2"),
        copy("build/nope", "build/tree3"),
        remove("build/tree"),
        remove("build/nope"),
        Command::RemoveFile { path: path("build/lg") },
        Command::RemoveFile { path: path("build/lg") },
    ]);
    commands
}

async fn reports(session: &dyn WorkerSession, commands: Vec<Command>) -> Vec<String> {
    let mut reports = Vec::new();
    for command in commands {
        reports.push(report(session, command, b"0123456789").await);
    }
    reports
}

fn assert_same(expected: &[String], found: &[String], who: &str) {
    for (expected, found) in expected.iter().zip(found) {
        // The order in which `cp` meets files is the disk's.
        let sorted = |text: &str| {
            let mut lines: Vec<&str> = text.lines().collect();
            if text.starts_with("=== cpdir") {
                lines.sort_unstable();
            }
            lines.join("\n")
        };
        assert_eq!(sorted(expected), sorted(found), "{who}");
    }
}

async fn of_local_worker(commands: Vec<Command>) -> Vec<String> {
    let place = tempfile::tempdir().unwrap();
    let session = LocalSession::open("local", place.path()).unwrap();
    reports(&session, commands).await
}

async fn of_our_worker(protocol: Protocol) -> Vec<String> {
    let place = tempfile::tempdir().unwrap();
    let mut master = TestMaster::new().await;
    let _worker = LiveWorker::start(master.options(place.path(), protocol, "w1", "pw"));
    let (_, session) = master.arrival().await;
    reports(session.as_ref(), commands()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn carriers_make_no_difference() {
    let local = of_local_worker(commands()).await;
    assert!(local[0].contains("stdout: hello\nstdout: a\nstdout: b\nstdout: c\nstdout: no newline\n"), "{}", local[0]);
    let (msgpack, pb) = tokio::join!(of_our_worker(Protocol::Msgpack), of_our_worker(Protocol::PerspectiveBroker));
    assert_same(&local, &msgpack, "over MessagePack");
    assert_same(&local, &pb, "over Perspective Broker");
}

#[tokio::test(flavor = "multi_thread")]
async fn stock_workers_make_no_difference() {
    let Some(reference) = Reference::find() else { return };
    let local = of_local_worker(commands()).await;
    for protocol in [Protocol::PerspectiveBroker, Protocol::Msgpack] {
        let mut master = TestMaster::new().await;
        let _worker = StockWorker::start(&reference, &master, protocol);
        let (_, session) = master.arrival().await;
        let stock = reports(session.as_ref(), commands()).await;
        assert_same(&stock, &local, "a stock worker is the one that is expected");
        let interrupted = report_of_interrupted(session.as_ref(), Command::Shell(sh("exec sleep 100"))).await;
        assert!(
            interrupted
                .contains("header: command interrupted, attempting to kill\nheader: process killed by signal 9\n"),
            "{interrupted}"
        );
    }
}

/// Without what came later: a limit of lines, and words about a directory that is not there.
fn old_commands() -> Vec<Command> {
    let is_old = |command: &Command| match command {
        Command::Shell(shell) => shell.max_lines.is_none(),
        Command::UploadDirectory { path, .. } => !path.ends_with("nope"),
        _ => true,
    };
    commands().into_iter().filter(is_old).collect()
}

/// Workers of earlier versions say less about their commands, but do the same.
fn essence(report: &str) -> String {
    report
        .lines()
        .filter(|line| !line.starts_with("header: ") && !line.starts_with("reason "))
        .collect::<Vec<_>>()
        .join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn older_stock_workers_do_the_same() {
    for older in Reference::older() {
        let mut master = TestMaster::new().await;
        let _worker = StockWorker::start(&older, &master, Protocol::PerspectiveBroker);
        let (_, session) = master.arrival().await;
        let local: Vec<String> = of_local_worker(old_commands()).await.iter().map(|report| essence(report)).collect();
        let found = reports(session.as_ref(), old_commands()).await;
        let found: Vec<String> = found.iter().map(|report| essence(report)).collect();
        assert_same(&local, &found, &format!("version {:?}", session.info().version));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_are_interrupted_over_both_protocols() {
    for protocol in [Protocol::PerspectiveBroker, Protocol::Msgpack] {
        let place = tempfile::tempdir().unwrap();
        let mut master = TestMaster::new().await;
        let _worker = LiveWorker::start(master.options(place.path(), protocol, "w1", "pw"));
        let (_, session) = master.arrival().await;
        let text = report_of_interrupted(session.as_ref(), Command::Shell(sh("exec sleep 100"))).await;
        assert!(
            text.contains("header: command interrupted, attempting to kill\nheader: process killed by signal 9\n"),
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn much_output_arrives_whole_and_in_order() {
    for protocol in [Protocol::PerspectiveBroker, Protocol::Msgpack] {
        let place = tempfile::tempdir().unwrap();
        let mut master = TestMaster::new().await;
        let _worker = LiveWorker::start(master.options(place.path(), protocol, "w1", "pw"));
        let (_, session) = master.arrival().await;
        let text = report(session.as_ref(), Command::Shell(sh("seq 1 200000")), b"").await;
        let expected: String = (1..=200_000).map(|number| format!("stdout: {number}\n")).collect();
        assert!(text.contains(&expected), "{protocol:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_vanishes_loses_its_commands() {
    for protocol in [Protocol::PerspectiveBroker, Protocol::Msgpack] {
        let place = tempfile::tempdir().unwrap();
        let mut master = TestMaster::new().await;
        let worker = LiveWorker::start(master.options(place.path(), protocol, "w1", "pw"));
        let (_, session) = master.arrival().await;
        let mut running = session
            .start_command("b", "b-dir", Command::Shell(sh("echo start; exec sleep 100")), None, TextEncoding::Utf8)
            .await
            .unwrap();
        drop(worker);
        let lost = crate::desk::within(async {
            while let Some(event) = running.events.recv().await {
                if let ferrobot_model::CommandEvent::Lost(reason) = event {
                    return Some(reason);
                }
            }
            None
        });
        assert!(lost.await.is_some(), "{protocol:?}");
        let mut closed = session.closed();
        crate::desk::within(closed.wait_for(Option::is_some)).await.unwrap();
        assert!(session.print("ping").await.is_err());
        let shared: Arc<dyn WorkerSession> = session;
        assert!(
            shared.start_command("b", "b-dir", Command::Shell(sh("true")), None, TextEncoding::Utf8).await.is_err()
        );
    }
}
