//! WebSocket as a server speaks it (RFC 6455), without I/O and without the HTTP that comes before.
//!
//! A peer that says nothing costs nothing: all that a [`Reader`] keeps is the part of a message that has come.

use std::mem;

/// Bytes in front of a payload, at most: two, the length, and the mask.
const HEAD_BYTES_MAX: usize = 14;
/// A frame that no application sees has at most so many bytes.
const CONTROL_BYTES_MAX: usize = 125;
/// Room that is made at once for a message of which only the length is known.
const TRUSTED_BYTES_MAX: usize = 128 * 1024;

/// What a peer has sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// A message of bytes.
    Binary(Vec<u8>),
    /// A message of text, which is not checked to be UTF-8.
    Text(Vec<u8>),
    /// To be answered with [`pong`] of the same bytes.
    Ping(Vec<u8>),
    /// The answer to a ping.
    Pong,
    /// The peer wants to end the connection.
    Close,
}

/// Why a connection cannot go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebSocketError {
    /// Bits are set whose meaning nobody has agreed on.
    #[error("a frame has reserved bits set")]
    ReservedBits,
    /// A kind of frame that does not exist.
    #[error("a frame is of the unknown kind {0}")]
    UnknownKind(u8),
    /// Clients have to mask what they send.
    #[error("a frame is not masked")]
    NotMasked,
    /// A ping, pong or close that is cut in pieces, or too long.
    #[error("a control frame is longer than {CONTROL_BYTES_MAX} bytes, or not whole")]
    BadControl,
    /// A piece that belongs to no message, or a message within another.
    #[error("the pieces of a message are in disorder")]
    Disorder,
    /// The message is longer than the reader takes.
    #[error("a message is longer than {0} bytes")]
    TooLong(usize),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Kind {
    fn of(code: u8) -> Result<Kind, WebSocketError> {
        Ok(match code {
            0 => Kind::Continuation,
            1 => Kind::Text,
            2 => Kind::Binary,
            8 => Kind::Close,
            9 => Kind::Ping,
            10 => Kind::Pong,
            _ => return Err(WebSocketError::UnknownKind(code)),
        })
    }

    fn code(self) -> u8 {
        match self {
            Kind::Continuation => 0,
            Kind::Text => 1,
            Kind::Binary => 2,
            Kind::Close => 8,
            Kind::Ping => 9,
            Kind::Pong => 10,
        }
    }

    fn is_control(self) -> bool {
        match self {
            Kind::Close | Kind::Ping | Kind::Pong => true,
            Kind::Continuation | Kind::Text | Kind::Binary => false,
        }
    }
}

/// The frame whose payload is being read.
#[derive(Debug)]
struct Frame {
    kind: Kind,
    is_last: bool,
    left: usize,
    /// Begins with the byte that the next byte of the payload is masked with.
    mask: [u8; 4],
}

/// Reads what a client sends.
#[derive(Debug)]
pub struct Reader {
    message_bytes_max: usize,
    /// The part of a frame's head that has come.
    head: [u8; HEAD_BYTES_MAX],
    head_length: usize,
    frame: Option<Frame>,
    /// The kind of the message that has begun and is not complete.
    open: Option<Kind>,
    message: Vec<u8>,
    control: Vec<u8>,
}

impl Reader {
    /// A reader of messages of at most so many bytes.
    #[must_use]
    pub fn new(message_bytes_max: usize) -> Reader {
        Reader {
            message_bytes_max,
            head: [0; HEAD_BYTES_MAX],
            head_length: 0,
            frame: None,
            open: None,
            message: Vec::new(),
            control: Vec::new(),
        }
    }

    /// Takes bytes from the front of what was received, until a message is complete. `None`: all of them are taken. After an error
    /// the connection has to be closed.
    pub fn read(&mut self, received: &mut &[u8]) -> Result<Option<Message>, WebSocketError> {
        loop {
            let Some(frame) = &mut self.frame else {
                let Some(frame) = self.read_head(received)? else { return Ok(None) };
                self.frame = Some(frame);
                continue;
            };
            let (now, later) = received.split_at(frame.left.min(received.len()));
            *received = later;
            let payload = if frame.kind.is_control() { &mut self.control } else { &mut self.message };
            if payload.capacity() == 0 {
                payload.reserve_exact(frame.left.min(TRUSTED_BYTES_MAX));
            }
            let start = payload.len();
            payload.extend_from_slice(now);
            unmask(&mut payload[start..], frame.mask);
            frame.mask.rotate_left(now.len() % 4);
            frame.left -= now.len();
            if frame.left > 0 {
                return Ok(None);
            }
            let (kind, is_last) = (frame.kind, frame.is_last);
            self.frame = None;
            if let Some(message) = self.complete(kind, is_last) {
                return Ok(Some(message));
            }
        }
    }

    fn read_head(&mut self, received: &mut &[u8]) -> Result<Option<Frame>, WebSocketError> {
        while let Some((&byte, later)) = received.split_first() {
            *received = later;
            self.head[self.head_length] = byte;
            self.head_length += 1;
            if self.head_length == 2 {
                self.check_head()?;
            }
            if self.head_length == self.head_needed() {
                self.head_length = 0;
                return self.frame_of_head().map(Some);
            }
        }
        Ok(None)
    }

    fn head_needed(&self) -> usize {
        match self.head[1] & 0x7f {
            _ if self.head_length < 2 => HEAD_BYTES_MAX,
            126 => 8,
            127 => HEAD_BYTES_MAX,
            _ => 6,
        }
    }

    /// Refuses what two bytes show to be wrong.
    fn check_head(&self) -> Result<(), WebSocketError> {
        let [first, second, ..] = self.head;
        if first & 0x70 != 0 {
            return Err(WebSocketError::ReservedBits);
        }
        let kind = Kind::of(first & 0x0f)?;
        if second & 0x80 == 0 {
            return Err(WebSocketError::NotMasked);
        }
        if kind.is_control() && (first & 0x80 == 0 || usize::from(second & 0x7f) > CONTROL_BYTES_MAX) {
            return Err(WebSocketError::BadControl);
        }
        if !kind.is_control() && (kind == Kind::Continuation) != self.open.is_some() {
            return Err(WebSocketError::Disorder);
        }
        Ok(())
    }

    fn frame_of_head(&mut self) -> Result<Frame, WebSocketError> {
        let [first, second, long @ ..] = self.head;
        let (length, mask) = match second & 0x7f {
            126 => (u64::from(u16::from_be_bytes([long[0], long[1]])), [long[2], long[3], long[4], long[5]]),
            127 => {
                let [a, b, c, d, e, f, g, h, mask @ ..] = long;
                (u64::from_be_bytes([a, b, c, d, e, f, g, h]), mask)
            }
            short => (u64::from(short), [long[0], long[1], long[2], long[3]]),
        };
        let kind = Kind::of(first & 0x0f)?;
        let room = self.message_bytes_max.saturating_sub(if kind.is_control() { 0 } else { self.message.len() });
        let left = usize::try_from(length).ok().filter(|&length| length <= room);
        let left = left.ok_or(WebSocketError::TooLong(self.message_bytes_max))?;
        if matches!(kind, Kind::Text | Kind::Binary) {
            self.open = Some(kind);
        }
        Ok(Frame { kind, is_last: first & 0x80 != 0, left, mask })
    }

    fn complete(&mut self, kind: Kind, is_last: bool) -> Option<Message> {
        match kind {
            Kind::Ping => Some(Message::Ping(mem::take(&mut self.control))),
            Kind::Pong => {
                self.control = Vec::new();
                Some(Message::Pong)
            }
            Kind::Close => Some(Message::Close),
            Kind::Continuation | Kind::Text | Kind::Binary if !is_last => None,
            Kind::Continuation | Kind::Text | Kind::Binary => {
                let message = mem::take(&mut self.message);
                Some(match self.open.take() {
                    Some(Kind::Text) => Message::Text(message),
                    _ => Message::Binary(message),
                })
            }
        }
    }
}

fn unmask(bytes: &mut [u8], mask: [u8; 4]) {
    let (words, rest) = bytes.as_chunks_mut::<4>();
    let word_mask = u32::from_ne_bytes(mask);
    for word in words {
        *word = (u32::from_ne_bytes(*word) ^ word_mask).to_ne_bytes();
    }
    for (byte, mask) in rest.iter_mut().zip(mask) {
        *byte ^= mask;
    }
}

/// The bytes of a message of bytes.
#[must_use]
pub fn binary(message: &[u8]) -> Vec<u8> {
    framed(Kind::Binary, message)
}

/// Asks the peer for a sign of life.
#[must_use]
pub fn ping() -> Vec<u8> {
    framed(Kind::Ping, &[])
}

/// The answer to a ping.
#[must_use]
pub fn pong(asked: &[u8]) -> Vec<u8> {
    framed(Kind::Pong, asked)
}

/// The last that is sent.
#[must_use]
pub fn close() -> Vec<u8> {
    framed(Kind::Close, &[])
}

fn framed(kind: Kind, payload: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(payload.len() + HEAD_BYTES_MAX);
    bytes.push(0x80 | kind.code());
    match (u8::try_from(payload.len()), u16::try_from(payload.len())) {
        (Ok(length @ 0..=125), _) => bytes.push(length),
        (_, Ok(length)) => {
            bytes.push(126);
            bytes.extend_from_slice(&length.to_be_bytes());
        }
        (_, Err(_)) => {
            bytes.push(127);
            bytes.extend_from_slice(&(payload.len() as u64).to_be_bytes());
        }
    }
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests;
