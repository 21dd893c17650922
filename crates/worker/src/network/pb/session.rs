//! One connection: logs in, serves the master's calls, and notices when the master is gone.

use std::path::Path;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::BytesMut;
use ferrobot_model::WorkerInfo;
use ferrobot_transport::Stream;
use ferrobot_wire::pb::login::response;
use ferrobot_wire::pb::{Call, Failure, Incoming, LocalId, Target, Value};
use tokio::io::{AsyncReadExt, ReadHalf};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::arguments::{self, Unusable};
use super::builders::Builders;
use super::messages::CommandCalls;
use super::peer::{self, CallError, Peer};
use super::values;
use crate::info::BUILDBOT_VERSION;
use crate::network::carrier;
use crate::network::commands::Commands;
use crate::network::connect::{self, ConnectError};
use crate::network::keepalive::Keepalive;
use crate::network::session::Ended;
use crate::options::WorkerOptions;
use crate::runner::{CommandRunner, OutputSettings, Running};

/// The master's part of the login comes within this time.
const LOGIN_TIMEOUT: Duration = Duration::from_secs(30);
/// A master answers the login only when it has attached the worker, and many may come at once.
const ATTACH_TIMEOUT: Duration = Duration::from_secs(300);
/// However often keepalives are sent, a master may be silent for so long.
const SILENCE_MIN: Duration = Duration::from_secs(60);
/// Output is gathered for so long; masters do not say, over this protocol.
const BUFFER_TIMEOUT: Duration = Duration::from_secs(5);
const READ_BYTES: usize = 64 * 1024;

/// What one connection needs.
pub(in crate::network) struct Session<'a, D> {
    options: &'a WorkerOptions,
    runner: CommandRunner,
    describe: D,
    commands: Commands,
    builders: Builders,
}

impl<'a, D: Fn() -> WorkerInfo> Session<'a, D> {
    pub(in crate::network) fn new(options: &'a WorkerOptions, runner: CommandRunner, describe: D) -> Session<'a, D> {
        let runner = runner.with_output(OutputSettings { buffer_timeout: BUFFER_TIMEOUT, ..OutputSettings::default() });
        let (commands, builders) = (Commands::default(), Builders::default());
        Session { options, runner, describe, commands, builders }
    }

    /// Serves until the connection ends; every command that still runs is killed then. `attached` is told of the login.
    pub(in crate::network) async fn serve(
        mut self,
        stream: Stream,
        finish: &CancellationToken,
        attached: impl FnOnce(),
    ) -> Result<Ended, ConnectError> {
        let end = CancellationToken::new();
        // Also when the worker is stopped in the middle of this.
        let _ended = end.clone().drop_guard();
        let (peer, to_write) = Peer::new(end.clone());
        let (reading, writing) = tokio::io::split(stream);
        let writer = tokio::spawn(peer::write(Arc::clone(&peer), writing, to_write, end.clone()));
        let ended = self.read(&peer, reading, finish, attached).await;
        // What is already on its way may go out; after that everything stops.
        if matches!(ended, Ok(Ended::ShutdownRequested)) {
            tokio::time::sleep(crate::network::SHUTDOWN_DELAY).await;
        }
        end.cancel();
        let _stopped = writer.await;
        self.commands.ended().await;
        ended
    }

    async fn read(
        &mut self,
        peer: &Arc<Peer>,
        mut socket: ReadHalf<Stream>,
        finish: &CancellationToken,
        attached: impl FnOnce(),
    ) -> Result<Ended, ConnectError> {
        let bot = peer.export().map_err(|error| self.refused(error.to_string()))?;
        let mut login = pin!(log_in(peer, self.options, bot));
        let mut attached = Some(attached);
        let mut perspective: Option<Target> = None;
        let mut keepalive = Keepalive::new(self.options.keepalive);
        let silence_max = self.options.keepalive.map(|every| (every * 2).max(SILENCE_MIN));
        let mut told_to_finish = false;
        let mut heard = Instant::now();
        let mut buffer = BytesMut::with_capacity(READ_BYTES);
        loop {
            let received = tokio::select! {
                received = until(silence_max.map(|most| heard + most), socket.read_buf(&mut buffer)) => received,
                entered = &mut login, if perspective.is_none() => {
                    perspective = Some(entered?);
                    if let Some(attached) = attached.take() {
                        attached();
                    }
                    self.announce();
                    continue;
                }
                () = peer.lost() => return Ok(Ended::Lost("writing failed".to_owned())),
                () = keepalive.due(), if perspective.is_some() => {
                    self.tell(peer, perspective.as_ref(), "keepalive");
                    continue;
                }
                () = finish.cancelled(), if perspective.is_some() && !told_to_finish => {
                    told_to_finish = true;
                    info!("Telling the master we want to shutdown after any running builds are finished");
                    self.tell(peer, perspective.as_ref(), "shutdown");
                    continue;
                }
            };
            match received {
                None => return Ok(Ended::Lost("the master is silent".to_owned())),
                Some(Ok(0)) => return Ok(Ended::Lost("the master closed the connection".to_owned())),
                Some(Err(error)) => return Ok(Ended::Lost(error.to_string())),
                Some(Ok(_)) => heard = Instant::now(),
            }
            let incoming = match peer.received(&buffer).await {
                Ok(incoming) => incoming,
                Err(error) if peer.is_ready() => return Ok(Ended::Lost(error.to_string())),
                Err(error) => return Err(self.refused(format!("{error}; is this the port of `pb`?"))),
            };
            buffer.clear();
            for incoming in incoming {
                match incoming {
                    Incoming::Call(call) if is_shutdown(&call, bot) => {
                        let _lost = respond(peer, &call, Ok(Value::None)).await;
                        info!("The master has told us to shut down");
                        return Ok(Ended::ShutdownRequested);
                    }
                    Incoming::Call(call) => {
                        let result = self.handle(peer, bot, &call).await;
                        if respond(peer, &call, result).await.is_err() {
                            return Ok(Ended::Lost("writing failed".to_owned()));
                        }
                    }
                    Incoming::Released(id) => self.builders.forget(id),
                    Incoming::Ready | Incoming::Answer { .. } => {}
                }
            }
        }
    }

    fn refused(&self, reason: String) -> ConnectError {
        ConnectError::Refused { place: connect::describe(self.options), reason }
    }

    fn announce(&self) {
        info!("Connected to buildmaster; worker is ready");
        if let Some(every) = self.options.keepalive {
            info!("sending application-level keepalives every {} seconds", every.as_secs());
        }
    }

    /// Calls a method of the master that answers with nothing.
    fn tell(&self, peer: &Arc<Peer>, perspective: Option<&Target>, method: &'static str) {
        let (Some(perspective), peer) = (perspective.cloned(), Arc::clone(peer)) else { return };
        let is_keepalive = method == "keepalive";
        if is_keepalive {
            info!("sending app-level keepalive");
        }
        self.commands.spawn(async move {
            match peer.call(perspective, method, Vec::new()).await {
                Ok(_) if is_keepalive => info!("Master replied to keepalive, everything's fine"),
                Ok(_) | Err(CallError::Lost) => {}
                Err(CallError::Failed(failure)) => warn!("the master refused `{method}`: {failure}"),
            }
        });
    }

    async fn handle(&mut self, peer: &Arc<Peer>, bot: LocalId, call: &Call) -> Result<Value, Failure> {
        let id = match &call.target {
            Target::Id(id) => LocalId(*id),
            Target::Name(_) => return Err(Failure::no_such_method(&call.method)),
        };
        if id == bot {
            return self.handle_bot(peer, call).await;
        }
        let Some(builder) = self.builders.get(id) else {
            return Err(values::exception("builtins.KeyError", &["builtins.LookupError"], id.0.to_string()));
        };
        match call.method.as_str() {
            "print" => log_message(call),
            // The object is kept, as it says which master this is; it is never called.
            "setMaster" | "startBuild" => {}
            "startCommand" => {
                let directory = builder.directory.clone();
                return self.start(peer, id, &directory, call).await;
            }
            "interruptCommand" => {
                let why = call.argument(1, "why").and_then(Value::as_text).unwrap_or_default();
                self.commands.interrupt(&key(id, &command_id(call.argument(0, "command_id"))), why.to_owned());
            }
            other => return Err(Failure::no_such_method(other)),
        }
        Ok(Value::None)
    }

    async fn handle_bot(&mut self, peer: &Arc<Peer>, call: &Call) -> Result<Value, Failure> {
        match call.method.as_str() {
            "print" => {
                log_message(call);
                Ok(Value::None)
            }
            "getWorkerInfo" => Ok(values::info(&(self.describe)())),
            "getCommands" => Ok(values::texts(&(self.describe)().commands)),
            "getVersion" => Ok(BUILDBOT_VERSION.into()),
            "setBuilderList" => {
                let list = call.argument(0, "wanted").unwrap_or(&Value::None);
                self.builders.set(peer, &self.options.basedir, list, self.options.delete_leftover_dirs).await
            }
            other => Err(Failure::no_such_method(other)),
        }
    }

    /// Takes on a command: `(object of the command, id, name, arguments)`.
    async fn start(&self, peer: &Arc<Peer>, builder: LocalId, directory: &Path, call: &Call) -> Result<Value, Failure> {
        let mut theirs = Vec::new();
        for arg in &call.args {
            arg.visit(&mut |value| {
                if let Value::Theirs(id) = value {
                    theirs.push(*id);
                }
            });
        }
        let started = self.start_typed(peer, builder, directory, call, &theirs);
        if started.is_err() {
            peer.release(theirs).await;
        }
        started
    }

    fn start_typed(
        &self,
        peer: &Arc<Peer>,
        builder: LocalId,
        directory: &Path,
        call: &Call,
        theirs: &[i64],
    ) -> Result<Value, Failure> {
        let wrong = |what: &str| values::exception("builtins.TypeError", &[], format!("startCommand: {what}"));
        let Some(Value::Theirs(object)) = call.argument(0, "command_ref") else {
            return Err(wrong("the first argument must be a reference"));
        };
        let id = command_id(call.argument(1, "command_id"));
        let name = call.argument(2, "command").and_then(Value::as_text).ok_or_else(|| wrong("there is no command"))?;
        let args = call.argument(3, "args").ok_or_else(|| wrong("there are no arguments"))?;
        let calls = |file| CommandCalls::new(Arc::clone(peer), *object, file, theirs.to_vec());
        let requested = match arguments::read(&id, name, args) {
            Ok(requested) => requested,
            Err(Unusable::Refused(failure)) => return Err(failure),
            Err(Unusable::Failed(text)) => {
                let calls = calls(None);
                self.commands.spawn(async move {
                    carrier::carry(&calls, Running::failed(text)).await;
                    calls.release().await;
                });
                return Ok(Value::None);
            }
        };
        info!(command.id = id, "startCommand:{name} [id {id}]");
        let start = || self.runner.start(directory, requested.command);
        let started = self.commands.start(&key(builder, &id), start, calls(requested.file), CommandCalls::release);
        started.map(|()| Value::None).map_err(|text| values::exception("builtins.RuntimeError", &[], text))
    }
}

/// Answers the challenge, and offers the worker's object. The result is the master's object for this worker.
async fn log_in(peer: &Arc<Peer>, options: &WorkerOptions, bot: LocalId) -> Result<Target, ConnectError> {
    let place = connect::describe(options);
    let timeout = |limit| ConnectError::Timeout { place: place.clone(), limit };
    let refused = |error: CallError| match error {
        CallError::Failed(failure) if failure.is("twisted.cred.error.UnauthorizedLogin") => {
            ConnectError::Unauthorized { place: place.clone(), worker: options.name.clone() }
        }
        CallError::Failed(failure) => ConnectError::Refused { place: place.clone(), reason: failure.to_string() },
        CallError::Lost => ConnectError::Refused { place: place.clone(), reason: "the connection is lost".to_owned() },
    };
    let malformed = || ConnectError::Refused { place: place.clone(), reason: "a malformed login".to_owned() };
    let challenged = async {
        peer.ready().await;
        let name = Value::Bytes(options.name.clone().into_bytes().into());
        peer.call(Target::Name("root".to_owned()), "login", vec![name]).await
    };
    let challenged =
        tokio::time::timeout(LOGIN_TIMEOUT, challenged).await.map_err(|_| timeout(LOGIN_TIMEOUT))?.map_err(&refused)?;
    let Some([Value::Bytes(challenge), Value::Theirs(challenger)]) = challenged.as_sequence() else {
        return Err(malformed());
    };
    let answer = Value::Bytes(response(options.password.as_bytes(), challenge).to_vec().into());
    let attached = peer.call(Target::Id(*challenger), "respond", vec![answer, Value::Ours(bot.0)]);
    // The challenger is good for one answer.
    let attached = async { tokio::join!(attached, peer.release(vec![*challenger])).0 };
    let attached =
        tokio::time::timeout(ATTACH_TIMEOUT, attached).await.map_err(|_| timeout(ATTACH_TIMEOUT))?.map_err(&refused)?;
    match attached {
        Value::Theirs(perspective) => Ok(Target::Id(perspective)),
        _ => Err(malformed()),
    }
}

async fn until<T>(limit: Option<Instant>, future: impl Future<Output = T>) -> Option<T> {
    match limit {
        Some(limit) => tokio::time::timeout_at(limit, future).await.ok(),
        None => Some(future.await),
    }
}

fn log_message(call: &Call) {
    let message = call.argument(0, "message").and_then(Value::as_text).unwrap_or_default();
    info!("message from master: {message}");
}

async fn respond(peer: &Peer, call: &Call, result: Result<Value, Failure>) -> Result<(), CallError> {
    if call.answer_wanted { peer.respond(call.request, result).await } else { Ok(()) }
}

fn is_shutdown(call: &Call, bot: LocalId) -> bool {
    call.method == "shutdown" && call.target == Target::Id(bot.0)
}

/// The id as text; masters before 3.0 count with numbers.
fn command_id(value: Option<&Value>) -> String {
    match value {
        Some(Value::Integer(number)) => number.to_string(),
        other => other.and_then(Value::as_text).unwrap_or_default().to_owned(),
    }
}

fn key(builder: LocalId, command_id: &str) -> String {
    format!("{}/{command_id}", builder.0)
}
