//! One connection: answers what the master asks, starts its commands, and notices when it is gone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ferrobot_model::{Command, WorkerInfo, span_of};
use ferrobot_wire::msgpack::Frame;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use rmpv::Value;
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::arguments::{self, ArgumentError};
use super::carrier;
use super::commands::Commands;
use super::connect::Socket;
use super::held::{Held, HeldCommand};
use super::keepalive::Keepalive;
use super::messages::{CommandMessages, Kind};
use super::peer::{Peer, RequestError};
use crate::lines::Newlines;
use crate::runner::{CommandRunner, OutputSettings, Running};

/// A silent master is pinged this often.
const PING_EVERY: Duration = Duration::from_secs(10);
/// A master that says nothing for so long is gone: a network that fails is noticed within 30 s.
const SILENCE_MAX: Duration = Duration::from_secs(25);
/// Blocks of output are never larger, whatever the master wishes.
const BUFFER_BYTES_MAX: usize = 1024 * 1024;

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The master wants the process to end.
    ShutdownRequested,
    /// The process was told to end.
    Stopped,
    /// The connection is gone; why.
    Lost(String),
}

/// What one connection needs.
pub(super) struct Session {
    basedir: PathBuf,
    runner: CommandRunner,
    keepalive: Option<Duration>,
    commands: Commands,
    held: Arc<Held>,
    /// The master wants commands to be held.
    holds: bool,
}

impl Session {
    pub(super) fn new(basedir: &Path, runner: CommandRunner, keepalive: Option<Duration>, held: &Arc<Held>) -> Session {
        let (commands, held) = (Commands::default(), Arc::clone(held));
        Session { basedir: basedir.to_owned(), runner, keepalive, commands, held, holds: false }
    }

    /// Serves until the connection ends; every command that still runs is killed then, unless the master wants it held.
    pub(super) async fn serve(
        mut self,
        socket: Socket,
        describe: impl Fn() -> WorkerInfo,
        finish: &CancellationToken,
        shutdown: &CancellationToken,
    ) -> Ended {
        let end = CancellationToken::new();
        // Also when the worker is stopped in the middle of this.
        let _ended = end.clone().drop_guard();
        let (peer, to_write) = Peer::new(end.clone());
        let (sink, stream) = socket.split();
        let writer = tokio::spawn(write(sink, to_write, end.clone()));
        let ended = self.read(&peer, stream, describe, [finish, shutdown]).await;
        // What is already on its way may go out; after that everything stops.
        drop(peer);
        if matches!(ended, Ended::ShutdownRequested | Ended::Stopped) {
            tokio::time::sleep(super::SHUTDOWN_DELAY).await;
        }
        end.cancel();
        let _stopped = writer.await;
        self.commands.ended().await;
        if self.holds {
            self.held.connection_ended();
        }
        ended
    }

    async fn read(
        &mut self,
        peer: &Arc<Peer>,
        mut stream: SplitStream<Socket>,
        describe: impl Fn() -> WorkerInfo,
        [finish, shutdown]: [&CancellationToken; 2],
    ) -> Ended {
        let mut keepalive = Keepalive::new(self.keepalive);
        let mut told_to_finish = false;
        let mut heard = Instant::now();
        loop {
            let message = tokio::select! {
                message = tokio::time::timeout_at(heard + SILENCE_MAX, stream.next()) => message,
                () = peer.lost() => return Ended::Lost("writing failed".to_owned()),
                () = keepalive.due() => {
                    self.send_keepalive(peer);
                    continue;
                }
                () = finish.cancelled(), if !told_to_finish => {
                    told_to_finish = true;
                    self.ask_for_shutdown(peer);
                    continue;
                }
                () = shutdown.cancelled() => {
                    self.say_goodbye(peer).await;
                    return Ended::Stopped;
                }
            };
            heard = Instant::now();
            let frame = match message {
                Err(_) => return Ended::Lost("the master is silent".to_owned()),
                Ok(None | Some(Ok(Message::Close(_)))) => {
                    return Ended::Lost("the master closed the connection".to_owned());
                }
                Ok(Some(Err(error))) => return Ended::Lost(error.to_string()),
                Ok(Some(Ok(Message::Binary(bytes)))) => Frame::decode(&bytes),
                Ok(Some(Ok(_))) => continue,
            };
            let handled = match frame {
                // A stock worker takes no notice of what it cannot read either.
                Err(error) => {
                    warn!("the master sent a broken message: {error}");
                    continue;
                }
                Ok(Frame::Response { seq, result, is_exception }) => {
                    peer.answered(seq, result, is_exception);
                    continue;
                }
                Ok(Frame::Request { seq, op, .. }) if op == "shutdown" => {
                    let _lost = peer.respond(seq, Ok(Value::Nil)).await;
                    info!("The master has told us to shut down");
                    self.say_goodbye(peer).await;
                    return Ended::ShutdownRequested;
                }
                Ok(Frame::Request { seq, op, fields }) => {
                    let request = Request { op: &op, fields: &fields };
                    let result = self.handle(peer, &request, &describe).await;
                    tokio::time::timeout(SILENCE_MAX, peer.respond(seq, result)).await
                }
            };
            if !matches!(handled, Ok(Ok(()))) {
                return Ended::Lost("writing failed".to_owned());
            }
        }
    }

    fn send_keepalive(&self, peer: &Arc<Peer>) {
        let peer = Arc::clone(peer);
        self.commands.spawn(async move {
            info!("sending app-level keepalive");
            if peer.request("keepalive", Vec::new()).await.is_ok() {
                info!("Master replied to keepalive, everything's fine");
            }
        });
    }

    fn ask_for_shutdown(&self, peer: &Arc<Peer>) {
        let peer = Arc::clone(peer);
        self.commands.spawn(async move {
            info!("Telling the master we want to shutdown after any running builds are finished");
            if let Err(RequestError::Refused(text)) = peer.request("shutdown", Vec::new()).await {
                warn!("the master does not know how to shut a worker down: {text}");
            }
        });
    }

    /// A master that holds commands would wait for this process to come back.
    async fn say_goodbye(&self, peer: &Peer) {
        if self.holds {
            let _lost = peer.tell("ferrobot_goodbye").await;
        }
    }

    async fn handle(
        &mut self,
        peer: &Arc<Peer>,
        request: &Request<'_>,
        describe: &impl Fn() -> WorkerInfo,
    ) -> Result<Value, String> {
        match request.op {
            "print" => {
                let message = request.get("message")?;
                info!("message from master: {}", message.as_str().unwrap_or_default());
            }
            "keepalive" => {}
            "get_worker_info" => return Ok(info_value(&describe())),
            "set_worker_settings" => {
                let settings = read_settings(request.get("args")?)
                    .ok_or("'message did not contain obligatory settings for worker'")?;
                self.runner = self.runner.with_output(settings);
            }
            "start_command" => self.start(peer, request).await?,
            "interrupt_command" => self.interrupt(request)?,
            "ferrobot_hold" => return self.hold(request),
            "ferrobot_resume" => {
                let command = self.held_command(request)?;
                command.resume(peer, request.number("after")?);
            }
            "ferrobot_stored" => self.held_command(request)?.stored(request.number("number")?),
            "ferrobot_forget" => self.held.forget(&request.text("command_id")?),
            other => return Err(format!("Command {other} does not exist.")),
        }
        Ok(Value::Nil)
    }

    async fn start(&self, peer: &Arc<Peer>, request: &Request<'_>) -> Result<(), String> {
        let id = request.text("command_id")?;
        let name = request.text("command_name")?;
        let args = request.get("args")?;
        match arguments::read(&id, &name, args) {
            Err(ArgumentError::Refused(text)) => Err(text),
            Err(ArgumentError::Failed(text)) if self.holds => {
                self.held.start(&id, Kind::File, || Running::failed(text))?.resume(peer, 0);
                Ok(())
            }
            Err(ArgumentError::Failed(text)) => {
                let wire = CommandMessages { peer: Arc::clone(peer), id, kind: Kind::File };
                carrier::carry(&wire, Running::failed(text)).await;
                Ok(())
            }
            Ok(command) => self.start_typed(peer, id, command),
        }
    }

    /// The master wants commands to outlive connections; answers with who this is, and what it still has.
    fn hold(&mut self, request: &Request<'_>) -> Result<Value, String> {
        let lease = Duration::from_secs(request.number("lease_s")?);
        self.holds = true;
        let (instance, commands) = self.held.hold(lease);
        let commands = commands.into_iter().map(Value::from).collect();
        Ok(Value::Map(vec![("instance".into(), instance.into()), ("commands".into(), Value::Array(commands))]))
    }

    fn held_command(&self, request: &Request<'_>) -> Result<Arc<HeldCommand>, String> {
        let id = request.text("command_id")?;
        self.held.get(&id).ok_or_else(|| format!("unknown command id {id}"))
    }

    fn start_typed(&self, peer: &Arc<Peer>, id: String, command: Command) -> Result<(), String> {
        if self.holds && self.held.get(&id).is_some() {
            info!(command.id = id, "the master goes on with command {id}");
        } else {
            info!(command.id = id, "startCommand:{} [id {id}]", command.name());
        }
        let kind = if matches!(command, Command::UploadDirectory { .. }) { Kind::Directory } else { Kind::File };
        if self.holds {
            self.held.start(&id, kind, || self.runner.start(&self.basedir, command))?.resume(peer, 0);
            return Ok(());
        }
        // Another master than the one that had them held.
        self.held.clear();
        let wire = CommandMessages { peer: Arc::clone(peer), id: id.clone(), kind };
        self.commands.start(&id, || self.runner.start(&self.basedir, command), wire, |_| std::future::ready(()))
    }

    fn interrupt(&self, request: &Request<'_>) -> Result<(), String> {
        let id = request.text("command_id")?;
        let why = request.text("why")?;
        match self.held.get(&id) {
            Some(command) => command.interrupt(why),
            None => self.commands.interrupt(&id, why),
        }
        Ok(())
    }
}

struct Request<'a> {
    op: &'a str,
    fields: &'a std::collections::BTreeMap<String, Value>,
}

impl Request<'_> {
    fn get(&self, name: &str) -> Result<&Value, String> {
        self.fields.get(name).ok_or_else(|| format!("'message did not contain obligatory \"{name}\" key'"))
    }

    fn number(&self, name: &str) -> Result<u64, String> {
        self.get(name)?.as_u64().ok_or_else(|| format!("`{name}` must be a number"))
    }

    fn text(&self, name: &str) -> Result<String, String> {
        let value = self.get(name)?;
        value.as_str().map(str::to_owned).ok_or_else(|| format!("`{name}` must be text"))
    }
}

fn read_settings(args: &Value) -> Option<OutputSettings> {
    let number = |name: &str| args[name].as_f64();
    let pattern = args["newline_re"].as_str()?;
    let newlines = Newlines::from_pattern(pattern).unwrap_or_else(|| {
        warn!("cannot use the master's expression for line ends, `{pattern}`: using Buildbot's");
        Newlines::Terminal
    });
    Some(OutputSettings {
        buffer_size: (number("buffer_size")? as usize).clamp(1, BUFFER_BYTES_MAX),
        buffer_timeout: span_of(number("buffer_timeout")?).ok()?,
        newlines,
        line_length_max: (number("max_line_length")? as usize).clamp(2, BUFFER_BYTES_MAX),
    })
}

fn info_value(info: &WorkerInfo) -> Value {
    let text_map = |map: &std::collections::BTreeMap<String, String>| {
        Value::Map(map.iter().map(|(name, value)| (name.as_str().into(), value.as_str().into())).collect())
    };
    let mut entries: Vec<(Value, Value)> = Vec::new();
    for (name, value) in [("admin", &info.admin), ("host", &info.host), ("access_uri", &info.access_uri)] {
        if let Some(value) = value {
            entries.push((name.into(), value.as_str().into()));
        }
    }
    for (name, value) in &info.other {
        entries.push((name.as_str().into(), value.as_str().unwrap_or_default().into()));
    }
    entries.extend([
        ("environ".into(), text_map(&info.environ)),
        ("system".into(), info.system.as_str().into()),
        ("basedir".into(), info.basedir.as_str().into()),
        ("numcpus".into(), info.numcpus.map_or(Value::Nil, Value::from)),
        ("version".into(), info.version.as_deref().map_or(Value::Nil, Value::from)),
        ("worker_commands".into(), text_map(&info.commands)),
        ("delete_leftover_dirs".into(), i64::from(info.delete_leftover_dirs).into()),
    ]);
    Value::Map(entries)
}

/// Writes until the connection ends; pings when there is nothing else to write, so that a dead one is noticed.
async fn write(mut sink: SplitSink<Socket, Message>, mut messages: mpsc::Receiver<Vec<u8>>, end: CancellationToken) {
    loop {
        let message = tokio::select! {
            message = tokio::time::timeout(PING_EVERY, messages.recv()) => match message {
                Ok(Some(bytes)) => Message::Binary(bytes.into()),
                Ok(None) => break,
                Err(_) => Message::Ping(Vec::new().into()),
            },
            () = end.cancelled() => break,
        };
        let written = tokio::select! {
            written = sink.send(message) => written.is_ok(),
            () = end.cancelled() => false,
        };
        if !written {
            break;
        }
    }
    end.cancel();
    let _closing = tokio::time::timeout(Duration::from_secs(1), sink.close()).await;
}
