//! One connection: answers what the master asks, starts its commands, and notices when it is gone.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ferrobot_model::{Command, WorkerInfo};
use ferrobot_wire::msgpack::Frame;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use rmpv::Value;
use tokio::sync::mpsc;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::arguments::{self, ArgumentError};
use super::carrier;
use super::commands::Commands;
use super::connect::Socket;
use super::keepalive::Keepalive;
use super::messages::{CommandMessages, Kind};
use super::peer::{Peer, RequestError};
use crate::lines::Newlines;
use crate::runner::{CommandRunner, OutputSettings};

/// A silent master is pinged this often.
const PING_EVERY: Duration = Duration::from_secs(10);
/// A master that answers nothing for so long is gone.
const SILENCE_MAX: Duration = Duration::from_secs(30);
/// Blocks of output are never larger, whatever the master wishes.
const BUFFER_BYTES_MAX: usize = 1024 * 1024;

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// The master wants the process to end.
    ShutdownRequested,
    /// The connection is gone; why.
    Lost(String),
}

/// What one connection needs.
pub(super) struct Session {
    basedir: PathBuf,
    runner: CommandRunner,
    keepalive: Option<Duration>,
    commands: Commands,
}

impl Session {
    pub(super) fn new(basedir: &Path, runner: CommandRunner, keepalive: Option<Duration>) -> Session {
        Session { basedir: basedir.to_owned(), runner, keepalive, commands: Commands::default() }
    }

    /// Serves until the connection ends; every command that still runs is killed then.
    pub(super) async fn serve(
        mut self,
        socket: Socket,
        describe: impl Fn() -> WorkerInfo,
        finish: &CancellationToken,
    ) -> Ended {
        let end = CancellationToken::new();
        // Also when the worker is stopped in the middle of this.
        let _ended = end.clone().drop_guard();
        let (peer, to_write) = Peer::new(end.clone());
        let (sink, stream) = socket.split();
        let writer = tokio::spawn(write(sink, to_write, end.clone()));
        let ended = self.read(&peer, stream, describe, finish).await;
        // What is already on its way may go out; after that everything stops.
        drop(peer);
        if ended == Ended::ShutdownRequested {
            tokio::time::sleep(super::SHUTDOWN_DELAY).await;
        }
        end.cancel();
        let _stopped = writer.await;
        self.commands.ended().await;
        ended
    }

    async fn read(
        &mut self,
        peer: &Arc<Peer>,
        mut stream: SplitStream<Socket>,
        describe: impl Fn() -> WorkerInfo,
        finish: &CancellationToken,
    ) -> Ended {
        let mut keepalive = Keepalive::new(self.keepalive);
        let mut told_to_finish = false;
        loop {
            let message = tokio::select! {
                message = tokio::time::timeout(SILENCE_MAX, stream.next()) => message,
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
            };
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
            info!("sending keepalive to the master");
            if peer.request("keepalive", Vec::new()).await.is_ok() {
                info!("Master replied to keepalive, everything's fine");
            }
        });
    }

    fn ask_for_shutdown(&self, peer: &Arc<Peer>) {
        let peer = Arc::clone(peer);
        self.commands.spawn(async move {
            info!("Telling master we want to shutdown after any running builds are finished");
            if let Err(RequestError::Refused(text)) = peer.request("shutdown", Vec::new()).await {
                warn!("the master does not know how to shut a worker down: {text}");
            }
        });
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
            Err(ArgumentError::Failed(text)) => {
                carrier::fail(&CommandMessages { peer: Arc::clone(peer), id, kind: Kind::File }, text).await;
                Ok(())
            }
            Ok(command) => self.start_typed(peer, id, command),
        }
    }

    fn start_typed(&self, peer: &Arc<Peer>, id: String, command: Command) -> Result<(), String> {
        info!(command.id = id, "startCommand:{} [id {id}]", command.name());
        let kind = if matches!(command, Command::UploadDirectory { .. }) { Kind::Directory } else { Kind::File };
        let wire = CommandMessages { peer: Arc::clone(peer), id: id.clone(), kind };
        self.commands.start(&id, || self.runner.start(&self.basedir, command), wire, |_| std::future::ready(()))
    }

    fn interrupt(&self, request: &Request<'_>) -> Result<(), String> {
        let id = request.text("command_id")?;
        let why = request.text("why")?;
        self.commands.interrupt(&id, why);
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
        buffer_timeout: Duration::try_from_secs_f64(number("buffer_timeout")?).ok()?,
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
