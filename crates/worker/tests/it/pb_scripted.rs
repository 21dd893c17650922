//! A master that speaks Perspective Broker and does what a test tells it.

use std::collections::VecDeque;
use std::path::Path;

use ferrobot_wire::pb::{Broker, Call, Failure, Incoming, LocalId, Target, Value, login};
use ferrobot_worker::options::{MasterAddress, Protocol, WorkerOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::scripted::within;

const CHALLENGE: [u8; 16] = [7; 16];
const PASSWORD: &str = "pa:ss";

pub(crate) struct ScriptedPbMaster {
    listener: TcpListener,
}

impl ScriptedPbMaster {
    pub(crate) async fn new() -> ScriptedPbMaster {
        ScriptedPbMaster { listener: TcpListener::bind("127.0.0.1:0").await.unwrap() }
    }

    /// A worker's settings that lead here.
    pub(crate) fn options(&self, basedir: &Path) -> WorkerOptions {
        let master = MasterAddress { host: "127.0.0.1".to_owned(), port: self.listener.local_addr().unwrap().port() };
        let mut options = WorkerOptions::new(basedir.to_owned(), master, "w1", PASSWORD);
        options.protocol = Protocol::PerspectiveBroker;
        options
    }

    /// Waits for the worker, and lets it in.
    pub(crate) async fn accept(&self) -> PbWorker {
        let mut worker = self.challenge().await;
        let Incoming::Call(call) = worker.next().await else { panic!("no answer to the challenge") };
        assert_eq!(call.method, "respond");
        let answer = login::response(PASSWORD.as_bytes(), &CHALLENGE);
        assert_eq!(call.args[0], Value::Bytes(answer.to_vec().into()));
        let Value::Theirs(bot) = call.args[1] else { panic!("{call:?}") };
        worker.bot = Target::Id(bot);
        worker.broker.trust();
        let perspective = worker.broker.export().unwrap();
        worker.broker.answer(call.request, &Value::Ours(perspective.0));
        worker.flush().await;
        worker
    }

    /// Waits for the worker, and refuses it.
    pub(crate) async fn refuse(&self) {
        let mut worker = self.challenge().await;
        let Incoming::Call(call) = worker.next().await else { panic!("no answer to the challenge") };
        worker.broker.fail(call.request, &Failure::unauthorized());
        worker.flush().await;
        worker.closed().await;
    }

    /// Waits for a connection, and says what no master says.
    pub(crate) async fn babble(&self) {
        let (mut socket, _) = within(self.listener.accept()).await.unwrap();
        socket.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n\xff\xff").await.unwrap();
        let mut rest = Vec::new();
        let _reset = within(socket.read_to_end(&mut rest)).await;
    }

    async fn challenge(&self) -> PbWorker {
        let (socket, _) = within(self.listener.accept()).await.unwrap();
        let mut worker = PbWorker {
            socket,
            broker: Broker::server(),
            bot: Target::Id(0),
            pending: VecDeque::new(),
            released: Vec::new(),
            download: VecDeque::new(),
            refusing: None,
        };
        worker.flush().await;
        let Incoming::Call(call) = worker.next().await else { panic!("no login") };
        assert_eq!((&call.target, call.method.as_str()), (&Target::Name("root".to_owned()), "login"));
        assert_eq!(call.args, [Value::Bytes("w1".into())]);
        let challenger = worker.broker.export().unwrap();
        let challenge = Value::Tuple(vec![Value::Bytes(CHALLENGE.to_vec().into()), Value::Ours(challenger.0)]);
        worker.broker.answer(call.request, &challenge);
        worker.flush().await;
        worker
    }
}

/// What came back from one command.
#[derive(Debug, Default)]
pub(crate) struct Report {
    pub(crate) updates: Vec<(String, Value)>,
    /// Calls of the file's object: the method, and its arguments.
    pub(crate) file: Vec<(String, Vec<Value>)>,
    pub(crate) failure: Option<Failure>,
}

impl Report {
    pub(crate) fn text(&self, stream: &str) -> String {
        self.updates.iter().filter(|(key, _)| key == stream).map(|(_, text)| text.as_text().unwrap()).collect()
    }

    pub(crate) fn value(&self, name: &str) -> &Value {
        &self.updates.iter().find(|(key, _)| key == name).unwrap_or_else(|| panic!("no `{name}` in {self:?}")).1
    }
}

/// A command that the master has started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Started {
    pub(crate) command: LocalId,
    pub(crate) file: LocalId,
}

/// A worker that has connected.
pub(crate) struct PbWorker {
    socket: TcpStream,
    broker: Broker,
    pub(crate) bot: Target,
    /// Calls that came while something else was waited for.
    pending: VecDeque<Call>,
    pub(crate) released: Vec<LocalId>,
    /// Blocks of the next download.
    pub(crate) download: VecDeque<&'static str>,
    /// Blocks of uploads are refused with this.
    pub(crate) refusing: Option<Failure>,
}

impl PbWorker {
    pub(crate) async fn flush(&mut self) {
        let bytes = self.broker.take_output();
        self.socket.write_all(&bytes).await.unwrap();
    }

    /// What comes next, but for notes of what was released.
    async fn next(&mut self) -> Incoming {
        loop {
            match self.broker.poll() {
                Some(Incoming::Ready) => self.flush().await,
                Some(Incoming::Released(id)) => self.released.push(id),
                Some(incoming) => return incoming,
                None => self.receive().await,
            }
        }
    }

    async fn receive(&mut self) {
        let mut buffer = vec![0; 64 * 1024];
        let length = within(self.socket.read(&mut buffer)).await.unwrap();
        assert!(length > 0, "the worker has closed the connection");
        self.broker.feed(&buffer[..length]).unwrap();
    }

    /// Calls a method of the worker, and waits for its answer.
    pub(crate) async fn ask(&mut self, target: &Target, method: &str, args: Vec<Value>) -> Result<Value, Failure> {
        let asked = self.broker.call(target, method, args, Vec::new()).unwrap();
        self.flush().await;
        loop {
            match self.next().await {
                Incoming::Answer { request, result } => {
                    assert_eq!(request, asked);
                    return result;
                }
                Incoming::Call(call) => self.pending.push_back(call),
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next call of the worker.
    pub(crate) async fn call(&mut self) -> Call {
        match self.pending.pop_front() {
            Some(call) => call,
            None => match self.next().await {
                Incoming::Call(call) => call,
                other => panic!("{other:?}"),
            },
        }
    }

    pub(crate) async fn answer(&mut self, call: &Call, value: &Value) {
        self.broker.answer(call.request, value);
        self.flush().await;
    }

    /// Tells the worker of its builders; answers with their objects.
    pub(crate) async fn builders(&mut self, list: &[(&str, &str)]) -> Vec<Target> {
        let pairs = list.iter().map(|&(name, directory)| Value::Tuple(vec![name.into(), directory.into()])).collect();
        let bot = self.bot.clone();
        let answer = self.ask(&bot, "setBuilderList", vec![Value::List(pairs)]).await.unwrap();
        let object = |name: &str| match answer.get(name) {
            Some(Value::Theirs(id)) => Target::Id(*id),
            other => panic!("{other:?}"),
        };
        list.iter().map(|(name, _)| object(name)).collect()
    }

    pub(crate) async fn start(
        &mut self,
        builder: &Target,
        id: &str,
        name: &str,
        args: Vec<(&str, Value)>,
    ) -> Result<Started, Failure> {
        let started = Started { command: self.broker.export().unwrap(), file: self.broker.export().unwrap() };
        let args = args.into_iter().map(|(name, value)| match name {
            "writer" | "reader" => (name.into(), Value::Ours(started.file.0)),
            _ => (name.into(), value),
        });
        let args = vec![Value::Ours(started.command.0), id.into(), name.into(), Value::Dict(args.collect())];
        self.ask(builder, "startCommand", args).await.map(|_| started)
    }

    /// Answers the command's calls until it is complete.
    pub(crate) async fn completion(&mut self, started: Started) -> Report {
        let mut report = Report::default();
        loop {
            let call = self.call().await;
            if call.target == Target::Id(started.file.0) {
                self.transfer(&call).await;
                report.file.push((call.method, call.args));
                continue;
            }
            assert_eq!(call.target, Target::Id(started.command.0));
            match call.method.as_str() {
                "update" => {
                    for pair in call.args[0].as_sequence().unwrap() {
                        let [Value::Dict(entries), Value::Integer(0)] = pair.as_sequence().unwrap() else { panic!() };
                        let (key, value) = &entries[0];
                        report.updates.push((key.as_text().unwrap().to_owned(), value.clone()));
                    }
                    self.answer(&call, &Value::Integer(0)).await;
                }
                "complete" => {
                    self.answer(&call, &Value::None).await;
                    report.failure =
                        Some(&call.args[0]).filter(|value| **value != Value::None).map(Failure::from_value);
                    return report;
                }
                other => panic!("{other}"),
            }
        }
    }

    async fn transfer(&mut self, call: &Call) {
        match (call.method.as_str(), &self.refusing) {
            ("write", Some(failure)) => {
                self.broker.fail(call.request, failure);
                self.flush().await;
            }
            ("read", _) => {
                let block = self.download.pop_front().unwrap_or_default();
                self.answer(call, &Value::Bytes(block.into())).await;
            }
            _ => self.answer(call, &Value::None).await,
        }
    }

    pub(crate) async fn run(
        &mut self,
        builder: &Target,
        id: &str,
        name: &str,
        args: Vec<(&str, Value)>,
    ) -> (Started, Report) {
        let started = self.start(builder, id, name, args).await.unwrap();
        (started, self.completion(started).await)
    }

    /// Waits until the worker needs an object no more.
    pub(crate) async fn released(&mut self, id: LocalId) {
        loop {
            while let Some(incoming) = self.broker.poll() {
                match incoming {
                    Incoming::Released(id) => self.released.push(id),
                    Incoming::Call(call) => self.pending.push_back(call),
                    other => panic!("{other:?}"),
                }
            }
            if self.released.contains(&id) {
                return;
            }
            self.receive().await;
        }
    }

    /// The worker closes the connection.
    pub(crate) async fn closed(&mut self) {
        let mut rest = Vec::new();
        let _reset = within(self.socket.read_to_end(&mut rest)).await;
    }
}
