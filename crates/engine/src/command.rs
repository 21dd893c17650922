//! A command on the worker: its events become logs, observed lines, collected output and served transfers.

mod output;

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use ferrobot_model::{Command, CommandEvent, Stream, Update};
use tokio::time::Instant;
use tracing::debug;

use crate::build::Stop;
use crate::log::{LogHandle, StreamLetter};
use crate::{
    CommandControl, CommandOptions, CommandOutcome, RunningCommand, SessionError, StepContext, StepError, Transfer,
};

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
        if let Some(stop) = self.stop.stopped() {
            return Err(crate::step::step_error(&stop));
        }
        let CommandOptions { stdio, collect_stdout, collect_stderr, logs, lazy_logs, observer, transfer } = options;
        let log_files = log_files(&command);
        let logs = self.logs_of(&log_files, logs, lazy_logs).await?;
        let build = std::sync::Arc::clone(&self.build);
        let directory = &build.builder.config.workerbuilddir;
        let running =
            build.session.start_command(build.builder_name(), directory, command, None).await.map_err(session_error)?;
        let mut run = Run {
            context: self,
            stdio,
            log_files,
            logs,
            output: Output::new(collect_stdout, collect_stderr, observer),
            transfer,
            outcome: CommandOutcome::default(),
            failure: None,
            flush_at: None,
            mark: None,
        };
        run.drive(running).await
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
    outcome: CommandOutcome,
    /// What went wrong on the master's side; told when the command has ended.
    failure: Option<String>,
    /// When buffered lines have to be handed on.
    flush_at: Option<Instant>,
    /// The last message of a worker that keeps its messages until they are stored.
    mark: Option<u64>,
}

/// What comes next.
enum Next {
    Event(Option<CommandEvent>),
    Stop(Stop),
    Flush,
}

impl Run<'_, '_> {
    async fn drive(&mut self, mut running: RunningCommand) -> Result<CommandOutcome, StepError> {
        loop {
            match self.next(&mut running).await {
                Next::Flush => {
                    self.flush().await?;
                    self.tell_stored(&running).await;
                }
                Next::Stop(Stop::WorkerLost(reason)) => return self.lose(reason).await,
                Next::Stop(stop @ (Stop::Asked { .. } | Stop::MasterEnds)) => {
                    self.outcome.interrupted = true;
                    interrupt(&running, stop.reason()).await;
                }
                Next::Event(None) => return self.lose("the connection ended".to_owned()).await,
                Next::Event(Some(CommandEvent::Lost(reason))) => return self.lose(reason).await,
                Next::Event(Some(CommandEvent::Complete(failure))) => return self.complete(failure).await,
                Next::Event(Some(CommandEvent::Mark(number))) => {
                    self.mark = Some(number);
                    self.flush_at.get_or_insert_with(|| Instant::now() + FLUSH_AFTER);
                }
                Next::Event(Some(event)) => self.take(event, &running).await?,
            }
        }
    }

    async fn next(&mut self, running: &mut RunningCommand) -> Next {
        let (stop, interrupted, flush_at) = (&self.context.stop, self.outcome.interrupted, self.flush_at);
        let flush = async {
            match flush_at {
                Some(at) => tokio::time::sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // In this order, so that a command that never stops printing can be stopped and is shown.
            biased;
            stop = stop.wait(), if !interrupted => Next::Stop(stop),
            () = flush => Next::Flush,
            event = running.events.recv() => Next::Event(event),
        }
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
        if let Some(log) = log
            && log.buffer(letter, text).await?
        {
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

    async fn complete(&mut self, failure: Option<String>) -> Result<CommandOutcome, StepError> {
        self.end_output().await?;
        if let Some(failure) = failure.or(self.failure.take()) {
            return Err(StepError::Exception(failure));
        }
        (self.outcome.stdout, self.outcome.stderr) = self.output.collected();
        Ok(std::mem::take(&mut self.outcome))
    }

    async fn lose(&mut self, reason: String) -> Result<CommandOutcome, StepError> {
        self.end_output().await?;
        Err(StepError::WorkerLost(reason))
    }

    /// Shows what was held back.
    async fn end_output(&mut self) -> Result<(), StepError> {
        for (stream, text) in self.output.finish() {
            self.write(&stream, &text).await?;
        }
        self.flush().await
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

/// Tells the command to stop. A worker that is gone tells so itself.
async fn interrupt(running: &RunningCommand, reason: &str) {
    let _gone = running.control.send(CommandControl::Interrupt(reason.to_owned())).await;
}
