//! What must hold for any bytes at all, one function for each protocol: `cargo fuzz` and the stable harness call the same.
//!
//! None may panic, hang, or take memory out of proportion; what one side of a codec reads, the other writes the same way.

use ferrobot_wire::msgpack::Frame;
use ferrobot_wire::pb::banana::{self, Decoder, Item};
use ferrobot_wire::pb::jelly::JellyError;
use ferrobot_wire::pb::{Broker, Failure, Incoming, LocalId, Target, Value};

/// A function that takes any bytes, and tells whether they said anything: such inputs are worth another change.
pub type Fuzz = fn(&[u8]) -> bool;

/// Every protocol, by the name of its folder in `recorded`.
pub const PROTOCOLS: [(&str, Fuzz); 4] =
    [("banana", fuzz_banana), ("jelly", fuzz_jelly), ("broker", fuzz_broker), ("msgpack", fuzz_msgpack)];

/// Bytes are fed to streams in pieces of this: across the borders of most expressions.
const PIECE_BYTES: usize = 7;
/// Pieces of a long input are longer: how often it is cut makes no difference then.
const PIECES_MAX: usize = 4096;

/// Banana is read the same whole and in pieces, and what is read can be written and read again.
pub fn fuzz_banana(data: &[u8]) -> bool {
    let (whole, failed) = decode(&mut Decoder::default(), [data]);
    let (in_pieces, failed_in_pieces) = decode(&mut Decoder::default(), pieces(data));
    assert_same(&whole, &in_pieces);
    assert_eq!(failed, failed_in_pieces);
    for dialect in [true, false] {
        let mut written = Vec::new();
        for item in &whole {
            banana::encode(item, dialect, &mut written);
        }
        let (again, failed) = decode(&mut Decoder::default(), [written.as_slice()]);
        assert!(failed.is_none(), "what was written cannot be read: {failed:?}");
        assert_same(&whole, &again);
    }
    !whole.is_empty()
}

fn pieces(data: &[u8]) -> std::slice::Chunks<'_, u8> {
    data.chunks(PIECE_BYTES.max(data.len() / PIECES_MAX))
}

fn decode<'a>(decoder: &mut Decoder, input: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Item>, Option<String>) {
    let mut items = Vec::new();
    for piece in input {
        decoder.feed(piece);
        loop {
            match decoder.next_item() {
                Ok(Some(item)) => items.push(item),
                Ok(None) => break,
                Err(error) => return (items, Some(error.to_string())),
            }
        }
    }
    (items, None)
}

/// A number that is none differs from itself; its text does not.
fn assert_same<T: PartialEq + std::fmt::Debug>(one: &T, other: &T) {
    assert!(one == other || format!("{one:?}") == format!("{other:?}"), "{one:?}\nis not\n{other:?}");
}

/// What jelly makes of expressions can be written and read again; failures are made of anything.
pub fn fuzz_jelly(data: &[u8]) -> bool {
    let mut is_any = false;
    for item in decode(&mut Decoder::default(), [data]).0 {
        let parts = if let Item::List(parts) = &item { parts.as_slice() } else { &[] };
        for item in parts.iter().chain([&item]) {
            let Ok(value) = Value::from_item(item) else { continue };
            is_any = true;
            read_back(&value);
            let failure = Failure::from_value(&value);
            assert_eq!(Failure::from_value(&failure.to_value()).message, failure.message);
        }
    }
    is_any
}

/// What is ours is the peer's on the other side, and ours again on the way back.
fn read_back(value: &Value) {
    let other_side = match Value::from_item(&value.to_item()) {
        Ok(other_side) => other_side,
        // Values by reference count once more when they are written out, and classes of several parts have a list of their own.
        Err(JellyError::TooLarge) => return,
        Err(error) => panic!("what was written cannot be read: {error}"),
    };
    let back = Value::from_item(&other_side.to_item());
    assert_same(&back, &Ok(value.clone()));
}

/// Both sides of a connection take anything; what they answer is well formed.
pub fn fuzz_broker(data: &[u8]) -> bool {
    let mut is_any = false;
    for side in [Broker::client, Broker::server] {
        for trusted in [true, false] {
            is_any |= talk(side(), trusted, data);
        }
    }
    is_any
}

fn talk(mut broker: Broker, trusted: bool, data: &[u8]) -> bool {
    if trusted {
        broker.trust();
    }
    for _ in 0..3 {
        let known = broker.export().expect("there is room");
        let sent = broker.call(&Target::Id(1), "m", vec![Value::Ours(known.0)], Vec::new());
        sent.expect("there is room");
    }
    let mut is_any = false;
    let mut written = broker.take_output();
    for piece in pieces(data) {
        let fed = broker.feed(piece);
        while let Some(incoming) = broker.poll() {
            is_any |= incoming != Incoming::Ready;
            react(&mut broker, incoming);
        }
        written.extend(broker.take_output());
        if fed.is_err() {
            break;
        }
    }
    let (_, failed) = decode(&mut Decoder::default(), [written.as_slice()]);
    assert!(failed.is_none(), "the answers cannot be read: {failed:?}");
    is_any
}

fn react(broker: &mut Broker, incoming: Incoming) {
    match incoming {
        Incoming::Call(call) if call.args.len() % 2 == 0 => broker.answer(call.request, &Value::Tuple(call.args)),
        Incoming::Call(call) => broker.fail(call.request, &Failure::no_such_method(&call.method)),
        Incoming::Answer { request, result } => {
            assert!((1..=3).contains(&request), "an answer to nothing: {result:?}");
        }
        Incoming::Released(LocalId(id)) => assert!(!broker.knows(id)),
        Incoming::Ready => {}
    }
}

/// A frame that is read can be written and read again. Text that is none is written as bytes, so it is the second time that counts.
pub fn fuzz_msgpack(data: &[u8]) -> bool {
    let Ok(frame) = Frame::decode(data) else { return false };
    let written = frame.encode();
    let again = Frame::decode(&written).expect("what was written can be read");
    assert!(again.encode() == written, "{frame:?}\nis not\n{again:?}");
    true
}
