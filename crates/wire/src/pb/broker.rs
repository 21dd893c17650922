//! The broker: calls methods of the peer's objects, takes calls for ours, and counts who refers to what.
//!
//! Without I/O, and the same for both sides: [`Broker::feed`] takes what was received, [`Broker::poll`] tells what it means,
//! and [`Broker::take_output`] is what has to be sent. Who calls and who answers is up to the caller.

use std::collections::{HashMap, HashSet, VecDeque};

use super::banana::{self, BananaError, Decoder, Item};
use super::jelly::{Failure, JellyError, Value};

/// Bytes of one message of a client that nobody trusts yet: a login is much shorter.
const STRANGER_BYTES_MAX: usize = 16 * 1024;
/// Version of the protocol.
const VERSION: i64 = 6;
/// Our objects that a peer may know at once; Twisted's limit.
pub const OBJECTS_MAX: usize = 1024;
/// Calls that may wait for the peer's answer.
pub const CALLS_MAX: usize = 4096;

/// One of our objects, as the peer knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LocalId(pub i64);

/// An object whose method is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// By number.
    Id(i64),
    /// By a name that both sides know, such as `root`.
    Name(String),
}

/// A method call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// The peer's number for it; to be given back with the answer.
    pub request: i64,
    /// Which of our objects.
    pub target: Target,
    /// Which method.
    pub method: String,
    /// Arguments by place.
    pub args: Vec<Value>,
    /// Arguments by name.
    pub kwargs: Vec<(String, Value)>,
    /// The peer waits for an answer.
    pub answer_wanted: bool,
}

impl Call {
    /// An argument by its place or its name.
    #[must_use]
    pub fn argument(&self, place: usize, name: &str) -> Option<&Value> {
        self.kwargs.iter().find(|(key, _)| key == name).map(|(_, value)| value).or_else(|| self.args.get(place))
    }
}

/// What a peer wants or says.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// Both sides have agreed on the dialect: calls may be made.
    Ready,
    /// One of our objects is called.
    Call(Call),
    /// The answer to one of our calls.
    Answer {
        /// Our number for the call.
        request: i64,
        /// What the method returned, or how it failed.
        result: Result<Value, Failure>,
    },
    /// The peer no longer knows this object of ours.
    Released(LocalId),
}

/// Why a connection cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokerError {
    /// Not Banana.
    #[error("broken Banana: {0}")]
    Banana(#[from] BananaError),
    /// The two sides have no dialect in common.
    #[error("the peer speaks no dialect that is known here")]
    NoDialect,
    /// Another version of the protocol.
    #[error("the peer speaks version {0} of the protocol, not {VERSION}")]
    Version(i64),
    /// A message that is none.
    #[error("a malformed `{0}` message")]
    Malformed(String),
    /// Too many objects or calls at once.
    #[error("too many {0} at once")]
    TooMany(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Client,
    Server,
}

/// One side of a connection.
#[derive(Debug)]
pub struct Broker {
    side: Side,
    decoder: Decoder,
    ready: bool,
    /// How often the peer was told of each of our objects.
    objects: HashMap<i64, u64>,
    last_object: i64,
    /// Our calls that the peer has not answered.
    waiting: HashSet<i64>,
    last_request: i64,
    incoming: VecDeque<Incoming>,
    output: Vec<u8>,
}

impl Broker {
    /// The side that has connected.
    #[must_use]
    pub fn client() -> Broker {
        Broker::new(Side::Client)
    }

    /// The side that was connected to; it offers the dialects.
    #[must_use]
    pub fn server() -> Broker {
        let mut broker = Broker::new(Side::Server);
        broker.decoder.limit(STRANGER_BYTES_MAX);
        banana::encode(&Item::List(vec![Item::word("pb"), Item::word("none")]), false, &mut broker.output);
        broker
    }

    fn new(side: Side) -> Broker {
        Broker {
            side,
            decoder: Decoder::default(),
            ready: false,
            objects: HashMap::new(),
            last_object: 0,
            waiting: HashSet::new(),
            last_request: 0,
            incoming: VecDeque::new(),
            output: Vec::new(),
        }
    }

    /// The peer has logged in: its messages may have any size that the protocol allows.
    pub fn trust(&mut self) {
        self.decoder.limit(banana::EXPRESSION_BYTES_MAX);
    }

    /// Takes received bytes. After an error the connection has to be closed.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), BrokerError> {
        self.decoder.feed(bytes);
        while let Some(item) = self.decoder.next_item()? {
            if self.ready { self.message(&item)? } else { self.negotiate(&item)? }
        }
        Ok(())
    }

    /// The next thing that the peer wants.
    pub fn poll(&mut self) -> Option<Incoming> {
        let next = self.incoming.pop_front();
        if self.incoming.is_empty() {
            // Most peers are idle most of the time.
            self.incoming = VecDeque::new();
        }
        next
    }

    /// What has to be sent now.
    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.output)
    }

    fn negotiate(&mut self, item: &Item) -> Result<(), BrokerError> {
        match (self.side, item) {
            (Side::Client, Item::List(dialects)) => {
                if !dialects.iter().any(|dialect| dialect.as_bytes() == Some(b"pb")) {
                    return Err(BrokerError::NoDialect);
                }
                banana::encode(&Item::word("pb"), false, &mut self.output);
            }
            (Side::Server, Item::Bytes(dialect)) if dialect.as_ref() == b"pb" => {}
            _ => return Err(BrokerError::NoDialect),
        }
        self.ready = true;
        self.send(vec![Item::word("version"), Item::Integer(VERSION)]);
        self.incoming.push_back(Incoming::Ready);
        Ok(())
    }

    fn send(&mut self, message: Vec<Item>) {
        banana::encode(&Item::List(message), true, &mut self.output);
    }

    fn message(&mut self, item: &Item) -> Result<(), BrokerError> {
        let malformed = || BrokerError::Malformed("nameless".to_owned());
        let Item::List(parts) = item else { return Err(malformed()) };
        let (name, rest) = parts.split_first().ok_or_else(malformed)?;
        let name = name.as_bytes().ok_or_else(malformed)?;
        match (name, rest) {
            (b"version", [Item::Integer(VERSION)]) => Ok(()),
            (b"version", [Item::Integer(other)]) => Err(BrokerError::Version(*other)),
            (b"message", [Item::Integer(request), target, method, wanted, args, kwargs]) => {
                self.take_call(*request, [target, method, wanted, args, kwargs])
            }
            (b"answer", [Item::Integer(request), result]) => {
                self.take_answer(*request, Ok, result);
                Ok(())
            }
            (b"error", [Item::Integer(request), failure]) => {
                self.take_answer(*request, |value| Err(Failure::from_value(&value)), failure);
                Ok(())
            }
            (b"decref", [Item::Integer(id)]) => {
                self.forget(*id);
                Ok(())
            }
            (b"didNotUnderstand" | b"decache" | b"uncache", _) => Ok(()),
            (b"version" | b"message" | b"answer" | b"error" | b"decref", _) => {
                Err(BrokerError::Malformed(String::from_utf8_lossy(name).into_owned()))
            }
            (unknown, _) => {
                let unknown = String::from_utf8_lossy(unknown).chars().take(60).collect::<String>();
                self.send(vec![Item::word("didNotUnderstand"), Item::word(&unknown)]);
                Ok(())
            }
        }
    }

    fn take_call(&mut self, request: i64, parts: [&Item; 5]) -> Result<(), BrokerError> {
        let [target, method, wanted, args, kwargs] = parts;
        let malformed = || BrokerError::Malformed("message".to_owned());
        let target = match target {
            Item::Integer(id) => Target::Id(*id),
            Item::Bytes(name) => Target::Name(String::from_utf8_lossy(name).into_owned()),
            Item::Float(_) | Item::List(_) => return Err(malformed()),
        };
        let method = method.as_bytes().ok_or_else(malformed)?;
        let method = String::from_utf8_lossy(method).into_owned();
        let answer_wanted = !matches!(wanted, Item::Integer(0));
        match read_arguments(args, kwargs) {
            Ok((args, kwargs)) => {
                let call = Call { request, target, method, args, kwargs, answer_wanted };
                self.incoming.push_back(Incoming::Call(call));
            }
            // What cannot be read is answered at once; the peer may go on.
            Err(error) if answer_wanted => {
                let failure = Failure::new("twisted.spread.jelly.InsecureJelly", error.to_string());
                self.fail(request, &failure);
            }
            Err(_) => {}
        }
        Ok(())
    }

    fn take_answer(&mut self, request: i64, read: impl FnOnce(Value) -> Result<Value, Failure>, result: &Item) {
        // An answer to nothing is ignored.
        if self.waiting.remove(&request) {
            let result = match Value::from_item(result) {
                Ok(value) => read(value),
                Err(error) => Err(Failure::new("twisted.spread.jelly.InsecureJelly", error.to_string())),
            };
            self.incoming.push_back(Incoming::Answer { request, result });
        }
    }

    fn forget(&mut self, id: i64) {
        if let Some(count) = self.objects.get_mut(&id) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.objects.remove(&id);
                self.incoming.push_back(Incoming::Released(LocalId(id)));
            }
        }
    }

    /// Makes a new object known, so that it may be sent as [`Value::Ours`].
    pub fn export(&mut self) -> Result<LocalId, BrokerError> {
        if self.objects.len() >= OBJECTS_MAX {
            return Err(BrokerError::TooMany("objects"));
        }
        self.last_object += 1;
        self.objects.insert(self.last_object, 0);
        Ok(LocalId(self.last_object))
    }

    /// Drops an object of ours although the peer may still know it: calls for it find nothing.
    pub fn withdraw(&mut self, id: LocalId) {
        self.objects.remove(&id.0);
    }

    /// The object is ours, and known to the peer.
    #[must_use]
    pub fn knows(&self, id: i64) -> bool {
        self.objects.contains_key(&id)
    }

    /// We no longer need one reference to an object of the peer; once for each time that it was sent.
    pub fn release(&mut self, theirs: i64) {
        self.send(vec![Item::word("decref"), Item::Integer(theirs)]);
    }

    /// Calls a method; the answer has this number.
    pub fn call(
        &mut self,
        target: &Target,
        method: &str,
        args: Vec<Value>,
        kwargs: Vec<(&str, Value)>,
    ) -> Result<i64, BrokerError> {
        if self.waiting.len() >= CALLS_MAX {
            return Err(BrokerError::TooMany("calls"));
        }
        self.last_request += 1;
        let request = self.last_request;
        self.waiting.insert(request);
        let args = Value::Tuple(args);
        let kwargs = Value::Dict(kwargs.into_iter().map(|(name, value)| (name.into(), value)).collect());
        self.count_references(&args);
        self.count_references(&kwargs);
        let target = match target {
            Target::Id(id) => Item::Integer(*id),
            Target::Name(name) => Item::word(name),
        };
        self.send(vec![
            Item::word("message"),
            Item::Integer(request),
            target,
            Item::word(method),
            Item::Integer(1),
            args.to_item(),
            kwargs.to_item(),
        ]);
        Ok(request)
    }

    /// Answers a call.
    pub fn answer(&mut self, request: i64, result: &Value) {
        self.count_references(result);
        self.send(vec![Item::word("answer"), Item::Integer(request), result.to_item()]);
    }

    /// Answers a call with a failure.
    pub fn fail(&mut self, request: i64, failure: &Failure) {
        self.send(vec![Item::word("error"), Item::Integer(request), failure.to_value().to_item()]);
    }

    /// Each time that an object of ours is sent the peer owes us one `decref`.
    fn count_references(&mut self, value: &Value) {
        value.visit(&mut |value| {
            if let Value::Ours(id) = value
                && let Some(count) = self.objects.get_mut(id)
            {
                *count += 1;
            }
        });
    }
}

type Arguments = (Vec<Value>, Vec<(String, Value)>);

fn read_arguments(args: &Item, kwargs: &Item) -> Result<Arguments, JellyError> {
    let malformed = || JellyError::Malformed("arguments".to_owned());
    let Value::Tuple(args) = Value::from_item(args)? else { return Err(malformed()) };
    let Value::Dict(kwargs) = Value::from_item(kwargs)? else { return Err(malformed()) };
    let kwargs = kwargs
        .into_iter()
        .map(|(name, value)| Ok((name.as_text().ok_or_else(malformed)?.to_owned(), value)))
        .collect::<Result<_, JellyError>>()?;
    Ok((args, kwargs))
}

#[cfg(test)]
mod tests;
