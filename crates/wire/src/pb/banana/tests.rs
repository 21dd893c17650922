use bytes::Bytes;
use proptest::prelude::*;

use super::{BananaError, Decoder, Item, SIZE_MAX, encode};

fn decode(bytes: &[u8]) -> Result<Vec<Item>, BananaError> {
    let mut decoder = Decoder::default();
    decoder.feed(bytes);
    std::iter::from_fn(|| decoder.next_item().transpose()).collect()
}

fn encoded(item: &Item) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(item, true, &mut bytes);
    bytes
}

fn list(items: Vec<Item>) -> Item {
    Item::List(items)
}

/// What a stock master and a stock worker of 4.3.0 sent each other.
#[test]
fn recorded_bytes_are_understood_and_written_the_same() {
    let word = Item::word;
    let cases = [
        (
            "02801d87038102801d870481",
            vec![list(vec![word("decref"), Item::Integer(3)]), list(vec![word("decref"), Item::Integer(4)])],
        ),
        (
            "07801a870681028 10a8273746172744275696c64018101800b8701800587",
            vec![list(vec![
                word("message"),
                Item::Integer(6),
                Item::Integer(2),
                word("startBuild"),
                Item::Integer(1),
                list(vec![word("tuple")]),
                list(vec![word("dictionary")]),
            ])],
        ),
        (
            "03801b870b81843f82394000000000",
            vec![list(vec![
                word("answer"),
                Item::Integer(11),
                Item::Float(f64::from_be_bytes([0x3f, 0x82, 0x39, 0x40, 0, 0, 0, 0])),
            ])],
        ),
    ];
    for (hex, expected) in cases {
        let bytes = hex::decode(hex.replace(' ', "")).unwrap();
        let items = decode(&bytes).unwrap();
        assert_eq!(items, expected);
        assert_eq!(hex::encode(items.iter().flat_map(encoded).collect::<Vec<u8>>()), hex::encode(&bytes));
    }
}

#[test]
fn numbers_have_their_types() {
    let cases = [
        (0, "0081"),
        (1, "0181"),
        (127, "7f81"),
        (128, "000181"),
        (1200, "300981"),
        (-1, "0183"),
        (2_147_483_647, "7f7f7f7f0781"),
        (2_147_483_648, "000000000885"),
        (-2_147_483_648, "000000000883"),
        (-2_147_483_649, "010000000886"),
        (i64::MAX, "7f7f7f7f7f7f7f7f7f85"),
        (i64::MIN, "0000000000000000000186"),
    ];
    for (number, hex) in cases {
        assert_eq!(hex::encode(encoded(&Item::Integer(number))), hex, "{number}");
        assert_eq!(decode(&hex::decode(hex).unwrap()).unwrap(), [Item::Integer(number)]);
    }
}

#[test]
fn words_are_numbers_only_in_their_dialect() {
    let mut plain = Vec::new();
    encode(&Item::word("list"), false, &mut plain);
    assert_eq!(plain, b"\x04\x82list");
    assert_eq!(encoded(&Item::word("list")), b"\x08\x87");
    assert_eq!(decode(b"\x08\x87").unwrap(), [Item::word("list")]);
}

#[test]
fn a_peer_cannot_send_what_is_too_large() {
    let repeated = |bytes: &[u8], times: usize| bytes.repeat(times);
    let cases: Vec<(Vec<u8>, BananaError)> = vec![
        (repeated(b"\x01", 65), BananaError::PrefixTooLong),
        ([repeated(b"\x7f", 11), vec![0x81]].concat(), BananaError::IntegerTooLarge),
        ([repeated(b"\x7f", 10), vec![0x81]].concat(), BananaError::IntegerTooLarge),
        ([repeated(b"\x7f", 10), vec![0x82]].concat(), BananaError::TooLong),
        (
            encoded(&Item::Integer(SIZE_MAX as i64 + 1))
                .into_iter()
                .map(|b| if b == 0x81 { 0x82 } else { b })
                .collect(),
            BananaError::TooLong,
        ),
        (
            encoded(&Item::Integer(SIZE_MAX as i64 + 1))
                .into_iter()
                .map(|b| if b == 0x81 { 0x80 } else { b })
                .collect(),
            BananaError::TooLong,
        ),
        (repeated(b"\x01\x80", 100), BananaError::TooDeep),
        (vec![0x01, 0x99], BananaError::UnknownType(0x99)),
        (vec![0x00, 0x87], BananaError::UnknownWord(0)),
        (vec![0x7f, 0x87], BananaError::UnknownWord(127)),
    ];
    for (bytes, expected) in cases {
        assert_eq!(decode(&bytes), Err(expected), "{}", hex::encode(&bytes[..bytes.len().min(30)]));
    }
    // A list of lists of empty lists has few bytes and many items.
    let mut many = vec![0x00, 0x00, 0x20, 0x80];
    many.extend(repeated(b"\x00\x80", 600_000));
    assert_eq!(decode(&many), Err(BananaError::TooMuch));
    // Many strings, each within its own limit.
    let mut big = vec![0x7f, 0x80];
    for _ in 0..40 {
        encode(&Item::Bytes(Bytes::from(vec![0; 600_000])), true, &mut big);
    }
    assert_eq!(decode(&big), Err(BananaError::TooMuch));
}

#[test]
fn an_announced_string_gets_no_memory_before_it_comes() {
    let mut decoder = Decoder::default();
    decoder.feed(b"\x00\x00\x20\x82");
    assert_eq!(decoder.next_item(), Ok(None));
    assert!(decoder.buffer.capacity() <= 2 * SIZE_MAX);
}

fn any_item() -> impl Strategy<Value = Item> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Item::Integer),
        (-1e12..1e12f64).prop_map(Item::Float),
        prop::collection::vec(any::<u8>(), 0..200).prop_map(|bytes| Item::Bytes(bytes.into())),
        prop::sample::select(vec!["None", "list", "message", "other"]).prop_map(Item::word),
    ];
    leaf.prop_recursive(6, 100, 12, |inner| prop::collection::vec(inner, 0..12).prop_map(Item::List))
}

proptest! {
    /// Whatever is sent arrives, in whatever pieces.
    #[test]
    fn expressions_survive_any_cuts(items in prop::collection::vec(any_item(), 1..5), piece in 1usize..50) {
        let bytes: Vec<u8> = items.iter().flat_map(encoded).collect();
        let mut decoder = Decoder::default();
        let mut received = Vec::new();
        for piece in bytes.chunks(piece) {
            decoder.feed(piece);
            while let Some(item) = decoder.next_item().unwrap() {
                received.push(item);
            }
        }
        prop_assert_eq!(received, items);
    }

    #[test]
    fn rubbish_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let _refused = decode(&bytes);
    }
}
