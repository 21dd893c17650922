//! A short connection to a master as a client of Perspective Broker.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, bail};
use ferrobot_wire::pb::{Broker, Incoming, Target, Value, login};

/// The master answers at once, or when its database has the change.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// An open connection.
pub(super) struct Session {
    stream: TcpStream,
    broker: Broker,
}

impl Session {
    pub(super) fn connect(host: &str, port: u16) -> anyhow::Result<Session> {
        let stream = TcpStream::connect((host, port))?;
        stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
        stream.set_write_timeout(Some(ANSWER_TIMEOUT))?;
        let mut session = Session { stream, broker: Broker::client() };
        while !matches!(session.next()?, Incoming::Ready) {}
        Ok(session)
    }

    /// Proves that the password is known; what may be called then.
    pub(super) fn log_in(&mut self, user: &str, password: &str) -> anyhow::Result<Target> {
        let root = Target::Name("root".to_owned());
        let answer = self.call(&root, "login", vec![Value::Bytes(user.as_bytes().to_vec().into())])?;
        let (challenge, challenger) = match answer {
            Value::Tuple(parts) => match parts.as_slice() {
                [Value::Bytes(challenge), Value::Theirs(challenger)] => (challenge.clone(), *challenger),
                _ => bail!("the master's challenge is not understood"),
            },
            _ => bail!("the master's challenge is not understood"),
        };
        let response = login::response(password.as_bytes(), &challenge);
        let arguments = vec![Value::Bytes(response.to_vec().into()), Value::None];
        match self.call(&Target::Id(challenger), "respond", arguments)? {
            Value::Theirs(perspective) => {
                self.broker.trust();
                Ok(Target::Id(perspective))
            }
            _ => bail!("the master's answer to the login is not understood"),
        }
    }

    /// Calls a method and waits for its answer.
    pub(super) fn call(&mut self, target: &Target, method: &str, args: Vec<Value>) -> anyhow::Result<Value> {
        let number = self.broker.call(target, method, args, Vec::new())?;
        loop {
            if let Incoming::Answer { request, result } = self.next()?
                && request == number
            {
                return result.map_err(|failure| anyhow::anyhow!("the master refused: {failure}"));
            }
        }
    }

    /// Sends what waits, and reads until something has come.
    fn next(&mut self) -> anyhow::Result<Incoming> {
        let mut buffer = [0; 4096];
        loop {
            let output = self.broker.take_output();
            self.stream.write_all(&output)?;
            if let Some(incoming) = self.broker.poll() {
                return Ok(incoming);
            }
            let length = self.stream.read(&mut buffer).context("wait for the master's answer")?;
            if length == 0 {
                bail!("the master closed the connection");
            }
            self.broker.feed(&buffer[..length])?;
        }
    }
}
