//! Frames on the socket: requests of both sides and their answers, many at a time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rmpv::Value as Packed;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, oneshot};

use crate::decode::text_of;
use crate::encode::map;

/// A frame of the protocol.
const FRAME_BYTES_MAX: usize = 256 * 1024 * 1024;
/// Frames that wait to be written. A host that does not read holds up its callers, not the memory.
pub(crate) const OUTGOING_MAX: usize = 64;

/// Answers that are waited for, by the number of the request.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    state: Mutex<PendingState>,
}

#[derive(Debug, Default)]
struct PendingState {
    next: u64,
    waiting: HashMap<u64, oneshot::Sender<Vec<u8>>>,
    closed: bool,
}

impl Pending {
    fn state(&self) -> std::sync::MutexGuard<'_, PendingState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A number for a request, and where its answer's frame comes; `None` when the connection is closed.
    pub(crate) fn expect(&self) -> Option<(u64, oneshot::Receiver<Vec<u8>>)> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        state.next += 1;
        let number = state.next;
        let (sender, receiver) = oneshot::channel();
        state.waiting.insert(number, sender);
        Some((number, receiver))
    }

    /// No answer is expected any more; `false` if it has come.
    pub(crate) fn forget(&self, number: u64) -> bool {
        self.state().waiting.remove(&number).is_some()
    }

    fn answer(&self, number: u64, frame: Vec<u8>) {
        if let Some(waiting) = self.state().waiting.remove(&number) {
            // The caller may have gone, then nobody needs it.
            let _ = waiting.send(frame);
        }
    }

    /// Ends all that wait.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.waiting.clear();
    }
}

/// A request as a frame.
pub(crate) fn request(number: u64, call: &str, args: Packed) -> Vec<u8> {
    frame(&map([("id", number.into()), ("call", call.into()), ("args", args)]))
}

/// An answer as a frame.
pub(crate) fn answer(number: u64, result: Result<Packed, String>) -> Vec<u8> {
    let (key, content) = match result {
        Ok(result) => ("result", result),
        Err(message) => ("error", map([("type", "MasterError".into()), ("message", message.into())])),
    };
    frame(&map([("id", number.into()), (key, content)]))
}

fn frame(message: &Packed) -> Vec<u8> {
    let mut bytes = vec![0; 4];
    // Writing to memory does not fail.
    let _ = rmpv::encode::write_value(&mut bytes, message);
    let length = u32::try_from(bytes.len() - 4).unwrap_or(u32::MAX);
    bytes[..4].copy_from_slice(&length.to_be_bytes());
    bytes
}

/// Writes frames until all senders are gone or the host is.
pub(crate) async fn write_all(mut socket: OwnedWriteHalf, mut frames: mpsc::Receiver<Vec<u8>>) {
    while let Some(frame) = frames.recv().await {
        if socket.write_all(&frame).await.is_err() {
            return;
        }
    }
}

/// Reads frames: answers go to those who wait, requests to `requests`. Returns why it ended.
pub(crate) async fn read_all(mut socket: OwnedReadHalf, pending: &Pending, requests: mpsc::Sender<Vec<u8>>) -> String {
    let mut length = [0; 4];
    loop {
        if socket.read_exact(&mut length).await.is_err() {
            return "it closed the connection".to_owned();
        }
        let size = u32::from_be_bytes(length) as usize;
        if size > FRAME_BYTES_MAX {
            return format!("it sent a frame of {size} bytes");
        }
        let mut frame = Vec::new();
        // Memory is taken as the bytes come, not as the length says.
        match (&mut socket).take(size as u64).read_to_end(&mut frame).await {
            Ok(read) if read == size => {}
            Ok(_) | Err(_) => return "it closed the connection".to_owned(),
        }
        match kind(&frame) {
            Some(Kind::Answer(number)) => pending.answer(number, frame),
            Some(Kind::Request) => {
                // Too many requests at once: the host waits for an answer that it will not get.
                if requests.try_send(frame).is_err() {
                    return "it asks more than it may at once".to_owned();
                }
            }
            None => return "it sent something that is no message".to_owned(),
        }
    }
}

enum Kind {
    Answer(u64),
    Request,
}

/// Looks only at the first entries of the map, `id` and the next: answers may be large.
fn kind(frame: &[u8]) -> Option<Kind> {
    const NESTING_MAX: usize = 4;
    let mut rest = frame.get(1..)?;
    let mut next = || rmpv::decode::read_value_ref_with_max_depth(&mut rest, NESTING_MAX).ok();
    let (first, number, second) = (next()?, next()?.as_u64()?, next()?);
    match (text_of(&first)?, text_of(&second)?) {
        ("id", "call") => Some(Kind::Request),
        ("id", "result" | "error") => Some(Kind::Answer(number)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_answers_are_told_apart() {
        let big = Packed::Array(vec![Packed::Array(vec![Packed::Array(vec![]); 3]); 3]);
        let cases = [
            (request(7, "load", big.clone()), Some("request")),
            (answer(300, Ok(big)), Some("answer 300")),
            (answer(1, Err("no".to_owned())), Some("answer 1")),
            (frame(&map([("x", 1.into()), ("call", "y".into())])), None),
            (frame(&Packed::Nil), None),
            (frame(&"id".into()), None),
        ];
        for (bytes, expected) in cases {
            let found = kind(&bytes[4..]).map(|kind| match kind {
                Kind::Request => "request".to_owned(),
                Kind::Answer(number) => format!("answer {number}"),
            });
            assert_eq!(found.as_deref(), expected);
        }
        assert!(kind(&[]).is_none());
        assert!(kind(&[0x82, 0xa2, b'i']).is_none());
    }

    #[tokio::test]
    async fn reading_ends_with_a_reason() {
        let cases: [(&[u8], &str); 4] = [
            (b"", "it closed the connection"),
            (&[0, 0, 0, 9, 1], "it closed the connection"),
            (&[255, 0, 0, 0], "it sent a frame of 4278190080 bytes"),
            (&[0, 0, 0, 1, 0xc0], "it sent something that is no message"),
        ];
        for (bytes, expected) in cases {
            let (ours, mut theirs) = tokio::net::UnixStream::pair().unwrap();
            theirs.write_all(bytes).await.unwrap();
            drop(theirs);
            let (requests, _receiver) = mpsc::channel(1);
            let reason = read_all(ours.into_split().0, &Pending::default(), requests).await;
            assert_eq!(reason, expected);
        }
    }

    #[tokio::test]
    async fn answers_find_who_waits_for_them() {
        let (ours, mut theirs) = tokio::net::UnixStream::pair().unwrap();
        let pending = Pending::default();
        let (first, one) = pending.expect().unwrap();
        let (second, two) = pending.expect().unwrap();
        for number in [second, 99, first] {
            theirs.write_all(&answer(number, Ok(number.into()))).await.unwrap();
        }
        drop(theirs);
        let (requests, _receiver) = mpsc::channel(1);
        read_all(ours.into_split().0, &pending, requests).await;
        for (number, frame) in [(first, one.await.unwrap()), (second, two.await.unwrap())] {
            assert_eq!(frame, answer(number, Ok(number.into()))[4..]);
        }
        pending.close();
        assert!(pending.expect().is_none());
    }
}
