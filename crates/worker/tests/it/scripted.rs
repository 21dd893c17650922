//! A master that does what a test tells it, on the other end of a real WebSocket.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use ferrobot_wire::msgpack::Frame;
use ferrobot_worker::options::{MasterAddress, WorkerOptions};
use futures_util::{SinkExt, StreamExt};
use rmpv::Value;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::http::StatusCode;
use tokio_util::sync::CancellationToken;

use crate::place::wait_until_gone;

/// Nothing that a test waits for takes longer.
pub(crate) const DEADLINE: Duration = Duration::from_secs(30);

pub(crate) struct ScriptedMaster {
    listener: TcpListener,
}

impl ScriptedMaster {
    pub(crate) async fn new() -> ScriptedMaster {
        ScriptedMaster { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    /// A worker's settings that lead here.
    pub(crate) fn options(&self, basedir: &Path) -> WorkerOptions {
        let master = MasterAddress { host: "127.0.0.1".to_owned(), port: self.listener.local_addr().unwrap().port() };
        WorkerOptions::new(basedir.to_owned(), master, "w1", "pa:ss")
    }

    /// Waits for the worker, and lets it in.
    pub(crate) async fn accept(&self) -> Attached {
        let accepted = async {
            let (stream, _) = self.listener.accept().await.unwrap();
            tokio_tungstenite::accept_hdr_async(stream, check_password).await.unwrap()
        };
        Attached { socket: within(accepted).await, seq: 0, unread: Vec::new() }
    }

    /// Waits for the worker, and refuses it.
    pub(crate) async fn refuse(&self) {
        let refused = async {
            let (stream, _) = self.listener.accept().await.unwrap();
            tokio_tungstenite::accept_hdr_async(stream, turn_away).await.unwrap_err()
        };
        within(refused).await;
    }
}

#[expect(clippy::result_large_err, reason = "the callback's type is the library's")]
fn check_password(request: &Request, response: Response) -> Result<Response, ErrorResponse> {
    // w1:pa:ss
    assert_eq!(request.headers()["authorization"], "Basic dzE6cGE6c3M=");
    Ok(response)
}

#[expect(clippy::result_large_err, reason = "the callback's type is the library's")]
fn turn_away(_: &Request, _: Response) -> Result<Response, ErrorResponse> {
    let mut refusal = ErrorResponse::new(None);
    *refusal.status_mut() = StatusCode::UNAUTHORIZED;
    Err(refusal)
}

pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(DEADLINE, future).await.expect("it happens in time")
}

/// A worker that has connected.
pub(crate) struct Attached {
    socket: WebSocketStream<TcpStream>,
    seq: u64,
    /// Requests of the worker that came while something else was waited for.
    unread: Vec<(String, BTreeMap<String, Value>)>,
}

impl Attached {
    pub(crate) async fn send_bytes(&mut self, bytes: Vec<u8>) {
        self.socket.send(Message::Binary(bytes.into())).await.unwrap();
    }

    /// Asks the worker, and waits for its answer.
    pub(crate) async fn ask(&mut self, op: &str, fields: Vec<(&str, Value)>) -> Result<Value, String> {
        let seq = self.seq;
        self.seq += 1;
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        self.send_bytes(Frame::Request { seq, op: op.to_owned(), fields }.encode()).await;
        loop {
            match self.frame().await {
                Frame::Response { seq: answered, result, is_exception } => {
                    assert_eq!(answered, seq);
                    return if is_exception { Err(result.as_str().unwrap().to_owned()) } else { Ok(result) };
                }
                Frame::Request { seq, op, fields } => self.take(seq, op, fields).await,
            }
        }
    }

    async fn take(&mut self, seq: u64, op: String, fields: BTreeMap<String, Value>) {
        // Downloads are always of nothing.
        let result = if op == "update_read_file" { Value::Binary(Vec::new()) } else { Value::Nil };
        self.send_bytes(Frame::Response { seq, result, is_exception: false }.encode()).await;
        self.unread.push((op, fields));
    }

    /// The next request of the worker, which is answered with nothing.
    pub(crate) async fn request(&mut self) -> (String, BTreeMap<String, Value>) {
        while self.unread.is_empty() {
            match self.frame().await {
                Frame::Request { seq, op, fields } => self.take(seq, op, fields).await,
                Frame::Response { .. } => panic!("an answer to nothing"),
            }
        }
        self.unread.remove(0)
    }

    async fn frame(&mut self) -> Frame {
        loop {
            let message = within(self.socket.next()).await.expect("the worker is connected").unwrap();
            if let Message::Binary(bytes) = message {
                return Frame::decode(&bytes).unwrap();
            }
        }
    }

    /// Starts a command and gathers all of its updates, until it is complete.
    pub(crate) async fn run(&mut self, id: &str, name: &str, args: Value) -> (Vec<(String, Value)>, Value) {
        self.start(id, name, args).await.unwrap();
        self.completion(id).await
    }

    pub(crate) async fn start(&mut self, id: &str, name: &str, args: Value) -> Result<Value, String> {
        self.ask("start_command", vec![("command_id", id.into()), ("command_name", name.into()), ("args", args)]).await
    }

    pub(crate) async fn completion(&mut self, id: &str) -> (Vec<(String, Value)>, Value) {
        let mut updates = Vec::new();
        loop {
            let (op, mut fields) = self.request().await;
            assert_eq!(fields["command_id"], id.into());
            match op.as_str() {
                "update" => {
                    for pair in fields["args"].as_array().unwrap() {
                        updates.push((pair[0].as_str().unwrap().to_owned(), pair[1].clone()));
                    }
                }
                "complete" => return (updates, fields.remove("args").unwrap()),
                other => updates.push((other.to_owned(), Value::Nil)),
            }
        }
    }

    /// The worker closes the connection.
    pub(crate) async fn closed(&mut self) {
        loop {
            match within(self.socket.next()).await {
                None | Some(Err(_) | Ok(Message::Close(_))) => return,
                Some(Ok(_)) => {}
            }
        }
    }
}

/// A worker that runs within the test.
pub(crate) struct LiveWorker {
    pub(crate) shutdown: CancellationToken,
    task: JoinHandle<Result<(), ferrobot_worker::network::WorkerError>>,
}

impl LiveWorker {
    pub(crate) fn start(options: WorkerOptions) -> LiveWorker {
        let shutdown = CancellationToken::new();
        LiveWorker { task: tokio::spawn(ferrobot_worker::run(options, shutdown.clone())), shutdown }
    }

    pub(crate) async fn end(self) -> Result<(), ferrobot_worker::network::WorkerError> {
        within(self.task).await.unwrap()
    }
}

/// The process that a command has written down.
pub(crate) async fn written_pid(file: &Path) -> String {
    let written = async {
        loop {
            match std::fs::read_to_string(file) {
                Ok(pid) if pid.ends_with('\n') => return pid.trim().to_owned(),
                _ => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    };
    within(written).await
}

/// Waits until a process has ended.
pub(crate) async fn gone(pid: &str) {
    within(wait_until_gone(pid)).await;
}

pub(crate) fn map(entries: Vec<(&str, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.into(), value)).collect())
}

/// The arguments of a shell command.
pub(crate) fn shell(workdir: &Path, script: &str) -> Value {
    let words = ["sh", "-c", script].map(Value::from).to_vec();
    map(vec![("workdir", workdir.display().to_string().into()), ("command", words.into())])
}
