//! A client of Perspective Broker that does what a test tells it.

use std::collections::VecDeque;

use ferrobot_wire::pb::login::response;
use ferrobot_wire::pb::{Broker, Failure, Incoming, Target, Value};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::desk::{TestMaster, within};

pub(crate) struct Client {
    stream: TcpStream,
    broker: Broker,
    /// What the master called meanwhile; it gets no answer but that there is no such method.
    pub(crate) refused: VecDeque<String>,
}

impl Client {
    pub(crate) async fn connect(master: &TestMaster) -> Client {
        let stream = TcpStream::connect(master.pb.address()).await.unwrap();
        let mut client = Client { stream, broker: Broker::client(), refused: VecDeque::new() };
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
                    Incoming::Call(call) => {
                        self.broker.fail(call.request, &Failure::no_such_method(&call.method));
                        self.refused.push_back(call.method);
                        self.write().await;
                    }
                    Incoming::Answer { .. } | Incoming::Ready | Incoming::Released(_) => {}
                }
            }
            if !self.read().await {
                return None;
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

    /// Waits until the master closes the connection.
    pub(crate) async fn closed(mut self) {
        while self.read().await {}
    }
}
