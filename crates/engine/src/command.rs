//! A command on the worker: its events become logs, observed lines, collected output and served transfers.

mod journey;
mod output;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use ferrobot_data::Data;
use ferrobot_model::{Command, CommandEvent, LogId, Stream, Update};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tracing::{debug, warn};

use crate::build::{Ended, Stop, StopWatch, ended};
use crate::log::{LogHandle, StreamLetter};
use crate::{
    CommandControl, CommandOptions, CommandOutcome, RunningCommand, SessionError, StepContext, StepError, Transfer,
    WorkerSession,
};

use journey::Journey;
use output::Output;

/// Names of files that one command may report.
const FILES_MAX: usize = 1_000_000;
/// Output that is less than a block is shown after this time.
const FLUSH_AFTER: Duration = Duration::from_millis(200);

impl StepContext {
    /// Runs a command on the worker until it ends. An interrupt of the step interrupts the command, which still ends by itself.
    pub async fn run_command(
        &mut self,
        command: Command,
        options: CommandOptions<'_>,
    ) -> Result<CommandOutcome, StepError> {
        let CommandOptions {
            stdio,
            collect_stdout,
            collect_stderr,
            logs,
            lazy_logs,
            observer,
            transfer,
            even_if_stopped,
        } = options;
        if !even_if_stopped && let Some(stop) = self.stop.stopped() {
            return Err(crate::step::step_error(&stop));
        }
        let is_observed = collect_stdout || collect_stderr || observer.is_some();
        let is_seen = observer.is_some();
        let journey = match self.begin_command(is_observed, is_seen, transfer.is_some()).await? {
            Begun::Ended(Ended { failure: Some(failure), .. }) => return Err(StepError::Exception(failure)),
            Begun::Ended(Ended { outcome, failure: None }) => return Ok(outcome),
            Begun::Now(journey) => journey,
        };
        let log_files = log_files(&command);
        let logs = self.logs_of(&log_files, logs, lazy_logs).await?;
        let build = std::sync::Arc::clone(&self.build);
        let directory = &build.builder.config.workerbuilddir;
        let key = journey.as_ref().map(Journey::key);
        let encoding = self.log_encoding();
        let running = tokio::select! {
            started = build.session.start_command(build.builder_name(), directory, command, key, encoding) => {
                started.map_err(session_error)?
            }
            stop = stop_while_away(&self.stop, &*build.session), if !even_if_stopped => {
                return Err(crate::step::step_error(&stop));
            }
        };
        let mut run = Run {
            context: self,
            stdio,
            log_files,
            logs,
            output: Output::new(collect_stdout, collect_stderr, observer),
            transfer,
            even_if_stopped,
            outcome: journey.as_ref().map(Journey::outcome_so_far).unwrap_or_default(),
            failure: None,
            flush_at: None,
            mark: None,
            journey,
        };
        run.drive(running).await
    }

    /// Takes note of the step's next command, in a build that another run of the master can take up.
    async fn begin_command(&mut self, is_observed: bool, is_seen: bool, is_transfer: bool) -> Result<Begun, StepError> {
        let build = std::sync::Arc::clone(&self.build);
        if !build.handle.is_held() {
            return Ok(Begun::Now(None));
        }
        build.hold_secrets().await?;
        let Some(journal) = self.journal.as_mut() else { return Ok(Begun::Now(None)) };
        // What the master has of a file is gone with it: the next one lets the worker forget the transfer, and does it again.
        if is_transfer {
            journal.skip_command();
            return Ok(Begun::Now(None));
        }
        let entry = journal.next_command(is_observed);
        if entry.is_complete
            && !is_seen
            && let Some(ended) = ended(&entry)
        {
            return Ok(Begun::Ended(ended));
        }
        let journey = Journey::new(&build, journal.place, entry);
        journey.note(&build.engine.data, Vec::new()).await?;
        Ok(Begun::Now(Some(journey)))
    }

    /// The logs of the command's log files: all of them, or only those that are there already.
    async fn logs_of(
        &mut self,
        log_files: &[String],
        mut logs: BTreeMap<String, LogHandle>,
        lazy: bool,
    ) -> Result<BTreeMap<String, LogHandle>, StepError> {
        if lazy {
            return Ok(logs);
        }
        for name in log_files {
            if !logs.contains_key(name) {
                logs.insert(name.clone(), self.add_log(name, 's').await?);
            }
        }
        Ok(logs)
    }
}

/// Names of the command's log files.
fn log_files(command: &Command) -> Vec<String> {
    match command {
        Command::Shell(shell) => shell.logfiles.iter().map(|(name, _)| name.clone()).collect(),
        Command::UploadFile { .. }
        | Command::UploadDirectory { .. }
        | Command::DownloadFile { .. }
        | Command::MakeDirectory { .. }
        | Command::RemoveDirectory { .. }
        | Command::CopyDirectory { .. }
        | Command::Stat { .. }
        | Command::Glob { .. }
        | Command::ListDirectory { .. }
        | Command::RemoveFile { .. } => Vec::new(),
    }
}

fn session_error(error: SessionError) -> StepError {
    match error {
        SessionError::Lost { reason, .. } => StepError::WorkerLost(reason),
        SessionError::Refused { .. } => StepError::Exception(error.to_string()),
    }
}

/// One command while it runs.
struct Run<'c, 'o> {
    context: &'c mut StepContext,
    stdio: Option<LogHandle>,
    /// Names of the logs that the worker may write.
    log_files: Vec<String>,
    logs: BTreeMap<String, LogHandle>,
    output: Output<'o>,
    transfer: Option<&'o mut dyn Transfer>,
    /// A stop of the step is not its affair.
    even_if_stopped: bool,
    outcome: CommandOutcome,
    /// What went wrong on the master's side; told when the command has ended.
    failure: Option<String>,
    /// When buffered lines have to be handed on.
    flush_at: Option<Instant>,
    /// The last message of a worker that keeps its messages until they are stored, where it has not been told of it.
    mark: Option<u64>,
    /// What is written down for another run of the master.
    journey: Option<Journey>,
}

/// How a command begins.
enum Begun {
    /// It has ended in an earlier run of the master.
    Ended(Ended),
    /// It has to be started, or taken up.
    Now(Option<Journey>),
}

/// What comes next.
enum Next {
    Event(Option<CommandEvent>),
    Stop(Stop),
    /// The worker is away, and the command is no longer wanted.
    Away(Stop),
    Flush,
}

impl Run<'_, '_> {
    async fn drive(&mut self, mut running: RunningCommand) -> Result<CommandOutcome, StepError> {
        loop {
            match self.next(&mut running).await {
                Next::Flush if self.journey.is_some() => self.arrive_when_whole(&running).await?,
                Next::Flush => {
                    self.flush().await?;
                    self.tell_stored(&running).await;
                }
                Next::Stop(Stop::WorkerLost(reason)) => return self.lose(reason).await,
                Next::Stop(stop @ (Stop::Asked { .. } | Stop::MasterEnds)) => {
                    self.outcome.interrupted = true;
                    if !is_away(&*self.context.build.session) {
                        interrupt(&running, stop.reason()).await;
                    }
                }
                Next::Away(stop) => return self.leave(&stop, running).await,
                Next::Event(None) => return self.lose("the connection ended".to_owned()).await,
                Next::Event(Some(CommandEvent::Lost(reason))) => return self.lose(reason).await,
                Next::Event(Some(CommandEvent::Complete(failure))) => return self.complete(failure, running).await,
                Next::Event(Some(CommandEvent::Mark(number))) => self.take_mark(number, &running).await?,
                Next::Event(Some(event)) => self.take(event, &running).await?,
            }
        }
    }

    async fn next(&mut self, running: &mut RunningCommand) -> Next {
        let (stop, flush_at) = (&self.context.stop, self.flush_at);
        let session = &*self.context.build.session;
        let is_stopped = self.outcome.interrupted;
        let is_stoppable = !is_stopped && !self.even_if_stopped;
        let flush = async {
            match flush_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // In this order, so that a command that never stops printing can be stopped and is shown.
            biased;
            stop = stop.wait(), if is_stoppable => Next::Stop(stop),
            () = flush => Next::Flush,
            event = running.events.recv() => Next::Event(event),
            stop = stop_while_away(stop, session), if is_stopped => Next::Away(stop),
        }
    }

    /// A message of the worker is complete.
    async fn take_mark(&mut self, number: u64, running: &RunningCommand) -> Result<(), StepError> {
        self.mark = Some(number);
        match &mut self.journey {
            Some(journey) => {
                if journey.is_due(number) {
                    self.arrive(running).await?;
                } else {
                    self.flush_at.get_or_insert_with(|| Instant::now() + FLUSH_AFTER);
                }
            }
            None => {
                self.flush_at.get_or_insert_with(|| Instant::now() + FLUSH_AFTER);
            }
        }
        Ok(())
    }

    /// Writes down where the command is, unless a message is only in part here: then with its end.
    async fn arrive_when_whole(&mut self, running: &RunningCommand) -> Result<(), StepError> {
        self.flush_at = None;
        match &mut self.journey {
            Some(journey) if !journey.is_whole() => {
                journey.want_arrival();
                Ok(())
            }
            _ => self.arrive(running).await,
        }
    }

    /// Writes down where the command is, with all that it printed up to there.
    async fn arrive(&mut self, running: &RunningCommand) -> Result<(), StepError> {
        self.flush_at = None;
        if self.holds_back().await {
            if let Some(journey) = &mut self.journey {
                journey.want_arrival();
            }
            return Ok(());
        }
        let blocks = self.take_blocks().await;
        let Some(journey) = &mut self.journey else { return Ok(()) };
        let data = &self.context.build.engine.data;
        let ended = Ended { outcome: self.outcome.clone(), failure: None };
        journey.arrive(data, blocks, &ended, false, &self.context.build.secrets).await?;
        if let Some(number) = journey.stored() {
            tell_stored_when_settled(data.clone(), number, running.control.clone());
            if journey.is_observed() {
                // What the step saw cannot be seen again.
                self.context.build.release_hold().await?;
            }
        }
        Ok(())
    }

    /// Whether a log has something that may be the beginning of a secret.
    async fn holds_back(&mut self) -> bool {
        for log in self.stdio.iter().chain(self.logs.values()) {
            if log.holds_back().await {
                return true;
            }
        }
        false
    }

    /// What is not in the logs yet.
    async fn take_blocks(&mut self) -> Vec<(LogId, String)> {
        let mut blocks = Vec::new();
        for log in self.stdio.iter().chain(self.logs.values()) {
            blocks.extend(log.take_block().await);
        }
        blocks
    }

    async fn take(&mut self, event: CommandEvent, running: &RunningCommand) -> Result<(), StepError> {
        match event {
            CommandEvent::Update(update) => self.update(update).await,
            transferring => {
                if let Err(error) = self.serve(transferring, running).await {
                    self.fail(error.to_string(), running).await;
                }
                Ok(())
            }
        }
    }

    async fn update(&mut self, update: Update) -> Result<(), StepError> {
        if let Some(journey) = &mut self.journey {
            journey.take_part();
        }
        match update {
            Update::Output(stream, text) => self.print(stream, &text).await?,
            Update::Rc(rc) => {
                self.outcome.rc = Some(rc);
                self.print(Stream::Header, &format!("program finished with exit code {rc}\n")).await?;
            }
            Update::FailureReason(reason) => self.outcome.failure_reason = Some(reason),
            Update::Stat(stat) => self.outcome.stat = Some(stat),
            Update::Files(files) => {
                let room = FILES_MAX.saturating_sub(self.outcome.files.len());
                self.outcome.files.extend(files.into_iter().take(room));
            }
            Update::Elapsed(_) | Update::Other(..) => {}
        }
        Ok(())
    }

    async fn print(&mut self, stream: Stream, text: &str) -> Result<(), StepError> {
        if let Some(journey) = &mut self.journey {
            journey.take_output(text.len());
        }
        let text = self.output.take(&stream, text);
        if text.is_empty() {
            return Ok(());
        }
        self.write(&stream, &text).await
    }

    async fn write(&mut self, stream: &Stream, text: &str) -> Result<(), StepError> {
        let (log, letter) = match stream {
            Stream::Stdout => (self.stdio.clone(), StreamLetter::Output),
            Stream::Stderr => (self.stdio.clone(), StreamLetter::Error),
            Stream::Header => (self.stdio.clone(), StreamLetter::Header),
            Stream::Log(name) => (self.log_file(name).await?, StreamLetter::Output),
        };
        let Some(log) = log else { return Ok(()) };
        if let Some(journey) = &mut self.journey {
            // What an earlier run of the master has written is only seen again.
            if !journey.is_behind() {
                journey.add_bytes(log.keep(letter, text).await);
            }
        } else if log.buffer(letter, text).await? {
            self.flush_at.get_or_insert_with(|| Instant::now() + FLUSH_AFTER);
        }
        Ok(())
    }

    /// The log of a log file; `None`: the worker was not told to send it.
    async fn log_file(&mut self, name: &str) -> Result<Option<LogHandle>, StepError> {
        if let Some(log) = self.logs.get(name) {
            return Ok(Some(log.clone()));
        }
        if !self.log_files.iter().any(|known| known == name) {
            debug!("a worker sent the log file `{name}`, which nobody asked for");
            return Ok(None);
        }
        let log = self.context.add_log(name, 's').await?;
        self.logs.insert(name.to_owned(), log.clone());
        Ok(Some(log))
    }

    /// Serves one event of a transfer.
    async fn serve(&mut self, event: CommandEvent, running: &RunningCommand) -> std::io::Result<()> {
        let Some(transfer) = self.transfer.as_mut() else {
            return Err(std::io::Error::other("the worker transfers a file that nobody asked for"));
        };
        match event {
            CommandEvent::Write(bytes) if self.failure.is_none() => transfer.write(bytes).await,
            CommandEvent::Utime(accessed, modified) => transfer.utime(accessed, modified).await,
            CommandEvent::CloseWrite => transfer.close().await,
            CommandEvent::Unpack => transfer.unpack().await,
            CommandEvent::Read(length) => {
                let read = transfer.read(length).await;
                let data = read.as_ref().map_or_else(|_| Bytes::new(), Bytes::clone);
                // A worker that is gone tells so itself.
                let _gone = running.control.send(CommandControl::Data(data)).await;
                read.map(drop)
            }
            CommandEvent::Write(_)
            | CommandEvent::CloseRead
            | CommandEvent::Update(_)
            | CommandEvent::Mark(_)
            | CommandEvent::Complete(_)
            | CommandEvent::Lost(_) => Ok(()),
        }
    }

    /// The master's side of a transfer failed: the command has no purpose any more.
    async fn fail(&mut self, failure: String, running: &RunningCommand) {
        if self.failure.is_none() {
            interrupt(running, &failure).await;
            self.failure = Some(failure);
        }
    }

    async fn complete(
        &mut self,
        failure: Option<String>,
        running: RunningCommand,
    ) -> Result<CommandOutcome, StepError> {
        self.end_output().await?;
        (self.outcome.stdout, self.outcome.stderr) = self.output.collected();
        let ended = Ended { outcome: std::mem::take(&mut self.outcome), failure: failure.or(self.failure.take()) };
        self.write_end(&ended, running).await?;
        match ended.failure {
            Some(failure) => Err(StepError::Exception(failure)),
            None => Ok(ended.outcome),
        }
    }

    /// The worker may forget the command when the disk has its end; or the step's end, if that would have to see it again.
    async fn write_end(&mut self, ended: &Ended, running: RunningCommand) -> Result<(), StepError> {
        let blocks = self.take_blocks().await;
        let Some(journey) = &mut self.journey else { return Ok(()) };
        let build = &self.context.build;
        let data = build.engine.data.clone();
        if !journey.arrive(&data, blocks, ended, true, &build.secrets).await? {
            build.release_hold().await?;
        }
        match &mut self.context.journal {
            Some(journal) if self.output.is_observed() => journal.seen.push(running.control),
            _ => forget_when_settled(data, running.control),
        }
        Ok(())
    }

    async fn lose(&mut self, reason: String) -> Result<CommandOutcome, StepError> {
        self.end_output().await?;
        self.flush().await?;
        Err(StepError::WorkerLost(reason))
    }

    /// Does not wait for a worker that is away to end a command that was stopped: it does that when it is back.
    async fn leave(&mut self, stop: &Stop, running: RunningCommand) -> Result<CommandOutcome, StepError> {
        self.end_output().await?;
        self.write(&Stream::Header, "the worker is away; it ends the command when it is back\n").await?;
        self.flush().await?;
        let _gone = running.control.send(CommandControl::Forget).await;
        Err(crate::step::step_error(stop))
    }

    /// Shows what was held back.
    async fn end_output(&mut self) -> Result<(), StepError> {
        for (stream, text) in self.output.finish() {
            self.write(&stream, &text).await?;
        }
        // Otherwise it is written with the command's end.
        if self.journey.is_none() { self.flush().await } else { Ok(()) }
    }

    /// The worker need not keep what is stored.
    async fn tell_stored(&mut self, running: &RunningCommand) {
        if let Some(number) = self.mark.take() {
            let _gone = running.control.send(CommandControl::Stored(number)).await;
        }
    }

    async fn flush(&mut self) -> Result<(), StepError> {
        self.flush_at = None;
        for log in self.stdio.iter().chain(self.logs.values()) {
            log.flush().await?;
        }
        Ok(())
    }
}

/// Tells the worker, when the disk has it, that a message need not be kept.
fn tell_stored_when_settled(data: Data, number: u64, control: mpsc::Sender<CommandControl>) {
    tokio::spawn(async move {
        if data.settled().await.is_ok() {
            let _gone = control.send(CommandControl::Stored(number)).await;
        }
    });
}

/// Lets the worker forget a command when the disk has what is written now.
pub(crate) fn forget_when_settled(data: Data, control: mpsc::Sender<CommandControl>) {
    tokio::spawn(async move {
        match data.settled().await {
            Ok(()) => drop(control.send(CommandControl::Forget).await),
            Err(error) => warn!("the end of a command is not on the disk: {error}"),
        }
    });
}

/// Completes when the step is being stopped and its worker is away, if the session outlives that.
async fn stop_while_away(stop: &StopWatch, session: &dyn WorkerSession) -> Stop {
    let stop = stop.wait().await;
    let Some(mut presence) = session.presence() else { return std::future::pending().await };
    if presence.wait_for(|is_present| !is_present).await.is_err() {
        return std::future::pending().await;
    }
    stop
}

fn is_away(session: &dyn WorkerSession) -> bool {
    session.presence().is_some_and(|presence| !*presence.borrow())
}

/// Tells the command to stop. A worker that is gone tells so itself.
async fn interrupt(running: &RunningCommand, reason: &str) {
    let _gone = running.control.send(CommandControl::Interrupt(reason.to_owned())).await;
}
