//! The commands that a worker runs for this master: whom each message of a command concerns, and which have been delivered.

use std::collections::{BTreeMap, HashMap};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, Weak};

use bytes::Bytes;
use ferrobot_engine::SessionError;
use ferrobot_model::CommandEvent;
use ferrobot_wire::msgpack::{into_text, text_of};
use rmpv::Value;
use tokio::sync::mpsc;
use tracing::warn;

use crate::connection::{Connection, lock};
use crate::masks::Masks;
use crate::updates::read_updates;

/// Events of one command that wait for the engine.
const COMMAND_EVENTS_MAX: usize = 64;

/// The commands of one worker, by id. Held commands outlive their connection.
#[derive(Default)]
pub(crate) struct Table {
    commands: Mutex<HashMap<String, Arc<RunningState>>>,
    /// The worker has sent something for a command that it was not given.
    strayed: AtomicBool,
}

/// One of them.
pub(crate) struct RunningState {
    events: mpsc::Sender<CommandEvent>,
    /// Hides secrets in what the worker says about the command.
    masks: Masks,
    /// Locked during delivery, so that what comes twice, over two connections, is delivered once.
    delivered: tokio::sync::Mutex<Delivered>,
    read: Mutex<Read>,
    /// The worker has taken it.
    pub(crate) started: AtomicBool,
}

/// Up to where the engine has a command's messages; only held commands number them.
struct Delivered {
    /// Number of the last message that it has as a whole.
    last: u64,
    /// So many events of the next one, whose connection ended meanwhile: it comes again.
    begun: usize,
}

/// The latest read of a download.
#[derive(Default)]
struct Read {
    number: Option<u64>,
    /// Where its answer has to go, while it waits.
    waiting: Option<(Weak<Connection>, u64)>,
    /// Kept until the next read: the worker may not have got it.
    answer: Option<Bytes>,
}

impl Table {
    /// Makes a command known, so that its events find their way. `delivered`: the last message that was delivered before.
    pub(crate) fn register(&self, id: &str, masks: Masks, delivered: u64) -> mpsc::Receiver<CommandEvent> {
        let (events, receiver) = mpsc::channel(COMMAND_EVENTS_MAX);
        let delivered = tokio::sync::Mutex::new(Delivered { last: delivered, begun: 0 });
        let state = RunningState { events, masks, delivered, read: Mutex::default(), started: AtomicBool::new(false) };
        lock(&self.commands).insert(id.to_owned(), Arc::new(state));
        receiver
    }

    pub(crate) fn forget(&self, id: &str) {
        lock(&self.commands).remove(id);
    }

    pub(crate) fn get(&self, id: &str) -> Option<Arc<RunningState>> {
        lock(&self.commands).get(id).cloned()
    }

    /// All commands.
    pub(crate) fn all(&self) -> Vec<(String, Arc<RunningState>)> {
        lock(&self.commands).iter().map(|(id, state)| (id.clone(), Arc::clone(state))).collect()
    }

    /// The worker is gone, or no longer knows a command: whoever waits for it learns the reason.
    pub(crate) fn lose(&self, id: &str, reason: &str) {
        if let Some(state) = lock(&self.commands).remove(id) {
            state.lose(reason);
        }
    }

    pub(crate) fn lose_all(&self, reason: &str) {
        for (_, state) in lock(&self.commands).drain() {
            state.lose(reason);
        }
    }

    /// Takes a message of a command.
    pub(crate) async fn take(
        &self,
        connection: &Arc<Connection>,
        seq: u64,
        op: &str,
        fields: BTreeMap<String, Value>,
    ) -> Result<(), SessionError> {
        let Some(operation) = Operation::named(op) else {
            return connection.refuse(seq, &format!("Command {op} does not exist.")).await;
        };
        let Some(id) = fields.get("command_id").and_then(text_of) else {
            return connection.refuse(seq, &missing("command_id")).await;
        };
        let Some(state) = self.get(&id) else {
            let worker = connection.worker();
            // Said once: a worker that has lost its way would fill the log.
            if !self.strayed.swap(true, Ordering::Relaxed) {
                warn!(worker.name = worker, "worker `{worker}` sent `{op}` for a command that it was not given");
            }
            return connection.refuse(seq, "'unknown \"command_id\"'").await;
        };
        let number = fields.get("number").and_then(Value::as_u64);
        let mut delivered = state.delivered.lock().await;
        if let Some(number) = number.filter(|number| *number <= delivered.last) {
            drop(delivered);
            return state.repeat(connection, seq, number).await;
        }
        match read_events(operation, op, fields) {
            Ok(Incoming::Read(length)) => {
                *lock(&state.read) = Read { number, waiting: Some((Arc::downgrade(connection), seq)), answer: None };
                let _ended = state.events.send(CommandEvent::Read(length)).await;
                *delivered = Delivered { last: number.unwrap_or_default(), begun: 0 };
                Ok(())
            }
            Ok(Incoming::Events(events)) => {
                let is_end = events.iter().any(|event| matches!(event, CommandEvent::Complete(_)));
                state.deliver(events, number, &mut delivered).await;
                // A held command is known for as long as the engine has its handle: until its end is stored.
                if is_end && number.is_none() {
                    self.forget(&id);
                }
                connection.respond(seq, Ok(Value::Nil)).await
            }
            Err(message) => connection.refuse(seq, &message).await,
        }
    }
}

/// A command that is being started. It is forgotten when nobody waits for that any more.
pub(crate) struct Entry<'a> {
    table: &'a Table,
    id: &'a str,
    is_kept: bool,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(table: &'a Table, id: &'a str) -> Entry<'a> {
        Entry { table, id, is_kept: false }
    }

    /// The command runs.
    pub(crate) fn keep(mut self) {
        self.is_kept = true;
    }
}

impl Drop for Entry<'_> {
    fn drop(&mut self) {
        if !self.is_kept {
            self.table.forget(self.id);
        }
    }
}

impl RunningState {
    fn lose(&self, reason: &str) {
        // A full queue is dropped with its sender, which the engine sees as the loss it is.
        let _full = self.events.try_send(CommandEvent::Lost(reason.to_owned()));
    }

    /// Hands the events of a message to the engine, but for those that it has already. May be dropped at any time.
    async fn deliver(&self, events: Vec<CommandEvent>, number: Option<u64>, delivered: &mut Delivered) {
        let mark = number.map(CommandEvent::Mark);
        for event in events.into_iter().chain(mark).skip(delivered.begun) {
            // An error means that the engine no longer wants to hear of the command.
            let _ended = self.events.send(self.masks.apply(event)).await;
            delivered.begun += 1;
        }
        *delivered = Delivered { last: number.unwrap_or_default(), begun: 0 };
    }

    /// The last message that was delivered.
    pub(crate) async fn delivered(&self) -> u64 {
        self.delivered.lock().await.last
    }

    pub(crate) fn is_started(&self) -> bool {
        self.started.load(Ordering::Acquire)
    }

    /// A message that was delivered before: only a read needs its answer again.
    async fn repeat(&self, connection: &Arc<Connection>, seq: u64, number: u64) -> Result<(), SessionError> {
        let answer = {
            let mut read = lock(&self.read);
            match &read.answer {
                _ if read.number != Some(number) => None,
                Some(answer) => Some(answer.clone()),
                None => {
                    read.waiting = Some((Arc::downgrade(connection), seq));
                    return Ok(());
                }
            }
        };
        connection.respond(seq, Ok(answer.map_or(Value::Nil, |data| Value::Binary(data.into())))).await
    }

    /// Answers the read that the command waits for, on the connection on which it came. If that is gone, a held command asks
    /// again.
    pub(crate) async fn answer_read(&self, data: Bytes) -> Result<(), SessionError> {
        let (waiting, is_held) = {
            let mut read = lock(&self.read);
            let is_held = read.number.is_some();
            if is_held {
                read.answer = Some(data.clone());
            }
            (read.waiting.take(), is_held)
        };
        let Some((connection, seq)) = waiting.and_then(|(connection, seq)| Some((connection.upgrade()?, seq))) else {
            return Ok(());
        };
        let answered = connection.respond(seq, Ok(Value::Binary(data.into()))).await;
        if is_held { Ok(()) } else { answered }
    }
}

enum Incoming {
    Events(Vec<CommandEvent>),
    Read(u64),
}

/// The worker's operations that belong to a command.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Operation {
    Update,
    Complete,
    Write,
    Utime,
    CloseWrite,
    Unpack,
    Read,
    CloseRead,
}

impl Operation {
    /// By its name on the wire.
    fn named(name: &str) -> Option<Operation> {
        Some(match name {
            "update" => Operation::Update,
            "complete" => Operation::Complete,
            "update_upload_file_write" | "update_upload_directory_write" => Operation::Write,
            "update_upload_file_utime" => Operation::Utime,
            "update_upload_file_close" => Operation::CloseWrite,
            "update_upload_directory_unpack" => Operation::Unpack,
            "update_read_file" => Operation::Read,
            "update_read_file_close" => Operation::CloseRead,
            _ => return None,
        })
    }

    fn needs_args(self) -> bool {
        matches!(self, Operation::Update | Operation::Complete | Operation::Write)
    }
}

/// What Buildbot's master answers, word by word, to a message that lacks something.
fn missing(key: &str) -> String {
    format!("'message did not contain obligatory \"{key}\" key'")
}

/// What an operation says, which the worker calls `name`.
fn read_events(operation: Operation, name: &str, mut fields: BTreeMap<String, Value>) -> Result<Incoming, String> {
    if operation.needs_args() && !fields.contains_key("args") {
        return Err(missing("args"));
    }
    let args = fields.remove("args").unwrap_or(Value::Nil);
    let number = |name: &str| fields.get(name).and_then(Value::as_f64);
    let event = match operation {
        Operation::Update => {
            return Ok(Incoming::Events(read_updates(args).into_iter().map(CommandEvent::Update).collect()));
        }
        Operation::Complete => CommandEvent::Complete(into_text(args)),
        Operation::Write => match args {
            Value::Binary(bytes) => CommandEvent::Write(Bytes::from(bytes)),
            Value::String(text) => CommandEvent::Write(Bytes::from(text.into_bytes())),
            _ => return Err(format!("`{name}` needs bytes")),
        },
        Operation::Utime => CommandEvent::Utime(
            number("access_time").ok_or_else(|| missing("access_time"))?,
            number("modified_time").ok_or_else(|| missing("modified_time"))?,
        ),
        Operation::CloseWrite => CommandEvent::CloseWrite,
        Operation::Unpack => CommandEvent::Unpack,
        Operation::Read => {
            let length = fields.get("length").and_then(Value::as_u64).ok_or_else(|| missing("length"))?;
            return Ok(Incoming::Read(length));
        }
        Operation::CloseRead => CommandEvent::CloseRead,
    };
    Ok(Incoming::Events(vec![event]))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use ferrobot_model::{Stream, Update};
    use tokio_util::sync::CancellationToken;

    use super::*;

    /// Gives the table a message of command 7 on a new connection, which ends when the engine does not take it.
    async fn sent(table: &Table, op: &str, number: u64, args: Value) {
        let connection = Connection::new("w1", CancellationToken::new());
        let fields = [("command_id", "7".into()), ("number", number.into()), ("args", args)];
        let fields = fields.map(|(name, value)| (name.to_owned(), value)).into();
        if let Ok(taken) = tokio::time::timeout(Duration::from_secs(9), table.take(&connection, 0, op, fields)).await {
            taken.unwrap();
        }
    }

    #[tokio::test]
    async fn nonsense_is_answered_in_buildbots_words() {
        let table = Table::default();
        let _events = table.register("7", Masks::default(), 0);
        let seven = ("command_id", Value::from("7"));
        let cases = [
            ("bogus", vec![], "Command bogus does not exist."),
            ("update", vec![], "'message did not contain obligatory \"command_id\" key'"),
            ("update", vec![("command_id", "8".into()), ("args", Value::Nil)], "'unknown \"command_id\"'"),
            ("update", vec![seven.clone()], "'message did not contain obligatory \"args\" key'"),
            ("update_read_file", vec![seven.clone()], "'message did not contain obligatory \"length\" key'"),
            ("update_upload_file_utime", vec![seven], "'message did not contain obligatory \"access_time\" key'"),
        ];
        for (op, fields, expected) in cases {
            let connection = Connection::new("w1", CancellationToken::new());
            let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            table.take(&connection, 0, op, fields).await.unwrap();
            let answer = connection.outgoing().take().await;
            assert!(String::from_utf8_lossy(&answer).contains(expected), "{op}: {answer:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_message_whose_connection_ends_while_it_is_delivered_is_delivered_once() {
        let table = Table::default();
        let mut events = table.register("7", Masks::default(), 0);
        let lines = (0..COMMAND_EVENTS_MAX + 10).map(|line| line.to_string());
        let args: Vec<Value> = lines.clone().map(|line| Value::Array(vec!["stdout".into(), line.into()])).collect();
        let mut expected: Vec<CommandEvent> =
            lines.map(|line| CommandEvent::Update(Update::Output(Stream::Stdout, line))).collect();
        expected.extend([CommandEvent::Mark(1), CommandEvent::Complete(None), CommandEvent::Mark(2)]);
        sent(&table, "update", 1, Value::Array(args.clone())).await;
        let mut seen = Vec::new();
        let taking = async {
            while seen.len() < expected.len() {
                seen.push(events.recv().await.unwrap());
            }
        };
        let again = async {
            sent(&table, "update", 1, Value::Array(args)).await;
            sent(&table, "complete", 2, Value::Nil).await;
        };
        tokio::join!(taking, again);
        assert_eq!(format!("{seen:?}"), format!("{expected:?}"));
    }

    #[tokio::test(start_paused = true)]
    async fn an_end_that_the_engine_did_not_take_is_delivered_when_it_comes_again() {
        let table = Table::default();
        let mut events = table.register("7", Masks::default(), 0);
        for number in 1..=COMMAND_EVENTS_MAX as u64 {
            sent(&table, "update", number, Value::Array(Vec::new())).await;
        }
        let end = COMMAND_EVENTS_MAX as u64 + 1;
        sent(&table, "complete", end, Value::Nil).await;
        for number in 1..end {
            assert!(matches!(events.recv().await, Some(CommandEvent::Mark(marked)) if marked == number));
        }
        sent(&table, "complete", end, Value::Nil).await;
        assert!(matches!(events.recv().await, Some(CommandEvent::Complete(None))));
    }
}
