use proptest::prelude::*;

use super::*;

const MAX: usize = 1000;

/// A frame as a client sends it.
fn sent(first: u8, payload: &[u8], mask: [u8; 4]) -> Vec<u8> {
    let mut bytes = framed(Kind::Binary, payload);
    let head = bytes.len() - payload.len();
    bytes[0] = first;
    bytes[1] |= 0x80;
    bytes.splice(head..head, mask);
    unmask(&mut bytes[head + 4..], mask);
    bytes
}

fn read_all(reader: &mut Reader, mut bytes: &[u8]) -> Result<Vec<Message>, WebSocketError> {
    let mut messages = Vec::new();
    while let Some(message) = reader.read(&mut bytes)? {
        messages.push(message);
    }
    assert!(bytes.is_empty());
    Ok(messages)
}

/// Everything in one piece and byte by byte.
fn read(bytes: &[u8]) -> Result<Vec<Message>, WebSocketError> {
    let whole = read_all(&mut Reader::new(MAX), bytes);
    let mut reader = Reader::new(MAX);
    let single: Result<Vec<_>, _> = bytes.chunks(1).map(|byte| read_all(&mut reader, byte)).collect();
    assert_eq!(whole, single.map(|messages| messages.concat()));
    whole
}

const MASK: [u8; 4] = [1, 2, 3, 0xff];

#[test]
fn the_examples_of_the_rfc() {
    let hello = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    assert_eq!(read(hello), Ok(vec![Message::Text(b"Hello".to_vec())]));
    assert_eq!(pong(b"Hello"), b"\x8a\x05Hello");
    assert_eq!(binary(&[7; 256])[..4], *b"\x82\x7e\x01\x00");
    assert_eq!(binary(&[7; 65536])[..10], *b"\x82\x7f\x00\x00\x00\x00\x00\x01\x00\x00");
    assert_eq!((ping(), close()), (b"\x89\x00".to_vec(), b"\x88\x00".to_vec()));
}

#[test]
fn pieces_make_a_message_and_control_frames_may_come_between() {
    let bytes = [
        sent(0x02, b"one ", MASK),
        sent(0x89, b"alive?", MASK),
        sent(0x00, b"", MASK),
        sent(0x8a, b"yes", MASK),
        sent(0x80, b"two", MASK),
        sent(0x82, b"", MASK),
        sent(0x88, b"\x03\xe8", MASK),
    ]
    .concat();
    let expected = [
        Message::Ping(b"alive?".to_vec()),
        Message::Pong,
        Message::Binary(b"one two".to_vec()),
        Message::Binary(Vec::new()),
        Message::Close,
    ];
    assert_eq!(read(&bytes), Ok(expected.to_vec()));
}

#[test]
fn what_breaks_the_rules_is_refused() {
    let cases = [
        (sent(0xc2, b"x", MASK), WebSocketError::ReservedBits),
        (sent(0x83, b"x", MASK), WebSocketError::UnknownKind(3)),
        (sent(0x8b, b"x", MASK), WebSocketError::UnknownKind(11)),
        (binary(b"x"), WebSocketError::NotMasked),
        (sent(0x09, b"x", MASK), WebSocketError::BadControl),
        (sent(0x89, &[0; 126], MASK), WebSocketError::BadControl),
        (sent(0x80, b"x", MASK), WebSocketError::Disorder),
        ([sent(0x02, b"x", MASK), sent(0x82, b"x", MASK)].concat(), WebSocketError::Disorder),
        (sent(0x82, &[0; MAX + 1], MASK), WebSocketError::TooLong(MAX)),
        ([sent(0x02, &[0; MAX], MASK), sent(0x80, b"x", MASK)].concat(), WebSocketError::TooLong(MAX)),
        (b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00".to_vec(), WebSocketError::TooLong(MAX)),
    ];
    for (bytes, expected) in cases {
        let refused = read_all(&mut Reader::new(MAX), &bytes);
        assert_eq!(refused, Err(expected), "{}", hex::encode(&bytes[..bytes.len().min(20)]));
    }
    let mut most = sent(0x82, &[7; MAX], MASK);
    assert_eq!(read(&most), Ok(vec![Message::Binary(vec![7; MAX])]));
    most.truncate(100);
    assert_eq!(read(&most), Ok(Vec::new()));
}

#[test]
fn an_announced_message_gets_little_memory_before_it_comes() {
    let mut reader = Reader::new(64 << 20);
    let bytes = sent(0x82, &vec![0; 1 << 20], MASK);
    assert_eq!(read_all(&mut reader, &bytes[..14]), Ok(Vec::new()));
    assert!(reader.message.capacity() <= TRUSTED_BYTES_MAX);
    assert_eq!(read_all(&mut reader, &bytes[14..]), Ok(vec![Message::Binary(vec![0; 1 << 20])]));
    assert_eq!(reader.message.capacity(), 0);
}

proptest! {
    /// Whatever is sent arrives, in whatever pieces.
    #[test]
    fn messages_survive_any_cuts(
        messages in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..400), 1..6),
        mask in any::<[u8; 4]>(),
        frame in 1usize..300,
        piece in 1usize..50,
    ) {
        let mut bytes = Vec::new();
        for message in &messages {
            let pieces = message.chunks(frame).collect::<Vec<_>>();
            for (number, piece) in pieces.iter().enumerate() {
                let last = if number + 1 == pieces.len() { 0x80 } else { 0 };
                bytes.extend(sent(last | if number == 0 { 2 } else { 0 }, piece, mask));
            }
            if message.is_empty() {
                bytes.extend(sent(0x82, b"", mask));
            }
        }
        let mut reader = Reader::new(MAX);
        let mut received = Vec::new();
        for piece in bytes.chunks(piece) {
            received.extend(read_all(&mut reader, piece).unwrap());
        }
        prop_assert_eq!(received, messages.into_iter().map(Message::Binary).collect::<Vec<_>>());
    }

    #[test]
    fn rubbish_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let _refused = read_all(&mut Reader::new(MAX), &bytes);
    }
}
