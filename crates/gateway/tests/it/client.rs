//! A client of Perspective Broker that does what a test tells it.

use std::collections::VecDeque;

use ferrobot_wire::pb::login::response;
use ferrobot_wire::pb::{Broker, Call, Failure, Incoming, Target, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::desk::{TestMaster, within};

pub(crate) struct Client {
    stream: TcpStream,
    broker: Broker,
    /// What the master called meanwhile; it gets no answer but that there is no such method.
    pub(crate) refused: VecDeque<String>,
    /// What an observer was told: method and arguments.
    told: VecDeque<(String, Vec<Value>)>,
    /// What it answers to the master's calls instead.
    answers: fn(&mut Broker, &Call) -> Result<Value, Failure>,
}

/// Knows no method at all.
fn mute(_broker: &mut Broker, call: &Call) -> Result<Value, Failure> {
    Err(Failure::no_such_method(&call.method))
}

/// What a `buildslave` of 0.8.14 answers.
fn old_slave(broker: &mut Broker, call: &Call) -> Result<Value, Failure> {
    match call.method.as_str() {
        "print" | "startBuild" => Ok(Value::None),
        "getSlaveInfo" => Ok(Value::dict([
            ("admin", "Old Admin".into()),
            ("host", "an old host".into()),
            ("system", "posix".into()),
            ("basedir", "/home/slave".into()),
            ("environ", Value::dict([("HOME", "/home/slave".into())])),
        ])),
        "getCommands" => Ok(Value::dict([("shell", "2.16".into()), ("mkdir", "2.16".into())])),
        "getVersion" => Ok("0.8.14".into()),
        "setBuilderList" => Ok(Value::dict([("b", Value::Ours(broker.export().unwrap().0))])),
        // Python 2 names its exceptions so.
        method => Err(Failure::new("exceptions.AttributeError", format!("no remote_{method}"))),
    }
}

impl Client {
    pub(crate) async fn connect(master: &TestMaster) -> Client {
        let stream = TcpStream::connect(master.pb.address().unwrap()).await.unwrap();
        let mut client =
            Client { stream, broker: Broker::client(), refused: VecDeque::new(), told: VecDeque::new(), answers: mute };
        while client.broker.poll() != Some(Incoming::Ready) {
            assert!(client.read().await, "the master closed the connection");
        }
        client
    }

    /// `false`: the master has closed the connection.
    async fn read(&mut self) -> bool {
        let mut bytes = [0; 4096];
        let length = within(self.stream.read(&mut bytes)).await.unwrap_or(0);
        self.broker.feed(&bytes[..length]).unwrap();
        self.write().await;
        length > 0
    }

    async fn write(&mut self) {
        let output = self.broker.take_output();
        // An error shows at the next read.
        let _closed = self.stream.write_all(&output).await;
    }

    /// Calls a method; `None` when the connection ends before the answer.
    pub(crate) async fn try_call(
        &mut self,
        target: Target,
        method: &str,
        args: Vec<Value>,
    ) -> Option<Result<Value, Failure>> {
        let asked = self.broker.call(&target, method, args, Vec::new()).unwrap();
        self.write().await;
        loop {
            while let Some(incoming) = self.broker.poll() {
                match incoming {
                    Incoming::Answer { request, result } if request == asked => return Some(result),
                    Incoming::Call(call) => self.take(call).await,
                    Incoming::Answer { .. } | Incoming::Ready | Incoming::Released(_) => {}
                }
            }
            if !self.read().await {
                return None;
            }
        }
    }

    async fn take(&mut self, call: Call) {
        match (self.answers)(&mut self.broker, &call) {
            Ok(value) => {
                self.broker.answer(call.request, &value);
                self.told.push_back((call.method, call.args));
            }
            Err(failure) => {
                self.broker.fail(call.request, &failure);
                self.refused.push_back(call.method);
            }
        }
        self.write().await;
    }

    /// An object that takes every call and answers nothing.
    pub(crate) fn observer(&mut self) -> Value {
        self.answers = |_, _| Ok(Value::None);
        Value::Ours(self.broker.export().unwrap().0)
    }

    /// Waits until the observer is told next; it has to be by this method.
    pub(crate) async fn told(&mut self, method: &str) -> Vec<Value> {
        loop {
            if let Some((told, arguments)) = self.told.pop_front() {
                assert_eq!(told, method);
                return arguments;
            }
            while let Some(incoming) = self.broker.poll() {
                if let Incoming::Call(call) = incoming {
                    self.take(call).await;
                }
            }
            if self.told.is_empty() {
                assert!(self.read().await, "the master closed the connection");
            }
        }
    }

    pub(crate) async fn call(&mut self, target: Target, method: &str, args: Vec<Value>) -> Result<Value, Failure> {
        self.try_call(target, method, args).await.expect("the connection lives")
    }

    /// Asks for a challenge.
    pub(crate) async fn challenge(&mut self, user: &str) -> (Vec<u8>, i64) {
        let root = Target::Name("root".to_owned());
        let Value::Tuple(parts) = self.call(root, "login", vec![user.into()]).await.unwrap() else { panic!() };
        let [Value::Bytes(challenge), Value::Theirs(challenger)] = parts.as_slice() else { panic!("{parts:?}") };
        (challenge.to_vec(), *challenger)
    }

    pub(crate) async fn login(&mut self, user: &str, password: &str, mind: Value) -> Result<i64, Failure> {
        let (challenge, challenger) = self.challenge(user).await;
        let answer = Value::Bytes(response(password.as_bytes(), &challenge).to_vec().into());
        match self.call(Target::Id(challenger), "respond", vec![answer, mind]).await? {
            Value::Theirs(perspective) => Ok(perspective),
            other => panic!("{other:?}"),
        }
    }

    /// Logs in as a worker that knows no method at all.
    pub(crate) async fn login_as_mute_worker(&mut self, user: &str, password: &str) -> Result<i64, Failure> {
        let mind = self.broker.export().unwrap();
        self.login(user, password, Value::Ours(mind.0)).await
    }

    /// Logs in as a worker from before version 0.9, and does what the master asks until it closes the connection.
    pub(crate) async fn serve_as_old_slave(mut self, user: &str, password: &str) {
        self.answers = old_slave;
        let mind = self.broker.export().unwrap();
        let (challenge, challenger) = self.challenge(user).await;
        let answer = Value::Bytes(response(password.as_bytes(), &challenge).to_vec().into());
        let answered = self.try_call(Target::Id(challenger), "respond", vec![answer, Value::Ours(mind.0)]).await;
        // The master may have heard enough before it answers.
        let Some(answer) = answered else { return };
        let Ok(Value::Theirs(perspective)) = answer else { panic!("{answer:?}") };
        while self.try_call(Target::Id(perspective), "keepalive", Vec::new()).await.is_some() {
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
    }

    /// Waits until the master closes the connection.
    pub(crate) async fn closed(mut self) {
        while self.read().await {}
    }
}
