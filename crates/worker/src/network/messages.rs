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
        self.peer.post(permit, |seq| updates::message(seq, &self.id, updates)).await
    }

    async fn complete(&self, failure: Option<String>, permit: OwnedSemaphorePermit) -> Result<(), RequestError> {
        let args = failure.map_or(Value::Nil, Value::from);
        let fields = vec![("args", args), ("command_id", self.id.as_str().into())];
        self.peer.post(permit, |seq| Frame::request(seq, "complete", fields).encode()).await
    }

    async fn transfer(&self, step: Transfer) -> Result<Bytes, RequestError> {
        let directory = self.kind == Kind::Directory;
        let (op, mut fields) = match step {
            Transfer::Write(data) if directory => ("update_upload_directory_write", vec![("args", binary(data))]),
            Transfer::Write(data) => ("update_upload_file_write", vec![("args", binary(data))]),
            Transfer::Utime(accessed, modified) => {
                ("update_upload_file_utime", vec![("access_time", accessed.into()), ("modified_time", modified.into())])
            }
            Transfer::CloseWrite => ("update_upload_file_close", Vec::new()),
            Transfer::Unpack => ("update_upload_directory_unpack", Vec::new()),
            Transfer::Read(length) => ("update_read_file", vec![("length", length.into())]),
            Transfer::CloseRead => ("update_read_file_close", Vec::new()),
        };
        fields.push(("command_id", self.id.as_str().into()));
        Ok(match self.peer.request(op, fields).await? {
            Value::Binary(data) => Bytes::from(data),
            Value::String(text) => Bytes::from(text.into_bytes()),
            _ => Bytes::new(),
        })
    }

    async fn lost(&self) {
        self.peer.lost().await;
    }
}

fn binary(data: Bytes) -> Value {
    Value::Binary(data.into())
}
