//! What commands report, in a form that is the same for every worker.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use ferrobot_engine::{CommandControl, WorkerSession};
use ferrobot_model::{Command, CommandEvent, Stream, TextEncoding, Update};

use crate::desk::within;

/// One command's report as text.
pub(crate) async fn report(session: &dyn WorkerSession, command: Command, download: &'static [u8]) -> String {
    let name = command.name();
    let mut report = Report { basedir: session.info().basedir.clone(), ..Report::default() };
    let mut rest = download;
    let mut running = within(session.start_command("b", "b-dir", command, None, TextEncoding::Utf8)).await.unwrap();
    while let Some(event) = within(running.events.recv()).await {
        if let CommandEvent::Read(length) = event {
            let (block, left) = rest.split_at(rest.len().min(usize::try_from(length).unwrap()));
            rest = left;
            running.control.send(CommandControl::Data(Bytes::from_static(block))).await.unwrap();
        }
        if report.note(event) {
            break;
        }
    }
    format!("=== {name}\n{}", report.text())
}

/// Interrupts the command as soon as it has said something.
pub(crate) async fn report_of_interrupted(session: &dyn WorkerSession, command: Command) -> String {
    let mut report = Report { basedir: session.info().basedir.clone(), ..Report::default() };
    let mut running = within(session.start_command("b", "b-dir", command, None, TextEncoding::Utf8)).await.unwrap();
    // A stock worker keeps its output back for some seconds: the interrupt may come first.
    running.control.send(CommandControl::Interrupt("enough".to_owned())).await.unwrap();
    while let Some(event) = within(running.events.recv()).await {
        if report.note(event) {
            break;
        }
    }
    report.text()
}

#[derive(Default)]
struct Report {
    basedir: String,
    streams: BTreeMap<String, String>,
    values: Vec<String>,
    uploaded: Vec<u8>,
    end: String,
}

impl Report {
    fn note(&mut self, event: CommandEvent) -> bool {
        match event {
            CommandEvent::Update(Update::Output(stream, text)) => {
                let name = match stream {
                    Stream::Stdout => "stdout".to_owned(),
                    Stream::Stderr => "stderr".to_owned(),
                    Stream::Header => "header".to_owned(),
                    Stream::Log(name) => format!("log {name}"),
                };
                self.streams.entry(name).or_default().push_str(&text);
            }
            CommandEvent::Update(Update::Rc(rc)) => self.values.push(format!("rc {rc}")),
            CommandEvent::Update(Update::Elapsed(_)) => self.values.push("elapsed".to_owned()),
            CommandEvent::Update(Update::FailureReason(reason)) => self.values.push(format!("reason {reason}")),
            CommandEvent::Update(Update::Stat(stat)) => {
                // Mode and size; the rest differs from run to run.
                self.values.push(format!("stat of {} numbers: {} {}", stat.len(), stat[0], stat[6]));
            }
            CommandEvent::Update(Update::Files(mut files)) => {
                files.sort();
                self.values.push(format!("files {files:?}"));
            }
            CommandEvent::Update(Update::Other(key, value)) => self.values.push(format!("{key} {value}")),
            CommandEvent::Write(bytes) => self.uploaded.extend_from_slice(&bytes),
            CommandEvent::Utime(_, modified) => self.values.push(format!("utime {modified}")),
            CommandEvent::CloseWrite => self.values.push("close write".to_owned()),
            CommandEvent::Unpack => self.values.push("unpack".to_owned()),
            CommandEvent::Read(length) => self.values.push(format!("read {length}")),
            CommandEvent::CloseRead => self.values.push("close read".to_owned()),
            CommandEvent::Mark(_) => {}
            CommandEvent::Complete(failure) => {
                self.end = failure.map_or_else(|| "complete".to_owned(), |text| format!("failed: {}", shorten(&text)));
                return true;
            }
            CommandEvent::Lost(reason) => {
                self.end = format!("lost: {reason}");
                return true;
            }
        }
        false
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for (name, content) in &self.streams {
            for line in content.lines().filter(|line| !is_stack(line)) {
                writeln!(text, "{name}: {}", scrub(line)).unwrap();
            }
        }
        for value in &self.values {
            writeln!(text, "{value}").unwrap();
        }
        if !self.uploaded.is_empty() {
            writeln!(text, "uploaded {}", describe_upload(&self.uploaded)).unwrap();
        }
        writeln!(text, "{}", self.end).unwrap();
        text.replace(&self.basedir, "<BASE>")
    }
}

/// A line of a Python stack, which only a worker in Python has.
fn is_stack(line: &str) -> bool {
    line.starts_with("  File \"") || line.starts_with("    os.") || line.starts_with("    self.")
}

fn scrub(line: &str) -> String {
    if line.starts_with("elapsedTime=") {
        return "elapsedTime=D".to_owned();
    }
    match line.split_once("environment id ") {
        Some((before, _)) => format!("{before}environment id N"),
        None => line.to_owned(),
    }
}

/// Class and message of a failure.
fn shorten(text: &str) -> String {
    let inner = text.split_once("<class '").and_then(|(_, rest)| rest.split_once('\n')).map(|(first, _)| first);
    inner.unwrap_or(text).replace("builtins.", "").replace("buildbot_worker.exceptions.", "")
}

fn describe_upload(bytes: &[u8]) -> String {
    let unpacked = if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut content = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut content).unwrap();
        content
    } else {
        bytes.to_vec()
    };
    if unpacked.get(257..262) != Some(b"ustar") {
        return format!("{:?}", String::from_utf8_lossy(bytes));
    }
    let mut archive = tar::Archive::new(unpacked.as_slice());
    let entries = archive.entries().unwrap().map(|entry| {
        let mut entry = entry.unwrap();
        let mut content = String::new();
        std::io::Read::read_to_string(&mut entry, &mut content).unwrap();
        let path = entry.path().unwrap().display().to_string();
        let path = path.trim_start_matches("./").trim_end_matches(['.', '/']).to_owned();
        format!("{path} {:?} {content:?}", entry.header().entry_type())
    });
    let mut entries: Vec<String> = entries.collect();
    entries.sort();
    format!("archive {entries:#?}")
}
