//! A MessagePack worker as the engine sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

use async_trait::async_trait;
use ferrobot_engine::{CommandControl, CommandKey, RunningCommand, SessionError, WorkerSession};
use ferrobot_model::{Command, CommandEvent, TextEncoding, Update, WorkerInfo};
use ferrobot_wire::msgpack::text_of;
use ferrobot_worker::info::FERROBOT_KEY;
use ferrobot_worker::lines::{LINE_LENGTH_MAX, TERMINAL_NEWLINE_RE};
use rmpv::Value;
use tokio::sync::{mpsc, watch};
use tracing::info;

use crate::closed::Closed;
use crate::commands::{Paths, arguments, map};
use crate::connection::{Connection, lock};
use crate::directories;
use crate::masks::Masks;
use crate::paths::PathRules;
use crate::running::{Entry, Table};
use crate::updates::to_json;

/// What the engine says to a command may wait so long until it is sent.
const CONTROLS_MAX: usize = 16;

/// Blocks of output: at most so many bytes, at least so often (seconds). Buildbot's values.
const BUFFER_SIZE_BYTES: u64 = 64 * 1024;
const BUFFER_TIMEOUT_S: u64 = 5;

/// How long a worker that holds its commands may be away until it is given up, and its builds are retried.
const ABSENCE_MAX: Duration = Duration::from_secs(60);
/// How long a worker holds its commands for a master that is away, in seconds.
const HOLD_S: u64 = 3600;

/// A worker. One that holds its commands keeps its session over many connections.
pub(crate) struct MsgpackSession {
    me: Weak<MsgpackSession>,
    worker: String,
    info: WorkerInfo,
    /// Which process it is, when it holds its commands.
    instance: Option<String>,
    /// Commands that it holds from an earlier session, and that nobody has taken up yet.
    earlier: Mutex<BTreeSet<String>>,
    next_command: AtomicU64,
    table: Arc<Table>,
    link: watch::Sender<Link>,
    present: watch::Sender<bool>,
    closed: Closed,
}

/// How the worker can be reached.
#[derive(Default)]
enum Link {
    #[default]
    Gone,
    /// It is back, and its commands are being taken up.
    Joining(Arc<Connection>),
    Ready(Arc<Connection>),
}

impl Link {
    fn connection(&self) -> Option<&Arc<Connection>> {
        match self {
            Link::Gone => None,
            Link::Joining(connection) | Link::Ready(connection) => Some(connection),
        }
    }

    /// The connection that can be asked for anything.
    fn ready(&self) -> Option<&Arc<Connection>> {
        match self {
            Link::Gone | Link::Joining(_) => None,
            Link::Ready(connection) => Some(connection),
        }
    }

    fn is(&self, connection: &Arc<Connection>) -> bool {
        self.connection().is_some_and(|linked| Arc::ptr_eq(linked, connection))
    }
}

/// What a worker says when it comes.
pub(crate) struct Greeting {
    info: WorkerInfo,
    /// It holds its commands: which process it is, and which commands it has.
    pub(crate) holder: Option<Holder>,
}

/// A worker that holds its commands.
pub(crate) struct Holder {
    pub(crate) instance: String,
    commands: BTreeSet<String>,
}

impl Greeting {
    /// Asks the worker about itself and sets how it shall send output.
    pub(crate) async fn of(connection: &Connection) -> Result<Greeting, SessionError> {
        let info = read_info(&connection.request("get_worker_info", Vec::new()).await?);
        let settings = map(vec![
            ("buffer_size", BUFFER_SIZE_BYTES.into()),
            ("buffer_timeout", BUFFER_TIMEOUT_S.into()),
            ("newline_re", TERMINAL_NEWLINE_RE.into()),
            ("max_line_length", LINE_LENGTH_MAX.into()),
        ]);
        connection.request("set_worker_settings", vec![("args", settings)]).await?;
        let holder = if info.other.contains_key(FERROBOT_KEY) { Holder::ask(connection).await? } else { None };
        Ok(Greeting { info, holder })
    }
}

impl Holder {
    /// `None`: a Ferrobot worker of a version that does not hold commands.
    async fn ask(connection: &Connection) -> Result<Option<Holder>, SessionError> {
        let answer = match connection.request("ferrobot_hold", vec![("lease_s", HOLD_S.into())]).await {
            Ok(answer) => answer,
            Err(SessionError::Refused { .. }) => return Ok(None),
            Err(lost @ SessionError::Lost { .. }) => return Err(lost),
        };
        let commands = answer["commands"].as_array().map(Vec::as_slice).unwrap_or_default();
        let commands = commands.iter().filter_map(text_of).collect();
        Ok(text_of(&answer["instance"]).map(|instance| Holder { instance, commands }))
    }
}

impl MsgpackSession {
    pub(crate) fn new(connection: &Arc<Connection>, greeting: Greeting) -> Arc<MsgpackSession> {
        let table = Arc::new(Table::default());
        connection.serve_commands(&table);
        let (instance, earlier) = match greeting.holder {
            Some(holder) => (Some(holder.instance), holder.commands),
            None => (None, BTreeSet::new()),
        };
        Arc::new_cyclic(|me| MsgpackSession {
            me: Weak::clone(me),
            worker: connection.worker().to_owned(),
            info: greeting.info,
            instance,
            earlier: Mutex::new(earlier),
            next_command: AtomicU64::new(1),
            table,
            link: watch::Sender::new(Link::Ready(Arc::clone(connection))),
            present: watch::Sender::new(true),
            closed: Closed::new(),
        })
    }

    /// Whether the process behind it is this one, and it has not been given up.
    pub(crate) fn is_of(&self, instance: &str) -> bool {
        self.instance.as_deref() == Some(instance) && self.closed.reason().is_none()
    }

    /// The worker's process came back with a new connection: what its commands report goes on where it was.
    pub(crate) async fn relink(
        self: &Arc<MsgpackSession>,
        connection: &Arc<Connection>,
        holder: &Holder,
    ) -> Result<(), SessionError> {
        connection.serve_commands(&self.table);
        let older = self.link.send_replace(Link::Joining(Arc::clone(connection)));
        let reason = "the same worker process came with a newer connection";
        if let Some(older) = older.connection() {
            older.close(reason);
        }
        if older.ready().is_some() {
            // Nobody knows yet whether the new connection lasts until it is ready.
            self.await_return(reason);
        }
        self.take_up(connection, holder).await?;
        let is_ready = self.link.send_if_modified(|link| {
            let is_ready = link.is(connection) && self.closed.reason().is_none();
            if is_ready {
                *link = Link::Ready(Arc::clone(connection));
                self.present.send_replace(true);
            }
            is_ready
        });
        if is_ready { Ok(()) } else { Err(connection.lost()) }
    }

    /// Compares what the worker holds with what it should.
    async fn take_up(&self, connection: &Connection, holder: &Holder) -> Result<(), SessionError> {
        for (id, state) in self.table.all() {
            if holder.commands.contains(&id) {
                let fields = vec![("command_id", id.into()), ("after", state.delivered().await.into())];
                connection.request("ferrobot_resume", fields).await?;
            } else if state.is_started() {
                self.table.lose(&id, "the worker does not know the command any more");
            }
        }
        // In this order, since a command is in the table before it is no earlier one.
        let is_stray = |id: &&String| !lock(&self.earlier).contains(*id) && self.table.get(id).is_none();
        for id in holder.commands.iter().filter(is_stray) {
            connection.request("ferrobot_forget", vec![("command_id", id.as_str().into())]).await?;
        }
        Ok(())
    }

    /// A connection has ended. A worker that holds its commands has some time to come back.
    pub(crate) fn connection_ended(self: &Arc<MsgpackSession>, connection: &Arc<Connection>, reason: &str) {
        let mut ended = Link::Gone;
        self.link.send_if_modified(|link| {
            let is_it = link.is(connection);
            if is_it {
                ended = std::mem::take(link);
            }
            is_it
        });
        match ended {
            // Another one has taken its place.
            Link::Gone => {}
            Link::Joining(_) | Link::Ready(_) if self.instance.is_none() || connection.is_leaving() => self.end(reason),
            // It is waited for since the connection before.
            Link::Joining(_) => {}
            Link::Ready(_) => self.await_return(reason),
        }
    }

    /// The worker is away: it is given up when it does not come back in time.
    fn await_return(self: &Arc<MsgpackSession>, reason: &str) {
        self.present.send_replace(false);
        info!(worker.name = self.worker, "worker `{}` is away, with its commands: {reason}", self.worker);
        let (session, reason) = (Arc::downgrade(self), reason.to_owned());
        let mut present = self.present.subscribe();
        tokio::spawn(async move {
            if tokio::time::timeout(ABSENCE_MAX, present.wait_for(|present| *present)).await.is_err()
                && let Some(session) = session.upgrade()
            {
                session.end(&format!("{reason}; it did not come back within {} s", ABSENCE_MAX.as_secs()));
            }
        });
    }

    pub(crate) fn end(&self, reason: &str) {
        if self.closed.close(reason) {
            self.table.lose_all(reason);
            if let Some(connection) = self.link.send_replace(Link::Gone).connection() {
                connection.close(reason);
            }
        }
    }

    /// Asks the worker; one that is away is waited for.
    async fn request(&self, op: &str, fields: Vec<(&str, Value)>) -> Result<Value, SessionError> {
        let mut link = self.link.subscribe();
        loop {
            let linked = tokio::select! {
                linked = link.wait_for(|link| link.ready().is_some()) => linked.ok().and_then(|link| link.ready().cloned()),
                () = self.closed.wait() => None,
            };
            let Some(connection) = linked else { return Err(self.closed.lost(&self.worker)) };
            match connection.request(op, fields.clone()).await {
                Err(SessionError::Lost { .. }) if self.instance.is_some() => {
                    tokio::select! {
                        _other = link.wait_for(|link| !link.is(&connection)) => {}
                        () = self.closed.wait() => {}
                    }
                }
                answered => return answered,
            }
        }
    }

    /// Runs a small command of the session itself and gathers what it reports. One that fails is an error.
    pub(crate) async fn run(&self, command: Command) -> Result<Vec<Update>, SessionError> {
        let operation = command.name().to_owned();
        let refused = |message| Err(SessionError::Refused { worker: self.worker.clone(), operation, message });
        let mut running = self.start_command("", "", command, None, TextEncoding::Utf8).await?;
        let mut updates = Vec::new();
        while let Some(event) = running.events.recv().await {
            match event {
                CommandEvent::Update(update) => updates.push(update),
                CommandEvent::Complete(Some(failure)) => return refused(failure),
                CommandEvent::Complete(None) => {
                    let status = updates.iter().find_map(|update| match update {
                        Update::Rc(status) => Some(*status),
                        _ => None,
                    });
                    return match status {
                        Some(0) => Ok(updates),
                        Some(status) => refused(format!("it ended with status {status}{}", words(&updates))),
                        None => refused("it ended without a status".to_owned()),
                    };
                }
                CommandEvent::Lost(_) => return Err(self.closed.lost(&self.worker)),
                _ => {}
            }
        }
        Err(self.closed.lost(&self.worker))
    }

    /// Whether the worker's administrator wants directories of builders that are gone to be removed.
    pub(crate) fn deletes_leftovers(&self) -> bool {
        self.info.delete_leftover_dirs
    }
}

/// What a command has said, as the end of a message.
fn words(updates: &[Update]) -> String {
    let said: String = updates
        .iter()
        .filter_map(|update| match update {
            Update::Output(_, text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let said = said.trim();
    if said.is_empty() { String::new() } else { format!(": {said}") }
}

#[async_trait]
impl WorkerSession for MsgpackSession {
    fn info(&self) -> &WorkerInfo {
        &self.info
    }

    async fn print(&self, message: &str) -> Result<(), SessionError> {
        self.request("print", vec![("message", message.into())]).await.map(drop)
    }

    async fn keepalive(&self) -> Result<(), SessionError> {
        let connection = self.link.borrow().ready().cloned();
        match connection {
            Some(connection) => connection.tell("keepalive").await,
            // It is expected back: there is no connection to keep alive.
            None => Ok(()),
        }
    }

    async fn set_builders(&self, builders: &[(String, String)]) -> Result<(), SessionError> {
        directories::prepare(self, &builders.iter().map(|(_, directory)| directory.as_str()).collect()).await
    }

    async fn start_build(&self, _builder: &str) -> Result<(), SessionError> {
        Ok(())
    }

    async fn start_command(
        &self,
        builder: &str,
        builder_directory: &str,
        command: Command,
        key: Option<CommandKey>,
        _log_encoding: TextEncoding,
    ) -> Result<RunningCommand, SessionError> {
        let is_forgotten_with_handle = key.is_none();
        let key = key.unwrap_or_else(|| CommandKey {
            id: self.next_command.fetch_add(1, Ordering::Relaxed).to_string(),
            delivered: 0,
        });
        let id = key.id;
        let hides_words = self.info.other.contains_key(FERROBOT_KEY);
        let masks = if hides_words { Masks::default() } else { Masks::of(&command) };
        let events = self.table.register(&id, masks, key.delivered);
        let entry = Entry::new(&self.table, &id);
        lock(&self.earlier).remove(&id);
        let args = arguments(&command, &Paths::new(&self.info, builder_directory), hides_words);
        let fields = vec![
            ("command_id", id.clone().into()),
            ("command_name", command.name().into()),
            ("builder_name", builder.into()),
            ("args", args),
        ];
        self.request("start_command", fields).await?;
        entry.keep();
        if let Some(state) = self.table.get(&id) {
            state.started.store(true, Ordering::Release);
        }
        let (control, controls) = mpsc::channel(CONTROLS_MAX);
        if let Some(me) = self.me.upgrade() {
            tokio::spawn(carry_controls(me, builder.to_owned(), id, controls, is_forgotten_with_handle));
        }
        Ok(RunningCommand { events, control })
    }

    async fn shutdown(&self) -> Result<(), SessionError> {
        // One that is away is not asked later: it may have reasons by then to stay.
        let connection = self.link.borrow().ready().cloned().ok_or_else(|| self.closed.lost(&self.worker))?;
        connection.request("shutdown", Vec::new()).await.map(drop)
    }

    fn instance(&self) -> Option<&str> {
        self.instance.as_deref()
    }

    async fn keep_commands(
        &self,
        wanted: &(dyn for<'a> Fn(&'a str) -> bool + Send + Sync),
    ) -> Result<(), SessionError> {
        let unwanted = {
            let mut earlier = lock(&self.earlier);
            let (kept, unwanted): (BTreeSet<_>, _) =
                std::mem::take(&mut *earlier).into_iter().partition(|id| wanted(id));
            *earlier = kept;
            unwanted
        };
        for id in unwanted {
            self.request("ferrobot_forget", vec![("command_id", id.into())]).await?;
        }
        Ok(())
    }

    fn disconnect(&self, reason: &str) {
        self.end(reason);
    }

    fn closed(&self) -> watch::Receiver<Option<String>> {
        self.closed.subscribe()
    }

    fn presence(&self) -> Option<watch::Receiver<bool>> {
        self.instance.as_ref().map(|_| self.present.subscribe())
    }
}

/// Ends with the command: the engine drops its end of the channel then.
async fn carry_controls(
    session: Arc<MsgpackSession>,
    builder: String,
    id: String,
    mut controls: mpsc::Receiver<CommandControl>,
    mut is_to_be_forgotten: bool,
) {
    while let Some(control) = controls.recv().await {
        let sent = match control {
            CommandControl::Interrupt(why) => {
                let fields = vec![
                    ("builder_name", builder.clone().into()),
                    ("command_id", id.clone().into()),
                    ("why", why.into()),
                ];
                session.request("interrupt_command", fields).await.map(drop)
            }
            CommandControl::Forget => {
                is_to_be_forgotten = true;
                break;
            }
            CommandControl::Stored(number) => {
                let fields = vec![("command_id", id.clone().into()), ("number", number.into())];
                session.request("ferrobot_stored", fields).await.map(drop)
            }
            CommandControl::Data(data) => match session.table.get(&id) {
                Some(state) => state.answer_read(data).await,
                None => Ok(()),
            },
        };
        if matches!(sent, Err(SessionError::Lost { .. })) {
            return;
        }
    }
    session.table.forget(&id);
    if is_to_be_forgotten && session.instance.is_some() {
        // A worker that is away is told when it comes back.
        let _lost = session.request("ferrobot_forget", vec![("command_id", id.into())]).await;
    }
}

/// Reads the map that `get_worker_info` answers with; unknown keys are kept.
fn read_info(value: &Value) -> WorkerInfo {
    let mut info = WorkerInfo { system: "posix".to_owned(), ..WorkerInfo::default() };
    let entries = value.as_map().map(Vec::as_slice).unwrap_or_default();
    for (key, value) in entries {
        let Some(key) = text_of(key) else { continue };
        match key.as_str() {
            "admin" => info.admin = text_of(value),
            "host" => info.host = text_of(value),
            "access_uri" => info.access_uri = text_of(value),
            "version" => info.version = text_of(value),
            "system" => info.system = text_of(value).unwrap_or_else(|| "posix".to_owned()),
            "basedir" => info.basedir = text_of(value).unwrap_or_default(),
            "numcpus" => info.numcpus = value.as_i64(),
            "environ" => info.environ = text_map(value),
            "worker_commands" => info.commands = text_map(value),
            "delete_leftover_dirs" => info.delete_leftover_dirs = is_true(value),
            _ => {
                info.other.insert(key, to_json(value, 0));
            }
        }
    }
    if PathRules::of(&info.system) == PathRules::Posix && info.basedir.is_empty() {
        info.basedir = ".".to_owned();
    }
    info
}

/// Workers send what stands in their `buildbot.tac`: there the flag is a number.
fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_f64().is_some_and(|number| number != 0.0))
}

fn text_map(value: &Value) -> BTreeMap<String, String> {
    value
        .as_map()
        .map(Vec::as_slice)
        .unwrap_or_default()
        .iter()
        .filter_map(|(key, value)| Some((text_of(key)?, text_of(value)?)))
        .collect()
}

#[cfg(test)]
mod tests {
    use tokio_util::sync::CancellationToken;

    use super::*;

    fn holder(commands: &[&str]) -> Holder {
        Holder { instance: "p1".to_owned(), commands: commands.iter().map(|&id| id.to_owned()).collect() }
    }

    fn connection() -> Arc<Connection> {
        Connection::new("w1", CancellationToken::new())
    }

    fn session(connection: &Arc<Connection>) -> Arc<MsgpackSession> {
        MsgpackSession::new(connection, Greeting { info: WorkerInfo::default(), holder: Some(holder(&[])) })
    }

    #[tokio::test(start_paused = true)]
    async fn a_newer_connection_that_fails_at_once_does_not_hide_that_the_worker_is_away() {
        let (first, second) = (connection(), connection());
        let session = session(&first);
        second.close("the network failed again");
        assert!(session.relink(&second, &holder(&["7"])).await.is_err());
        session.connection_ended(&second, "the network failed again");
        session.connection_ended(&first, "closed for the newer one");
        assert_eq!(session.presence().map(|present| *present.borrow()), Some(false));
        tokio::time::timeout(2 * ABSENCE_MAX, session.closed.wait()).await.expect("it is given up");
    }

    #[tokio::test]
    async fn the_newest_connection_counts() {
        let (first, second, third) = (connection(), connection(), connection());
        let session = session(&first);
        let older_holder = holder(&["7"]);
        let older = session.relink(&second, &older_holder);
        let newer = async {
            assert!(session.relink(&third, &holder(&[])).await.is_ok());
        };
        let (older, ()) = tokio::join!(older, newer);
        assert!(older.is_err());
        session.connection_ended(&second, "closed for the newer one");
        session.connection_ended(&first, "closed for the newer one");
        assert!(session.link.borrow().ready().is_some_and(|linked| Arc::ptr_eq(linked, &third)));
        assert_eq!(session.presence().map(|present| *present.borrow()), Some(true));
    }
}
