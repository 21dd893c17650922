//! Where stories of commands happen, and what comes of them.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use ferrobot_model::{Command, CommandEvent, CommandLine, ShellCommand, Stream, TextEncoding, Update};
use ferrobot_worker::{CommandRunner, Control, OutputSettings, Running};
use tempfile::TempDir;

/// No story takes longer, however slow the machine.
const DEADLINE: Duration = Duration::from_secs(60);

/// A directory, and what runs commands in it.
pub(crate) struct Place {
    pub(crate) directory: TempDir,
    pub(crate) runner: CommandRunner,
}

/// Everything that one command reported.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) header: String,
    pub(crate) logs: BTreeMap<String, String>,
    pub(crate) rc: Option<i64>,
    pub(crate) reason: Option<String>,
    pub(crate) files: Vec<String>,
    pub(crate) stat: Vec<f64>,
    pub(crate) uploaded: Vec<u8>,
    /// The other events, by name.
    pub(crate) events: Vec<&'static str>,
    pub(crate) failure: Option<String>,
    pub(crate) elapsed: Option<f64>,
}

impl Place {
    pub(crate) fn new() -> Place {
        Place::of_encoding(TextEncoding::Utf8)
    }

    pub(crate) fn of_encoding(encoding: TextEncoding) -> Place {
        let directory = tempfile::tempdir().unwrap();
        let environment = std::env::vars_os().collect();
        let runner = CommandRunner::new(directory.path(), environment, OutputSettings::default());
        let runner = runner.with_encoding(encoding);
        Place { directory, runner }
    }

    pub(crate) fn path(&self, name: &str) -> String {
        self.directory.path().join(name).display().to_string()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.directory.path().join(name)).unwrap()
    }

    pub(crate) fn exists(&self, name: &str) -> bool {
        self.directory.path().join(name).exists()
    }

    pub(crate) fn start(&self, command: Command) -> Running {
        self.runner.start(self.directory.path(), command)
    }

    pub(crate) async fn run(&self, command: Command) -> Report {
        finish(self.start(command), |_| None).await
    }

    pub(crate) async fn sh(&self, script: &str) -> Report {
        self.run(Command::Shell(sh(script))).await
    }
}

pub(crate) fn sh(script: &str) -> ShellCommand {
    let words = ["sh", "-c", script].map(Into::into).to_vec();
    ShellCommand { log_environ: false, ..ShellCommand::new("build", CommandLine::Words(words)) }
}

/// Reads all events; `react` may answer each with a control.
pub(crate) async fn finish(mut running: Running, mut react: impl FnMut(&CommandEvent) -> Option<Control>) -> Report {
    let mut report = Report::default();
    let read = async {
        while let Some(event) = running.events.recv().await {
            if let Some(control) = react(&event) {
                running.control.send(control).await.unwrap();
            }
            if note(&mut report, event) {
                return;
            }
        }
        panic!("the command ended without a word: {report:?}");
    };
    tokio::time::timeout(DEADLINE, read).await.expect("the command ends in time");
    report
}

/// Adds an event to the report; `true` for the last.
fn note(report: &mut Report, event: CommandEvent) -> bool {
    match event {
        CommandEvent::Update(Update::Output(Stream::Stdout, text)) => report.stdout.push_str(&text),
        CommandEvent::Update(Update::Output(Stream::Stderr, text)) => report.stderr.push_str(&text),
        CommandEvent::Update(Update::Output(Stream::Header, text)) => report.header.push_str(&text),
        CommandEvent::Update(Update::Output(Stream::Log(name), text)) => {
            report.logs.entry(name).or_default().push_str(&text);
        }
        CommandEvent::Update(Update::Rc(rc)) => report.rc = Some(rc),
        CommandEvent::Update(Update::FailureReason(reason)) => report.reason = Some(reason),
        CommandEvent::Update(Update::Files(files)) => report.files = files,
        CommandEvent::Update(Update::Stat(stat)) => report.stat = stat,
        CommandEvent::Update(Update::Elapsed(seconds)) => report.elapsed = Some(seconds),
        CommandEvent::Update(Update::Other(..)) | CommandEvent::Lost(_) | CommandEvent::Mark(_) => {
            panic!("unexpected event")
        }
        CommandEvent::Write(bytes) => report.uploaded.extend_from_slice(&bytes),
        CommandEvent::Utime(..) => report.events.push("utime"),
        CommandEvent::CloseWrite => report.events.push("close write"),
        CommandEvent::Unpack => report.events.push("unpack"),
        CommandEvent::Read(_) => report.events.push("read"),
        CommandEvent::CloseRead => report.events.push("close read"),
        CommandEvent::Complete(failure) => {
            report.failure = failure;
            return true;
        }
    }
    false
}

/// Interrupts as soon as the program has printed something.
pub(crate) fn interrupt_when_it_prints() -> impl FnMut(&CommandEvent) -> Option<Control> {
    let mut done = false;
    move |event| match event {
        CommandEvent::Update(Update::Output(Stream::Stdout, _)) if !done => {
            done = true;
            Some(Control::Interrupt("stop it".to_owned()))
        }
        _ => None,
    }
}

/// A zombie is as good as gone: its parent, or the machine's first process, may be slow.
pub(crate) fn is_alive(pid: &str) -> bool {
    let stat = std::fs::read_to_string(Path::new("/proc").join(pid.trim()).join("stat"));
    stat.is_ok_and(|stat| !stat.contains(") Z "))
}

/// Waits until the process is gone.
pub(crate) async fn wait_until_gone(pid: &str) {
    let wait = async {
        while is_alive(pid) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(DEADLINE, wait).await.expect("the process is gone");
}
