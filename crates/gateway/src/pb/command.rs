//! The objects that a worker calls while a command runs: to report, to send an upload, to ask for a download.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use ferrobot_model::{CommandEvent, Stream, TextEncoding, Update};
use ferrobot_wire::pb::{Call, Failure, LocalId, Value};
use ferrobot_worker::lines::{LINE_LENGTH_MAX, LineSplitter, Newlines};
use tokio::sync::mpsc;
use tracing::warn;

use super::connection::{LocalObject, PbConnection, Reply};
use super::values::to_json;
use crate::connection::lock;

/// Logs of one command; no step has so many.
const STREAMS_MAX: usize = 256;

/// Takes the reports of one command.
pub(super) struct CommandObject {
    worker: String,
    shared: Arc<Shared>,
    /// Its own objects at the connection.
    ids: Mutex<Vec<LocalId>>,
}

struct Shared {
    events: mpsc::Sender<CommandEvent>,
    /// Workers of older versions send output that ends anywhere, those on Python 2 bytes in this encoding.
    encoding: TextEncoding,
    splitters: Mutex<BTreeMap<Stream, LineSplitter>>,
    /// The read that waits for its data.
    pending_read: Mutex<Option<i64>>,
}

impl CommandObject {
    pub(super) fn new(worker: &str, events: mpsc::Sender<CommandEvent>, encoding: TextEncoding) -> CommandObject {
        let shared = Shared { events, encoding, splitters: Mutex::default(), pending_read: Mutex::default() };
        CommandObject { worker: worker.to_owned(), shared: Arc::new(shared), ids: Mutex::default() }
    }

    /// The object that takes an upload.
    pub(super) fn writer(&self) -> Arc<dyn LocalObject> {
        Arc::new(Writer { shared: Arc::clone(&self.shared) })
    }

    /// The object that gives a download.
    pub(super) fn reader(&self) -> Arc<dyn LocalObject> {
        Arc::new(Reader { shared: Arc::clone(&self.shared) })
    }

    pub(super) fn own(&self, reporter: LocalId, transfer: Option<LocalId>) {
        lock(&self.ids).extend([Some(reporter), transfer].into_iter().flatten());
    }

    /// The command has ended: the worker may no longer call its objects.
    pub(super) fn withdraw(&self, connection: &PbConnection) {
        for id in lock(&self.ids).drain(..) {
            connection.withdraw(id);
        }
    }

    /// Answers the read that waits.
    pub(super) async fn answer_read(&self, connection: &PbConnection, data: Bytes) {
        let request = lock(&self.shared.pending_read).take();
        if let Some(request) = request {
            let _gone = connection.answer(request, Ok(Value::Bytes(data))).await;
        }
    }

    /// The connection is gone.
    pub(super) async fn lost(&self, reason: String) {
        self.shared.send(CommandEvent::Lost(reason)).await;
    }

    /// `[[{key: value, …}, number], …]`; answers with the highest number.
    async fn update(&self, call: &Call) -> Result<Value, Failure> {
        let malformed = || Failure::new("builtins.TypeError", "updates have to be a list of pairs");
        let updates = call.argument(0, "updates").and_then(Value::as_sequence).ok_or_else(malformed)?;
        let mut highest = 0;
        for update in updates {
            let [report, number] = update.as_sequence().ok_or_else(malformed)? else { return Err(malformed()) };
            highest = highest.max(number.as_integer().unwrap_or(0));
            for (key, value) in report.as_dict().ok_or_else(malformed)? {
                if let Some(update) = key.as_text().and_then(|key| self.shared.update_of(key, value)) {
                    self.shared.send(CommandEvent::Update(update)).await;
                }
            }
        }
        Ok(Value::Integer(highest))
    }

    async fn complete(&self, connection: &PbConnection, call: &Call) {
        let failure = match call.argument(0, "failure") {
            None | Some(Value::None) => None,
            Some(failure) => Some(describe(&Failure::from_value(failure))),
        };
        for event in self.shared.unfinished_lines() {
            self.shared.send(event).await;
        }
        self.withdraw(connection);
        self.shared.send(CommandEvent::Complete(failure)).await;
    }
}

/// In the form that workers use over MessagePack.
fn describe(failure: &Failure) -> String {
    format!(
        "[Failure instance: Traceback: <class '{}'>: {}\n{}\n]",
        failure.class,
        failure.message,
        failure.traceback.trim()
    )
}

#[async_trait]
impl LocalObject for CommandObject {
    async fn call(&self, connection: &Arc<PbConnection>, call: Call) -> Reply {
        match call.method.as_str() {
            "update" => Reply::Now(self.update(&call).await),
            "complete" => {
                self.complete(connection, &call).await;
                Reply::NONE
            }
            _ => {
                warn!(worker.name = self.worker, "worker `{}` called `{}` of a command", self.worker, call.method);
                Reply::no_such_method(&call)
            }
        }
    }
}

impl Shared {
    async fn send(&self, event: CommandEvent) {
        // An error means that the engine no longer wants to hear of the command.
        let _ended = self.events.send(event).await;
    }

    fn update_of(&self, key: &str, value: &Value) -> Option<Update> {
        match key {
            "stdout" => self.output(Stream::Stdout, value),
            "stderr" => self.output(Stream::Stderr, value),
            "header" => self.output(Stream::Header, value),
            "log" => match value.as_sequence() {
                Some([name, text]) => name.as_text().and_then(|name| self.output(Stream::Log(name.to_owned()), text)),
                _ => None,
            },
            "rc" => value.as_integer().map(Update::Rc),
            "elapsed" => value.as_float().map(Update::Elapsed),
            "failure_reason" => value.as_text().map(|reason| Update::FailureReason(reason.to_owned())),
            "stat" => value
                .as_sequence()
                .map(|numbers| Update::Stat(numbers.iter().map(|number| number.as_float().unwrap_or(0.0)).collect())),
            "files" => value
                .as_sequence()
                .map(|files| Update::Files(files.iter().filter_map(Value::as_text).map(str::to_owned).collect())),
            other => Some(Update::Other(other.to_owned(), to_json(value))),
        }
    }

    fn output(&self, stream: Stream, value: &Value) -> Option<Update> {
        let mut splitters = lock(&self.splitters);
        if splitters.len() >= STREAMS_MAX && !splitters.contains_key(&stream) {
            return None;
        }
        let splitter = splitters
            .entry(stream.clone())
            .or_insert_with(|| LineSplitter::new(Newlines::Terminal, LINE_LENGTH_MAX).of_encoding(self.encoding));
        let lines = match value {
            Value::Text(text) => splitter.feed(text),
            Value::Bytes(bytes) => splitter.feed_bytes(bytes),
            _ => return None,
        };
        (!lines.is_empty()).then_some(Update::Output(stream, lines))
    }

    fn unfinished_lines(&self) -> Vec<CommandEvent> {
        std::mem::take(&mut *lock(&self.splitters))
            .into_iter()
            .rev()
            .map(|(stream, mut splitter)| (stream, splitter.finish()))
            .filter(|(_, rest)| !rest.is_empty())
            .map(|(stream, rest)| CommandEvent::Update(Update::Output(stream, rest)))
            .collect()
    }
}

struct Writer {
    shared: Arc<Shared>,
}

#[async_trait]
impl LocalObject for Writer {
    async fn call(&self, _connection: &Arc<PbConnection>, call: Call) -> Reply {
        let event = match (call.method.as_str(), call.args.as_slice()) {
            ("write", [Value::Bytes(data)]) => CommandEvent::Write(data.clone()),
            ("write", [Value::Text(text)]) => CommandEvent::Write(Bytes::copy_from_slice(text.as_bytes())),
            ("utime", [times]) => match times.as_sequence() {
                Some([accessed, modified]) => match (accessed.as_float(), modified.as_float()) {
                    (Some(accessed), Some(modified)) => CommandEvent::Utime(accessed, modified),
                    // The file was not there.
                    _ => return Reply::NONE,
                },
                _ => return Reply::Now(Err(Failure::new("builtins.TypeError", "`utime` needs two times"))),
            },
            ("close", _) => CommandEvent::CloseWrite,
            ("unpack", _) => CommandEvent::Unpack,
            ("write", _) => return Reply::Now(Err(Failure::new("builtins.TypeError", "`write` needs bytes"))),
            _ => return Reply::no_such_method(&call),
        };
        self.shared.send(event).await;
        Reply::NONE
    }
}

struct Reader {
    shared: Arc<Shared>,
}

#[async_trait]
impl LocalObject for Reader {
    async fn call(&self, _connection: &Arc<PbConnection>, call: Call) -> Reply {
        match call.method.as_str() {
            "read" => {
                let length = call.argument(0, "maxlength").and_then(Value::as_integer);
                let Some(length) = length.and_then(|length| u64::try_from(length).ok()) else {
                    return Reply::Now(Err(Failure::new("builtins.TypeError", "`read` needs a length")));
                };
                *lock(&self.shared.pending_read) = Some(call.request);
                self.shared.send(CommandEvent::Read(length)).await;
                Reply::Later
            }
            "close" => {
                self.shared.send(CommandEvent::CloseRead).await;
                Reply::NONE
            }
            _ => Reply::no_such_method(&call),
        }
    }
}

#[cfg(test)]
mod tests;
