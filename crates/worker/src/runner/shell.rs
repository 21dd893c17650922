//! The `shell` command: starts a program, carries its output, and sees to it that it ends.
//!
//! One loop waits for everything that can happen to the program and does what is due. It is over when the program has
//! ended and its pipes are closed: what it has left in the background then may stay. A program that had to end takes all that
//! it has started with it; that is done before the command completes.

use std::borrow::Cow;
use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt;
use std::path::{Path, PathBuf};

use ferrobot_model::{Arg, CommandEvent, CommandLine, ShellCommand, Stream, TextEncoding, Update};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::child::End;
use super::directories::make_directory;
use super::escalation::{Allowance, Due, Escalation, seconds, signal_named};
use super::logfile::{Found, LogFollower, POLL_EVERY};
use super::output::Output;
use super::process::{Process, Source};
use super::spawn::{Program, Spawned, spawn};
use super::{Context, Control, Failed, Outcome, environment, header, normalise};
use crate::python_text::{OsError, failure, failure_without_frames, str_repr};

/// After a kill at most so many blocks are still read: somebody may go on printing whom no signal reaches.
const LAST_BLOCKS_MAX: usize = 16;

/// Runs the command and reports its exit status.
pub(super) async fn run(context: &mut Context, shell: ShellCommand) -> Outcome {
    let started = Instant::now();
    let rc = execute(context, shell).await?;
    context.out.update(Update::Rc(rc));
    say_elapsed(context, started);
    Ok(())
}

/// The last line of each program's header.
pub(super) fn say_elapsed(context: &mut Context, started: Instant) {
    context.out.header(&format!("elapsedTime={:.6}\n", started.elapsed().as_secs_f64()));
}

/// Runs the command; answers with its exit status, -1 for a signal.
pub(super) async fn execute(context: &mut Context, shell: ShellCommand) -> Result<i64, Failed> {
    let encoding = context.encoding;
    let argv = words(&shell.command, encoding)?;
    let input = shell.initial_stdin.as_deref().map(|input| encode(input, encoding, input)).transpose()?;
    let input = input.filter(|input| !input.is_empty());
    let workdir = context.path(&shell.workdir);
    make_workdir(context, &workdir)?;
    let mut use_pty = shell.use_pty;
    if use_pty && shell.initial_stdin.is_some() {
        // An empty input, too, is one that ends, which a terminal's does not.
        context.out.header("WARNING: disabling usePTY for this command");
        use_pty = false;
    }
    let environment = environment::merge(&context.environment, &shell.env, normalise(&workdir).as_os_str());
    context.out.header(&header::describe(&shell, &workdir, &environment, use_pty, encoding));
    if argv.is_empty() {
        return Err(not_started(context, "IndexError", "list index out of range"));
    }
    let followers = followers(&shell, &workdir);
    let program = Program { argv, workdir: &workdir, environment: &environment, use_pty, has_stdin: input.is_some() };
    match spawn(&program) {
        Err(text) => {
            // On a terminal there is one stream for both.
            context.out.text(if use_pty { &Stream::Stdout } else { &Stream::Stderr }, &text);
            Ok(1)
        }
        Ok(spawned) => Supervision::new(context, &shell, spawned, input, followers).run().await,
    }
}

fn make_workdir(context: &mut Context, workdir: &Path) -> Result<(), Failed> {
    if workdir.is_dir() {
        return Ok(());
    }
    let stands_in_the_way = workdir.exists();
    make_directory(workdir).map_err(|error| {
        let (error, shown) = (OsError::of(&error), str_repr(&workdir.to_string_lossy()));
        if stands_in_the_way {
            not_started(context, error.class, &error.describe(&shown))
        } else {
            Failed(error.failure(&shown))
        }
    })
}

/// Says why the program could not be started, in the words of stock workers, without the stack of their own frames.
fn not_started(context: &mut Context, class: &str, message: &str) -> Failed {
    context.out.text(
        &Stream::Stderr,
        &format!(
            "error in RunProcess._startCommand ({message})\nTraceback (most recent call last):\n{class}: {message}\n"
        ),
    );
    let reason = format!("(-1, {})", str_repr(&format!("Got exception ({message})")));
    Failed(failure_without_frames("buildbot_worker.exceptions.AbandonChain", &reason))
}

fn words(command: &CommandLine, encoding: TextEncoding) -> Result<Vec<OsString>, Failed> {
    let word = |word: &Arg| encode(&word.text, encoding, header::shown(word)).map(OsString::from_vec);
    match command {
        CommandLine::Shell(line) => Ok(vec!["/bin/sh".into(), "-c".into(), word(line)?]),
        CommandLine::Words(words) => words.iter().map(word).collect(),
    }
}

/// The bytes of a text that a program gets; `shown` names it where it has none.
fn encode(text: &str, encoding: TextEncoding, shown: &str) -> Result<Vec<u8>, Failed> {
    encoding.encode(text).map(Cow::into_owned).map_err(|letter| {
        let told = format!("unicode_encoding of this worker has no '{letter}', which is in {}", str_repr(shown));
        Failed(failure("UnicodeEncodeError", &told))
    })
}

fn followers(shell: &ShellCommand, workdir: &Path) -> Vec<LogFollower> {
    let place = |filename: &str| -> PathBuf { workdir.join(filename) };
    shell
        .logfiles
        .iter()
        .map(|(name, file)| LogFollower::new(name.clone(), place(&file.filename), file.follow))
        .collect()
}

type Polled = (Vec<LogFollower>, Vec<Found>);

struct Supervision<'a> {
    out: &'a mut Output,
    controls: &'a mut mpsc::Receiver<Control>,
    listener: mpsc::Sender<CommandEvent>,
    process: Process,
    escalation: Escalation,
    followers: Vec<LogFollower>,
    poll_at: Option<Instant>,
    polling: Option<JoinHandle<Polled>>,
    encoding: TextEncoding,
    shell: &'a ShellCommand,
    /// The program outlived its last signal: what the master is told.
    unkillable: Option<String>,
}

impl<'a> Supervision<'a> {
    fn new(
        context: &'a mut Context,
        shell: &'a ShellCommand,
        spawned: Spawned,
        input: Option<Vec<u8>>,
        followers: Vec<LogFollower>,
    ) -> Supervision<'a> {
        let now = Instant::now();
        let allowance = Allowance {
            silence: seconds(shell.timeout),
            total: seconds(shell.max_time),
            lines: shell.max_lines.map(|lines| u64::try_from(lines).unwrap_or(0)),
            grace: seconds(shell.sigterm_time),
            signal: signal_named(shell.interrupt_signal.as_deref()),
        };
        Supervision {
            listener: context.out.listener(),
            out: &mut context.out,
            controls: &mut context.controls,
            process: Process::new(spawned, input),
            escalation: Escalation::new(allowance, now),
            poll_at: (!followers.is_empty()).then(|| now + POLL_EVERY),
            followers,
            polling: None,
            encoding: context.encoding,
            shell,
            unkillable: None,
        }
    }

    async fn run(mut self) -> Result<i64, Failed> {
        let supervised = self.supervise().await;
        if supervised.is_err() || self.escalation.is_ending() {
            self.process.end_tree().await;
        } else {
            self.process.pardon();
        }
        supervised?;
        self.finish().await
    }

    async fn supervise(&mut self) -> Result<(), Failed> {
        while !self.is_over() {
            let (read, due, has_ready) = (self.out.has_room(), self.next_due(), self.out.has_ready());
            tokio::select! {
                source = self.process.wait(read) => match source {
                    Ok(Some(Source::Stdout)) => {
                        self.take(Source::Stdout);
                        // A program that floods one stream may not silence the other.
                        self.take(Source::Stderr);
                    }
                    Ok(Some(Source::Stderr)) => self.take(Source::Stderr),
                    Ok(None) => {}
                    Err(error) => return Err(Failed(OsError::of(&error).failure("'wait'"))),
                },
                Some(control) = self.controls.recv() => self.obey(&control),
                () = sleep_until(due) => self.do_due(),
                polled = finished(&mut self.polling) => {
                    self.take_polled(polled);
                }
                heard = self.out.send_one(), if has_ready => if !heard {
                    return Err(Failed("the connection is gone".to_owned()));
                },
                () = self.listener.closed() => return Err(Failed("the connection is gone".to_owned())),
            }
        }
        Ok(())
    }

    fn is_over(&self) -> bool {
        // Its children have the time that was given to it; after that nobody waits for the pipes that they hold.
        let ended = self.process.end().is_some() && (self.process.is_silent() || self.escalation.has_shot());
        ended || self.unkillable.is_some()
    }

    fn take(&mut self, source: Source) {
        let Some(bytes) = self.process.read(source) else { return };
        self.escalation.heard(Instant::now());
        let is_wanted = match source {
            Source::Stdout => self.shell.want_stdout,
            Source::Stderr => self.shell.want_stderr,
        };
        let lines = if is_wanted { line_ends(bytes) } else { 0 };
        let too_many = self.escalation.count_lines(lines);
        if let Some(lines) = too_many {
            let allowed = self.shell.max_lines.unwrap_or_default();
            let argv = header::argv(&self.shell.command, self.encoding);
            let message = format!("command exceeds max lines: {lines}/{allowed} written/allowed running {argv}");
            announce(self.out, Some("max_lines_failure"), &message);
        }
        forward(self.out, self.shell, source, bytes);
        if too_many.is_some() {
            self.kill();
        }
    }

    fn kill(&mut self) {
        let signal = self.escalation.begin(Instant::now());
        self.process.signal(signal);
    }

    fn obey(&mut self, control: &Control) {
        if let (Control::Interrupt(_), false) = (control, self.escalation.is_ending()) {
            announce(self.out, None, "command interrupted");
            self.kill();
        }
    }

    fn next_due(&self) -> Option<Instant> {
        let poll_at = self.poll_at.filter(|_| self.polling.is_none() && self.out.has_room());
        [self.escalation.next(), self.out.due(), poll_at].into_iter().flatten().min()
    }

    fn do_due(&mut self) {
        let now = Instant::now();
        if self.out.due().is_some_and(|due| due <= now) {
            self.out.release();
        }
        if self.polling.is_none() && self.poll_at.is_some_and(|at| at <= now) {
            self.start_poll();
        }
        match self.escalation.due(now) {
            None => {}
            Some(Due::Silent) => {
                let seconds = self.shell.timeout.unwrap_or_default();
                self.time_out("timeout_without_output", &format!("{seconds} seconds without output"));
            }
            Some(Due::TooLong) => {
                let seconds = self.shell.max_time.unwrap_or_default();
                self.time_out("timeout", &format!("{seconds} seconds elapsed"));
            }
            Some(Due::Send(signal)) => self.process.signal(signal),
            Some(Due::GiveUp(signal)) => {
                let message = format!("{signal} failed to kill process");
                self.out.header(&format!("{message}\nusing fake rc=-1\n"));
                self.unkillable = Some(message);
            }
        }
    }

    fn time_out(&mut self, reason: &str, what: &str) {
        let message = format!("command timed out: {what} running {}", header::argv(&self.shell.command, self.encoding));
        announce(self.out, Some(reason), &message);
        self.kill();
    }

    fn start_poll(&mut self) {
        let followers = std::mem::take(&mut self.followers);
        self.polling = Some(tokio::task::spawn_blocking(move || poll(followers)));
    }

    /// Whether there is more to be read.
    fn take_polled(&mut self, (followers, found): Polled) -> bool {
        self.polling = None;
        self.followers = followers;
        let now = Instant::now();
        let more = found.iter().any(|found| found.more);
        self.poll_at = Some(if more { now } else { now + POLL_EVERY });
        for found in found {
            self.escalation.heard(now);
            self.out.bytes(&found.stream, &found.bytes);
        }
        more
    }

    async fn finish(mut self) -> Result<i64, Failed> {
        for source in [Source::Stdout, Source::Stderr] {
            for _ in 0..LAST_BLOCKS_MAX {
                let Some(bytes) = self.process.read(source) else { break };
                forward(self.out, self.shell, source, bytes);
            }
        }
        self.finish_logfiles().await;
        if let Some(message) = self.unkillable.take() {
            self.out.update(Update::Rc(-1));
            return Err(Failed(failure_without_frames("RuntimeError", &message)));
        }
        match self.process.end() {
            // A program that had to be stopped has not succeeded.
            Some(End::Exited(0)) if self.escalation.is_ending() => Ok(-1),
            Some(End::Exited(code)) => Ok(i64::from(code)),
            Some(End::Signalled(signal)) => {
                self.out.header(&format!("process killed by signal {signal}\n"));
                Ok(-1)
            }
            None => Ok(-1),
        }
    }

    /// What the command wrote into its log files since they were last looked at.
    async fn finish_logfiles(&mut self) {
        if self.polling.is_some() {
            let polled = finished(&mut self.polling).await;
            self.take_polled(polled);
        }
        while !self.followers.is_empty() {
            self.start_poll();
            let polled = finished(&mut self.polling).await;
            let more = self.take_polled(polled);
            if !more || !self.out.send_ready().await {
                return;
            }
        }
    }
}

/// How many lines end in a block: at a newline, a carriage return, or both.
fn line_ends(bytes: &[u8]) -> u64 {
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    ends.filter(|&at| bytes[at] == b'\r' || at == 0 || bytes[at - 1] != b'\r').count() as u64
}

/// Hands on what the master wants to see.
fn forward(out: &mut Output, shell: &ShellCommand, source: Source, bytes: &[u8]) {
    match source {
        Source::Stdout if shell.want_stdout => out.bytes(&Stream::Stdout, bytes),
        Source::Stderr if shell.want_stderr => out.bytes(&Stream::Stderr, bytes),
        Source::Stdout | Source::Stderr => {}
    }
}

/// Says why the command has to die.
fn announce(out: &mut Output, reason: Option<&str>, message: &str) {
    if let Some(reason) = reason {
        out.update(Update::FailureReason(reason.to_owned()));
    }
    out.header(&format!("\n{message}, attempting to kill\n"));
}

fn poll(mut followers: Vec<LogFollower>) -> Polled {
    let found = followers.iter_mut().filter_map(LogFollower::poll).collect();
    (followers, found)
}

/// The result of the look that is under way. A look that was cut off by the end of the program finds nothing.
async fn finished(polling: &mut Option<JoinHandle<Polled>>) -> Polled {
    match polling {
        Some(handle) => handle.await.unwrap_or_default(),
        None => std::future::pending().await,
    }
}

async fn sleep_until(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
