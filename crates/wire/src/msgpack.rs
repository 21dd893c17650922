//! `msgpack_experimental_v7`: each binary WebSocket message is one MessagePack map (inventory D3).
//!
//! A request is `{op, …, seq_number}`; its answer is `{op: "response", seq_number, result}`, with `is_exception: true` when
//! `result` is the text of a failure. Each side numbers its own requests from 0.

mod measure;

use std::collections::BTreeMap;

use rmpv::Value;

/// Nesting beyond this is no message of any worker or master.
pub const DEPTH_MAX: usize = 64;
/// Values in one frame: a block of 64 KiB of newlines has two lists of 65,536 numbers; directory listings may be longer.
pub const VALUES_MAX: usize = 1_000_000;

/// Why bytes are not a frame.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrameError {
    /// Cut off, or not MessagePack.
    #[error("not a MessagePack value: {0}")]
    Malformed(String),
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("nested deeper than {DEPTH_MAX} levels")]
    TooDeep,
    /// More than [`VALUES_MAX`] values.
    #[error("more than {VALUES_MAX} values in one frame")]
    TooManyValues,
    /// Bytes follow the value.
    #[error("{0} bytes follow the message")]
    Trailing(usize),
    /// Something other than a map with text keys.
    #[error("the message is not a map with text keys")]
    NotAMap,
    /// A key that every message has is missing, or has a wrong type.
    #[error("the message has no valid `{0}`")]
    Missing(&'static str),
}

/// One message.
#[derive(Debug, Clone, PartialEq)]
pub enum Frame {
    /// The peer is asked to do something.
    Request {
        /// The sender's number for it.
        seq: u64,
        /// What to do.
        op: String,
        /// All other keys.
        fields: BTreeMap<String, Value>,
    },
    /// The answer to a request.
    Response {
        /// Number of the request.
        seq: u64,
        /// What came of it; the text of the failure when `is_exception`.
        result: Value,
        /// The request failed.
        is_exception: bool,
    },
}

/// Text, also when it was sent as bytes; what is not UTF-8 becomes U+FFFD.
#[must_use]
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(match text.as_str() {
            Some(text) => text.to_owned(),
            None => String::from_utf8_lossy(text.as_bytes()).into_owned(),
        }),
        Value::Binary(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    }
}

/// [`text_of`] of a value that nobody needs any more: its text is not copied.
#[must_use]
pub fn into_text(value: Value) -> Option<String> {
    match value {
        Value::String(text) if text.is_str() => text.into_str(),
        other => text_of(&other),
    }
}

impl Frame {
    /// A request with these fields.
    #[must_use]
    pub fn request(seq: u64, op: &str, fields: Vec<(&str, Value)>) -> Frame {
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Frame::Request { seq, op: op.to_owned(), fields }
    }

    /// The answer to a request; an error is the text of its failure.
    #[must_use]
    pub fn response(seq: u64, result: Result<Value, String>) -> Frame {
        let is_exception = result.is_err();
        Frame::Response { seq, result: result.unwrap_or_else(Value::from), is_exception }
    }

    /// Reads one message. A key given twice counts as its last value, as in the stock peers.
    pub fn decode(bytes: &[u8]) -> Result<Frame, FrameError> {
        let length = measure::measure(bytes)?;
        if length < bytes.len() {
            return Err(FrameError::Trailing(bytes.len() - length));
        }
        // `measure` has checked the depth; rmpv counts it differently.
        let value = rmpv::decode::read_value_with_max_depth(&mut &bytes[..], 4 * DEPTH_MAX)
            .map_err(|error| FrameError::Malformed(error.to_string()))?;
        let Value::Map(entries) = value else { return Err(FrameError::NotAMap) };
        let mut fields = BTreeMap::new();
        for (key, value) in entries {
            fields.insert(key.as_str().ok_or(FrameError::NotAMap)?.to_owned(), value);
        }
        let seq = fields.remove("seq_number").as_ref().and_then(Value::as_u64);
        let seq = seq.ok_or(FrameError::Missing("seq_number"))?;
        let op = fields.remove("op").ok_or(FrameError::Missing("op"))?;
        let op = op.as_str().ok_or(FrameError::Missing("op"))?;
        if op != "response" {
            return Ok(Frame::Request { seq, op: op.to_owned(), fields });
        }
        let result = fields.remove("result").ok_or(FrameError::Missing("result"))?;
        let is_exception = fields.get("is_exception").and_then(Value::as_bool).unwrap_or(false);
        Ok(Frame::Response { seq, result, is_exception })
    }

    /// Writes the message, its keys in the order in which the stock peers write them.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        let written = match self {
            Frame::Request { seq, op, fields } => write_request(&mut bytes, *seq, op, fields),
            Frame::Response { seq, result, is_exception } => write_response(&mut bytes, *seq, result, *is_exception),
        };
        written.expect("writing into memory cannot fail");
        bytes
    }
}

fn write_request(
    bytes: &mut Vec<u8>,
    seq: u64,
    op: &str,
    fields: &BTreeMap<String, Value>,
) -> Result<(), rmpv::encode::Error> {
    write_map_length(bytes, fields.len() + 2);
    write_entry(bytes, "op", &op.into())?;
    for (name, value) in fields {
        write_entry(bytes, name, value)?;
    }
    write_entry(bytes, "seq_number", &seq.into())
}

fn write_response(
    bytes: &mut Vec<u8>,
    seq: u64,
    result: &Value,
    is_exception: bool,
) -> Result<(), rmpv::encode::Error> {
    write_map_length(bytes, if is_exception { 4 } else { 3 });
    write_entry(bytes, "op", &"response".into())?;
    write_entry(bytes, "seq_number", &seq.into())?;
    write_entry(bytes, "result", result)?;
    if is_exception { write_entry(bytes, "is_exception", &true.into()) } else { Ok(()) }
}

fn write_map_length(bytes: &mut Vec<u8>, length: usize) {
    match u8::try_from(length) {
        Ok(length @ 0..=15) => bytes.push(0x80 | length),
        _ => {
            bytes.push(0xdf);
            bytes.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
        }
    }
}

fn write_entry(bytes: &mut Vec<u8>, name: &str, value: &Value) -> Result<(), rmpv::encode::Error> {
    rmpv::encode::write_value_ref(bytes, &name.into())?;
    rmpv::encode::write_value(bytes, value)
}

#[cfg(test)]
mod tests;
