//! Banana: integers, floats, byte strings and lists of them, each with its length in front.
//!
//! A length or integer is written in digits to the base 128, lowest first; the byte after them has its high bit set and
//! tells the type. Everything a peer sends is bounded: digits, strings, lists, nesting, and the expression as a whole.

use bytes::{Buf, Bytes, BytesMut};

/// Digits of one number; Twisted's limit.
const PREFIX_MAX: usize = 64;
/// Bytes of a string and elements of a list; Twisted's limit.
pub const SIZE_MAX: usize = 640 * 1024;
/// Lists within lists.
pub const DEPTH_MAX: usize = 64;
/// Items of one whole expression.
pub const ITEMS_MAX: usize = 500_000;
/// Bytes of one whole expression: several of the largest strings.
pub const EXPRESSION_BYTES_MAX: usize = 16 * 1024 * 1024;

const LIST: u8 = 0x80;
const INT: u8 = 0x81;
const STRING: u8 = 0x82;
const NEG: u8 = 0x83;
const FLOAT: u8 = 0x84;
const LONGINT: u8 = 0x85;
const LONGNEG: u8 = 0x86;
const VOCAB: u8 = 0x87;

/// Words of the dialect `pb` that are sent as a number, from 1.
const VOCABULARY: [&str; 31] = [
    "None",
    "class",
    "dereference",
    "reference",
    "dictionary",
    "function",
    "instance",
    "list",
    "module",
    "persistent",
    "tuple",
    "unpersistable",
    "copy",
    "cache",
    "cached",
    "remote",
    "local",
    "lcache",
    "version",
    "login",
    "password",
    "challenge",
    "logged_in",
    "not_logged_in",
    "cachemessage",
    "message",
    "answer",
    "error",
    "decref",
    "decache",
    "uncache",
];

/// One expression.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// An integer; larger ones than 64 bits are refused.
    Integer(i64),
    /// A number with fraction.
    Float(f64),
    /// A byte string.
    Bytes(Bytes),
    /// A list.
    List(Vec<Item>),
}

impl Item {
    /// A byte string with this text.
    #[must_use]
    pub fn word(text: &str) -> Item {
        Item::Bytes(Bytes::copy_from_slice(text.as_bytes()))
    }

    /// The bytes, if it is a byte string.
    #[must_use]
    pub fn as_bytes(&self) -> Option<&[u8]> {
        match self {
            Item::Bytes(bytes) => Some(bytes),
            Item::Integer(_) | Item::Float(_) | Item::List(_) => None,
        }
    }
}

/// Why bytes are not Banana.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BananaError {
    /// A number of too many digits.
    #[error("a number of more than {PREFIX_MAX} digits")]
    PrefixTooLong,
    /// An integer beyond 64 bits.
    #[error("an integer beyond 64 bits")]
    IntegerTooLarge,
    /// A string or list beyond [`SIZE_MAX`].
    #[error("a string or list longer than {SIZE_MAX}")]
    TooLong,
    /// Nested deeper than [`DEPTH_MAX`].
    #[error("lists nested deeper than {DEPTH_MAX}")]
    TooDeep,
    /// An expression of too many items or bytes.
    #[error("an expression of more than {ITEMS_MAX} items or {EXPRESSION_BYTES_MAX} bytes")]
    TooMuch,
    /// A type that does not exist.
    #[error("unknown type byte {0:#x}")]
    UnknownType(u8),
    /// A number that stands for no word.
    #[error("no word has the number {0}")]
    UnknownWord(i64),
}

/// Takes bytes in pieces and gives whole expressions.
#[derive(Debug)]
pub struct Decoder {
    buffer: BytesMut,
    /// Lists that are not complete: how many elements are missing, and those that are there.
    open: Vec<(usize, Vec<Item>)>,
    items: usize,
    bytes: usize,
    /// Most bytes of one expression.
    bytes_max: usize,
}

impl Default for Decoder {
    fn default() -> Decoder {
        Decoder { buffer: BytesMut::new(), open: Vec::new(), items: 0, bytes: 0, bytes_max: EXPRESSION_BYTES_MAX }
    }
}

impl Decoder {
    /// Sets how many bytes one expression may have; at most [`EXPRESSION_BYTES_MAX`].
    pub fn limit(&mut self, bytes: usize) {
        self.bytes_max = bytes.min(EXPRESSION_BYTES_MAX);
    }

    /// Adds what was received.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole expression, once all of it has been fed. After an error the stream is lost.
    pub fn next_item(&mut self) -> Result<Option<Item>, BananaError> {
        while let Some(item) = self.element()? {
            let Some(complete) = self.place(item) else {
                if self.open.len() > DEPTH_MAX {
                    return Err(BananaError::TooDeep);
                }
                continue;
            };
            self.items = 0;
            self.bytes = 0;
            if self.buffer.is_empty() {
                // Thousands of peers that have said something and now are idle keep no memory.
                (self.buffer, self.open) = (BytesMut::new(), Vec::new());
            }
            return Ok(Some(complete));
        }
        Ok(None)
    }

    /// Reads one element; a list's beginning is only opened.
    fn element(&mut self) -> Result<Option<Element>, BananaError> {
        let digits = self.buffer.iter().take(PREFIX_MAX + 1).take_while(|&&byte| byte < 0x80).count();
        if digits > PREFIX_MAX {
            return Err(BananaError::PrefixTooLong);
        }
        let Some(&kind) = self.buffer.get(digits) else { return Ok(None) };
        let header = digits + 1;
        let body = match kind {
            STRING => length(&self.buffer[..digits])?,
            FLOAT => 8,
            LIST | INT | NEG | LONGINT | LONGNEG | VOCAB => 0,
            other => return Err(BananaError::UnknownType(other)),
        };
        if self.bytes + header + body > self.bytes_max || self.items >= ITEMS_MAX {
            return Err(BananaError::TooMuch);
        }
        if self.buffer.len() < header + body {
            // All of it will come, so there may as well be room for it.
            self.buffer.reserve(header + body - self.buffer.len());
            return Ok(None);
        }
        let number = if kind == STRING { 0 } else { integer(&self.buffer[..digits], kind)? };
        self.buffer.advance(header);
        let mut body = self.buffer.split_to(body);
        self.items += 1;
        self.bytes += header + body.len();
        Ok(Some(match kind {
            LIST => {
                let length = usize::try_from(number).map_err(|_| BananaError::TooLong)?;
                if length > SIZE_MAX {
                    return Err(BananaError::TooLong);
                }
                Element::Open(length)
            }
            STRING => Element::Whole(Item::Bytes(body.freeze())),
            FLOAT => Element::Whole(Item::Float(body.get_f64())),
            VOCAB => Element::Whole(Item::Bytes(word(number)?)),
            _ => Element::Whole(Item::Integer(number)),
        }))
    }

    /// Puts an element where it belongs; answers with an expression that is complete by it.
    fn place(&mut self, element: Element) -> Option<Item> {
        let mut item = match element {
            Element::Open(0) => Item::List(Vec::new()),
            Element::Open(length) => {
                // The peer has to send the elements before they get memory.
                self.open.push((length, Vec::with_capacity(length.min(64))));
                return None;
            }
            Element::Whole(item) => item,
        };
        loop {
            let Some((missing, list)) = self.open.last_mut() else { return Some(item) };
            list.push(item);
            *missing -= 1;
            if *missing > 0 {
                return None;
            }
            let (_, list) = self.open.pop()?;
            item = Item::List(list);
        }
    }
}

enum Element {
    Whole(Item),
    Open(usize),
}

fn length(digits: &[u8]) -> Result<usize, BananaError> {
    let length = integer(digits, INT).map_err(|_| BananaError::TooLong)?;
    let length = usize::try_from(length).map_err(|_| BananaError::TooLong)?;
    if length > SIZE_MAX { Err(BananaError::TooLong) } else { Ok(length) }
}

fn integer(digits: &[u8], kind: u8) -> Result<i64, BananaError> {
    let mut number: i128 = 0;
    for (place, &digit) in digits.iter().enumerate() {
        if digit == 0 {
            continue;
        }
        // Ten digits to the base 128 are 70 bits.
        if place >= 10 {
            return Err(BananaError::IntegerTooLarge);
        }
        number |= i128::from(digit) << (7 * place);
    }
    let signed = if matches!(kind, NEG | LONGNEG) { -number } else { number };
    i64::try_from(signed).map_err(|_| BananaError::IntegerTooLarge)
}

fn word(number: i64) -> Result<Bytes, BananaError> {
    let place = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let word = place.and_then(|place| VOCABULARY.get(place)).ok_or(BananaError::UnknownWord(number))?;
    Ok(Bytes::from_static(word.as_bytes()))
}

/// Writes an expression. `words`: the dialect is `pb`, and known words become numbers.
pub fn encode(item: &Item, words: bool, out: &mut Vec<u8>) {
    match item {
        Item::Integer(number) => {
            let small = i32::try_from(*number).is_ok();
            let kind = match (*number < 0, small) {
                (false, true) => INT,
                (false, false) => LONGINT,
                (true, true) => NEG,
                (true, false) => LONGNEG,
            };
            put_digits(number.unsigned_abs(), out);
            out.push(kind);
        }
        Item::Float(number) => {
            out.push(FLOAT);
            out.extend_from_slice(&number.to_be_bytes());
        }
        Item::Bytes(bytes) => match VOCABULARY.iter().position(|word| words && word.as_bytes() == bytes) {
            Some(place) => {
                put_digits(place as u64 + 1, out);
                out.push(VOCAB);
            }
            None => {
                put_digits(bytes.len() as u64, out);
                out.push(STRING);
                out.extend_from_slice(bytes);
            }
        },
        Item::List(items) => {
            put_digits(items.len() as u64, out);
            out.push(LIST);
            for item in items {
                encode(item, words, out);
            }
        }
    }
}

fn put_digits(mut number: u64, out: &mut Vec<u8>) {
    loop {
        out.push((number & 0x7f) as u8);
        number >>= 7;
        if number == 0 {
            return;
        }
    }
}

#[cfg(test)]
mod tests;
