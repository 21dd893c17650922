//! The messages of one command in MessagePack.

use std::sync::Arc;

use bytes::Bytes;
use ferrobot_model::Update;
use ferrobot_wire::msgpack::Frame;
use rmpv::Value;
use tokio::sync::OwnedSemaphorePermit;

use super::carrier::{Transfer, Wire};
use super::peer::{Peer, RequestError};
use super::updates;

/// Which operations carry an upload's blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A file, or no upload at all.
    File,
    /// A directory.
    Directory,
}

/// One command, as the master knows it.
pub(super) struct CommandMessages {
    pub(super) peer: Arc<Peer>,
    pub(super) id: String,
    pub(super) kind: Kind,
}

impl Wire for CommandMessages {
    async fn updates(&self, updates: &[Update], permit: OwnedSemaphorePermit) -> Result<(), RequestError> {
        self.peer.post(permit, |seq| updates::message(seq, &self.id, None, updates)).await
    }

    async fn complete(&self, failure: Option<String>, permit: OwnedSemaphorePermit) -> Result<(), RequestError> {
        let args = failure.map_or(Value::Nil, Value::from);
        let fields = vec![("args", args), ("command_id", self.id.as_str().into())];
        self.peer.post(permit, |seq| Frame::request(seq, "complete", fields).encode()).await
    }

    async fn transfer(&self, step: Transfer) -> Result<Bytes, RequestError> {
        let (op, mut fields) = operation(self.kind, step);
        fields.push(("command_id", self.id.as_str().into()));
        Ok(data(self.peer.request(op, fields).await?))
    }

    async fn lost(&self) {
        self.peer.lost().await;
    }
}

/// What a step of a transfer is called, and what goes with it.
fn operation(kind: Kind, step: Transfer) -> (&'static str, Vec<(&'static str, Value)>) {
    let binary = |data: Bytes| Value::Binary(data.into());
    match step {
        Transfer::Write(data) if kind == Kind::Directory => {
            ("update_upload_directory_write", vec![("args", binary(data))])
        }
        Transfer::Write(data) => ("update_upload_file_write", vec![("args", binary(data))]),
        Transfer::Utime(accessed, modified) => {
            ("update_upload_file_utime", vec![("access_time", accessed.into()), ("modified_time", modified.into())])
        }
        Transfer::CloseWrite => ("update_upload_file_close", Vec::new()),
        Transfer::Unpack => ("update_upload_directory_unpack", Vec::new()),
        Transfer::Read(length) => ("update_read_file", vec![("length", length.into())]),
        Transfer::CloseRead => ("update_read_file_close", Vec::new()),
    }
}

/// The bytes that answer a read.
pub(super) fn data(answer: Value) -> Bytes {
    match answer {
        Value::Binary(data) => Bytes::from(data),
        Value::String(text) => Bytes::from(text.into_bytes()),
        _ => Bytes::new(),
    }
}

// Messages of commands that are held: kept without their number on a connection, which each connection gives anew.

/// Stands for the number on the connection. As the greatest one it takes the last eight bytes of its message.
pub(super) const UNNUMBERED: u64 = u64::MAX;

/// The end of a held command.
pub(super) fn complete(id: &str, number: u64, failure: Option<String>) -> Vec<u8> {
    held("complete", id, number, vec![("args", failure.map_or(Value::Nil, Value::from))])
}

/// A step of a held command's transfer.
pub(super) fn transfer(id: &str, number: u64, kind: Kind, step: Transfer) -> Vec<u8> {
    let (op, fields) = operation(kind, step);
    held(op, id, number, fields)
}

fn held(op: &str, id: &str, number: u64, mut fields: Vec<(&str, Value)>) -> Vec<u8> {
    fields.extend([("command_id", id.into()), ("number", number.into())]);
    Frame::request(UNNUMBERED, op, fields).encode()
}

/// A kept message with its number on a connection.
pub(super) fn with_seq(message: &[u8], seq: u64) -> Vec<u8> {
    let mut message = message.to_vec();
    if let Some(last) = message.last_chunk_mut() {
        *last = seq.to_be_bytes();
    }
    message
}

/// What the sender of a kept message has to wait for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// Nothing: the answer only makes room for the next.
    Room,
    /// The master may refuse the block.
    Verdict,
    /// Bytes for the command.
    Data,
}

/// That of a message that `complete`, `transfer` or `updates::message` made.
pub(super) fn wait_of(message: &[u8]) -> Wait {
    // The map's marker, the key `op`, the marker of its value and perhaps its length.
    let has_operation =
        |name: &[u8]| message.get(5..).is_some_and(|rest| rest.starts_with(name) || rest[1..].starts_with(name));
    if has_operation(b"update_read_file_close") || !(has_operation(b"update_upload") || has_operation(b"update_read")) {
        Wait::Room
    } else if has_operation(b"update_read") {
        Wait::Data
    } else {
        Wait::Verdict
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::updates;

    #[test]
    fn kept_messages_are_sent_with_any_number() {
        let cases = [
            (updates::message(UNNUMBERED, "7-1", Some(3), &[Update::Rc(0)]), "update", Wait::Room),
            (complete("7-1", 3, None), "complete", Wait::Room),
            (transfer("7-1", 3, Kind::File, Transfer::Read(9)), "update_read_file", Wait::Data),
            (transfer("7-1", 3, Kind::File, Transfer::CloseRead), "update_read_file_close", Wait::Room),
            (transfer("7-1", 3, Kind::File, Transfer::Write(Bytes::new())), "update_upload_file_write", Wait::Verdict),
            (
                transfer("7-1", 3, Kind::Directory, Transfer::Write(Bytes::new())),
                "update_upload_directory_write",
                Wait::Verdict,
            ),
            (transfer("7-1", 3, Kind::Directory, Transfer::Unpack), "update_upload_directory_unpack", Wait::Verdict),
        ];
        for (message, name, wait) in cases {
            assert_eq!(wait_of(&message), wait, "{name}");
            for seq in [0, 300, u64::MAX - 1] {
                let Ok(Frame::Request { seq: sent, op, fields }) = Frame::decode(&with_seq(&message, seq)) else {
                    panic!("{name}");
                };
                assert_eq!((sent, op.as_str(), &fields["number"]), (seq, name, &Value::from(3)));
                assert_eq!(fields["command_id"], Value::from("7-1"));
            }
        }
    }
}
