//! Jelly: Python's values as nested lists whose first element names their type.
//!
//! Only plain data, references to objects, and failures are understood. An instance of any other class is kept by its
//! class's name, and never becomes more than that.

use std::collections::HashMap;

use bytes::Bytes;

use super::banana::{DEPTH_MAX, ITEMS_MAX, Item};

/// A value of Python.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// `None`
    None,
    /// `True` or `False`
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// A float.
    Float(f64),
    /// Bytes.
    Bytes(Bytes),
    /// Text.
    Text(String),
    /// A list.
    List(Vec<Value>),
    /// A tuple.
    Tuple(Vec<Value>),
    /// A set or frozen set.
    Set(Vec<Value>),
    /// A dictionary, in its order.
    Dict(Vec<(Value, Value)>),
    /// An object that lives at the peer, by the peer's number.
    Theirs(i64),
    /// An object that lives here, by our number.
    Ours(i64),
    /// An instance of a class: its name and its state.
    Instance(String, Box<Value>),
}

/// Why an expression is no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JellyError {
    /// The expression does not have the form of its type.
    #[error("`{0}` is malformed")]
    Malformed(String),
    /// Nested too deep, or grown too large by its references.
    #[error("too large")]
    TooLarge,
    /// A reference to something that is not complete, or not there.
    #[error("a reference to nothing")]
    DanglingReference,
}

impl Value {
    /// Text, also when it was sent as bytes: peers of different ages differ.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            _ => None,
        }
    }

    /// The number, if it is one or a truth value.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        match self {
            Value::Integer(number) => Some(*number),
            Value::Bool(flag) => Some(i64::from(*flag)),
            Value::Float(number) if number.fract() == 0.0 => Some(*number as i64),
            _ => None,
        }
    }

    /// The number, with its fraction.
    #[must_use]
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Value::Float(number) => Some(*number),
            Value::Integer(number) => Some(*number as f64),
            _ => None,
        }
    }

    /// Elements of a list or tuple.
    #[must_use]
    pub fn as_sequence(&self) -> Option<&[Value]> {
        match self {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => Some(items),
            _ => None,
        }
    }

    /// Entries of a dictionary.
    #[must_use]
    pub fn as_dict(&self) -> Option<&[(Value, Value)]> {
        match self {
            Value::Dict(entries) => Some(entries),
            _ => None,
        }
    }

    /// The value of a key in a dictionary.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.as_dict()?.iter().find(|(key, _)| key.as_text() == Some(name)).map(|(_, value)| value)
    }

    /// A dictionary with these entries.
    #[must_use]
    pub fn dict<const N: usize>(entries: [(&str, Value); N]) -> Value {
        Value::Dict(entries.into_iter().map(|(name, value)| (Value::from(name), value)).collect())
    }

    /// Shows this value, and then all that are within it.
    pub fn visit(&self, see: &mut impl FnMut(&Value)) {
        see(self);
        match self {
            Value::List(items) | Value::Tuple(items) | Value::Set(items) => {
                for item in items {
                    item.visit(see);
                }
            }
            Value::Dict(entries) => {
                for (key, value) in entries {
                    key.visit(see);
                    value.visit(see);
                }
            }
            Value::Instance(_, state) => state.visit(see),
            Value::None
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Bytes(_)
            | Value::Text(_)
            | Value::Theirs(_)
            | Value::Ours(_) => {}
        }
    }

    /// As Banana.
    #[must_use]
    pub fn to_item(&self) -> Item {
        let tagged = |word: &str, rest: Vec<Item>| {
            let mut list = Vec::with_capacity(rest.len() + 1);
            list.push(Item::word(word));
            list.extend(rest);
            Item::List(list)
        };
        let all = |values: &[Value]| values.iter().map(Value::to_item).collect::<Vec<_>>();
        match self {
            Value::None => tagged("None", Vec::new()),
            Value::Bool(flag) => tagged("boolean", vec![Item::word(if *flag { "true" } else { "false" })]),
            Value::Integer(number) => Item::Integer(*number),
            Value::Float(number) => Item::Float(*number),
            Value::Bytes(bytes) => Item::Bytes(bytes.clone()),
            Value::Text(text) => tagged("unicode", vec![Item::word(text)]),
            Value::List(items) => tagged("list", all(items)),
            Value::Tuple(items) => tagged("tuple", all(items)),
            Value::Set(items) => tagged("set", all(items)),
            Value::Dict(entries) => {
                let pair = |(key, value): &(Value, Value)| Item::List(vec![key.to_item(), value.to_item()]);
                tagged("dictionary", entries.iter().map(pair).collect())
            }
            Value::Theirs(id) => tagged("local", vec![Item::Integer(*id)]),
            Value::Ours(id) => tagged("remote", vec![Item::Integer(*id)]),
            Value::Instance(class, state) => tagged(class, vec![state.to_item()]),
        }
    }

    /// From Banana.
    pub fn from_item(item: &Item) -> Result<Value, JellyError> {
        Reader { references: HashMap::new(), left: ITEMS_MAX }.read(item, 0)
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Value {
        Value::Bool(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Value {
        Value::Integer(number)
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Value {
        Value::Float(number)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::None, Into::into)
    }
}

struct Reader {
    /// Values that have a number because they appear more than once; with the count of what is in each.
    references: HashMap<i64, (Value, usize)>,
    /// So many values may still come, each use of a reference counted anew.
    left: usize,
}

impl Reader {
    fn read(&mut self, item: &Item, depth: usize) -> Result<Value, JellyError> {
        self.left = self.left.checked_sub(1).ok_or(JellyError::TooLarge)?;
        if depth > DEPTH_MAX {
            return Err(JellyError::TooLarge);
        }
        let list = match item {
            Item::Integer(number) => return Ok(Value::Integer(*number)),
            Item::Float(number) => return Ok(Value::Float(*number)),
            Item::Bytes(bytes) => return Ok(Value::Bytes(bytes.clone())),
            Item::List(list) => list,
        };
        let (kind, rest) = list.split_first().ok_or_else(|| malformed(""))?;
        let kind =
            kind.as_bytes().and_then(|bytes| std::str::from_utf8(bytes).ok()).ok_or_else(|| malformed("type"))?;
        match (kind, rest) {
            ("None", []) => Ok(Value::None),
            ("boolean", [word]) => match word.as_bytes() {
                Some(b"true") => Ok(Value::Bool(true)),
                Some(b"false") => Ok(Value::Bool(false)),
                _ => Err(malformed(kind)),
            },
            ("unicode", [Item::Bytes(text)]) => Ok(Value::Text(String::from_utf8_lossy(text).into_owned())),
            ("list", items) => Ok(Value::List(self.read_all(items, depth)?)),
            ("tuple", items) => Ok(Value::Tuple(self.read_all(items, depth)?)),
            ("set" | "frozenset", items) => Ok(Value::Set(self.read_all(items, depth)?)),
            ("dictionary", entries) => {
                entries.iter().map(|entry| self.read_entry(entry, depth)).collect::<Result<_, _>>().map(Value::Dict)
            }
            ("remote", [Item::Integer(id)]) => Ok(Value::Theirs(*id)),
            ("local", [Item::Integer(id)]) => Ok(Value::Ours(*id)),
            ("reference", [Item::Integer(id), target]) => {
                let before = self.left;
                let value = self.read(target, depth + 1)?;
                self.references.insert(*id, (value.clone(), before - self.left));
                Ok(value)
            }
            ("dereference", [Item::Integer(id)]) => {
                let (value, size) = self.references.get(id).ok_or(JellyError::DanglingReference)?;
                self.left = self.left.checked_sub(*size).ok_or(JellyError::TooLarge)?;
                Ok(value.clone())
            }
            ("None" | "boolean" | "unicode" | "remote" | "local" | "reference" | "dereference", _) => {
                Err(malformed(kind))
            }
            (class, [state]) => Ok(Value::Instance(class.to_owned(), Box::new(self.read(state, depth + 1)?))),
            (class, items) => {
                let items = self.read_all(items, depth)?;
                Ok(Value::Instance(class.to_owned(), Box::new(Value::List(items))))
            }
        }
    }

    fn read_all(&mut self, items: &[Item], depth: usize) -> Result<Vec<Value>, JellyError> {
        items.iter().map(|item| self.read(item, depth + 1)).collect()
    }

    fn read_entry(&mut self, entry: &Item, depth: usize) -> Result<(Value, Value), JellyError> {
        match entry {
            Item::List(pair) if pair.len() == 2 => {
                Ok((self.read(&pair[0], depth + 1)?, self.read(&pair[1], depth + 1)?))
            }
            _ => Err(malformed("dictionary")),
        }
    }
}

fn malformed(kind: &str) -> JellyError {
    JellyError::Malformed(kind.chars().take(60).collect())
}

/// The class under which failures travel.
const FAILURE_CLASS: &str = "twisted.spread.pb.CopyableFailure";

/// An exception of the other side, or for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The exception's class, with its module.
    pub class: String,
    /// What it says.
    pub message: String,
    /// Where it came from, if the peer tells.
    pub traceback: String,
    /// The class and all classes above it; a peer recognises an exception by them.
    pub parents: Vec<String>,
}

impl Failure {
    /// A failure of this class, which is below `Exception` only.
    #[must_use]
    pub fn new(class: &str, message: impl Into<String>) -> Failure {
        let parents = [class, "builtins.Exception", "builtins.BaseException", "builtins.object"];
        Failure {
            class: class.to_owned(),
            message: message.into(),
            traceback: String::new(),
            parents: parents.map(str::to_owned).to_vec(),
        }
    }

    /// The name or the password is wrong.
    #[must_use]
    pub fn unauthorized() -> Failure {
        let parents = [
            "twisted.cred.error.UnauthorizedLogin",
            "twisted.cred.error.LoginFailed",
            "twisted.cred.error.Unauthorized",
        ];
        let above = ["builtins.Exception", "builtins.BaseException", "builtins.object"];
        Failure {
            parents: parents.iter().chain(&above).map(|&name| name.to_owned()).collect(),
            ..Failure::new(parents[0], "")
        }
    }

    /// The object has no such method.
    #[must_use]
    pub fn no_such_method(method: &str) -> Failure {
        let mut failure =
            Failure::new("twisted.spread.flavors.NoSuchMethod", format!("No such method: remote_{method}"));
        failure.parents.insert(1, "builtins.AttributeError".to_owned());
        failure
    }

    /// As a peer takes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let texts = |names: &[String]| Value::List(names.iter().map(|name| name.as_str().into()).collect());
        let state = Value::dict([
            ("count", Value::Integer(1)),
            // Twisted sends this one as bytes, and masters show it as it comes.
            ("type", Value::Bytes(Bytes::copy_from_slice(self.class.as_bytes()))),
            ("value", self.message.as_str().into()),
            ("captureVars", false.into()),
            ("tb", Value::None),
            ("pickled", Value::Integer(1)),
            ("_frames", Value::List(Vec::new())),
            ("unsafeTracebacks", false.into()),
            ("parents", texts(&self.parents)),
            ("frames", Value::List(Vec::new())),
            ("stack", Value::List(Vec::new())),
            ("traceback", self.traceback.as_str().into()),
        ]);
        Value::Instance(FAILURE_CLASS.to_owned(), Box::new(state))
    }

    /// What a peer sent; any instance counts as a failure of its class.
    #[must_use]
    pub fn from_value(value: &Value) -> Failure {
        let (class, state) = match value {
            Value::Instance(class, state) => (class.as_str(), state.as_ref()),
            other => ("unknown", other),
        };
        let text = |name: &str| state.get(name).and_then(Value::as_text).map(str::to_owned);
        let class = text("type").unwrap_or_else(|| class.to_owned());
        let message = text("value").or_else(|| state.as_text().map(str::to_owned)).unwrap_or_default();
        let parents = state.get("parents").and_then(Value::as_sequence).unwrap_or_default();
        Failure {
            class,
            message,
            traceback: text("traceback").unwrap_or_default(),
            parents: parents.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
        }
    }

    /// It is of this class, or of one below.
    #[must_use]
    pub fn is(&self, class: &str) -> bool {
        self.class == class || self.parents.iter().any(|parent| parent == class)
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.message.is_empty() { f.write_str(&self.class) } else { write!(f, "{}: {}", self.class, self.message) }
    }
}

#[cfg(test)]
mod tests;
