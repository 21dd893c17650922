use proptest::prelude::*;
use rmpv::Value;

use super::{DEPTH_MAX, Frame, FrameError, VALUES_MAX};

/// Messages of a stock 4.3.0 master and a stock 4.3.0 worker, as they were on the wire.
const RECORDED: &[(&str, &str)] = &[
    ("print", "83a26f70a57072696e74a76d657373616765a86174746163686564aa7365715f6e756d62657200"),
    ("answer to print", "83a26f70a8726573706f6e7365aa7365715f6e756d62657200a6726573756c74c0"),
    ("get_worker_info", "82a26f70af6765745f776f726b65725f696e666faa7365715f6e756d62657201"),
    (
        "listdir",
        "85a26f70ad73746172745f636f6d6d616e64aa636f6d6d616e645f6964a130ac636f6d6d616e645f6e616d65a76c697374646972\
         a46172677381a470617468b32f746d702f776f726b65722f7265632f776d70aa7365715f6e756d62657203",
    ),
    (
        "its update",
        "84a26f70a6757064617465a4617267739392a566696c657395ac6275696c64626f742e746163aa7477697374642e706964af747769\
         7374642e686f73746e616d65aa7477697374642e6c6f67a4696e666f92a272630092a7656c6170736564cb3f0b200000000000aa63\
         6f6d6d616e645f6964a130aa7365715f6e756d62657200",
    ),
    ("complete", "84a26f70a8636f6d706c657465a461726773c0aa636f6d6d616e645f6964a130aa7365715f6e756d62657201"),
    (
        "output of a shell command",
        "84a26f70a6757064617465a4617267739492a668656164657293d9786578697420330a20696e20646972202f746d702f776f726b65\
         722f7265632f776d702f62312f6f74686572202874696d656f757420313230302073656373290a207761746368696e67206c6f6766\
         696c6573207b7d0a20617267763a206227657869742033270a207573696e67205054593a20547275650a95063f55667795cb41dac1\
         828a549f5fcb41dac1828a54a058cb41dac1828a54a0c0cb41dac1828a54a114cb41dac1828a54a15e92a272630392a66865616465\
         7293b5656c617073656454696d653d302e3030373739390a911491cb41dac1828a5522d192a7656c6170736564cb3f810600000000\
         00aa636f6d6d616e645f6964a133aa7365715f6e756d62657206",
    ),
];

fn recorded(name: &str) -> Vec<u8> {
    let (_, text) = RECORDED.iter().find(|(known, _)| *known == name).unwrap();
    hex::decode(text).unwrap()
}

fn map(entries: Vec<(&str, Value)>) -> Value {
    Value::Map(entries.into_iter().map(|(key, value)| (key.into(), value)).collect())
}

fn packed(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    rmpv::encode::write_value(&mut bytes, value).unwrap();
    bytes
}

#[test]
fn recorded_messages_are_understood() {
    let Frame::Request { seq: 0, op, fields } = Frame::decode(&recorded("print")).unwrap() else { panic!() };
    assert_eq!(op, "print");
    assert_eq!(fields["message"], "attached".into());

    let answer = Frame::decode(&recorded("answer to print")).unwrap();
    assert_eq!(answer, Frame::Response { seq: 0, result: Value::Nil, is_exception: false });

    let Frame::Request { op, fields, .. } = Frame::decode(&recorded("listdir")).unwrap() else { panic!() };
    assert_eq!(op, "start_command");
    assert_eq!(fields["command_name"], "listdir".into());
    assert_eq!(fields["args"], map(vec![("path", "/tmp/worker/rec/wmp".into())]));

    let Frame::Request { seq: 6, fields, .. } = Frame::decode(&recorded("output of a shell command")).unwrap() else {
        panic!()
    };
    assert_eq!(fields["args"][1], Value::Array(vec!["rc".into(), 3.into()]));
}

/// A worker's messages have their keys in the order of our own, so they must come out as they came in.
#[test]
fn what_the_stock_worker_writes_is_written_the_same() {
    for (name, _) in RECORDED.iter().filter(|(name, _)| *name != "listdir") {
        let bytes = recorded(name);
        assert_eq!(hex::encode(Frame::decode(&bytes).unwrap().encode()), hex::encode(&bytes), "{name}");
    }
}

#[test]
fn an_exception_is_marked() {
    let frame = Frame::Response { seq: 4, result: "no such thing".into(), is_exception: true };
    assert_eq!(Frame::decode(&frame.encode()).unwrap(), frame);
}

#[test]
fn nonsense_is_refused_with_the_reason() {
    let nested = |depth: usize| {
        let mut value = Value::Nil;
        for _ in 0..depth {
            value = Value::Array(vec![value]);
        }
        packed(&map(vec![("op", "x".into()), ("seq_number", 1.into()), ("args", value)]))
    };
    assert!(Frame::decode(&nested(DEPTH_MAX - 1)).is_ok());
    assert_eq!(Frame::decode(&nested(DEPTH_MAX + 1)), Err(FrameError::TooDeep));

    let many = vec![0xdd, 0xff, 0xff, 0xff, 0xff];
    assert!(matches!(Frame::decode(&many), Err(FrameError::Malformed(_))));
    let mut many = vec![0xdd, 0x7f, 0xff, 0xff, 0xff];
    many.resize(VALUES_MAX + 10, 0xc0);
    assert_eq!(Frame::decode(&many), Err(FrameError::TooManyValues));

    let mut trailing = recorded("print");
    trailing.push(0);
    let cases: Vec<(Vec<u8>, FrameError)> = vec![
        (trailing, FrameError::Trailing(1)),
        (packed(&Value::Nil), FrameError::NotAMap),
        (packed(&Value::Map(vec![(1.into(), 2.into())])), FrameError::NotAMap),
        (packed(&map(vec![("op", "print".into())])), FrameError::Missing("seq_number")),
        (packed(&map(vec![("op", "print".into()), ("seq_number", (-1).into())])), FrameError::Missing("seq_number")),
        (packed(&map(vec![("seq_number", 1.into())])), FrameError::Missing("op")),
        (packed(&map(vec![("op", 5.into()), ("seq_number", 1.into())])), FrameError::Missing("op")),
        (packed(&map(vec![("op", "response".into()), ("seq_number", 1.into())])), FrameError::Missing("result")),
    ];
    for (bytes, expected) in cases {
        assert_eq!(Frame::decode(&bytes), Err(expected), "{}", hex::encode(&bytes));
    }
}

#[test]
fn every_cut_of_a_message_is_an_error() {
    for (name, _) in RECORDED {
        let bytes = recorded(name);
        for length in 0..bytes.len() {
            assert!(matches!(Frame::decode(&bytes[..length]), Err(FrameError::Malformed(_))), "{name} {length}");
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Nil),
        any::<bool>().prop_map(Value::Boolean),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        (-1e12..1e12f64).prop_map(Value::F64),
        ".{0,40}".prop_map(Value::from),
        prop::collection::vec(any::<u8>(), 0..300).prop_map(Value::Binary),
        (any::<i8>(), prop::collection::vec(any::<u8>(), 0..20)).prop_map(|(kind, data)| Value::Ext(kind, data)),
    ];
    leaf.prop_recursive(6, 80, 20, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..20).prop_map(Value::Array),
            prop::collection::vec((inner.clone(), inner), 0..20).prop_map(Value::Map),
        ]
    })
}

proptest! {
    #[test]
    fn requests_come_back_as_they_went(
        seq: u64,
        op in "[a-z_]{1,20}",
        fields in prop::collection::btree_map("[a-z]{1,12}", any_value(), 0..20),
    ) {
        prop_assume!(op != "response");
        let fields = fields.into_iter().filter(|(name, _)| name != "op").collect();
        let frame = Frame::Request { seq, op, fields };
        prop_assert_eq!(Frame::decode(&frame.encode()).unwrap(), frame);
    }

    #[test]
    fn responses_come_back_as_they_went(seq: u64, result in any_value(), is_exception: bool) {
        let frame = Frame::Response { seq, result, is_exception };
        prop_assert_eq!(Frame::decode(&frame.encode()).unwrap(), frame);
    }

    #[test]
    fn rubbish_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _refused = Frame::decode(&bytes);
    }

    /// One wrong byte in a real message: an error or another message, but never a panic.
    #[test]
    fn damaged_messages_never_panic(which in 0..RECORDED.len(), at: prop::sample::Index, byte: u8) {
        let mut bytes = recorded(RECORDED[which].0);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(frame) = Frame::decode(&bytes) {
            // Compared as bytes: a NaN is not equal to itself.
            let written = frame.encode();
            prop_assert_eq!(Frame::decode(&written).unwrap().encode(), written);
        }
    }
}
